"""Doctors who take part in levers, and for how long they are paid for."""

from __future__ import annotations

import numpy as np

from model.counting import tally
from model.levers.base import Lever
from model.terms.shapes import Bools, Floats
from model.terms.weeks import WEEKS_PER_YEAR
from model.world import World


def doctor_years(model: World, number: int, lever: Lever, week: int) -> float:
    """Doctors times years of a lever: who takes part in several by the same means is counted once, for the first."""
    takes_part = _taking_part(model, number, lever)
    earlier = [(rank, other) for rank, other in enumerate(model.levers[:number]) if other.slot == lever.slot]
    others = np.array([takes_part, *(_taking_part(model, rank, other) for rank, other in earlier)])[:, takes_part]
    levels = np.array([one.levels(model.weeks)[:week] for one in (lever, *(other for _, other in earlier))])
    combinations, doctors = np.unique(others, axis=1, return_counts=True)
    paid = [np.maximum(levels[0] - _highest(levels[1:], used[1:]), 0.0).sum() for used in combinations.T]
    return float(doctors @ np.array(paid) / WEEKS_PER_YEAR)


def _highest(levels: Floats, used: Bools) -> Floats:
    """The highest in each week of those rows of ``levels`` [row, week] that are used; 0 without any."""
    return np.asarray(levels[used].max(axis=0, initial=0.0))


def _taking_part(model: World, number: int, lever: Lever) -> Bools:
    """Whether each doctor of France takes part in a lever, where its regions are."""
    takes_part = np.zeros(int(model.population.doctor_start[-1]), np.bool_)
    for low, high in model.population.doctor_blocks(lever.target.regions):
        tally.participants(model.run, number, low, high, takes_part)
    return takes_part
