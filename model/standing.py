"""Where people of fixed groups stand: who is activated, how far the others have come, and which barriers they have.

Groups that are fixed at the start of a policy can't gain or lose members by birthdays, births or arrivals: a change is
a change of people, not of their make-up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from model.census import group_codes, group_names
from model.completion import identity, stopped_by
from model.jit import kernel
from model.outcome import BARRIERS, DIMENSIONS, OBSTACLES, StandingTable
from model.people import has_barrier, majority_week, opposes
from model.weeks import WEEKS

COLUMNS = ("living", "activated", *OBSTACLES, *BARRIERS)
LIVING, ACTIVATED, REFUSED, GUARDIAN, CHILD, UNAWARE, NOT_VISITED, STOPPED = range(8)
FREE = STOPPED + 4
"""Visited, and nothing would stop them now."""
HAS, HAS_NONE = FREE + 1, FREE + 5
TRIAL = np.int64(32767)
"""Process code of a visit that is only asked about: no contact of the model has it."""
_FIRST, _LAST, _BY_NOBODY = np.int64(0), np.int64(WEEKS - 1), np.bool_(False)


def standing_tables(model: Any, since: int, weeks: Sequence[int]) -> list[StandingTable]:
    """A table for each of ``DIMENSIONS``, of either engine.

    Args:
        model: ``AdoptionModel`` or ``ReferenceModel``, at the last of ``weeks`` or later.
        since: week whose groups hold.
        weeks: at the start of which people are counted, none before ``since``.
    """
    if weeks and (min(weeks) < since or max(weeks) > model.week):
        raise ValueError(f"weeks {min(weeks)} to {max(weeks)}; allowed: {since} to {model.week}")
    names = [group_names(model, dimension) for dimension in DIMENSIONS]
    codes = np.empty((len(DIMENSIONS), model.population.n), np.uint8)
    for row, dimension in zip(codes, DIMENSIONS, strict=True):
        row[:] = group_codes(model, dimension, since)
    counts = np.zeros((len(weeks), len(DIMENSIONS), len(COLUMNS), max(map(len, names))), np.int64)
    for at, week in enumerate(weeks):
        count_standing(model.run, codes, since, week, counts[at])
    persons = counts * model.population.weight
    return [
        StandingTable(
            dimension,
            names[d],
            since,
            tuple(weeks),
            {column: persons[:, d, c, : len(names[d])] for c, column in enumerate(COLUMNS)},
        )
        for d, dimension in enumerate(DIMENSIONS)
    ]


@kernel
def count_standing(r, codes, since, week, counts):
    """Add the living members of fixed groups at the start of a week to ``counts`` [dimension, column, group]."""
    for i in range(r.s.shape[0]):
        if not (r.p[i].entry <= since < r.p[i].exit and week < r.p[i].exit):
            continue
        _add(codes, i, LIVING, counts)
        if r.s[i].activated < week:
            _add(codes, i, ACTIVATED, counts)
            continue
        place = obstacle(r, i, week)
        _add(codes, i, place, counts)
        if place < UNAWARE:
            continue
        barriers = 0
        for barrier in range(4):
            if has_barrier(r.w, i, np.int64(barrier)):
                barriers += 1
                _add(codes, i, HAS + barrier, counts)
        if barriers == 0:
            _add(codes, i, HAS_NONE, counts)


@kernel
def _add(codes, i, column, counts):
    for dimension in range(codes.shape[0]):
        counts[dimension, column, codes[dimension, i]] += 1


@kernel
def obstacle(r, i, week):
    """How far a living person not activated has come by the start of a week: a column from REFUSED to FREE."""
    if opposes(r.w, i):
        return REFUSED
    if majority_week(r.p, i) > week:
        guardian = np.int64(r.p[i].guardian)
        return CHILD if guardian >= 0 and r.s[guardian].activated < week else GUARDIAN
    if r.s[i].aware >= week:
        return UNAWARE
    if r.s[i].visited >= week:
        return NOT_VISITED
    stop = stopped_by(r, i, min(week, _LAST), identity(TRIAL, _FIRST, i), _BY_NOBODY)
    return STOPPED + stop if stop >= 0 else FREE
