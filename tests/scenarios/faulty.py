"""A run on made-up frames in which things go wrong as told; also a program of its own, to be stopped from outside:

``python -m tests.scenarios.faulty FOLDER [--cluster ADDRESS] [--hold DRAW]``
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from foundation.store import manifest as manifests
from foundation.store import parts
from foundation.study import carry_out
from foundation.tasks.cluster import cluster_site
from foundation.tasks.executors import Site, local_site
from tests.scenarios import made_up

NAMES = {"status-quo": 0.0, "letters": 1e6}
DRAWS = 12
PATIENCE = 300.0
"""Seconds; what takes a moment may take long on a busy machine."""


@dataclass(frozen=True)
class Number:
    """What stands for a draw."""

    index: int


@dataclass(frozen=True, kw_only=True)
class Faults:
    """What stands for an experiment: by draw, how often its worker kills itself, and which draws raise."""

    marks: Path
    """Where killed workers leave a mark."""
    kills: dict[int, int] = field(default_factory=dict)
    raises: tuple[int, ...] = ()
    hold: int = DRAWS
    """Draws from this one on wait until the file ``go`` is there."""
    threads: int = 1


def simulate(faults: Faults, draw: Number) -> dict[str, pd.DataFrame]:
    """Frames of one draw, unless told otherwise."""
    if draw.index >= faults.hold:
        (faults.marks / f"holds-{draw.index}-{os.getpid()}").touch()
        wait_for(faults.marks / "go")
    if draw.index in faults.raises:
        raise ValueError(f"draw {draw.index} is told to fail")
    died = faults.marks / f"died-{draw.index}"
    times = died.stat().st_size if died.exists() else 0
    if times < faults.kills.get(draw.index, 0):
        died.write_text("x" * (times + 1))
        os.kill(os.getpid(), signal.SIGKILL)
    return made_up.frames(NAMES, draw.index, until=date(2027, 12, 31))


def wait_for(file: Path) -> None:
    """Returns when the file is there."""
    deadline = time.monotonic() + PATIENCE
    while not file.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(str(file))
        time.sleep(0.01)


def run(folder: Path, *, resume: bool = False, workers: int = 1, site: Site | None = None, **faults: Any) -> Any:
    """Runs ``DRAWS`` draws into a folder."""
    experiment: Any = Faults(marks=folder.parent, **faults)
    draws: Any = [Number(index) for index in range(DRAWS)]
    study = made_up.study(experiment, draws, made_up.manifest(NAMES, draws=DRAWS), simulate)
    return carry_out(study, folder, resume=resume, site=site or local_site(workers)).manifest


def parts_of(folder: Path) -> int:
    """Parts that are there; none before the folder is."""
    return len(parts.keys(folder)) if folder.is_dir() else 0


def tables(folder: Path) -> dict[str, str]:
    """SHA-256 of the final tables."""
    return {path.name: manifests.sha256_of(path) for path in folder.glob("*.parquet")}


@contextmanager
def started(folder: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """The program of this module, in a process group of its own that doesn't outlive the block."""
    command = [sys.executable, "-m", "tests.scenarios.faulty", str(folder), *more]
    here = Path(__file__).parents[2]
    process = subprocess.Popen(command, cwd=here, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def parts_within(process: subprocess.Popen[str], folder: Path, count: int) -> None:
    """Waits until so many parts are there."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if parts_of(folder) >= count:
            return
        time.sleep(0.005)
    raise AssertionError(f"not {count} parts in time: {process.poll()}")


def interrupt(process: subprocess.Popen[str], how: str) -> None:
    """A terminal sends Ctrl-C to the workers too; kill -9 hits one process."""
    if how == "SIGKILL":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == (130 if how == "SIGINT" else -signal.SIGKILL), stderr
    assert "Traceback" not in stderr


@contextmanager
def told(folder: Path) -> Iterator[None]:
    """Says that Ctrl-C is listened to by now: before, Python itself answers it."""
    ready(folder).touch()
    yield


def ready(folder: Path) -> Path:
    """The file that says so."""
    return folder.with_name(f"{folder.name}.ready")


def main() -> None:
    import typer

    from cli.errors import reported

    def command(folder: Path, cluster: str = "", hold: int = DRAWS) -> None:
        with reported(), told(folder), cluster_site(cluster, made_up.MODULES) if cluster else nullcontext() as site:
            run(folder, workers=2, site=site, hold=hold)

    typer.run(command)


if __name__ == "__main__":
    sys.exit(main())
