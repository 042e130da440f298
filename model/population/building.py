"""The insured of one draw are made: people, then guardians among them, then ties (``model.population.population``).

Ties are rows, counted or written person by person, in one order, and each kept once (CSR): row i holds ``~j`` for each
ward j first, then partner and acquaintances in the order in which they were drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from jaxtyping import Int64, Shaped

from model.engine.memory import MOST_PEOPLE, require_memory
from model.population.attributes import PERSON, Columns, Int, columns_of, fill_people, population_keys
from model.population.households import fill_households, parent_ages
from model.population.population import Population
from model.population.pyramid import Chances, Cohorts, band_of_age, build_chances, build_cohorts, cell_counts
from model.population.region import tables_alone
from model.population.ties import Circles, build_circles, draw, is_couple, most_draws
from model.terms.inputs import Demography, OneRegion
from model.terms.jit import inlined, kernel
from model.terms.shapes import Counts, Entries, Keys, Numbers, Records, Starts

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


def build_population(
    demography: Demography,
    *,
    people: int,
    seed: int,
    threads: int = 1,
    contacts: float | None = None,
    only: OneRegion | None = None,
) -> Population:
    """Everybody of one draw; the same for any number of threads.

    Args:
        people: rows present at launch; each stands for (insured at launch) / people persons.
        seed: of the population's decisions (codes 100 to 119, ``model.population.attributes``).
        threads: parts worked on at a time.
        contacts: to come per person, where known: what memory is planned with (``model.engine.memory.memory_plan``).
        only: all of them people of one region, each standing for (its insured at launch) / people persons.

    Raises:
        ValueError: ``people`` no whole number, below 1 or above ``MOST_PEOPLE``, or a demography or a region that can't
            be used.
        ShortOfMemoryError: a large number of people would not fit into the memory that is free.
    """
    if not (isinstance(people, int | np.integer) and 1 <= people <= MOST_PEOPLE):
        raise ValueError(f"people = {people}; allowed: a whole number, 1 to {MOST_PEOPLE}")
    require_memory(people, threads=threads, contacts=contacts)
    cohorts, chances, circles = _tables(demography, people) if only is None else tables_alone(demography, people, only)
    share = demography.region_age_share if only is None else np.ones((1, demography.region_age_share.shape[1]))
    counts = cell_counts(cohorts, share, people)
    start = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts.sum(axis=(2, 3)))))
    keys = population_keys(seed)
    rows = np.zeros(int(start[-1]) + 1, PERSON)
    columns = columns_of(rows)
    _fill(counts, start, chances, keys, threads, columns)
    tie = _ties(counts, start, rows, circles, keys, threads)
    return Population(
        people=people,
        weight=cohorts.insured / people,
        regions=demography.regions if only is None else (only.name,),
        bands=tuple(profile.band for profile in demography.profiles),
        band_of_age=band_of_age(demography),
        doctor_start=chances.doctor_start,
        rows=rows,
        tie=tie,
    )


@lru_cache(maxsize=4)
def _tables(demography: Demography, people: int) -> tuple[Cohorts, Chances, Circles]:
    """What the people of every draw are drawn from."""
    cohorts = build_cohorts(demography)
    return cohorts, build_chances(demography, cohorts), build_circles(demography, cohorts, people)


def _fill(counts: Counts, start: Counts, chances: Chances, keys: Keys, threads: int, columns: Columns) -> None:
    """People first, then guardians among them: a thread takes whole regions, for a minor may become a guardian."""
    ages, cohorts = parent_ages(), counts.shape[1]
    inner = np.searchsorted(start, np.linspace(0, start[-1], 4 * threads + 1)[1:-1])
    cells = np.array([0, *inner, len(start) - 1])
    _in_parts(lambda a, b: fill_people(a, b, counts, start, chances, keys, columns), cells, threads)
    regions, wards = np.arange(len(counts) + 1), np.zeros(start[-1], np.uint8)
    _in_parts(lambda a, b: fill_households(a, b, cohorts, start, ages, wards, keys, columns), regions, threads)


def _ties(
    counts: Counts, start: Counts, rows: Shaped[Records, " row"], circles: Circles, keys: Keys, threads: int
) -> Entries:
    """CSR: acquaintances are drawn once, then their ties gone through twice in the same order, to count and to write.
    A thread draws for some cells and owns the rows of some regions. Writes ``tie_start`` of ``rows``."""
    n, cohorts, regions = len(rows) - 1, counts.shape[1], start[:: counts.shape[1]]
    bounds = regions[np.abs(regions[:, None] - np.linspace(0, n, threads + 1)).argmin(axis=0)]
    cells = np.array([0, *np.searchsorted(start, np.linspace(0, n, threads + 1)[1:-1]), len(start) - 1])
    kept, cursor, guardian = np.empty(n, np.uint16), np.zeros(n + 1, np.uint32), rows["guardian"][:-1]
    parts = list(zip(cells[:-1].tolist(), cells[1:].tolist(), strict=True))
    drawn: dict[int, Entries] = {}

    def draw_part(low: int, high: int) -> None:
        drawn[low] = np.empty(most_draws(low, high, cohorts, start, circles, keys), np.int32)
        draw(low, high, cohorts, start, circles, keys, kept, drawn[low])

    def visit(low: int, high: int) -> None:
        visit_wards(low, high, guardian, cursor, tie)
        for part in parts:
            visit_ties(low, high, part, counts, start, circles, keys, kept, drawn[part[0]], cursor, tie)

    _in_parts(draw_part, cells, threads)
    tie = np.empty(0, np.int32)
    _in_parts(visit, bounds, threads)
    tie = np.empty(starts_from(cursor), np.int32)
    if len(tie) > 0:
        _in_parts(visit, bounds, threads)
    tie = tie[: close_rows(cursor, tie)]
    rows["tie_start"] = cursor
    return tie


def _in_parts(work: Callable[[int, int], None], bounds: Int64[Counts, " bound"], threads: int) -> None:
    """Call ``work(bounds[k], bounds[k + 1])`` for each part, ``threads`` at a time; errors are raised."""
    parts = list(zip(bounds[:-1].tolist(), bounds[1:].tolist(), strict=True))
    if threads == 1:
        for low, high in parts:
            work(low, high)
        return
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda part: work(*part), parts))
