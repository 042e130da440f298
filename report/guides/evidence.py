"""``mes evidence``: remakes all shipped posteriors, and all that guides show, step by step.

A step is a command of the project in a folder of the work; one that is finished isn't done again while the code and the
data behind it are the same. With ``quick`` all happens in a copy of the project, with settings too small for any use.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from foundation.errors import RunFailedError, UserError
from foundation.store.atomic import write_text
from foundation.store.fingerprint import code_fingerprint, digest_of, sha256_of
from foundation.store.reading import read_json
from report.guides.filling import project_root
from report.guides.steps import Step, changes, remember, steps

STATE, COPY, BEFORE, CHANGES = "evidence.json", "tree", "before", "changes.md"
LEFT_BEHIND = shutil.ignore_patterns(".git", ".venv", "runs", "*.egg-info", ".*_cache", "tests")
PATTERNS = ("calibration/data/*.csv", "calibration/data/*/*.parquet", "scenarios/catalogue/*.toml")
"""Files that results depend on besides the code."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is asked."""

    folder: Path
    only: str | None = None
    quick: bool = False
    workers: int = 1


def listed(asked: Work) -> str:
    """Steps and the minutes they take; those of an earlier run in the folder, where there was one."""
    state = _read_state(asked.folder)["steps"] if (asked.folder / STATE).is_file() else {}
    lines = [f"{_minutes(step, state):6.1f} min  {step.name:34} {step.shown()}" for step in _chosen(asked)]
    total = sum(_minutes(step, state) for step in _chosen(asked))
    return "\n".join([*lines, f"{total:6.0f} min  in all, roughly (two cores)\n"])


def carry_out(asked: Work, *, resume: bool) -> str:
    """Every step that isn't done; returns what changed.

    Raises:
        UserError: the folder is there (without ``resume``), isn't (with it), or was begun the other way (``quick``).
        RunFailedError: a step failed.
    """
    chosen = _chosen(asked)
    state = _begun(asked, resume)
    root = _root(asked)
    done: list[tuple[float, float]] = []
    for number, step in enumerate(chosen):
        known = state["steps"].get(step.name, {})
        mark = _fingerprint(root, step, state["steps"])
        if known.get("status") == "done" and known["fingerprint"] == mark and not step.always:
            _say(f"[{number + 1}/{len(chosen)}] {step.name}: done before, with the same code and data")
            continue
        _say(f"[{number + 1}/{len(chosen)}] {step.name}: {_forecast(chosen[number:], done, state['steps'])}")
        if known.get("fingerprint") != mark:
            _clear(asked.folder, step)
        state["steps"][step.name] = {**known, "status": "begun", "fingerprint": mark}
        _write_state(asked.folder, state)
        seconds = _run(asked, root, step, state)
        done.append((seconds, 60 * step.minutes))
        state["steps"][step.name] = {"status": "done", "fingerprint": mark, "seconds": round(seconds, 1)}
        _write_state(asked.folder, state)
    text = changes(asked.folder / BEFORE, root)
    write_text(asked.folder / CHANGES, text)
    return text


def _chosen(asked: Work) -> list[Step]:
    everything = steps(project_root(), quick=asked.quick)
    wanted = [word.strip() for word in asked.only.split(",")] if asked.only else ["*"]
    for word in wanted:
        if not any(fnmatch(step.name, word) for step in everything):
            raise UserError(f"--only {word}: no such step; allowed: {', '.join(step.name for step in everything)}")
    return [step for step in everything if any(fnmatch(step.name, word) for word in wanted)]


def _begun(asked: Work, resume: bool) -> dict[str, Any]:
    """The state of the work; a new one remembers pages and posteriors as they are."""
    folder = asked.folder
    if resume:
        state = _read_state(folder)
        if state["quick"] != asked.quick:
            raise UserError(f"{folder}: begun {'with' if state['quick'] else 'without'} --quick; go on in the same way")
        return state
    if folder.exists():
        raise UserError(f"{folder}: exists; name another folder, or go on with --resume")
    folder.mkdir(parents=True)
    if asked.quick:
        shutil.copytree(project_root(), folder / COPY, ignore=LEFT_BEHIND)
    remember(_root(asked), folder / BEFORE)
    state = {"quick": asked.quick, "steps": {}}
    _write_state(folder, state)
    return state


def _root(asked: Work) -> Path:
    """Where results are shipped to: never the project itself when they are quick."""
    return (asked.folder / COPY).resolve() if asked.quick else project_root()


def _read_state(folder: Path) -> dict[str, Any]:
    try:
        state = read_json(folder / STATE)
        state["quick"], state["steps"]
    except (UserError, KeyError):
        raise UserError(f"{folder}: no work to go on with (it holds no readable {STATE})") from None
    return state


def _write_state(folder: Path, state: dict[str, Any]) -> None:
    write_text(folder / STATE, json.dumps(state, indent=1) + "\n")


def _clear(folder: Path, step: Step) -> None:
    """What another state of code and data has left."""
    if step.makes:
        shutil.rmtree(folder / step.makes, ignore_errors=True)


def _fingerprint(root: Path, step: Step, known: dict[str, Any]) -> str:
    """Code behind the step, data, command, and the steps that it builds on."""
    files = {
        path.relative_to(root).as_posix(): path for pattern in step.data or PATTERNS for path in root.glob(pattern)
    }
    before = [known.get(name, {}).get("fingerprint") for name in step.needs]
    inputs = {name: sha256_of(path) for name, path in files.items()}
    return digest_of([code_fingerprint(step.code, root), inputs, step.command, before])[:16]


def _run(asked: Work, root: Path, step: Step, state: dict[str, Any]) -> float:
    """Seconds that the step took. Its output goes to ``logs``, progress to the terminal."""
    for name in step.needs:
        if state["steps"].get(name, {}).get("status") != "done":
            raise UserError(f"{step.name} builds on {name}, which isn't done in {asked.folder}")
    command = [sys.executable, "-m", *step.typed(asked.workers)]
    if step.makes and (asked.folder / step.makes).exists():
        if step.resumes:
            command.append("--resume")
        elif not step.goes_on:
            _clear(asked.folder, step)
    log = asked.folder / "logs" / f"{step.name.replace('/', '-')}.txt"
    log.parent.mkdir(exist_ok=True)
    began = time.monotonic()
    with log.open("w", encoding="utf-8") as output:
        status = _wait(command, asked.folder, root, output)
    if status:
        raise RunFailedError(f"{step.name} ended with status {status} (its output: {log}); --resume tries again")
    return time.monotonic() - began


def _wait(command: Sequence[str], folder: Path, root: Path, output: Any) -> int:
    """After Ctrl-C, which the step gets too, it is left to end by itself."""
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(command, cwd=folder, env=environment, stdout=output) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise


def _minutes(step: Step, known: dict[str, Any]) -> float:
    return float(known.get(step.name, {}).get("seconds", 60 * step.minutes)) / 60


def _forecast(left: Sequence[Step], done: Sequence[tuple[float, float]], known: dict[str, Any]) -> str:
    """Scaled by how long the finished steps took against what they should have."""
    scale = sum(took for took, _ in done) / sum(planned for _, planned in done) if done else 1.0
    minutes = [scale * _minutes(step, known) for step in left]
    return f"about {minutes[0]:.0f} min; about {sum(minutes):.0f} min left in all"


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
