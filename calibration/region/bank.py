"""Runs of a region: each national draw at several levels, on one sample of people and one seed, so that what differs
between levels is the level; and stocks at any level in between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline

from foundation.seeds import DECISIONS, POPULATION, derive
from foundation.shapes import Floats
from model.terms.inputs import Demography, Given, History, Surveyed
from model.terms.parameters import Structure
from model.terms.weeks import position
from scenarios.draw import Draw

if TYPE_CHECKING:
    from model.counting.census import Census
    from model.population.population import Population

REACH = 4.0
"""Standard deviations of the level to which the grid reaches, either way."""
LEVELS = 9


def levels_of(sd: float) -> Floats:
    """[level] at which every draw is run."""
    return np.linspace(-REACH * sd, REACH * sd, LEVELS)


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all runs of regions share, whatever is asked of them."""

    demography: Demography
    history: History
    surveyed: Surveyed
    structure: Structure
    people: int
    seed: int

    def runs(self, draw: Draw, weeks: int) -> Callable[[Population, float], Census]:
        """From people and a local level to the census after so many weeks. What surveys say of barriers is of the
        country, and is solved for once."""
        from model.counting.census import Census
        from model.fast import FastModel
        from model.prevalence import solve_prevalence

        structure, seed = draw.structure or self.structure, derive(self.seed, draw.index, DECISIONS)
        case: Given = {"demography": self.demography, "history": self.history, "structure": structure}
        solved = solve_prevalence(draw.parameters, **case, surveyed=self.surveyed)

        def run(people: Population, level: float) -> Census:
            parameters = replace(solved, drivers=replace(solved.drivers, local=level))
            model = FastModel(people, parameters, **case, seed=seed, weeks=weeks)
            model.advance(weeks)
            return Census(model)

        return run


@dataclass(frozen=True, kw_only=True)
class Setting(Shared):
    """Of the runs of one region at several levels."""

    levels: tuple[float, ...]
    weeks: int


@dataclass(frozen=True, kw_only=True)
class Task:
    """One draw of the region (``Draw.only``), at all levels."""

    setting: Setting
    draw: Draw


def work(task: Task) -> dict[str, Floats]:
    """``stocks`` [level, week + 1], millions."""
    from model.population.building import build_population

    setting, draw = task.setting, task.draw
    seed, run = derive(setting.seed, draw.index, POPULATION), setting.runs(draw, setting.weeks)
    people = build_population(setting.demography, people=setting.people, seed=seed, only=draw.only)
    return {"stocks": np.stack([run(people, level).activated() / 1e6 for level in setting.levels])}


def at_levels(levels: Floats, stocks: Floats, wanted: Floats) -> Floats:
    """Stocks [draw, wanted, ...] from those [draw, level, ...] at ``levels``: smooth in between, never below none."""
    return np.maximum(np.asarray(CubicSpline(levels, stocks, axis=1)(wanted)), 0.0)


def on_days(stocks: Floats, days: Sequence[date]) -> Floats:
    """Stocks [..., day] at the start of days from weekly ones [..., week + 1], straight in between."""
    places = np.clip([position(day) for day in days], 0.0, stocks.shape[-1] - 1.0)
    before = np.minimum(places.astype(int), stocks.shape[-1] - 2)
    part = places - before
    return np.asarray((1.0 - part) * stocks[..., before] + part * stocks[..., before + 1])
