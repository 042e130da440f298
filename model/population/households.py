"""Guardians of minors, and what minors share with them: families as large as INSEE counts them.

A minor draws how many older minors the family has. A first one has a parent as it would be found: the parent's age at
the birth is normal, cut to 18..45, and the guardian is anybody of the birth year that follows from it who is of age,
there when the child enters, and has no child yet. A later one has an older sibling: a child born some years before in
the same region, or the next in the order of ages, whose guardian has just as many wards; the guardian is shared. Where
that sibling would be of age already, or there is none, the minor counts as a first one.

Minors share the guardian's doctor, and the notice of the pilot, which went to the household. One thread does a region,
from old to young, so older siblings and the guardian's own attributes are settled.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Int64
from scipy import special

from model.population.attributes import (
    OLDER_SIBLING,
    PARENT,
    PARENT_AGE,
    PILOT,
    SIBLING_GAP,
    SIBLINGS,
    Columns,
    Int,
    row_in,
)
from model.terms.jit import inlined, kernel
from model.terms.keyed import uniform
from model.terms.shapes import Bytes, Counts, Keys
from model.terms.weeks import MAJORITY

PARENT_MEAN, PARENT_SD, PARENT_FROM, PARENT_TO = 29.8, 4.6, 18, 45
"""Age of a parent at the birth of the first child who is still a minor, years, *assumed*; 31 (sd 5) over all."""
OLDER_SIBLINGS = 0.545, 0.165, 0.036
"""Chances of at least one, two and three older siblings to look for: give 44.5, 38.4, 13.2 and 3.9 % of families with
1, 2, 3 and more minors (INSEE, 2007), for some of the siblings are of age already."""
GAPS = 1, 2, 2, 3, 3, 3, 4, 4, 5, 6
"""Years between siblings, equally likely, *assumed*."""
LEVELS, ATTEMPTS, FARTHEST = 1024, 8, 100
_PILOT, _MAJORITY, _ATTEMPTS, _FARTHEST, _GAPS = int(PILOT), MAJORITY, ATTEMPTS, FARTHEST, np.array(GAPS, np.int64)
_SIBLINGS = np.array(OLDER_SIBLINGS)


def parent_ages() -> Int64[Counts, " level"]:
    """Whole years between the births of parent and first child at equally likely levels."""
    edges = np.array([PARENT_FROM - 0.5, PARENT_TO + 0.5])
    low, high = special.ndtr((edges - PARENT_MEAN) / PARENT_SD)
    levels = special.ndtri(low + (np.arange(LEVELS) + 0.5) / LEVELS * (high - low))
    return np.rint(PARENT_MEAN + PARENT_SD * levels).astype(np.int64)


@kernel
def fill_households(
    first: Int, last: Int, cohorts: Int, start: Counts, ages: Counts, wards: Bytes, keys: Keys, p: Columns
) -> None:
    """Guardians of the minors of the regions ``first <= region < last``, and what they take from them; how many wards
    each row gets is counted in ``wards``, which comes as zeros."""
    for region in range(first, last):
        bounds = start[region * cohorts], start[(region + 1) * cohorts]
        for cohort in range(cohorts):
            cell = region * cohorts + cohort
            for i in range(start[cell], start[cell + 1]):
                if p.birth_week[i] + _MAJORITY > p.entry[i]:
                    find_household(i, region * cohorts, cell, bounds, start, ages, wards, keys, p)


@inlined
def find_household(
    i: Int,
    oldest: Int,
    cell: Int,
    bounds: tuple[Int, Int],
    start: Counts,
    ages: Counts,
    wards: Bytes,
    keys: Keys,
    p: Columns,
) -> None:
    """Guardian of one minor: an older sibling's, or else a parent's; ``oldest`` is the first cell of the region."""
    guardian = sibling_guardian(i, oldest, cell, bounds, start, wards, keys, p)
    if guardian < 0:
        guardian = find_guardian(i, oldest, cell, bounds, start, ages, wards, keys, p)
    p.guardian[i] = guardian
    if guardian >= 0:
        wards[guardian] += wards[guardian] < 255
        share_household(i, guardian, p)


@inlined
def sibling_guardian(
    i: Int, oldest: Int, cell: Int, bounds: tuple[Int, Int], start: Counts, wards: Bytes, keys: Keys, p: Columns
) -> Int:
    """Guardian of an older minor who has as many wards as the family is to have; -1 for a first child."""
    wanted = siblings_wanted(uniform(keys[SIBLINGS], i, 0))
    if wanted == 0:
        return np.int64(-1)
    gap = _GAPS[int(uniform(keys[SIBLING_GAP], i, 0) * len(_GAPS))]
    j = row_in(start, max(cell - gap, oldest), bounds[0], bounds[1], uniform(keys[OLDER_SIBLING], i, 0))
    j = max(min(j, i - 1), bounds[0])
    if p.guardian[j] < 0:
        return np.int64(-1)
    # Among few people there may be no family of that size: then one with at least a child.
    for most in (wanted, 255):
        for step in range(_FARTHEST):
            if fits(j - step, i, (wanted if most == wanted else 1, most), bounds[0], wards, p):
                return np.int64(p.guardian[j - step])
            if fits(j + step, i, (wanted if most == wanted else 1, most), bounds[0], wards, p):
                return np.int64(p.guardian[j + step])
    return np.int64(-1)


@inlined
def fits(j: Int, i: Int, size: tuple[Int, Int], low: Int, wards: Bytes, p: Columns) -> bool:
    """Whether row ``j`` can be an older sibling of ``i``: before it, its guardian with ``size`` wards (from, to)."""
    if not low <= j < i or p.guardian[j] < 0:
        return False
    guardian = np.int64(p.guardian[j])
    return size[0] <= wards[guardian] <= size[1] and is_guardian(p, guardian, np.int64(p.entry[i]))


@inlined
def siblings_wanted(u: float) -> Int:
    """Older minors of the family, 0 to 3."""
    wanted = 0
    for share in _SIBLINGS:
        wanted += int(u < share)
    return wanted


@inlined
def is_guardian(p: Columns, j: Int, week: Int) -> bool:
    """Whether a row is there and of age in a week."""
    return p.entry[j] <= week < p.exit[j] and p.birth_week[j] + _MAJORITY <= week


@inlined
def find_guardian(
    i: Int,
    oldest: Int,
    cell: Int,
    bounds: tuple[Int, Int],
    start: Counts,
    ages: Counts,
    wards: Bytes,
    keys: Keys,
    p: Columns,
) -> Int:
    """Row of the parent of ``i``, if possible without a child yet; after a few attempts the nearest in the order of
    ages; -1 if there is nobody."""
    low, high, week = bounds[0], bounds[1], np.int64(p.entry[i])
    j = np.int64(i)
    for attempt in range(2 * _ATTEMPTS):
        parent = max(cell - ages[int(uniform(keys[PARENT_AGE], i, attempt) * len(ages))], oldest)
        j = row_in(start, parent, low, high, uniform(keys[PARENT], i, attempt))
        if is_guardian(p, j, week) and (wards[j] == 0 or attempt >= _ATTEMPTS):
            return j
    for step in range(1, high - low):
        if j - step >= low and is_guardian(p, j - step, week):
            return j - step
        if j + step < high and is_guardian(p, j + step, week):
            return j + step
    return np.int64(-1)


@inlined
def share_household(i: Int, guardian: Int, p: Columns) -> None:
    """Copy doctor and pilot notice."""
    p.doctor[i] = p.doctor[guardian]
    if p.entry[i] == 0:
        p.flags[i] = (p.flags[i] & (255 - _PILOT)) | (p.flags[guardian] & _PILOT)
