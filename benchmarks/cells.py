"""One cell of a benchmark, measured in a process of its own: ``python -m benchmarks.cells JOB '{"people": 20000}'``.

So its peak memory is its own, and nothing that another cell has left behind is in its time.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

Row = dict[str, Any]
ROOT = Path(__file__).parents[1]
MIB = 1024.0 * 1024.0


class CellError(RuntimeError):
    """A cell that ended with an error."""


def peak_bytes() -> float:
    """The most memory this process has held. On Linux that of this program alone: ``ru_maxrss`` there also counts the
    process it was started from."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return float(line.split()[1]) * 1024.0
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return float(used) * (1.0 if sys.platform == "darwin" else 1024.0)


def measure(job: str, limit: float = 900.0, **given: Any) -> Row:
    """The row of one cell; what it was given, its whole time and its memory are part of it.

    Raises:
        CellError: it failed, or took more than ``limit`` seconds.
    """
    command = [sys.executable, "-m", "benchmarks.cells", job, json.dumps(given)]
    began = time.monotonic()
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired:
        raise CellError(f"{job} {given}: more than {limit:.0f} s") from None
    if done.returncode != 0:
        raise CellError(f"{job} {given}: {done.stderr.strip().splitlines()[-1:]}")
    row = json.loads(done.stdout.splitlines()[-1])
    return {"job": job, **given, **row, "wall_s": time.monotonic() - began}


def main() -> None:
    """In the child: print the row."""
    from benchmarks.jobs import JOBS

    given: Row = {"threads": 1, "scenario": "status-quo", "repeats": 1, **json.loads(sys.argv[2])}
    base: list[float] = []
    row = JOBS[sys.argv[1]](**given, warmed=lambda: base.append(peak_bytes()))
    print(json.dumps({**row, "base_mib": base[0] / MIB, "peak_mib": peak_bytes() / MIB}))


if __name__ == "__main__":
    main()
