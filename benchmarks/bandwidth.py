"""How fast this machine moves memory: a copy as in STREAM (McCalpin 1995), and lines read at random places."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from model.terms.jit import compiled

REPEATS = 5
LINE = 64
"""Bytes of a cache line."""


@compiled
def copy(source: Any, target: Any) -> None:
    """target = source."""
    for i in range(len(source)):
        target[i] = source[i]


@compiled
def gather(rows: Any, places: Any, out: Any) -> None:
    """Read a word of each row named: one line of memory each."""
    total = np.int64(0)
    for k in range(len(places)):
        total += rows[places[k], 0]
    out[0] = total


def best(work: Callable[[int], None], threads: int) -> float:
    """Least seconds in which each thread does its part."""
    least = float("inf")
    with ThreadPoolExecutor(threads) as pool:
        for _ in range(REPEATS):
            began = time.perf_counter()
            list(pool.map(work, range(threads)))
            least = min(least, time.perf_counter() - began)
    return least


def measure(words: int, threads: int) -> dict[str, float]:
    """Bytes a second that a copy reads and writes, and lines a second read at random; ``words`` of 8 bytes an array."""
    source, target = np.ones(words, np.int64), np.zeros(words, np.int64)
    edges = np.linspace(0, words, threads + 1).astype(int)
    parts = [(source[a:b], target[a:b]) for a, b in pairwise(edges)]
    copied = best(lambda thread: copy(*parts[thread]), threads)
    rows = source.reshape(-1, LINE // 8)
    places = [np.random.default_rng(thread).integers(0, len(rows), words // 64) for thread in range(threads)]
    outs = [np.zeros(1, np.int64) for _ in range(threads)]
    read = best(lambda thread: gather(rows, places[thread], outs[thread]), threads)
    return {
        "copy_bytes_per_second": 2.0 * 8.0 * words / copied,
        "random_lines_per_second": threads * (words // 64) / read,
    }
