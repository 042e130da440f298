"""What a worker does: mixes and scenarios on one draw, branched off one history."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from foundation.shapes import Floats
from model.terms.parameters import Parameters
from planning.mix.groups import Cohorts, cohorts, lag
from planning.mix.space import Mixes, Space, strictly
from scenarios.costs import CostLine, cost_lines
from scenarios.draw import Draw
from scenarios.experiment import Experiment, Settings, history_of
from scenarios.frames import at
from scenarios.language.resolve import resolve
from scenarios.language.schema import Scenario

if TYPE_CHECKING:
    from model.world import World

PEOPLE_KEPT = 4_000_000
"""Simulated people whose histories a process keeps; beyond it, those not used for longest are given up."""


@dataclass(frozen=True)
class Task:
    """What a worker is sent: the mixes and scenarios to simulate on one draw."""

    experiment: Experiment
    space: Space
    draw: Draw
    mixes: Mixes
    scenarios: tuple[Scenario, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Rows: the mixes, then the scenarios."""

    draw: int
    results: pd.DataFrame
    """``activated``, ``cost`` (M€), ``minutes`` (millions); a first row holds the status quo."""
    shares: Floats
    """Shares activated of groups and of their complements, [1 + row, group, 2], the status quo first."""
    costs: pd.DataFrame
    """A line per row, lever and item, as ``scenarios.costs.CostLine``."""
    groups: tuple[tuple[str, str], ...]

    @property
    def lags(self) -> Floats:
        """Points by which each group is further behind than under the status quo, [row, group]."""
        behind = lag(self.shares)
        return np.asarray(behind[1:] - behind[0])


@dataclass(frozen=True)
class _Known:
    model: World
    cohorts: Cohorts
    status_quo: float
    shares: Floats


_HISTORIES: OrderedDict[tuple[Settings, int, Parameters], _Known] = OrderedDict()


def simulate(task: Task) -> Answer:
    """One row for each mix and scenario, and the status quo before them."""
    known = _history(task.experiment, task.draw)
    scenarios = [*(task.space.mixed(mix) for mix in task.mixes), *task.scenarios]
    rows: list[dict[str, float]] = [{"activated": known.status_quo, "cost": 0.0, "minutes": 0.0}]
    shares, costs = [known.shares], []
    for number, scenario in enumerate(scenarios):
        activated, share, lines = _branch(task, known, scenario)
        cost, minutes = (sum(getattr(line, name) for line in lines) / 1e6 for name in ("eur", "minutes"))
        rows.append({"activated": activated, "cost": cost, "minutes": minutes})
        shares.append(share)
        costs += [{"row": number, **{name: getattr(line, name) for name in _LINE}} for line in lines]
    return Answer(
        draw=task.draw.index,
        results=pd.DataFrame(rows),
        shares=np.array(shares),
        costs=pd.DataFrame(costs, columns=["row", *_LINE]),
        groups=known.cohorts.names,
    )


_LINE = ("lever", "item", "status", "quantity", "unit_eur", "eur", "minutes")


def _branch(task: Task, known: _Known, scenario: Scenario) -> tuple[float, Floats, list[CostLine]]:
    """Millions activated, shares of groups and cost lines of one scenario."""
    settings = task.experiment.settings
    levers = resolve(scenario, task.draw, policy_start=settings.policy_start, until=settings.until)
    branch = known.model.branch([lever for lever in levers if lever.dose > 0])
    branch.advance(settings.last_week)
    outcome = branch.outcome()
    lines = cost_lines(strictly(scenario), outcome.uses, task.draw, task.experiment.costs)
    return at(outcome.activated, settings.until) / 1e6, known.cohorts.shares(branch), lines


def _history(experiment: Experiment, draw: Draw) -> _Known:
    """The draw at the policy start and its status quo at the horizon, simulated once in a process."""
    key = (experiment.settings, draw.index, draw.parameters)
    if key not in _HISTORIES:
        _HISTORIES[key] = _simulated(experiment, draw)
        while len(_HISTORIES) > max(1, PEOPLE_KEPT // experiment.settings.people):
            _HISTORIES.popitem(last=False)
    _HISTORIES.move_to_end(key)
    return _HISTORIES[key]


def _simulated(experiment: Experiment, draw: Draw) -> _Known:
    model = history_of(experiment, draw)
    groups = cohorts(model)
    branch = model.branch(())
    branch.advance(experiment.settings.last_week)
    activated = at(branch.outcome().activated, experiment.settings.until) / 1e6
    return _Known(model, groups, activated, groups.shares(branch))
