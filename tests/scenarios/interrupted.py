"""Ctrl-C at the worst moments: right after the main thread took a lock that other threads need.

``python -m tests.scenarios.interrupted ours|naive MOMENTS`` runs an ensemble once for each of the first so many moments
and prints how often it was interrupted and how often a thread was left waiting for ever.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, ThreadPoolExecutor, _base, wait
from typing import Any

from foundation.tasks.ensemble import run_ensemble

ITEMS = [0.002] * 8


class At:
    """Raises SIGINT in the main thread within its n-th taking of a lock, when it holds the lock already."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def wrapped(self, enter: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def entered(lock: Any) -> Any:
            result = enter(lock)
            if threading.get_ident() == threading.main_thread().ident:
                self.left -= 1
                if self.left == 0:
                    signal.raise_signal(signal.SIGINT)
            return result

        return entered


def ours(pool: Executor) -> None:
    run_ensemble(time.sleep, ITEMS, lambda: pool, window=4)


def naive(pool: Executor) -> None:
    """What any program does that waits for futures and is interrupted."""
    try:
        running = {pool.submit(time.sleep, item) for item in ITEMS}
        while running:
            running -= wait(running, return_when=FIRST_COMPLETED).done
    except KeyboardInterrupt:
        pool.shutdown(wait=False, cancel_futures=True)
        raise


def trial(run: Callable[[Executor], None], moment: int) -> tuple[bool, bool]:
    """Whether ``run`` was interrupted, and whether a thread of its pool is stranded."""
    pool, at = ThreadPoolExecutor(2), At(moment)
    kept = threading.Condition.__enter__, _base._AcquireFutures.__enter__  # type: ignore[attr-defined]
    interrupted = False
    threading.Condition.__enter__ = at.wrapped(kept[0])  # type: ignore[method-assign]
    _base._AcquireFutures.__enter__ = at.wrapped(kept[1])  # type: ignore[attr-defined]
    try:
        run(pool)
    except KeyboardInterrupt:
        interrupted = True
    finally:
        threading.Condition.__enter__, _base._AcquireFutures.__enter__ = kept  # type: ignore[method-assign, attr-defined]
    for thread in pool._threads:
        thread.join(0.3)
    return interrupted, any(thread.is_alive() for thread in pool._threads)


def main() -> None:
    run, moments = {"ours": ours, "naive": naive}[sys.argv[1]], int(sys.argv[2])
    trials = [trial(run, moment + 1) for moment in range(moments)]
    print(json.dumps({"interrupted": sum(i for i, _ in trials), "stranded": sum(s for _, s in trials)}), flush=True)
    os._exit(0)  # stranded threads would be waited for


if __name__ == "__main__":
    main()
