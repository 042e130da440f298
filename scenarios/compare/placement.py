"""How many processes and threads a run gets, and whether its people fit into memory: settled before anything begins."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from foundation.errors import UserError
from model.engine.memory import MOST_PEOPLE, MemoryPlan, free_bytes, gib, memory_plan, most_people

LARGE = 1_000_000
"""People from which on memory decides how many processes there can be, and the cores left over become threads."""
POPULATION, HISTORY, BRANCH = 0.7e-6, 0.9e-6, 0.9e-6
"""Seconds of one core per person: to build the population, to simulate up to the policy start, for each scenario from
there, counting included (docs/performance.md)."""


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

    @cached_property
    def plan(self) -> MemoryPlan:
        """Memory of each process."""
        return memory_plan(self.people, threads=self.threads, levers=self.levers)

    def seconds(self, draws: int, scenarios: int) -> float:
        """Roughly how long ``draws`` draws will take on an idle machine."""
        rounds = -(-draws // self.processes)
        return rounds * self.people * (POPULATION + HISTORY + BRANCH * scenarios) / self.threads


def place(
    people: int, draws: int, *, processes: int | None, threads: int | None, cores: int, levers: bool
) -> Placement:
    """The number of processes and threads: as asked for, otherwise one process a core, fewer where memory is short.

    Args:
        people: agents of each draw, all of which one process holds.
        draws: no more processes than that are of use.
        processes, threads: asked for; ``None`` leaves the choice.
        cores: of the machine.
        levers: whether a scenario other than the status quo is simulated.

    Raises:
        UserError: the memory free is not enough, with the figures and the largest number of people that would fit.
    """
    if people > MOST_PEOPLE:
        raise UserError(f"--people {people}; at most {MOST_PEOPLE}")
    most = max(1, min(processes or cores, draws))
    if people < LARGE:
        return Placement(processes=processes or cores, threads=threads or 1, people=people, levers=levers, free=0)
    free = free_bytes()
    least = most if processes else 1
    for count in range(most, least - 1, -1):
        each = threads or max(1, cores // count)
        plan = memory_plan(people, threads=each, levers=levers)
        if count * plan.total <= free:
            return Placement(processes=count, threads=each, people=people, levers=levers, free=free)
    raise UserError(_refusal(plan, least, each, free, levers))


def _refusal(plan: MemoryPlan, processes: int, threads: int, free: int, levers: bool) -> str:
    fitting = most_people(free / processes, threads=threads, levers=levers)
    times = f"{processes} processes of {gib(plan.total)} each" if processes > 1 else gib(plan.total)
    most = f"the most that fits: --people {fitting}" if fitting else "not even a thousand people fit"
    text = f"--people {plan.people}: needs {times} of memory ({plan}), {gib(free)} are free; {most}"
    if processes == 1:
        return text
    alone = most_people(free, threads=threads, levers=levers)
    return f"{text}, or with --workers 1: --people {min(alone, plan.people)}"
