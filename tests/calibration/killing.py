"""Kills ``mes calibrate`` at random moments and resumes it: ``python -m tests.calibration.killing --times 3``.

The undisturbed calibration and the killed one have the same small settings. Every kill is ``kill -9`` of the parent, a
random time after a random number of files is finished: the load of the machine doesn't matter then. Finished work is
every file that stood in the folder at a kill, apart from those that a stage renews while it goes on; it must not be
written again.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from calibration.draws.files import read_draws

SETTINGS = ("--first", "64", "--waves", "1", "--wave", "64", "--people", "2000", "--draws", "40")
RENEWED = (".tmp", ".part", ".lock", "log.txt", "walk.npz", "walk-again-1.npz", "walk-again-2.npz")
"""Names (or their ends) of what is written over and over, the log and the lock among it, and of files half written."""
LAST, LONGEST = 4, 0.1
"""Files written at the very end; longest wait before a kill, as a share of the undisturbed time."""
ROOT = Path(__file__).parents[2]


def start(folder: Path, workers: int, resume: bool) -> subprocess.Popen[bytes]:
    """The calibration as a process group of its own."""
    more = ["--resume"] if resume else []
    hurried = [sys.executable, "-m", "cli.runs.hurried", "calibrate"]
    command = [*hurried, *SETTINGS, "--workers", str(workers), "--out", str(folder)]
    return subprocess.Popen(
        [*command, *more], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def finished(folder: Path) -> dict[str, int]:
    """Finished files and when they were written, nanoseconds."""
    if not folder.exists():
        return {}
    files = [file for file in folder.rglob("*") if file.is_file() and not file.name.endswith(RENEWED)]
    return {str(file.relative_to(folder)): file.stat().st_mtime_ns for file in files}


def result(folder: Path) -> tuple[np.ndarray, float, bytes]:
    """Draws, log evidence, summary."""
    values, info = read_draws(folder / "posterior.parquet")
    return values, info.log_evidence, (folder / "summary.json").read_bytes()


def undisturbed(folder: Path, workers: int) -> float:
    """Run to the end; returns the seconds it took."""
    began = time.monotonic()
    process = start(folder, workers, resume=False)
    _, errors = process.communicate()
    if process.returncode != 0:
        raise RuntimeError(errors.decode())
    return time.monotonic() - began


def killed(folder: Path, workers: int, times: int, seconds: float, files: int, rng: random.Random) -> list[str]:
    """Kill and resume; returns what went wrong, one line each. ``files`` are finished by an undisturbed calibration,
    which takes about ``seconds``."""
    problems, work = [], {}
    moments = sorted(rng.sample(range(files - LAST), times))
    for kill in range(times + 1):
        process = start(folder, workers, resume=kill > 0)
        if kill < times:
            while process.poll() is None and len(finished(folder)) < moments[kill]:
                time.sleep(0.05)
            time.sleep(rng.uniform(0.0, LONGEST) * seconds)
            process.kill()
        _, errors = process.communicate()
        if kill == times and process.returncode != 0:
            return [*problems, f"ended with {process.returncode}: {errors.decode()[-500:]}"]
        if kill < times and process.returncode != -signal.SIGKILL:
            problems.append(f"ended with {process.returncode} before kill {kill + 1}: {errors.decode()[-500:]}")
        found = finished(folder)
        for name, when in work.items():
            if found.get(name) != when:
                problems.append(f"{name} was finished before kill {kill} and written again")
        work = found
        print(f"  kill {kill + 1}: {len(work)} finished files" if kill < times else "  ran to the end", flush=True)
    return problems


def trial(folder: Path, *, workers: int, times: int, seed: int) -> list[str]:
    """One undisturbed calibration and one killed ``times`` times; returns what went wrong."""
    seconds = undisturbed(folder / "whole", workers)
    print(f"undisturbed: {seconds:.0f} s", flush=True)
    problems = killed(folder / "killed", workers, times, seconds, len(finished(folder / "whole")), random.Random(seed))
    if problems:
        return problems
    (values, evidence, summary), (again, same, also) = result(folder / "whole"), result(folder / "killed")
    if not np.array_equal(values, again):
        problems.append("other draws")
    if evidence != same:
        problems.append(f"log evidence {same}, undisturbed {evidence}")
    if summary != also:
        problems.append("another summary")
    return problems


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.calibration.killing", description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="kills")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        problems = trial(Path(folder), workers=options.workers, times=options.times, seed=options.seed)
    print("\n".join(problems) or "identical to the undisturbed calibration; no finished work was done again")
    raise SystemExit(bool(problems))


if __name__ == "__main__":
    main()
