"""The results of a run, or of several run folders side by side, as plain values for JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from foundation.errors import RunFailedError, UserError
from foundation.language.amounts import refuse_reached
from foundation.quantiles import LEVELS, jeffreys, rounded, spread
from foundation.store import store, tables
from foundation.store.manifest import LEFT_OUT, Manifest, entries, require
from foundation.store.reading import Document
from model.terms.outcome import WOULD_PASS
from model.terms.weeks import monday, position
from scenarios.compare.aimed import few_aimed
from scenarios.compare.best import best_document, best_table
from scenarios.compare.equity import equity_document
from scenarios.compare.spending import price_statuses, spending_document
from scenarios.compare.use import use_document
from scenarios.compare.when import by_document, date_quantiles, last_looked_at
from scenarios.frames import ORDER
from scenarios.used import MEASURES as USE_MEASURES

Frames = dict[str, pd.DataFrame]
MEASURES = (
    "activated_millions", "activated_share", "simulated_millions", "additional_millions", "cost_millions_eur",
    "cost_per_additional_eur", "doctor_minutes_millions",
)  # fmt: skip
SAME_QUESTION = ("until", "target_millions", "target_on", "region")
SAME_CHANCE = ("people", "draws", "seed", "draws_sha256", "data", "engine", "version")
OF_A_RUN = (
    *SAME_QUESTION[:2], *SAME_CHANCE, "structure", "policy_start", "drivers", "scenarios", "data_end", "quick",
    "failures", "command_line", "draws_file", "continued",
)  # fmt: skip
"""What the manifest of a run says."""
SAME_RUN = (
    *SAME_CHANCE, "structure", "averaged", "policy_start", "drivers", "costs", "effects", "continued", "level",
)  # fmt: skip


def load(folder: Path) -> tuple[Manifest, dict[str, pd.DataFrame]]:
    """Manifest and frames of a finished run folder, checked against the hashes in its manifest.

    Raises:
        UserError: it is unfinished, altered, or of a version whose frames were others.
    """
    manifest, _ = store.load(folder, [])
    require(folder, manifest, OF_A_RUN)
    if "spending.parquet" not in manifest["files"]:
        raise UserError(f"{folder}: of an earlier version, without the table spending; run it again")
    for name in ORDER:
        store.check(folder, manifest, f"{name}.parquet")
    refuse_earlier(folder)
    frames = store.Store(folder, manifest).frames(ORDER)
    if manifest.get("target_on") == "users":
        _refuse_since_launch(folder, manifest, frames["outcomes"])
    return manifest, frames


def _refuse_since_launch(folder: Path, manifest: Manifest, outcomes: pd.DataFrame) -> None:
    """``UserError`` for a target on users that was looked for from the launch on, or wasn't of the horizon."""
    held = outcomes[USE_MEASURES[0]] >= float(manifest["target_millions"])
    before = outcomes["reached_date"].dropna() < str(manifest["policy_start"])
    if (held != outcomes["reached"]).any() or before.any():
        raise UserError(f"{folder}: of an earlier version, which looked for users from the launch on; run it again")


def refuse_earlier(folder: Path) -> None:
    """``UserError`` if a run folder is of a version whose frames were others; no table is read for it."""
    for table, column in (
        ("equity", WOULD_PASS),
        ("weekly", "simulated"),
        ("groups", "aware_adults"),
        ("uses", "aimed"),
        ("outcomes", USE_MEASURES[0]),
    ):
        if column not in tables.columns(folder / f"{table}.parquet"):
            raise UserError(f"{folder}: of an earlier version, whose table {table} has no {column}; run it again")


def refuse_region(folder: Path, manifest: Manifest) -> None:
    """``UserError`` for a run of one region where what is made of it takes the draws, or the people, of the country."""
    if region := manifest.get("region"):
        raise UserError(f"{folder}: is of {region} alone, this is of the whole country; mes plot draws it")


def refuse_target(folder: Path, manifest: Manifest) -> None:
    """``UserError`` for a run with a target that the counts it knew say was reached already; one on users isn't."""
    if manifest.get("target_on") == "users":
        return
    counts = [count for count in manifest.get("stock_targets", ()) if count["kind"] != "initial"]
    known = [(count["date"], count.get("low_millions", count["millions"])) for count in counts]
    refuse_reached(str(folder), "activated", float(manifest["target_millions"]), known)


