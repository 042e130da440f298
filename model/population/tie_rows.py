"""Ties as rows: counted or written person by person, in one order, and each kept once (CSR).

Row i holds ``~j`` for each ward j first, then partner and acquaintances in the order in which they were drawn.
"""

from __future__ import annotations

import numpy as np

from model.population.attributes import Int
from model.population.ties import Circles, is_couple
from model.terms.jit import inlined, kernel
from model.terms.shapes import Counts, Entries, Keys, Numbers, Starts

_ONE, _SIX_BITS = np.uint64(1), np.uint64(63)


@inlined
def put(row: Int, value: Int, low: Int, high: Int, cursor: Starts, tie: Entries) -> None:
    """Count an entry of a row (if ``tie`` is empty) or write it, if the row is this thread's."""
    if low <= row < high:
        if len(tie) > 0:
            tie[cursor[row]] = value
        cursor[row] += 1


@kernel
def visit_wards(low: Int, high: Int, guardian: Entries, cursor: Starts, tie: Entries) -> None:
    """Count or write the wards of the rows ``low <= row < high``."""
    for child in range(len(guardian)):
        if guardian[child] >= 0:
            put(guardian[child], ~child, low, high, cursor, tie)


@kernel
def visit_ties(
    low: Int,
    high: Int,
    cells: tuple[Int, Int],
    counts: Counts,
    start: Counts,
    c: Circles,
    keys: Keys,
    kept: Numbers,
    drawn: Entries,
    cursor: Starts,
    tie: Entries,
) -> None:
    """Go through the ties of some cells in one fixed order and count or write the entries of ``low <= row < high``.

    Both bounds are where a region begins or the end: then couples of other rows can be passed over.
    """
    cohorts, place = counts.shape[1], np.int64(0)
    for cell in range(cells[0], cells[1]):
        region, cohort = divmod(cell, cohorts)
        if cohort < c.couples_end and low <= start[cell] < high:
            pairs = min(counts[region, cohort, 0, 0], counts[region, cohort, 0, 1])
            visit_couples(low, high, start[cell], pairs, keys, cursor, tie)
        for i in range(start[cell], start[cell + 1]):
            for _ in range(kept[i]):
                put(i, drawn[place], low, high, cursor, tie)
                put(drawn[place], i, low, high, cursor, tie)
                place += 1


@inlined
def visit_couples(low: Int, high: Int, first: Int, pairs: Int, keys: Keys, cursor: Starts, tie: Entries) -> None:
    """Both entries of each couple of a cell."""
    for i in range(first, first + 2 * pairs, 2):
        if is_couple(i, keys):
            put(i, i + 1, low, high, cursor, tie)
            put(i + 1, i, low, high, cursor, tie)


@kernel
def starts_from(cursor: Starts) -> Int:
    """Turn the counts of rows, in ``cursor[:-1]``, into where each row begins; returns the number of entries."""
    total = np.int64(0)
    for row in range(len(cursor)):
        count = cursor[row]
        cursor[row] = total
        total += count
    return total


@kernel
def close_rows(cursor: Starts, tie: Entries) -> Int:
    """Drop repeated entries in place; ``cursor`` comes as the row ends and leaves as the row starts."""
    begin, kept = np.int64(0), np.int64(0)
    for row in range(len(cursor) - 1):
        end, first, seen = cursor[row], kept, np.uint64(0)
        cursor[row] = first
        for edge in range(begin, end):
            # One bit of 64 for each entry: only a bit met before calls for a comparison.
            bit = _ONE << (np.uint64(tie[edge]) & _SIX_BITS)
            if seen & bit == 0 or not is_among(tie[edge], first, kept, tie):
                tie[kept] = tie[edge]
                kept += 1
            seen |= bit
        begin = end
    cursor[len(cursor) - 1] = kept
    return kept


@inlined
def is_among(value: Int, first: Int, end: Int, tie: Entries) -> bool:
    """Whether a value stands in ``tie[first:end]``."""
    while first < end and tie[first] != value:
        first += 1
    return bool(first < end)
