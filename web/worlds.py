"""The draws of one worker: each world at the policy start, with its status quo, from which strategies branch by the way
of ``mes run``. Those of the default world are kept; another is made for each answer and forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenarios.carried import Extra, carried_on, extra_of
from scenarios.draw import Draw
from scenarios.experiment import Experiment, begun, framed, history_of, result_of
from scenarios.frames import Frames, Result
from scenarios.language.schema import Scenario
from scenarios.past import Past

if TYPE_CHECKING:
    from model.world import World


@dataclass(frozen=True)
class Warm:
    """A draw at the policy start."""

    world: World
    past: Past
    quo: Result
    """Its status quo as it is shown, continued from the published counts."""
    extra: Extra | None
    """What continues every scenario of the draw."""


@dataclass(frozen=True, kw_only=True)
class Task:
    """What a worker does at a go: one draw of one strategy, or of the status quo."""

    experiment: int
    """Number of the experiment, which the worker was given before."""
    draw: Draw
    strategy: Scenario | None
    """``None``: the status quo."""
    looks_on: bool = True
    """Whether the day of the target is looked for beyond the horizon."""


class Memory:
    """What a worker knows: experiments by number, and the draws of the first."""

    def __init__(self) -> None:
        self.experiments: dict[int, Experiment] = {}
        self.warm: dict[int, Warm] = {}

    def frames(self, task: Task) -> Frames:
        """The frames of one scenario on one draw, as ``mes run`` has them."""
        experiment = self.experiments[task.experiment]
        if not task.looks_on:
            experiment = replace(experiment, settings=replace(experiment.settings, dates_until=None))
        warm = self._warm(experiment, task)
        if task.strategy is None:
            return framed(experiment, task.draw, [warm.quo])
        result = result_of(experiment, task.strategy, task.draw, warm.world, warm.past)
        if warm.extra is not None:
            result = (warm.extra if task.looks_on else replace(warm.extra, later=0.0)).into(result)
        return framed(experiment, task.draw, [result], reference=warm.quo)

    def _warm(self, experiment: Experiment, task: Task) -> Warm:
        if task.experiment == 0 and task.draw.index in self.warm:
            return self.warm[task.draw.index]
        found = warmed(self.experiments[task.experiment], task.draw)
        if task.experiment == 0:
            self.warm[task.draw.index] = found
        return found


def warmed(experiment: Experiment, draw: Draw) -> Warm:
    """A draw simulated to the policy start, and its status quo to the last day that is looked at."""
    world = history_of(experiment, draw)
    past = begun(experiment, world)
    quo, extra = result_of(experiment, experiment.scenarios[0], draw, world, past), None
    if experiment.carried is not None:
        extra = extra_of(quo, *carried_on(experiment.carried, draw.index, quo))
        quo = extra.into(quo)
    return Warm(world, past, quo, extra)


MEMORY = Memory()
"""Of the worker that has loaded this module."""


def know(number: int, experiment: Experiment) -> None:
    """In a worker: an experiment by the number that tasks name it by. Of other worlds only the last is known."""
    for old in [other for other in MEMORY.experiments if other not in (0, number)]:
        del MEMORY.experiments[old]
    if number == 0:
        MEMORY.warm.clear()
    MEMORY.experiments[number] = experiment


def compute(task: Task) -> Frames:
    """In a worker: the frames of a task."""
    return MEMORY.frames(task)


def resident() -> int:
    """In a worker: bytes of memory that it has."""
    import psutil

    return int(psutil.Process().memory_info().rss)