def comparison_document(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> Document:
    """The document of ``mes compare --json``: every measure as p05, p50, p95 over draws, ``None`` where undefined."""
    outcomes, statuses = frames["outcomes"], price_statuses(frames["costs"], "scenario")
    spending = spending_document(frames, manifest)
    return {
        **_common(manifest),
        "scenarios": [
            _scenario(outcomes[outcomes["scenario"] == entry["name"]], entry, statuses, manifest)
            | {"spending_millions_eur": spending[entry["name"]]}
            | {key: entry[key] for key in ("folder", "world", "against") if key in entry}
            for entry in entries(manifest)
        ],
        "few_aimed": [one._asdict() for one in few_aimed(frames["uses"])],
        "best": best_document(best_table(outcomes, manifest)),
        "equity": equity_document(frames, manifest),
        "use": use_document(outcomes, frames["user_groups"], manifest),
    }


def run_document(frames: Mapping[str, pd.DataFrame], manifest: Manifest, scenario: str) -> Document:
    """The document of ``mes run --json``: weekly stocks of one scenario at the start of each Monday to the horizon."""
    outcomes, weekly = frames["outcomes"], frames["weekly"]
    entry = next((entry for entry in entries(manifest) if entry["name"] == scenario), None)
    if entry is None:
        failed = next(one for one in manifest[LEFT_OUT] if one["scenario"] == scenario)
        raise RunFailedError(f"{scenario}: failed on draw {failed['draw']}: {failed['error']}")
    last = int(position(date.fromisoformat(manifest["until"])))
    rows = weekly[(weekly["scenario"] == scenario) & (weekly["week"] <= last)]
    rows = rows.assign(millions=rows["activated"] / 1e6, share=rows["activated"] / rows["living"])
    return {
        "scenario": scenario,
        **_common(manifest),
        "weeks": [monday(week).isoformat() for week in range(last + 1)],
        "activated_millions": bands(rows, "millions"),
        "activated_share": bands(rows, "share"),
        "at_horizon": _scenario(
            outcomes[outcomes["scenario"] == scenario], entry, price_statuses(frames["costs"], "scenario"), manifest
        )
        | {"spending_millions_eur": spending_document(frames, manifest)[scenario]},
    }


def _common(manifest: Manifest) -> Document:
    """What both documents say of the run."""
    keys = ("people", "draws", "seed", "engine", "structure", "policy_start", "target_millions", "data_end", "quick")
    return {
        **{key: manifest[key] for key in keys},
        "target_on": manifest.get("target_on", "activated"),
        "averaged": manifest.get("averaged"),
        "drivers": dict(manifest["drivers"]),
        "costs": dict(manifest.get("costs") or {}),
        **learned_document(manifest),
        "horizon": manifest["until"],
        "target_dates_until": last_looked_at(manifest),
        "paired": manifest.get("paired", True),
        "differences": list(manifest.get("differences", ())),
        "left_out": [{key: one[key] for key in ("scenario", "draw", "error")} for one in manifest.get(LEFT_OUT, ())],
        "failed_draws": [failure["draw"] for failure in manifest.get("failures", ())],
        "version": manifest["version"],
        "command_line": manifest["command_line"],
        **within_document(manifest),
    }


def learned_document(manifest: Manifest) -> Document:
    """The file of effects that trials have taught, with its SHA-256, and median and 90 % interval of each."""
    laws = manifest.get("learned") or ()
    found = [{key: law[key] for key in ("name", "p05", "p50", "p95")} for law in laws]
    return {"effects": dict(manifest.get("effects") or {}), "learned_effects": found}


def within_document(manifest: Manifest, what: str = "persons", how: str = "quantiles over draws") -> Document:
    """Whose persons are counted: those of the country, or of one region."""
    region = manifest.get("region")
    unit = f"{what} of {region or 'the whole country'}; {how}"
    more = {} if region is None else {key: manifest[key] for key in ("region_share", "level")}
    return {"region": region, **more, "unit": unit}


def _scenario(
    outcomes: pd.DataFrame, entry: Mapping[str, object], statuses: Mapping[str, str], manifest: Manifest
) -> Document:
    """One scenario at the horizon, and when it reaches the target; a date that is ``None`` is later than
    ``target_dates_until``."""
    by = by_document(outcomes["reached_date"].to_list(), manifest)
    return {**scenario_summary(outcomes, entry, statuses), "target_reached_by": by}


def scenario_summary(
    outcomes: Mapping[str, Any] | pd.DataFrame, entry: Mapping[str, Any], statuses: Mapping[str, str]
) -> dict[str, Any]:
    """One scenario at the horizon; columns of ``outcomes`` have a value per draw, ``statuses`` are those of prices by
    scenario."""
    reached, draws = int(outcomes["reached"].sum()), len(outcomes["reached"])
    return {
        "scenario": entry["name"],
        "title": entry["title"],
        **{measure: spread(outcomes[measure]) for measure in (*MEASURES, *USE_MEASURES) if measure in outcomes},
        "probability_of_target": reached / draws,
        "probability_of_target_interval": [rounded(bound) for bound in jeffreys(reached, draws)],
        "target_date": date_quantiles(outcomes["reached_date"]),
        "price_status": statuses.get(entry["name"], ""),
    }


def bands(rows: pd.DataFrame, column: str) -> dict[str, list[float | None]]:
    """Quantiles over draws, one number a week."""
    table = rows.pivot(index="week", columns="draw", values=column).sort_index().to_numpy()
    return {name: [rounded(float(v)) for v in np.quantile(table, level, axis=1)] for name, level in LEVELS.items()}
