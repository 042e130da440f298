"""Guardians: an adult of the same region for each minor, chosen as a parent would be found.

The parent's age at the birth is normal around 31 (sd 5, *assumed*), cut to 18..45; the guardian is anybody of the birth
year that follows from it who is of age and there when the child enters. Minors share the guardian's doctor, and the
notice of the pilot, which went to the household.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import special

from model.population.attributes import PARENT, PARENT_AGE, PILOT, Columns, Int
from model.population.chances import MAJORITY
from model.terms.jit import inlined, kernel
from model.terms.keyed import uniform
from model.terms.shapes import Counts, Keys

PARENT_MEAN, PARENT_SD, PARENT_FROM, PARENT_TO = 31.0, 5.0, 18, 45
"""Age of a parent at the birth of a child, years, *assumed*."""
LEVELS = 1024
ATTEMPTS = 8
_PILOT, _MAJORITY, _ATTEMPTS = int(PILOT), MAJORITY, ATTEMPTS


def parent_ages() -> npt.NDArray[np.int64]:
    """Whole years between the births of parent and child at equally likely levels, shape [level]."""
    edges = np.array([PARENT_FROM - 0.5, PARENT_TO + 0.5])
    low, high = special.ndtr((edges - PARENT_MEAN) / PARENT_SD)
    levels = special.ndtri(low + (np.arange(LEVELS) + 0.5) / LEVELS * (high - low))
    return np.rint(PARENT_MEAN + PARENT_SD * levels).astype(np.int64)


@inlined
def row_in(start: Counts, cell: Int, low: Int, high: Int, u: float) -> Int:
    """A row of a cell, or if it is empty its neighbour in age within ``low <= row < high``."""
    size = start[cell + 1] - start[cell]
    return min(max(start[cell] + int(u * size), low), high - 1)


@inlined
def is_guardian(p: Columns, j: Int, week: Int) -> bool:
    """Whether a row is there and of age in a week."""
    return p.entry[j] <= week < p.exit[j] and p.birth_week[j] + _MAJORITY <= week


@inlined
def find_guardian(
    i: Int, region: Int, cohort: Int, cohorts: Int, start: Counts, ages: Counts, keys: Keys, p: Columns
) -> Int:
    """Row of the guardian of ``i``; after a few attempts the nearest in the order of ages; -1 if there is nobody."""
    low, high = start[region * cohorts], start[(region + 1) * cohorts]
    week, j = np.int64(p.entry[i]), np.int64(i)
    for attempt in range(_ATTEMPTS):
        parent = max(cohort - ages[int(uniform(keys[PARENT_AGE], i, attempt) * len(ages))], 0)
        j = row_in(start, region * cohorts + parent, low, high, uniform(keys[PARENT], i, attempt))
        if is_guardian(p, j, week):
            return j
    for step in range(1, high - low):
        if j - step >= low and is_guardian(p, j - step, week):
            return j - step
        if j + step < high and is_guardian(p, j + step, week):
            return j + step
    return np.int64(-1)


@kernel
def fill_households(first: Int, last: Int, cohorts: Int, start: Counts, ages: Counts, keys: Keys, p: Columns) -> None:
    """Guardians of the minors of the cells ``first <= cell < last``, and what they take from them."""
    for cell in range(first, last):
        region, cohort = divmod(cell, cohorts)
        for i in range(start[cell], start[cell + 1]):
            if p.birth_week[i] + _MAJORITY > p.entry[i]:
                guardian = find_guardian(i, region, cohort, cohorts, start, ages, keys, p)
                p.guardian[i] = guardian
                if guardian >= 0:
                    share_household(i, guardian, p)


@inlined
def share_household(i: Int, guardian: Int, p: Columns) -> None:
    """Copy doctor and pilot notice. One thread does a region from old to young: the guardian's own are settled."""
    p.doctor[i] = p.doctor[guardian]
    if p.entry[i] == 0:
        p.flags[i] = (p.flags[i] & (255 - _PILOT)) | (p.flags[guardian] & _PILOT)
