"""What a calibration leaves for others: ``posterior.parquet``, ``summary.json``, a manifest, and the lines it prints;
and how finished ones get into the shipped data: ``python -m calibration.posterior.ship DIR [DIR ...]``.

``calibration/data/posterior`` gets one Parquet file a structure (``--origins``: ``calibration/data/origins``, one for
each last day of data), and a manifest with what ``mes calibrate`` said of each, which ``mes verify`` checks. No folder
of the machine gets in.
"""

from __future__ import annotations

import argparse
import json
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.draws.checks import refuse_unsealed
from calibration.draws.files import POSTERIOR, SHIPPED, SUMMARY, data_hashes, read_draws, save_draws, structure_name
from calibration.facts.observed import Observed
from calibration.facts.priors import FREE
from calibration.facts.tables import DATA
from calibration.posterior import Effort, label
from calibration.posterior.calibrate import Calibration, Posterior
from calibration.posterior.simulate import values_at
from foundation.errors import UserError
from foundation.language.numbers import day, number
from foundation.store import manifest as manifests
from foundation.store.atomic import write_bytes, write_text
from foundation.store.reading import read_json
from foundation.store.store import seal_made
from model.terms.parameters import Structure

KIND = "posterior"
Possible = npt.NDArray[np.bool_]
"""[draw] of a posterior."""


@dataclass(frozen=True, kw_only=True)
class Provenance:
    """How a calibration was called."""

    command: str
    command_line: Sequence[str]
    targets: str | None = None
    """File of the user's stocks."""


def publish(
    calibration: Calibration,
    posterior: Posterior,
    folder: Path,
    provenance: Provenance,
    more: Mapping[str, Callable[[Possible], bytes]] | None = None,
) -> dict[str, object]:
    """Write the files, ``more`` by their names among them, the manifest last; returns the summary.

    Of the draws those are kept at which the surveyed prevalences can be had; each is tried.
    """
    from calibration.posterior.work import feasible

    values = values_at(posterior.places)
    possible = feasible(calibration.case, values, calibration.workers)
    values = values[possible]
    summary = summary_of(calibration, posterior, len(values))
    save_draws(
        folder / POSTERIOR,
        dict(zip(FREE, values.T, strict=True)),
        command=provenance.command,
        data_end=calibration.observed.data_end,
        seed=calibration.effort.seed,
        structure=calibration.case.structure,
        log_evidence=posterior.evidence.log,
        log_evidence_error=posterior.evidence.error,
        effective=posterior.effective,
    )
    write_text(folder / SUMMARY, json.dumps(summary, indent=1, ensure_ascii=False) + "\n")
    for name, content in (more or {}).items():
        write_bytes(folder / name, content(possible))
    seal_made(folder, _manifest(calibration, provenance, len(values)))
    return summary


def summary_of(calibration: Calibration, posterior: Posterior, draws: int) -> dict[str, object]:
    """Numbers that say what was found and how far to trust it."""
    evidence, check = posterior.evidence, posterior.check
    stocks = [str(s.day) + (f" {s.region}" if s.region else "") for s in calibration.observed.stocks]
    return {
        "structure": asdict(calibration.case.structure),
        "draws": draws,
        "log_evidence": evidence.log,
        "log_evidence_error": evidence.error,
        "walk": {
            "steps": posterior.walk.steps,
            "autocorrelation_steps": posterior.walk.autocorrelation,
            "long_enough": posterior.walk.long_enough,
        },
        "information_nats": evidence.information,
        "importance_sampling": {"drawn": evidence.drawn, "effective": evidence.effective},
        "walk_against_importance_sampling": {
            "largest_difference_of_means_in_sd": float(np.abs(posterior.agreement.mean).max()),
            "largest_difference_of_means_in_errors": float(np.abs(posterior.agreement.errors).max()),
            "sd_ratio": [float(posterior.agreement.sd.min()), float(posterior.agreement.sd.max())],
        },
        "effective_sample": posterior.effective,
        "possible_share": posterior.possible,
        "check": {
            "runs": check.runs,
            "effective_share": check.effective_share,
            "stocks": {
                day: {
                    "z_mean": float(check.z_mean[k]),
                    "z_sd": float(check.z_sd[k]),
                    "inside_90": float(check.inside[k]),
                    "emulator_error": float(check.error[k]),
                }
                for k, day in enumerate(stocks)
            },
        },
        "effort": asdict(calibration.effort),
        "targets": targets_of(calibration.observed),
    }


def targets_of(observed: Observed) -> dict[str, object]:
    """What was fitted, as a reader checks it."""
    return {
        "stocks": [{**stock.described(), "region": stock.region} for stock in observed.stocks],
        "answers": [
            {"survey": a.item.survey, "key": a.item.key, "share": a.item.share, "sd": a.sd} for a in observed.answers
        ],
        "ages": [
            {"date": c.day.isoformat(), "split": c.split, "log_ratio": c.log_ratio, "sd": c.sd}
            for c in observed.contrasts
        ],
    }


def _manifest(calibration: Calibration, provenance: Provenance, draws: int) -> dict[str, Any]:
    return {
        "kind": KIND,
        "command": provenance.command,
        "command_line": list(provenance.command_line),
        "targets_file": provenance.targets,
        "seed": calibration.effort.seed,
        "draws": draws,
        "data_end": calibration.observed.data_end.isoformat(),
        "structure": asdict(calibration.case.structure),
        "data": data_hashes(),
    }


