"""The folder of ``mes uncertainty``: outcomes of all runs, the split, a picture, a manifest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from calibration.draws.draws import data_hashes
from calibration.draws.structures import Alternative
from calibration.uncertainty.table import shown_rows
from calibration.uncertainty.uncertainty import SOURCES, Task
from foundation.store import manifest as manifests
from foundation.work.ensemble import Failure
from scenarios.compare.study import scenario_entry
from scenarios.compare.tables import write_csv
from scenarios.experiment import Experiment

OUTCOMES, SPLIT = "outcomes.parquet", "split.parquet"


def manifest_of(
    experiment: Experiment,
    alternatives: Sequence[Alternative],
    command_line: Sequence[str],
    failures: Sequence[Failure],
    tasks: Sequence[Task],
) -> dict[str, Any]:
    """What was run; files are added when written."""
    settings = experiment.settings
    return {
        "format": manifests.FORMAT,
        "kind": "uncertainty",
        "version": manifests.package_version(),
        "command_line": list(command_line),
        "people": settings.people,
        "draws": settings.draws,
        "seed": settings.seed,
        "policy_start": settings.policy_start.isoformat(),
        "until": settings.until.isoformat(),
        "data_end": experiment.history.data_end.isoformat(),
        "quick": False,
        "averaged": {one.name: one.weight for one in alternatives},
        "scenarios": [scenario_entry(scenario, scenario.text) for scenario in experiment.scenarios],
        "data": data_hashes(),
        "machine": manifests.machine(),
        "status": "failed" if failures else "complete",
        "failures": [
            {
                "draw": tasks[failure.index].draw.index,
                "structure": tasks[failure.index].structure,
                "run": tasks[failure.index].run,
                "error": failure.error,
            }
            for failure in failures
        ],
        "files": {},
    }


def write_all(
    folder: Path, rows: pd.DataFrame, shares: pd.DataFrame, manifest: dict[str, Any], lang: str
) -> dict[str, Any]:
    """Tables, picture and manifest; returns the document of ``--json``."""
    from calibration.uncertainty.pictures import uncertainty_split
    from scenarios.compare.pictures import save

    rows.to_parquet(folder / OUTCOMES, compression="zstd")
    shares.to_parquet(folder / SPLIT, compression="zstd")
    for language in ("en", "fr"):
        write_csv(shares, folder / f"split.{language}.csv", language)
    save(uncertainty_split(shown_rows(shares), manifest, lang), folder / f"uncertainty.{lang}")
    manifest["files"] = {name: manifests.sha256_of(folder / name) for name in (OUTCOMES, SPLIT)}
    manifests.write(folder, manifest)
    return document(shares, manifest)


def document(shares: pd.DataFrame, manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The split as JSON."""
    keys = ("people", "draws", "seed", "policy_start", "until", "data_end", "averaged", "version", "command_line")
    return {
        **{key: manifest[key] for key in keys},
        "results": [
            {
                "scenario": row["scenario"],
                "measure": row["measure"],
                "mean": row["mean"],
                "sd": row["sd"],
                "share_of_variance": {source: row[source] for source in SOURCES},
            }
            for _, row in shares.iterrows()
        ],
    }
