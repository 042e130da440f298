"""Compile the engine once, ahead of the first run: ``python -m calibration.warm``.

Compiled code is kept in the user's cache folder (``MES_CACHE_DIR`` names another) until a file that it is made from
changes. Compiling before worker processes start keeps each of them from doing it again.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from foundation.tasks.executors import held_back
from foundation.tasks.journal import journal
from model.terms.cached import cache_folders, cache_mark

PARTS = ("engine", "levers")
"""Those of ``calibration.compiling``."""
KEPT = 7 * 24 * 3600.0
"""Seconds for which compiled code of another version that was in use is kept: two versions may be used by turns."""


def ensure_compiled() -> None:
    """Compile whatever is not in the cache yet, in two processes; says so on stderr."""
    done = cache_mark()
    if done.exists():
        _mark(done)
        return
    if not _writable(done.parent):  # costs time at every start, nothing else: each process compiles what it needs
        journal.tell(f"the compiled engine can't be kept in {done.parent}; MES_CACHE_DIR names another folder")
        return
    journal.tell("compiling the engine: once after an installation or an edit, half a minute on two cores")
    began = time.monotonic()
    _compile()
    _mark(done)
    forget_unused(done)
    journal.tell(f"compiled in {time.monotonic() - began:.0f} s")


def _compile() -> None:
    """Two parts side by side, each in a process that gets no Ctrl-C and doesn't outlive this one's: the compiler itself
    can only be stopped from outside."""
    with held_back():
        parts = {part: subprocess.Popen([sys.executable, "-P", "-m", "calibration.compiling", part]) for part in PARTS}
    try:
        failed = [part for part, process in parts.items() if process.wait() != 0]
    finally:
        for process in parts.values():
            if process.poll() is None:
                process.kill()
                process.wait()
    if failed:
        from calibration import compiling

        for part in failed:
            compiling.PARTS[part]()


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _mark(done: Path) -> None:
    """Note that all is compiled, where, and that it is in use; as far as that can be written."""
    with suppress(OSError):
        if not done.exists():
            done.write_text("\n".join(sorted({folder.name for folder in cache_folders()})), "utf-8")
        os.utime(done)


def forget_unused(done: Path, now: float | None = None) -> None:
    """Remove the compiled code of versions that were not in use for ``KEPT`` seconds, beside the mark ``done``."""
    if os.environ.get("NUMBA_CACHE_DIR"):
        return  # not a folder of this package alone
    used = {entry: entry.stat().st_mtime for entry in done.parent.iterdir()}
    for mark in done.parent.glob("complete-*"):
        for name in mark.read_text("utf-8").split():
            folder = done.parent / name
            used[folder] = max(used.get(folder, 0.0), used.get(mark, 0.0))
    for entry, last in used.items():
        if last < (time.time() if now is None else now) - KEPT and entry != done:
            shutil.rmtree(entry, ignore_errors=True) if entry.is_dir() else entry.unlink(missing_ok=True)


if __name__ == "__main__":
    ensure_compiled()