def summary_lines(summary: Mapping[str, Any], lang: str) -> Iterator[str]:
    """Lines for a terminal."""
    check = summary["check"]
    effective = number(summary["effective_sample"], 0, lang)
    yield label("calibrate.found", lang, draws=summary["draws"], effective=effective)
    yield label(
        "calibrate.log_evidence",
        lang,
        value=number(summary["log_evidence"], 2, lang),
        error=number(summary["log_evidence_error"], 2, lang),
        information=number(summary["information_nats"], 1, lang),
    )
    walk = summary["walk"]
    length = number(walk["autocorrelation_steps"], 0, lang)
    yield label("calibrate.walked", lang, steps=number(walk["steps"], 0, lang), length=length)
    if not walk["long_enough"]:
        yield label("calibrate.short", lang)
    against = summary["walk_against_importance_sampling"]
    low, high = against["sd_ratio"]
    yield label(
        "calibrate.agreement",
        lang,
        effective=number(summary["importance_sampling"]["effective"], 0, lang),
        mean=number(against["largest_difference_of_means_in_sd"], 2, lang),
        errors=number(against["largest_difference_of_means_in_errors"], 1, lang),
        low=number(low, 2, lang),
        high=number(high, 2, lang),
    )
    yield label(
        "calibrate.check",
        lang,
        runs=check["runs"],
        share=number(100 * check["effective_share"], 0, lang),
        possible=number(100 * summary["possible_share"], 0, lang),
    )
    for when, found in check["stocks"].items():
        first, _, region = when.partition(" ")
        yield "  " + label(
            "calibrate.stock",
            lang,
            day=day(date.fromisoformat(first), lang) + (f", {region}" if region else ""),
            error=number(100 * found["emulator_error"], 2, lang),
            mean=number(found["z_mean"], 2, lang),
            sd=number(found["z_sd"], 2, lang),
            inside=number(100 * found["inside_90"], 0, lang),
        )


TAKE_A_VALUE = {"--out", "--workers", "--lang", "--until", "--structure", "--counts", "--targets"}


def ship(folder: Path, into: Path, name: str) -> dict[str, object]:
    """Copy one posterior as ``name``.parquet; returns its summary.

    Raises:
        UserError: the folder holds no finished calibration.
    """
    if not (folder / SUMMARY).is_file():
        raise UserError(f"{folder}: no finished calibration (it holds no {SUMMARY})")
    refuse_unsealed(folder / SUMMARY)
    summary: dict[str, object] = read_json(folder / SUMMARY)
    values, info = read_draws(folder / POSTERIOR)
    save_draws(
        into / f"{name}.parquet",
        dict(zip(FREE, values.T, strict=True)),
        command=neutral(info.command, name),
        data_end=date.fromisoformat(info.data_end),
        seed=info.seed,
        key=info.key,
        structure=Structure(**dict(info.structure)),  # type: ignore[arg-type]
        log_evidence=info.log_evidence,
        log_evidence_error=info.log_evidence_error,
        effective=info.effective,
    )
    _, saved = read_draws(into / f"{name}.parquet", sealed=False)  # the manifest comes last
    if saved.data_sha256 != info.data_sha256:
        raise UserError(f"{folder}: fitted to other data than those of this version; calibrate again")
    return summary


def neutral(command: str, name: str) -> str:
    """The command as anybody would type it: ``--out`` is the name; what is usual or changes no result is left out."""
    usual = {f"--{key}": str(value) for key, value in asdict(Effort()).items()}
    head, *words = shlex.split(command)
    kept = [head]
    while words:
        word = words.pop(0)
        if word not in TAKE_A_VALUE | usual.keys() or not words:
            kept.append(word)
            continue
        value = words.pop(0)
        if word in ("--workers", "--lang") or usual.get(word) == value:
            continue
        kept += [word, name if word == "--out" else value]
    return shlex.join(kept)


def main(arguments: Sequence[str] | None = None) -> None:
    """Puts finished calibrations into the shipped data."""
    parser = argparse.ArgumentParser(prog="python -m calibration.posterior.ship", description=main.__doc__)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--origins", action="store_true", help="named by their last day of data")
    options = parser.parse_args(arguments)
    into = Path(str(DATA / "origins")) if options.origins else Path(str(SHIPPED))
    into.mkdir(exist_ok=True)
    summaries = {}
    for folder in options.folders:
        _, info = read_draws(folder / POSTERIOR)
        name = info.data_end if options.origins else structure_name(Structure(**dict(info.structure)))  # type: ignore[arg-type]
        summaries[name] = ship(folder, into, name)
        print(f"{name}: {summaries[name]['draws']} draws")
    manifests.write(into, _shipped(into, summaries))


def _shipped(into: Path, summaries: dict[str, Any]) -> dict[str, Any]:
    """All posteriors there, with the summaries of those shipped before."""
    before = manifests.read(into)["posteriors"] if (into / manifests.FILE).exists() else {}
    files = sorted(into.glob("*.parquet"))
    known = {**before, **summaries}
    return {
        "format": manifests.FORMAT,
        "kind": KIND,
        "version": manifests.package_version(),
        "status": "complete",
        "finished": manifests.now(),
        "posteriors": {file.stem: known[file.stem] for file in files},
        "failures": [],
        "files": {file.name: manifests.sha256_of(file) for file in files},
    }


if __name__ == "__main__":
    main()
