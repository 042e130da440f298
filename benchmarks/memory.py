"""How much memory a whole command takes, all its processes together, as users call it, and how long it takes.

What several processes share is counted once (Linux says so: the proportional set size). It is looked at every
``EVERY`` seconds, so that a peak shorter than that may be missed: two runs differ by some tens of MiB.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psutil

from benchmarks.rows import Row, chosen, table
from foundation.drawing.album import FOLDER as PICTURES
from foundation.store.parts import PARTS

EVERY = 0.15
STAGES = {"draws": "draws are simulated", "tables": "tables are made", "pictures": "pictures are drawn"}
"""What a comparison does, one after the other."""


def memory(people: int, draws: int, warmed: Callable[[], None], **_: Any) -> Row:
    """``mes compare`` of the whole catalogue with all pictures: the most MiB at each stage, and the seconds it took."""
    warmed()
    most = dict.fromkeys(STAGES, 0.0)

    def look(pid: int, folder: Path) -> None:
        stage = stage_of(folder, draws)
        most[stage] = max(most[stage], held_by(pid))

    took = watched(("compare", "--people", str(people), "--draws", str(draws)), look)
    return {**{f"most: {stage}": mib for stage, mib in most.items()}, "command_s": took}


def france(people: int, threads: int, warmed: Callable[[], None], **_: Any) -> Row:
    """``mes run`` of the status quo with one agent for each of the ``people`` in France: the most MiB, and seconds."""
    warmed()
    most = 0.0

    def look(pid: int, folder: Path) -> None:
        nonlocal most
        most = max(most, held_by(pid, shared_once=False))  # to tell what is shared, all pages are looked at

    took = watched(("run", "status-quo", "--people", "all", "--draws", "1", "--threads", str(threads)), look)
    return {"most": most, "command_s": took}


def watched(command: Sequence[str], look: Callable[[int, Path], None]) -> float:
    """Seconds that a command takes; meanwhile ``look`` is given its process and its folder."""
    with TemporaryDirectory() as place:
        folder, began = Path(place) / "run", time.monotonic()
        line = [sys.executable, "-m", "cli", *command, "--out", str(folder)]
        with subprocess.Popen(line, stdout=subprocess.DEVNULL) as running:
            while running.poll() is None:
                look(running.pid, folder)
                time.sleep(EVERY)
        took = time.monotonic() - began
    if running.returncode:
        raise RuntimeError(f"mes {command[0]} ended with status {running.returncode}")
    return took


def stage_of(folder: Path, draws: int) -> str:
    """What a comparison is at, by its folder."""
    if (folder / PICTURES).exists():
        return "pictures"
    with suppress(OSError):  # parts go when the folder is sealed
        found = sum(not part.name.startswith(".") for part in (folder / PARTS).iterdir())
        return "tables" if found == draws else "draws"
    return "tables" if folder.exists() else "draws"


def held_by(pid: int, *, shared_once: bool = True) -> float:
    """MiB of a process and of all that it has started; what they share is counted once, or once for each."""
    total = 0
    with suppress(psutil.Error):
        family = psutil.Process(pid)
        for process in (family, *family.children(recursive=True)):
            with suppress(psutil.Error):  # ended since
                total += process.memory_full_info().pss if shared_once else process.memory_info().rss
    return total / 2**20


def section(rows: Sequence[Row]) -> str:
    """A comparison stage by stage, and all of France."""
    parts = [compared(row) for row in chosen(rows, "memory")[-1:]]
    parts += [whole(row) for row in chosen(rows, "france")[-1:]]
    return "\n\n".join(parts)


def compared(row: Row) -> str:
    """Stage by stage."""
    lines = [[words, f"{row[f'most: {stage}']:,.0f}"] for stage, words in STAGES.items()]
    said = (
        f"`mes compare`, {row['people']:,} people × {row['draws']} draws, the whole catalogue and all pictures, as it "
        f"is called: the most memory of all its processes together, looked at every {EVERY} s; what they share is "
        f"counted once. It took {row['command_s']:.0f} s."
    )
    return f"### Memory of a comparison\n\n{said}\n\n{table(('while', 'MiB'), lines)}"


def whole(row: Row) -> str:
    """One agent a person."""
    return (
        f"### The whole of France\n\n`mes run status-quo --people all --draws 1 --threads {row['threads']}`, "
        f"{row['people']:,} people, as it is called, tables and pictures with it: {row['command_s']:.0f} s, "
        f"{row['most'] / 1024:.1f} GiB at most."
    )


def peak(row: Row) -> float:
    """MiB at the worst stage."""
    return max(float(row[f"most: {stage}"]) for stage in STAGES)
