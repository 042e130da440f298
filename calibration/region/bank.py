"""Runs of a region: each national draw at several levels, on one sample of people and one seed, so that what differs
between levels is the level; and stocks at any level in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from scipy.interpolate import CubicSpline

from foundation.seeds import DECISIONS, POPULATION, derive
from foundation.shapes import Floats
from model.terms.inputs import Demography, Given, History, Surveyed
from model.terms.structure import Structure
from model.terms.weeks import position
from scenarios.draw import Draw

REACH = 4.0
"""Standard deviations of the level to which the grid reaches, either way."""
LEVELS = 9


def levels_of(sd: float) -> Floats:
    """[level] at which every draw is run."""
    return np.linspace(-REACH * sd, REACH * sd, LEVELS)


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What all runs share."""

    demography: Demography
    history: History
    surveyed: Surveyed
    structure: Structure
    people: int
    seed: int
    levels: tuple[float, ...]
    weeks: int


@dataclass(frozen=True, kw_only=True)
class Task:
    """One draw of the region (``Draw.only``), at all levels."""

    setting: Setting
    draw: Draw


def work(task: Task) -> dict[str, Floats]:
    """``stocks`` [level, week + 1], millions."""
    from model.counting.census import Census
    from model.fast import FastModel
    from model.population.building import build_population
    from model.prevalence import solve_prevalence

    setting, draw = task.setting, task.draw
    case: Given = {
        "demography": setting.demography,
        "history": setting.history,
        "structure": draw.structure or setting.structure,
    }
    people_seed, decisions_seed = (derive(setting.seed, draw.index, what) for what in (POPULATION, DECISIONS))
    population = build_population(setting.demography, people=setting.people, seed=people_seed, only=draw.only)
    # What surveys of the country say of barriers is solved for on the country.
    solved = solve_prevalence(draw.parameters, **case, surveyed=setting.surveyed)
    stocks = []
    for level in setting.levels:
        parameters = replace(solved, drivers=replace(solved.drivers, local=level))
        model = FastModel(population, parameters, **case, seed=decisions_seed, weeks=setting.weeks)
        model.advance(setting.weeks)
        stocks.append(Census(model).activated() / 1e6)
    return {"stocks": np.stack(stocks)}


def at_levels(levels: Floats, stocks: Floats, wanted: Floats) -> Floats:
    """Stocks [draw, wanted, ...] from those [draw, level, ...] at ``levels``: smooth in between, never below none."""
    return np.maximum(np.asarray(CubicSpline(levels, stocks, axis=1)(wanted)), 0.0)


def on_days(stocks: Floats, days: Sequence[date]) -> Floats:
    """Stocks [..., day] at the start of days from weekly ones [..., week + 1], straight in between."""
    places = np.clip([position(day) for day in days], 0.0, stocks.shape[-1] - 1.0)
    before = np.minimum(places.astype(int), stocks.shape[-1] - 2)
    part = places - before
    return np.asarray((1.0 - part) * stocks[..., before] + part * stocks[..., before + 1])
