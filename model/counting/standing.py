"""Where people of fixed groups stand: who is activated, how far the others have come, and what last stopped them.

Groups that are fixed at the start of a policy can't gain or lose members by birthdays, births or arrivals: a change is
a change of people, not of their make-up.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from model.counting.census import group_codes, group_names
from model.engine.completion import identity, stopped_by
from model.engine.people import has_barrier, majority_week, opposes
from model.engine.records import LAST_STOP, LAST_STOP_SHIFT
from model.terms.jit import kernel
from model.terms.outcome import BARRIERS, DIMENSIONS, OBSTACLES, WOULD_PASS, StandingTable
from model.terms.weeks import WEEKS

COLUMNS = ("living", "activated", *OBSTACLES, WOULD_PASS, *BARRIERS)
LIVING, ACTIVATED, REFUSED, GUARDIAN, CHILD, UNAWARE, NOT_VISITED, STOPPED = range(8)
PASSES = STOPPED + 4
"""Stopped at the last visit, and nothing would stop another one now."""
HAS, HAS_NONE = PASSES + 1, PASSES + 5
TRIAL = np.int64(32767)
"""Process code of a visit that is only asked about: no contact of the model has it."""
_FIRST, _LAST, _BY_NOBODY = np.int64(0), np.int64(WEEKS - 1), np.bool_(False)


def standing_tables(model: Any, since: int) -> list[StandingTable]:
    """A table for each of ``DIMENSIONS``, of either engine, at the start of the week that the model is at: what stopped
    a person last is known of today only.

    Args:
        model: ``AdoptionModel`` or ``ReferenceModel``.
        since: week whose groups hold, not after the model's week.
    """
    if since > model.week:
        raise ValueError(f"groups of week {since}; allowed: 0 to {model.week}")
    names = [group_names(model, dimension) for dimension in DIMENSIONS]
    codes = np.empty((len(DIMENSIONS), model.population.n), np.uint8)
    for row, dimension in zip(codes, DIMENSIONS, strict=True):
        row[:] = group_codes(model, dimension, since)
    counts = np.zeros((len(DIMENSIONS), len(COLUMNS), max(map(len, names))), np.int64)
    count_standing(model.run, codes, since, model.week, counts)
    persons = counts * model.population.weight
    return [
        StandingTable(
            dimension,
            names[d],
            since,
            (model.week,),
            {column: persons[np.newaxis, d, c, : len(names[d])] for c, column in enumerate(COLUMNS)},
        )
        for d, dimension in enumerate(DIMENSIONS)
    ]


@kernel
def count_standing(r, codes, since, week, counts):
    """Add the living members of fixed groups at the start of a week to ``counts`` [dimension, column, group]."""
    for i in range(r.state.shape[0]):
        if not (r.people[i].entry <= since < r.people[i].exit and week < r.people[i].exit):
            continue
        _add(codes, i, LIVING, counts)
        if r.state[i].activated < week:
            _add(codes, i, ACTIVATED, counts)
            continue
        place = obstacle(r, i, week)
        _add(codes, i, place, counts)
        if place < UNAWARE:
            continue
        if place >= STOPPED and would_pass(r, i, week):
            _add(codes, i, PASSES, counts)
        barriers = 0
        for barrier in range(4):
            if has_barrier(r.world, i, np.int64(barrier)):
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
    """How far a living person not activated has come by the start of a week: a column from REFUSED on."""
    if opposes(r.world, i):
        return REFUSED
    if majority_week(r.people, i) > week:
        guardian = np.int64(r.people[i].guardian)
        return CHILD if guardian >= 0 and r.state[guardian].activated < week else GUARDIAN
    if r.state[i].aware >= week:
        return UNAWARE
    if r.state[i].visited >= week:
        return NOT_VISITED
    return STOPPED + ((np.int64(r.state[i].marks) & LAST_STOP) >> LAST_STOP_SHIFT) - 1


@kernel
def would_pass(r, i, week):
    """Whether nothing would stop a person who came back to the site this week, not on a doctor's recommendation."""
    return stopped_by(r, i, min(week, _LAST), identity(TRIAL, _FIRST, i), _BY_NOBODY) < 0
