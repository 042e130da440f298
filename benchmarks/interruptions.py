"""Interrupts runs at random moments and resumes them: ``python -m benchmarks.interruptions --times 60``.

Each time a run on two processes gets Ctrl-C (``--how INT``, one to three times, as a terminal sends it: to the whole
process group) or is killed (``--how KILL``, the parent alone) at a moment between its start and its usual end. It has
to end within ``PATIENCE``, with the exit status that says so and no traceback, leave no process behind, and resume to
the tables of a run that nobody stopped.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from foundation.store import manifest as manifests

RUN = ("run", "media", "--people", "3000", "--draws", "16", "--seed", "5")
ENOUGH = 10
"""Times from which on it can't be chance that all runs had finished before."""
PATIENCE = 30.0
"""Seconds for an interrupted run to end; they take one or two."""
LINGER = 2.0
"""Seconds for its workers to follow it."""


def start(folder: Path, *more: str) -> subprocess.Popen[str]:
    """The run as a process group of its own."""
    command = [sys.executable, "-m", "cli", *RUN, "--workers", "2", "--out", str(folder), *more]
    pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, start_new_session=True, **pipes)  # type: ignore[call-overload]


def tables(folder: Path) -> dict[str, str]:
    """SHA-256 of the final tables."""
    return {path.name: manifests.sha256_of(path) for path in folder.glob("*.parquet")}


def interrupt(process: subprocess.Popen[str], rng: random.Random, how: str) -> None:
    """One to three times Ctrl-C within half a second, or one kill."""
    if how == "KILL":
        process.kill()
        return
    for _ in range(rng.choice((1, 1, 2, 3))):
        os.killpg(process.pid, signal.SIGINT)
        time.sleep(rng.random() * 0.25)


def survivors(group: int) -> list[str]:
    """Processes of a group that still live ``LINGER`` seconds after its leader ended: their command lines."""
    until = time.monotonic() + LINGER
    while found := [process for process in psutil.process_iter() if belongs(process, group)]:
        if time.monotonic() > until:
            return [f"{process.pid} {process.status()}: {' '.join(process.cmdline())[:200]}" for process in found]
        time.sleep(0.05)
    return []


def belongs(process: psutil.Process, group: int) -> bool:
    """Whether a process is alive and one of a group."""
    try:
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, PermissionError, psutil.Error):
        return False


def trial(folder: Path, rng: random.Random, span: float, how: str) -> str:
    """What came of one interruption; raises ``AssertionError`` where it must not."""
    process = start(folder)
    delay = rng.random() * span
    time.sleep(delay)
    interrupt(process, rng, how)
    try:
        _, stderr = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise AssertionError(f"hung, hit after {delay:.2f} s") from None
    code = process.returncode
    # Before Python has started at all, and when it has said all and leaves, nobody can answer a signal: it ends the
    # process as it ends any other, which a shell reports as 130 too.
    early, late = (code == -signal.SIGINT and when for when in (delay < 0.3, "Written to" in stderr))
    assert code in (130 if how == "INT" else -signal.SIGKILL, 0) or early or late, (delay, code, stderr)
    assert early or "Traceback" not in stderr, (delay, stderr)
    left = survivors(process.pid)
    assert not left, (delay, code, left)
    if not folder.exists():
        return "before the folder"
    return "finished" if code == 0 else f"{manifests.read(folder)['status']}, code {code}"


def resumed(folder: Path) -> dict[str, str]:
    """Tables of the folder once finished."""
    process = start(folder, "--resume")
    _, stderr = process.communicate(timeout=300)
    assert process.returncode == 0, stderr
    assert manifests.read(folder)["status"] == "complete"
    return tables(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--how", choices=("INT", "KILL"), default="INT")
    options = parser.parse_args()
    rng, outcomes = random.Random(options.seed), Counter[str]()
    # Where this program was started with Ctrl-C ignored, as shells do for what runs in the background, so would its
    # children ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as place:
        began = time.monotonic()
        process = start(Path(place) / "whole")
        process.communicate()
        span, whole = time.monotonic() - began, tables(Path(place) / "whole")
        for number in range(options.times):
            folder = Path(place) / f"r{number}"
            outcome = trial(folder, rng, span, options.how)
            if folder.exists():
                assert resumed(folder) == whole, number
                outcome += ", resumed to the same tables"
            outcomes[outcome] += 1
            print(f"{number + 1}/{options.times}: {outcome}", file=sys.stderr)
    for outcome, times in outcomes.most_common():
        print(f"{times:4d}  {outcome}")
    hit = sum(times for outcome, times in outcomes.items() if not outcome.startswith("finished"))
    assert hit or options.times < ENOUGH, "no run was stopped before its end: nothing was tried"


if __name__ == "__main__":
    main()
