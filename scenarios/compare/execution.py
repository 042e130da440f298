"""Carries out an experiment in a run folder: draws in parallel, parts as they finish, final tables, the manifest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from foundation.errors import ClusterLostError, StorageError
from foundation.store import manifest as manifests
from foundation.store.fingerprint import code_fingerprint
from foundation.store.manifest import Manifest, identity
from foundation.work.ensemble import Failure, run_ensemble
from foundation.work.executors import Site, local_site
from scenarios.compare import parts, runs
from scenarios.compare.parts import Encoded
from scenarios.draw import Draw
from scenarios.experiment import Experiment, Frames, Settings, simulate_draw
from scenarios.language.schema import Lang, Scenario

LANGUAGES: tuple[Lang, ...] = ("en", "fr")
Simulate = Callable[[Experiment, Draw], Frames]


class OtherCodeError(Exception):
    """A worker's code differs from that of the program which sends it work."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a worker is sent."""

    experiment: Experiment
    draw: Draw
    folder: Path | None
    """Run folder to leave the part in; ``None`` where the worker doesn't share the disk: the part travels back."""
    run: str
    """Identity of the run, for the part."""
    code: str
    """Code that has to compute it."""
    simulate: Simulate = simulate_draw


def work(task: Task) -> Encoded | None:
    """Simulates one draw and leaves its part in the run folder, or returns it."""
    if task.code != code_fingerprint():
        raise OtherCodeError(f"the worker runs other code or libraries ({code_fingerprint()}, not {task.code})")
    encoded = parts.encode(task.simulate(task.experiment, task.draw))
    if task.folder is None:
        return encoded
    parts.write_part(task.folder, task.draw.index, encoded, task.run)
    return None


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
        "code": code_fingerprint(),
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
    workers: int = 1,
    site: Site | None = None,
    progress: Callable[[int], None] = lambda finished: None,
    simulate: Simulate = simulate_draw,
) -> Manifest:
    """Simulates the draws that the folder lacks and finishes the folder; returns its manifest.

    Computed on ``site``, by default on at most ``workers`` local processes. Status afterwards: ``complete``, or
    ``failed`` when draws failed (the final tables hold the others). ``progress`` is told how many draws are over.

    Raises:
        RunFailedError: no draw finished, the disk is full (``StorageError``) or the cluster is lost
            (``ClusterLostError``). What has finished is kept; the manifest says what happened.
        KeyboardInterrupt: likewise.
    """
    if manifest["status"] == "complete":
        progress(len(draws))
        return manifest
    missing = _missing(draws, folder)
    site = site or local_site(max(1, min(workers, len(missing))), experiment.threads)
    manifest = {**manifest, "executor": dict(site.name)}
    entries: list[dict[str, Any]] = []
    try:
        failures = _simulate(
            experiment, missing, folder, manifest, site, _Count(len(draws), len(missing), progress), simulate
        )
        manifest = {**manifest, "incidents": [*manifest.get("incidents", ()), *site.incidents]}
        entries += [runs.failure_entry(missing[failure.index].index, failure) for failure in failures]
        return runs.finish(folder, manifest, runs.gather(folder, {**manifest, "failures": entries}), entries)
    except KeyboardInterrupt:
        runs.mark(folder, manifest, "interrupted", entries)
        raise
    except (StorageError, ClusterLostError) as error:
        runs.mark(folder, manifest, "failed", entries, str(error))
        kept = len(parts.finished_draws(folder))
        raise type(error)(f"{error}\n  {kept} of {len(draws)} draws are kept; --resume finishes the rest") from None
    except Exception as error:
        runs.mark(folder, manifest, "failed", entries, str(error))
        raise


def _missing(draws: Sequence[Draw], folder: Path) -> list[Draw]:
    there = parts.finished_draws(folder)
    return [draw for draw in draws if draw.index not in there]


class _Count:
    """Tells ``progress`` how many draws are over."""

    def __init__(self, total: int, missing: int, progress: Callable[[int], None]) -> None:
        self.over, self.progress = total - missing, progress
        progress(self.over)

    def one_more(self) -> None:
        self.over += 1
        self.progress(self.over)


def _simulate(
    experiment: Experiment,
    draws: Sequence[Draw],
    folder: Path,
    manifest: Manifest,
    site: Site,
    count: _Count,
    simulate: Simulate,
) -> tuple[Failure, ...]:
    """Runs ``draws``, whose positions failures give."""
    run, code = identity(manifest), code_fingerprint()
    place = folder if site.shares_disk else None

    def done(task: Task, encoded: Encoded | None) -> None:
        if encoded is not None:
            parts.write_part(folder, task.draw.index, encoded, run)
        count.one_more()

    def lost(positions: tuple[int, ...]) -> None:
        site.note("worker lost", draws=[draws[position].index for position in positions])

    return run_ensemble(
        work,
        [Task(experiment=experiment, draw=d, folder=place, run=run, code=code, simulate=simulate) for d in draws],
        site.make,
        window=site.window,
        done=done,
        failed=lambda failure: count.one_more(),
        lost=lost,
        fatal=(StorageError,),
    )
