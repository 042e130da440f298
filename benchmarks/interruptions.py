"""Stops commands and resumes them: ``python -m benchmarks.interruptions --command plan`` (or ``all``).

At each of three moments between its start and its usual end a small command on two processes gets Ctrl-C (one to three
times, as a terminal sends it: to the whole process group), then is killed (the parent alone). It has to end within
``PATIENCE``, with the exit status that says so and no traceback, leave no process behind, and resume to the tables of a
command that nobody stopped. Then, in a copy of the source tree, it is stopped once more, a prior is edited, and the
resume has to be refused with the name of the file. ``--times 60`` tries random moments instead, as many.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pandas as pd
import psutil

from foundation.store import manifest as manifests
from foundation.store import parts

TOP = Path(__file__).parents[1]
PACKAGES = ("foundation", "model", "scenarios", "calibration", "planning", "report", "cli")
MOMENTS = (0.45, 0.65, 0.85)
"""Shares of the usual duration."""
PATIENCE = 60.0
"""Seconds for a stopped command to end; on a quiet machine it takes one or two."""
LINGER = 5.0
"""Seconds for its workers to follow it."""
COMMANDS = {
    "run": ("run", "media", "--people", "3000", "--draws", "16", "--seed", "5"),
    "compare": ("compare", "letters-with-code", "--people", "2000", "--draws", "12"),
    "plan": ("plan", "--budget", "2M", "--levers", "email,sms", "--quick", "--people", "1000", "--draws", "4"),
    "sensitivity": ("sensitivity", "FOLDER"),
    "calibrate": (
        "calibrate",
        "--first",
        "64",
        "--waves",
        "1",
        "--wave",
        "64",
        "--draws",
        "40",
        "--people",
        "1000",
    ),
    "hindcast": ("hindcast", "--origins", "2024-10-07", "--people", "1000", "--draws", "6"),
    "survey": ("survey", "--people", "2000", "--draws", "12"),
    "fit": ("fit", "--people", "1000", "--draws", "6"),
    "uncertainty": ("uncertainty", "email-reminders", "--people", "1000", "--draws", "12"),
}
"""With small settings; FOLDER is that of a comparison of enough draws."""
MODULES = {"calibrate": "cli.runs.hurried"}
"""Of a command line other than the usual one: so small a calibration fails its check."""
COMPARED = ("compare", "letters-with-code", "--people", "500", "--draws", "40")


@dataclass(frozen=True)
class Place:
    """Where commands run: a source tree and the folder of their folders."""

    tree: Path
    runs: Path

    def start(self, command: tuple[str, ...], folder: Path, *more: str) -> subprocess.Popen[str]:
        """A command as a process group of its own."""
        words = [str(self.runs / "compared") if word == "FOLDER" else word for word in command]
        module = MODULES.get(command[0], "cli")
        line = [sys.executable, "-m", module, *words, "--workers", "2", "--out", str(folder), *more]
        pipes = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "cwd": self.tree}
        environment = {**os.environ, "PYTHONPATH": str(self.tree)}
        return subprocess.Popen(line, text=True, start_new_session=True, env=environment, **pipes)  # type: ignore[call-overload]

    def finish(self, command: tuple[str, ...], folder: Path, *more: str) -> dict[str, str]:
        """Tables of a command that nobody stops."""
        process = self.start(command, folder, *more)
        _, stderr = process.communicate()
        assert process.returncode == 0, stderr
        assert manifests.read(folder)["status"] == "complete"
        return tables(folder)


def tables(folder: Path) -> dict[str, str]:
    """SHA-256 of the final tables, of their rows alone: a posterior also holds its command line."""
    return {path.name: sha256(pd.read_parquet(path).to_csv().encode()).hexdigest() for path in folder.glob("*.parquet")}


def stop(process: subprocess.Popen[str], rng: random.Random, how: str) -> None:
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


def trial(place: Place, command: tuple[str, ...], folder: Path, rng: random.Random, delay: float, how: str) -> str:
    """What came of one interruption; raises ``AssertionError`` where it must not."""
    process = place.start(command, folder)
    time.sleep(delay)
    stop(process, rng, how)
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
    kept = f", {len(parts.keys(folder))} parts" if (folder / parts.PARTS).is_dir() else ""
    if code == 0:
        return "finished"
    # A calibration has its manifest at the end.
    return f"{manifests.read(folder)['status']}{kept}" if (folder / manifests.FILE).exists() else "begun"


def refused(place: Place, command: tuple[str, ...], folder: Path, span: float) -> str:
    """A resume after an edit of a prior: refused by the name of the file, and nothing is lost."""
    for number, moment in enumerate(reversed(MOMENTS)):  # earlier where it had ended already
        into = folder.with_name(f"{folder.name}-{number}")
        outcome = trial(place, command, into, random.Random(0), moment * span, "INT")
        if into.exists() and "finished" not in outcome:
            folder = into
            break
    assert folder.exists(), "not stopped with a folder made: nothing was tried"
    priors = place.tree / "calibration" / "data" / "priors.csv"
    text = priors.read_text(encoding="utf-8")
    priors.write_text(text + "\n", encoding="utf-8")
    try:
        process = place.start(command, folder, "--resume")
        _, stderr = process.communicate(timeout=PATIENCE)
    finally:
        priors.write_text(text, encoding="utf-8")
    assert process.returncode == 2, (process.returncode, stderr)
    assert "priors.csv" in stderr, stderr
    return f"{outcome}, refused: {stderr.strip().splitlines()[-1].strip()}"


def moments(options: argparse.Namespace, rng: random.Random) -> Iterator[tuple[float, str]]:
    """Shares of the usual duration, and how the command is stopped."""
    if options.times:
        yield from ((rng.random(), options.how) for _ in range(options.times))
    else:
        yield from ((moment, how) for how in ("INT", "KILL") for moment in MOMENTS)


def tried(place: Place, copy: Place, name: str, options: argparse.Namespace) -> Counter[str]:
    """Outcomes of one command."""
    command, rng, outcomes = COMMANDS[name], random.Random(options.seed), Counter[str]()
    began = time.monotonic()
    whole = place.finish(command, place.runs / f"{name}-whole")
    span = time.monotonic() - began
    for number, (moment, how) in enumerate(moments(options, rng)):
        folder = place.runs / f"{name}-{number}"
        outcome = f"{how}: {trial(place, command, folder, rng, moment * span, how)}"
        if folder.exists():
            assert place.finish(command, folder, "--resume") == whole, number
            outcome += ", resumed to the same tables"
        outcomes[outcome] += 1
        print(f"{name} {number + 1}, {moment:.0%}: {outcome}", file=sys.stderr, flush=True)
    hit = sum(times for outcome, times in outcomes.items() if "finished" not in outcome)
    assert hit, "no command was stopped before its end: nothing was tried"
    outcomes[refused(copy, command, place.runs / f"{name}-edited", span)] += 1
    return outcomes


def copied(folder: Path) -> Path:
    """A copy of the source tree, to be edited."""
    for package in PACKAGES:
        shutil.copytree(TOP / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--command", choices=(*COMMANDS, "all"), default="run")
    parser.add_argument("--times", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--how", choices=("INT", "KILL"), default="INT")
    options = parser.parse_args()
    # Where this program was started with Ctrl-C ignored, as shells do for what runs in the background, so would its
    # children ignore it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with tempfile.TemporaryDirectory() as name:
        runs = Path(name)
        place, copy = Place(TOP, runs), Place(copied(runs / "tree"), runs)
        names = list(COMMANDS) if options.command == "all" else [options.command]
        if "sensitivity" in names:
            place.finish(COMPARED, runs / "compared")
        for command in names:
            for outcome, times in tried(place, copy, command, options).most_common():
                print(f"{command:12s} {times:3d}  {outcome}")


if __name__ == "__main__":
    main()
