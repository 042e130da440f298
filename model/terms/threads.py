"""Threads: each works on a range of persons, and what it counts is added up in the order of ranges."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt


@cache
def _pool(threads: int, process: int) -> ThreadPoolExecutor:
    """Threads that are kept, for to start them every week would cost more than a small population's week. A process
    forked off has none of them: hence its number."""
    return ThreadPoolExecutor(threads)


def everywhere(work: Callable[[int], None], threads: int) -> None:
    """Call ``work(thread)`` on every thread and wait for all; errors are raised."""
    if threads == 1:
        work(0)
        return
    list(_pool(threads, os.getpid()).map(work, range(threads)))


def ranges(n: int, threads: int) -> list[tuple[int, int]]:
    """``n`` persons in as many ranges (first, one past the last) as there are threads, of about the same size."""
    if threads == 1:
        return [(0, n)]
    edges = np.linspace(0, n, threads + 1).astype(int).tolist()
    return list(pairwise(edges))


def counted(
    work: Callable[[int, int, npt.NDArray[np.int64]], None], n: int, threads: int, shape: tuple[int, ...]
) -> npt.NDArray[np.int64]:
    """The sum over ranges of what ``work(low, high, counts)`` adds to its zeroed int64 ``counts`` of a shape."""
    counts, parts = np.zeros((threads, *shape), np.int64), ranges(n, threads)
    everywhere(lambda thread: work(*parts[thread], counts[thread]), threads)
    return counts[0] if threads == 1 else np.asarray(counts.sum(axis=0))
