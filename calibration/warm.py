"""Compile the engine once, ahead of the first run: ``python -m calibration.warm``.

Compiled code is kept in the user's cache folder (``MES_CACHE_DIR`` names another) until a file of ``model`` changes.
Compiling before worker processes start keeps each of them from doing it again.
"""

from __future__ import annotations

import subprocess
import sys
import time

from model.terms.cached import cache_mark


def ensure_compiled() -> None:
    """Compile whatever is not in the cache yet, in two processes; says so on stderr."""
    done = cache_mark()
    if done.exists():
        return
    print("compiling the engine: once after an installation or an edit, about a minute", file=sys.stderr)
    began = time.monotonic()
    from calibration.compiling import run_counting, run_engine

    other = subprocess.Popen([sys.executable, "-P", "-m", "calibration.compiling"])
    run_engine()
    if other.wait() != 0:
        run_counting()
    try:
        done.parent.mkdir(parents=True, exist_ok=True)
        done.touch()
    except OSError:  # a cache that can't be written costs time at every start, nothing else
        print(
            f"the compiled engine can't be kept in {done.parent}; MES_CACHE_DIR names another folder", file=sys.stderr
        )
    print(f"compiled in {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    ensure_compiled()
