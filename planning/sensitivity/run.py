"""The folder of a sensitivity analysis: which comparison it reads, what it writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from foundation.errors import UserError
from foundation.quantiles import rounded
from foundation.store import manifest as manifests
from foundation.store.atomic import write_json
from foundation.store.manifest import Manifest
from planning.folder import create
from planning.sensitivity.inputs import study_of
from planning.sensitivity.sensitivity import Choice, analyse, best_strategy
from planning.text import write_csv
from scenarios.compare.comparison import load
from scenarios.draw import Draw

_SAME = (
    "format", "version", "people", "draws", "seed", "engine", "structure", "policy_start", "until", "target_millions",
    "every", "quick", "data_end", "scenarios", "data", "draws_file", "draws_sha256",
)  # fmt: skip


def source(folder: Path, sha256_of: Callable[[str], str]) -> tuple[Manifest, pd.DataFrame]:
    """Manifest and outcomes of the comparison to analyse; ``sha256_of`` a draws file by its name in manifests.

    Raises:
        UserError: no finished run folder, made of runs that share no draws, or with other draws than the present ones.
    """
    manifest, frames = load(folder)
    if not manifest.get("paired", True):
        raise UserError(f"{folder}: its runs share no draws and people, so nothing can be compared draw by draw")
    if manifest["draws_sha256"] != sha256_of(manifest["draws_file"]):
        raise UserError(
            f"{folder}: was made with other draws than {manifest['draws_file']} holds now; run mes compare again"
        )
    return manifest, frames["outcomes"]


def carry_out(
    compared: Manifest,
    outcomes: pd.DataFrame,
    draws: Sequence[Draw],
    choice: Choice,
    *,
    scenarios: Sequence[str] | None,
    source_folder: Path,
    command_line: Sequence[str],
    folder: Path,
    workers: int,
    progress: Callable[[int], None],
) -> tuple[Manifest, dict[str, pd.DataFrame]]:
    """Analyses and writes everything but pictures; the folder is made once the analysis is done."""
    frames = analyse(outcomes, draws, choice, scenarios=scenarios, workers=workers, progress=progress)
    shown = _shown(outcomes, scenarios)
    planned = {
        **{key: compared[key] for key in _SAME if key in compared},
        "command": "sensitivity",
        "command_line": list(command_line),
        "machine": manifests.machine(),
        "failures": compared["failures"],
        "files": {},
        "sensitivity": {
            "source": str(source_folder),
            "source_files": {"outcomes.parquet": compared["files"].get("outcomes.parquet")},
            "value_eur": choice.value,
            "budget_millions_eur": choice.budget,
            "shown": shown,
        },
    }
    store = create(folder, planned, section="sensitivity", resume=False)
    for lang in ("en", "fr"):
        table = frames["indices"].rename(columns={"quantity": "quantity_name"})
        write_csv(table, folder / f"indices.{lang}.csv", lang)
        write_csv(frames["information"], folder / f"information.{lang}.csv", lang)
    write_json(folder / "sensitivity.json", sensitivity_document(frames, store.manifest))
    store.finish(frames, compared["failures"], status="complete")
    return store.manifest, frames


def _shown(outcomes: pd.DataFrame, scenarios: Sequence[str] | None) -> list[dict[str, str]]:
    """Quantities of the tornado: the status quo, and a strategy's gain and cost (where it varies)."""
    reference = str(outcomes["scenario"].iloc[0])
    found = [{"quantity": "activated", "scenario": reference}]
    if outcomes["scenario"].nunique() == 1:
        return found
    name = scenarios[0] if scenarios else best_strategy(outcomes)
    rows = outcomes[outcomes["scenario"] == name]
    for quantity, column in (("additional", "additional_millions"), ("cost", "cost_millions_eur")):
        if rows[column].nunique() > 1:
            found.append({"quantity": quantity, "scenario": name})
    return found


def sensitivity_document(frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The document of ``mes sensitivity --json``."""
    indices = frames["indices"].assign(study=[study_of(str(name)) for name in frames["indices"]["input"]])
    settings = manifest["sensitivity"]
    return {
        **{
            key: manifest[key]
            for key in ("people", "seed", "structure", "policy_start", "data_end", "quick", "version")
        },
        "command_line": manifest["command_line"],
        "horizon": manifest["until"],
        "source": settings["source"],
        "draws": len(frames["inputs"]),
        "value_eur": settings["value_eur"],
        "budget_millions_eur": settings["budget_millions_eur"],
        "value_is": "assumed" if settings["value_eur"] is not None else None,
        "method": {
            "first_order": "RBD-FAST for given data (EASI) on normal scores, SALib",
            "pawn": "mean Kolmogorov-Smirnov distance over fifths, SALib",
            "information": "EVPPI by kernel ridge regression on the draws, less the mean over shuffled inputs",
        },
        "indices": _records(indices),
        "information": _records(frames["information"]),
    }


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {str(k): rounded(v) if isinstance(v, float) else v for k, v in record.items()}
        for record in table.to_dict("records")
    ]
