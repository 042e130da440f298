"""The insured of one draw are made: people, then guardians among them, then ties (``model.population.population``)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
from jaxtyping import Int64, Shaped

from model.engine.memory import MOST_PEOPLE, require_memory
from model.population.attributes import (
    PERSON,
    Columns,
    columns_of,
    fill_people,
    population_keys,
)
from model.population.households import fill_households, parent_ages
from model.population.population import Population
from model.population.pyramid import Chances, Cohorts, band_of_age, build_chances, build_cohorts, cell_counts
from model.population.tie_rows import close_rows, starts_from, visit_ties, visit_wards
from model.population.ties import Circles, build_circles, draw, most_draws
from model.terms.inputs import Demography
from model.terms.shapes import Counts, Entries, Keys, Records


def build_population(
    demography: Demography, *, people: int, seed: int, threads: int = 1, contacts: float | None = None
) -> Population:
    """Everybody of one draw; the same for any number of threads.

    Args:
        people: rows present at launch; each stands for (insured at launch) / people persons.
        seed: of the population's decisions (codes 100 to 119, ``model.population.attributes``).
        threads: parts worked on at a time.
        contacts: to come per person, where known: what memory is planned with (``model.engine.memory.memory_plan``).

    Raises:
        ValueError: ``people`` below 1 or above ``MOST_PEOPLE``, or a demography that can't be used.
        ShortOfMemoryError: a large number of people would not fit into the memory that is free.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise ValueError(f"people = {people}; allowed: 1 to {MOST_PEOPLE}")
    require_memory(people, threads=threads, contacts=contacts)
    cohorts, chances, circles = _tables(demography, people)
    counts = cell_counts(cohorts, demography.region_age_share, people)
    start = np.concatenate((np.zeros(1, np.int64), np.cumsum(counts.sum(axis=(2, 3)))))
    keys = population_keys(seed)
    rows = np.zeros(int(start[-1]) + 1, PERSON)
    columns = columns_of(rows)
    _fill(counts, start, chances, keys, threads, columns)
    tie = _ties(counts, start, rows, circles, keys, threads)
    return Population(
        people=people,
        weight=cohorts.insured / people,
        regions=demography.regions,
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
