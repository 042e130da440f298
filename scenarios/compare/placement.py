"""How many processes and threads a run gets, and whether its people fit into memory: settled before anything begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

from foundation.errors import UserError
from model.engine.memory import MOST_PEOPLE, MemoryPlan, free_bytes, gib, memory_plan, most_people

if TYPE_CHECKING:
    from model.fast import FastModel
    from scenarios.draw import Draw
    from scenarios.experiment import Experiment

LARGE = 1_000_000
"""People from which on memory decides how many processes there can be, and the cores left over become threads."""
POPULATION, HISTORY, BRANCH = 1.1e-6, 2.2e-6, 0.9e-6
"""Seconds of one core per person, counting included: to build the population, to simulate up to the policy start, for
each scenario from there. Of one draw of all of France on two cores (1.2, 2.3, 0.9); a tenth of it takes a seventh less.
"""

TRIAL = 20_000
"""People of the runs in which contacts are counted."""
SPARE = 1.1
"""Memory planned for contacts over what such a run has: its count has a standard error of about one hundredth."""


def contacts_a_person(experiment: Experiment, draws: Sequence[Draw], done: Callable[[int], None]) -> float:
    """Most contacts to come per person, over draws and scenarios, with something to spare: counted in runs of ``TRIAL``
    people to the policy start. ``done`` is told the number of draws tried."""
    from model.prevalence import PrevalenceError
    from scenarios.experiment import history_of, start_branch

    small = replace(experiment, settings=replace(experiment.settings, people=TRIAL), threads=1, contacts=None)
    most = 0
    for number, draw in enumerate(draws):
        done(number)
        try:
            model = cast("FastModel", history_of(small, draw))
        except PrevalenceError:
            continue  # it fails in the run too, and is told there
        with_levers = [scenario for scenario in experiment.scenarios if scenario.levers]
        branches = (start_branch(small, scenario, draw, model) for scenario in with_levers)
        most = max(most, model.contacts_noted, *(branch.contacts_noted for branch in branches))
    done(len(draws))
    return SPARE * most / TRIAL


@dataclass(frozen=True, kw_only=True)
class Placement:
    """Where a run's draws are computed."""

    processes: int
    threads: int
    """Of each process."""
    people: int
    levers: bool
    free: int
    """Bytes free before the run."""
    contacts: float | None = None
    """To come per person, where known."""

    @cached_property
    def plan(self) -> MemoryPlan:
        """Memory of each process."""
        return memory_plan(self.people, threads=self.threads, levers=self.levers, contacts=self.contacts)

    def seconds(self, draws: int, scenarios: int) -> float:
        """Roughly how long ``draws`` draws will take on an idle machine."""
        rounds = -(-draws // self.processes)
        return rounds * self.people * (POPULATION + HISTORY + BRANCH * scenarios) / self.threads


def refuse_more(people: int) -> None:
    """``UserError`` for more people than the engine can number."""
    if people > MOST_PEOPLE:
        raise UserError(f"--people {people}; at most {MOST_PEOPLE}")


def place(
    people: int,
    draws: int,
    *,
    processes: int | None,
    threads: int | None,
    cores: int,
    levers: bool,
    contacts: float | None = None,
) -> Placement:
    """The number of processes and threads: as asked for, otherwise one process a core, fewer where memory is short.

    Args:
        people: agents of each draw, all of which one process holds.
        draws: no more processes than that are of use.
        processes, threads: asked for; ``None`` leaves the choice.
        cores: of the machine.
        levers: whether a scenario other than the status quo is simulated.
        contacts: to come per person (``contacts_a_person``), where known.

    Raises:
        UserError: the memory free is not enough, with the figures and the largest number of people that would fit.
    """
    refuse_more(people)
    most = max(1, min(processes or cores, draws))
    if people < LARGE:
        return Placement(processes=processes or cores, threads=threads or 1, people=people, levers=levers, free=0)
    free = free_bytes()
    least = most if processes else 1
    for count in range(most, least - 1, -1):
        each = threads or max(1, cores // count)
        plan = memory_plan(people, threads=each, levers=levers, contacts=contacts)
        if count * plan.total <= free:
            return Placement(processes=count, threads=each, people=people, levers=levers, free=free, contacts=contacts)
    fitting = (int(most_people(free / share, threads=each, levers=levers, contacts=contacts)) for share in (least, 1))
    raise UserError(_refusal(plan, least, free, *fitting))


def _refusal(plan: MemoryPlan, processes: int, free: int, fitting: int, alone: int) -> str:
    times = f"{processes} processes of {gib(plan.total)} each" if processes > 1 else gib(plan.total)
    most = f"the most that fits: --people {fitting}" if fitting else "not even a thousand people fit"
    text = f"--people {plan.people}: needs {times} of memory ({plan}), {gib(free)} are free; {most}"
    if processes == 1:
        return text
    return f"{text}, or with --workers 1: --people {min(alone, plan.people)}"
