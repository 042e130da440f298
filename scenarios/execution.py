"""Carries out an experiment in a run folder: draws in parallel, parts as they finish, final tables, the manifest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scenarios import manifest as manifests
from scenarios import runs
from scenarios.draw import Draw
from scenarios.ensemble import Failure, executor_factory, run_ensemble
from scenarios.experiment import Experiment, Settings, simulate_draw
from scenarios.manifest import Manifest
from scenarios.schema import Lang, Scenario

LANGUAGES: tuple[Lang, ...] = ("en", "fr")


@dataclass(frozen=True)
class Task:
    """What a worker is sent."""

    experiment: Experiment
    draw: Draw
    folder: Path


def work(task: Task) -> int:
    """Simulates one draw and leaves its part in the run folder; returns the draw's index."""
    runs.write_part(task.folder, task.draw.index, simulate_draw(task.experiment, task.draw))
    return task.draw.index


def describe(
    experiment: Experiment,
    *,
    command: str,
    command_line: Sequence[str],
    texts: Mapping[str, str],
    data: Mapping[str, str],
    draws_file: str,
    stock_targets: Sequence[Mapping[str, Any]],
) -> Manifest:
    """The manifest of a run that has not begun.

    ``texts`` maps scenarios to the text of their files, ``data`` data files to their SHA-256; ``stock_targets`` are the
    published stocks that pictures show: date, millions, error_millions, kind.
    """
    settings = experiment.settings
    return {
        "format": manifests.FORMAT,
        "version": manifests.package_version(),
        "command": command,
        "command_line": list(command_line),
        **_settings(settings),
        "data_end": experiment.history.data_end.isoformat(),
        "scenarios": [scenario_entry(scenario, texts[scenario.name]) for scenario in experiment.scenarios],
        "data": dict(data),
        "draws_file": draws_file,
        "draws_sha256": data[draws_file],
        "stock_targets": [dict(target) for target in stock_targets],
        "machine": manifests.machine(),
        "failures": [],
        "files": {},
    }


def _settings(settings: Settings) -> dict[str, Any]:
    return {
        "people": settings.people,
        "draws": settings.draws,
        "seed": settings.seed,
        "engine": settings.engine,
        "structure": asdict(settings.structure),
        "averaged": dict(settings.averaged) if settings.averaged else None,
        "policy_start": settings.policy_start.isoformat(),
        "until": settings.until.isoformat(),
        "target_millions": settings.target_millions,
        "every": settings.every,
        "quick": settings.quick,
    }


def scenario_entry(scenario: Scenario, text: str) -> dict[str, Any]:
    """A scenario as the manifest records it, text of its file included."""
    titles: dict[str, str] = {lang: scenario.title(lang) for lang in LANGUAGES}
    return {"name": scenario.name, "title": titles, "sha256": scenario.sha256, "text": text}


def execute(
    experiment: Experiment,
    draws: Sequence[Draw],
    folder: Path,
    manifest: Manifest,
    *,
    workers: int,
    progress: Callable[[int], None] = lambda finished: None,
) -> Manifest:
    """Simulates the draws that the folder lacks and finishes the folder; returns its manifest.

    Status afterwards: ``complete``, or ``failed`` when draws failed (the final tables hold the others).
    ``progress`` is told how many draws are over. ``RunFailedError`` if none finished; an interrupt is noted in the
    manifest and passed on.
    """
    if manifest["status"] == "complete":
        progress(len(draws))
        return manifest
    failures = _simulate(experiment, draws, folder, manifest, workers, progress)
    entries = [runs.failure_entry(draws[failure.index].index, failure) for failure in failures]
    try:
        frames = runs.gather(folder, {**manifest, "failures": entries})
    except Exception:
        runs.mark(folder, manifest, "failed", entries)
        raise
    return runs.finish(folder, manifest, frames, entries)


def _simulate(
    experiment: Experiment,
    draws: Sequence[Draw],
    folder: Path,
    manifest: Manifest,
    workers: int,
    progress: Callable[[int], None],
) -> tuple[Failure, ...]:
    """Runs the missing draws; positions of failures refer to ``draws``."""
    there = runs.finished_draws(folder)
    missing = [i for i, draw in enumerate(draws) if draw.index not in there]
    over = len(draws) - len(missing)
    progress(over)

    def one_more(*_: Any) -> None:
        nonlocal over
        over += 1
        progress(over)

    workers = max(1, min(workers, len(missing)))
    try:
        failures = run_ensemble(
            work,
            [Task(experiment, draws[i], folder) for i in missing],
            executor_factory(workers, experiment.threads),
            window=2 * workers,
            done=one_more,
            failed=one_more,
        )
    except KeyboardInterrupt:
        runs.mark(folder, manifest, "interrupted")
        raise
    return tuple(Failure(missing[f.index], f.error, f.traceback) for f in failures)
