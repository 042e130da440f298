"""Living people by group: how many know, have visited, are activated; and how far the others have come.

Groups that are fixed at the start of a policy can't gain or lose members by birthdays, births or arrivals: a change is
a change of people, not of their make-up.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8

from model.counting import tally
from model.counting.census import passed
from model.counting.interview import count_standing
from model.population.attributes import EXCLUDED
from model.terms.outcome import BARRIERS, DIMENSIONS, OBSTACLES, WOULD_PASS, GroupTable, StandingTable
from model.terms.shapes import Bytes
from model.world import World

COLUMNS = ("living", "activated", *OBSTACLES, WOULD_PASS, *BARRIERS)
"""What is counted of where people are held up, in the order of ``model.counting.interview``."""


def group_table(model: World, dimension: str, weeks: Sequence[int]) -> GroupTable:
    """Living people by group at the start of each week (``model.terms.outcome.GroupTable``)."""
    if dimension not in DIMENSIONS:
        raise ValueError(f"dimension {dimension!r}; allowed: {', '.join(DIMENSIONS)}")
    names, last = group_names(model, dimension), max(weeks, default=0)
    shape, run = (tally.STAGES, len(names), last + 2), model.run
    if dimension == "age_band":
        counts = passed(run, model.threads, tally.bands, shape, model.weekly.band_start, last)
    elif dimension == "long_term_illness":
        counts = passed(run, model.threads, tally.illness, shape, last)
    else:
        counts = passed(run, model.threads, tally.groups, shape, group_codes(model, dimension, 0), last)
    stages = np.cumsum(counts, axis=2)[:, :, list(weeks)].transpose(0, 2, 1) * model.population.weight
    living, aware, visited, activated = stages
    return GroupTable(dimension, names, tuple(weeks), living, aware, visited, activated)


def standing_tables(model: World, since: int) -> list[StandingTable]:
    """A table for each of ``DIMENSIONS``, at the start of the current week: what stopped a person last is known of
    today only.

    Args:
        model: the world at its current week.
        since: week whose groups hold.

    Raises:
        ValueError: a week after the current one.
    """
    if since > model.week:
        raise ValueError(f"groups of week {since}; allowed: 0 to {model.week}")
    names = [group_names(model, dimension) for dimension in DIMENSIONS]
    codes = np.empty((len(DIMENSIONS), model.population.n), np.uint8)
    for row, dimension in zip(codes, DIMENSIONS, strict=True):
        row[:] = group_codes(model, dimension, since)
    counts = np.zeros((len(DIMENSIONS), len(COLUMNS), max(map(len, names))), np.int64)
    count_standing(model.run, codes, since, model.week, counts)
    persons = np.asarray(counts * model.population.weight, np.float64)
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


def group_names(model: World, dimension: str) -> tuple[str, ...]:
    """Groups of a dimension, in order."""
    if dimension == "age_band":
        return model.population.bands
    if dimension == "region":
        return model.population.regions
    return ("no", "yes")


def group_codes(model: World, dimension: str, week: int) -> UInt8[Bytes, " person"]:
    """Group of each person at the start of a week."""
    population = model.population
    if dimension == "age_band":
        return population.band_at(week).astype(np.uint8, copy=False)
    if dimension == "region":
        return population.region
    if dimension == "long_term_illness":
        return (population.ill_from <= week).astype(np.uint8)
    return ((population.flags & EXCLUDED) > 0).astype(np.uint8)
