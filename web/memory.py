"""How much memory the page takes, said before anything is allocated and held against what is free."""

from __future__ import annotations

from dataclasses import dataclass

from foundation.errors import UserError
from model.engine.memory import PROCESS, free_bytes, gib, memory_plan

COPIES = 5
"""States of a draw that are kept: the history, its status quo, and as that was in the weeks that are counted."""
HELD = ("persons", "ties", "states", "contacts", "letters")
"""Parts of a world (``model.engine.memory``) that stay while it is kept."""
COURSES, FRAMES = 32, 150_000
"""Strategies whose answers are kept, those asked for last; bytes of the frames of one draw."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Most memory that the server and its workers take, in bytes."""

    people: int
    draws: int
    workers: int

    @property
    def draw(self) -> int:
        """One draw at the policy start, and what is kept of answers on it."""
        parts = memory_plan(self.people, levers=False).parts
        return sum(parts[name] for name in HELD) + (COPIES - 2) * parts["states"] // 2 + COURSES * FRAMES

    @property
    def processes(self) -> int:
        """Processes at work."""
        work = memory_plan(self.people, levers=True).total
        return self.workers * work + PROCESS

    @property
    def total(self) -> int:
        """All together."""
        return self.processes + self.draws * self.draw


def planned(people: int, draws: int, workers: int, most: float | None = None) -> Plan:
    """The plan, if it fits into what is free, or into ``most`` bytes.

    Raises:
        UserError: it doesn't, with the figures and what would fit.
    """
    plan, free = Plan(people=people, draws=draws, workers=workers), free_bytes()
    room = free if most is None else min(free, int(most))
    if plan.total <= room:
        return plan
    fitting = max(0, (room - plan.processes) // plan.draw)
    hint = f"the most that fits: --draws {fitting}" if fitting else "not even one draw fits; take fewer --people"
    raise UserError(
        f"--people {people} --draws {draws}: needs {gib(plan.total)} of memory ({workers} processes), "
        f"{gib(room)} may be taken; {hint}"
    )
