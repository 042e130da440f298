"""What a calibration leaves for others: ``posterior.parquet``, ``summary.json``, a manifest; and the lines it prints.

``mes verify`` checks the manifest. The shipped folder has one posterior for each structure fitted.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from calibration.draws.files import POSTERIOR, SUMMARY, data_hashes, save_draws
from calibration.facts.observed import Observed
from calibration.facts.priors import FREE
from calibration.posterior import label
from calibration.posterior.calibrate import Calibration, Posterior
from calibration.posterior.simulate import values_at
from foundation.language.numbers import day, number
from foundation.store.atomic import write_bytes, write_text
from foundation.store.store import seal_made

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
