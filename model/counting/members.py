"""Who is counted where: people in groups; doctors in levers, and for how long they are paid for."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import UInt8

from model.counting import tally
from model.levers.base import Lever
from model.population.attributes import EXCLUDED
from model.population.population import Population
from model.terms.shapes import Bools, Bytes, Counts, Floats
from model.terms.tables import INVITATION_DELAY
from model.terms.weeks import WEEKS_PER_YEAR
from model.world import World


class Enrolled(NamedTuple):
    """Doctors in a lever, by which of the earlier levers by the same means they take part in too."""

    earlier: tuple[Lever, ...]
    doctors: Counts
    """[combination] how many."""
    used: Bools
    """[combination, earlier lever]"""


def enrolled(model: World, number: int) -> Enrolled:
    """Of the lever of this rank."""
    lever = model.levers[number]
    takes_part = _taking_part(model, number, lever)
    ranks = [rank for rank in range(number) if model.levers[rank].slot == lever.slot]
    others = [_taking_part(model, rank, model.levers[rank])[takes_part] for rank in ranks]
    code = np.zeros(int(takes_part.sum()), np.int64)
    for other in others:
        code = 2 * code + other
    combinations, doctors = np.unique(code, return_counts=True)
    bits = np.arange(len(ranks))[::-1]
    used = (combinations[:, None] >> bits) % 2 == 1
    return Enrolled(tuple(model.levers[rank] for rank in ranks), doctors, used)


def doctor_years(model: World, lever: Lever, who: Enrolled, week: int) -> float:
    """Doctors times years of a lever before a week: who takes part in several by the same means is counted once, for
    the first."""
    levels = np.array([one.levels(model.weeks)[:week] for one in (lever, *who.earlier)])
    paid = [np.maximum(levels[0] - _highest(levels[1:], used), 0.0).sum() for used in who.used]
    return float(who.doctors @ np.array(paid) / WEEKS_PER_YEAR)


def _highest(levels: Floats, used: Bools) -> Floats:
    """The highest in each week of those rows of ``levels`` [row, week] that are used; 0 without any."""
    return np.asarray(levels[used].max(axis=0, initial=0.0))


def _taking_part(model: World, number: int, lever: Lever) -> Bools:
    """Whether each doctor of France takes part in a lever, where its regions are."""
    takes_part = np.zeros(int(model.population.doctor_start[-1]), np.bool_)
    for low, high in model.population.doctor_blocks(lever.target.regions):
        tally.participants(model.run, number, low, high, takes_part)
    return takes_part


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


def born_for_letters(people: Population, start: int, end: int) -> Bools:
    """Mask of the people: who is born while counted, and there when the letter to the parents falls into the weeks from
    ``start`` to before ``end`` (``model.levers.newborns``)."""
    letter = people.birth_week.astype(np.int64) + INVITATION_DELAY
    born_here = (people.entry > 0) & (people.birth_week == people.entry)
    return np.asarray(born_here & (start <= letter) & (letter < end) & (letter < people.exit))
