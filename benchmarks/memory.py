"""How much memory a whole comparison takes, all its processes together, as users call it.

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
    with TemporaryDirectory() as place:
        folder = Path(place) / "run"
        command = [sys.executable, "-m", "cli", "compare", "--people", str(people), "--draws", str(draws)]
        began, most = time.monotonic(), dict.fromkeys(STAGES, 0.0)
        with subprocess.Popen([*command, "--out", str(folder)], stdout=subprocess.DEVNULL) as running:
            while running.poll() is None:
                stage, held = stage_of(folder, draws), held_by(running.pid)
                most[stage] = max(most[stage], held)
                time.sleep(EVERY)
        took = time.monotonic() - began
    if running.returncode:
        raise RuntimeError(f"mes compare ended with status {running.returncode}")
    return {**{f"most: {stage}": mib for stage, mib in most.items()}, "command_s": took}


def stage_of(folder: Path, draws: int) -> str:
    """What a comparison is at, by its folder."""
    if (folder / PICTURES).exists():
        return "pictures"
    with suppress(OSError):  # parts go when the folder is sealed
        found = sum(not part.name.startswith(".") for part in (folder / PARTS).iterdir())
        return "tables" if found == draws else "draws"
    return "tables" if folder.exists() else "draws"


def held_by(pid: int) -> float:
    """MiB of a process and of all that it has started; what they share is counted once."""
    total = 0
    with suppress(psutil.Error):
        family = psutil.Process(pid)
        for process in (family, *family.children(recursive=True)):
            with suppress(psutil.Error):  # ended since
                total += process.memory_full_info().pss
    return total / 2**20


def section(rows: Sequence[Row]) -> str:
    """Stage by stage."""
    found = chosen(rows, "memory")
    if not found:
        return ""
    row = found[-1]
    lines = [[words, f"{row[f'most: {stage}']:,.0f}"] for stage, words in STAGES.items()]
    said = (
        f"`mes compare`, {row['people']:,} people × {row['draws']} draws, the whole catalogue and all pictures, as it "
        f"is called: the most memory of all its processes together, looked at every {EVERY} s; what they share is "
        "counted once."
    )
    return f"### Memory of a comparison\n\n{said}\n\n{table(('while', 'MiB'), lines)}"


def peak(row: Row) -> float:
    """MiB at the worst stage."""
    return max(float(row[f"most: {stage}"]) for stage in STAGES)
