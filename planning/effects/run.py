"""Carries out the removals in a folder, draw by draw, and writes what is found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from foundation.errors import RunFailedError
from foundation.quantiles import rounded
from foundation.store.atomic import write_json, write_parquet
from foundation.store.manifest import Manifest
from foundation.store.parts import PARTS
from foundation.store.store import Store
from foundation.work.ensemble import executor_factory, run_ensemble
from planning.effects.effects import Task, remainder, simulate, summary
from planning.folder import create
from planning.text import write_csv
from scenarios.draw import Draw
from scenarios.experiment import Experiment

FRAMES = ("effects",)


def carry_out(
    experiment: Experiment,
    draws: Sequence[Draw],
    planned: Manifest,
    folder: Path,
    *,
    workers: int,
    resume: bool,
    progress: Callable[[int], None],
) -> tuple[Manifest, dict[str, pd.DataFrame]]:
    """Simulates the draws that the folder lacks; failed ones are named in the manifest and left out.

    Raises:
        UserError: the folder exists, or can't be resumed. RunFailedError: no draw came through.
    """
    store = create(folder, {**planned, "effects": {}}, section="effects", resume=resume)
    manifest = store.manifest
    parts = folder / PARTS
    missing = [draw for draw in draws if not _part(parts, draw.index).is_file()] if parts.is_dir() else list(draws)
    if store.complete:
        return manifest, {"effects": pd.read_parquet(folder / "effects.parquet")}
    over = len(draws) - len(missing)
    progress(over)

    def done(task: Task, table: pd.DataFrame) -> None:
        nonlocal over
        write_parquet(_part(parts, task.draw.index), table)
        over += 1
        progress(over)

    tasks = [Task(experiment, draw) for draw in missing]
    try:
        failures = run_ensemble(
            simulate, tasks, executor_factory(workers, experiment.threads), window=2 * workers, done=done
        )
    except KeyboardInterrupt:
        store.mark("interrupted")
        raise
    manifest["failures"] = [
        {"draw": missing[f.index].index, "error": f.error, "traceback": f.traceback} for f in failures
    ]
    if len(manifest["failures"]) == len(draws):
        store.mark("failed", manifest["failures"])
        raise RunFailedError(f"{folder}: no draw came through; draw {draws[0].index}: {failures[0].error}")
    return _written(store, parts)


def _part(parts: Path, draw: int) -> Path:
    return parts / f"draw-{draw:05d}.parquet"


def _written(store: Store, parts: Path) -> tuple[Manifest, dict[str, pd.DataFrame]]:
    table = pd.concat([pd.read_parquet(path) for path in sorted(parts.glob("draw-*.parquet"))], ignore_index=True)
    frames, folder, manifest = {"effects": table}, store.folder, store.manifest
    for lang in ("en", "fr"):
        write_csv(dated(summary(table), manifest), folder / f"effects.{lang}.csv", lang)
    write_json(folder / "effects.json", effects_document(frames, manifest))
    store.finish(frames, manifest["failures"], status="complete")
    return store.manifest, frames


def dated(table: pd.DataFrame, manifest: Mapping[str, object]) -> pd.DataFrame:
    """The summary with days instead of their names."""
    return table.assign(day=table["day"].map({"data_end": manifest["data_end"], "horizon": manifest["until"]}))


def effects_document(frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The document of ``mes effects --json``."""
    table = frames["effects"]
    pilot = remainder(table).groupby("day")["pilot"].median()
    records = dated(summary(table), manifest).to_dict("records")
    return {
        **{k: manifest[k] for k in ("people", "draws", "seed", "structure", "data_end", "quick", "version")},
        "command_line": manifest["command_line"],
        "horizon": manifest["until"],
        "failed_draws": [failure["draw"] for failure in manifest["failures"]],
        "activated_before_launch_millions": rounded(float(pilot.iloc[0])),
        "measures": {
            "attributed": "activations whose last contact came through the channel, millions",
            "effect": "activations missing in the status quo simulated from the launch without the channel, millions",
        },
        "channels": [
            {str(k): rounded(v) if isinstance(v, float) else v for k, v in record.items()} for record in records
        ],
    }
