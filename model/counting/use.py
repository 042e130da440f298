"""What can be read off a world about use after activation: monthly and weekly users, who returned, who is dormant.

Use is read off when a world has run; nothing of it acts back. A person's month depends on the week of activation and on
spells that are keyed, so a world of the same people and history is counted from the status quo: only where the week of
activation differs, or where a lever brings documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, UInt8

from model.counting import usage
from model.counting.members import group_codes, group_names
from model.levers.base import DOCUMENT
from model.terms.outcome import DIMENSIONS
from model.terms.shapes import Bools, Bytes, Counts, Floats, Weeks
from model.terms.use import Law, Use, law_of, months
from model.world import World

ROWS = ("active", "users", "weekly", "again", "first", "returned", "dormant", "lasting")
"""In the order of ``model.counting.usage``."""
_BITS = 8
_HAVING = np.arange(_BITS)


@dataclass(frozen=True)
class UseOfGroups:
    """Adults of each group: in a month, and in the year after it."""

    dimension: str
    groups: tuple[str, ...]
    active: Float[Floats, " group"]
    """Activated living adults."""
    users: Float[Floats, " group"]
    """Those of them who have logged in in the month."""
    lasting: Float[Floats, " group"]
    """Lasting users, at the end of the year after."""


@dataclass(frozen=True)
class UseOutcome:
    """Use in every month, of living adults activated before the week of the counting; persons of the whole country."""

    counts: dict[str, Float[Floats, " month"]]
    """By ``ROWS``."""
    month: int
    """The last month that was over at the counting."""
    judged: int
    """The month at whose end lasting users are counted: a year later, or the last of the clock."""
    groups: tuple[UseOfGroups, ...]

    def at(self, name: str) -> float:
        """A row in the month of the counting."""
        return float(self.counts[name][self.month])

    @property
    def lasting(self) -> float:
        """Lasting users: of those activated by the counting, who log in in three months or more of the year after."""
        return float(self.counts["lasting"][self.judged])


class UseCensus:
    """Use in a world at its current week.

    Args:
        world: who is counted.
        use: the parameters.
        beside: that of a world of the same people and history, without levers, at the same week.

    Raises:
        ValueError: another week, other people, or levers in ``beside``; a week before the first month is over.
    """

    def __init__(self, world: World, use: Use, beside: UseCensus | None = None) -> None:
        self.world: World = world
        self.week: int = world.week
        if beside is not None and (beside.world.population is not world.population or beside.week != self.week):
            raise ValueError("beside: needed a world of the same people at the same week")
        self._known: dict[str, Counts] = {}
        self.law, self.beside, self.run = law_of(use), beside, world.run
        month = months().whole_before(self.week)
        if month < 0:
            raise ValueError(f"week {self.week}: no month is over")
        self.month, self.judged = month, min(month + 12, len(months().middle) - 1)

    @cached_property
    def counted(self) -> tuple[Counts, UInt8[Bytes, "person 2"], Weeks]:
        """Agents [row, month], marks in the months of counting and of judgement, and weeks of activation."""
        activated = self.run.state["activated"].astype(np.int16)
        if self.beside is None:
            return *self._passed(self.run, np.ones(len(activated), np.bool_)), activated
        then, marks, before = self.beside.counted
        changed = (activated != before) & ((activated < self.week) | (before < self.week))
        changed |= self._given_documents()
        if 2 * changed.sum() > len(changed):
            return *self._passed(self.run, np.ones(len(activated), np.bool_)), activated
        old, _ = self._passed(self._as_before(before), changed, levers=False)
        new, fresh = self._passed(self.run, changed)
        return then - old + new, np.where(changed[:, None], fresh, marks), activated

    def _as_before(self, activated: Weeks) -> object:
        """Records of the status quo, which may have run on: only weeks of activation are read."""
        assert self.beside is not None
        state = self.run.state.copy()
        state["activated"] = activated
        return self.run._replace(state=state)

    def _given_documents(self) -> Bools:
        """Whom a lever that brings documents aims at."""
        given = np.zeros(self.world.population.n, np.bool_)
        for number, lever in enumerate(self.world.levers):
            if lever.effect == DOCUMENT:
                given |= (self.run.aims >> np.uint32(number)) & np.uint32(1) > 0
        return given

    def _passed(self, run: object, only: Bools, *, levers: bool = True) -> tuple[Counts, Bytes]:
        looked = np.array([self.month, self.judged])
        return passed(run, self.law, only, looked, self.judged + 1, self.week, self.week if levers else 0)

    def outcome(self) -> UseOutcome:
        """Everything, in persons."""
        counts, marks, _ = self.counted
        weight = self.world.population.weight
        return UseOutcome(
            counts=dict(zip(ROWS, counts * weight, strict=True)),
            month=self.month,
            judged=self.judged,
            groups=tuple(self._groups(dimension, marks, weight) for dimension in DIMENSIONS),
        )

    def _groups(self, dimension: str, marks: Bytes, weight: float) -> UseOfGroups:
        names = group_names(self.world, dimension)
        bits = (marks[:, 0] & (usage.LIVES | usage.USES)) | (marks[:, 1] & usage.LASTS)
        found = np.bincount(self._codes(dimension) + bits, minlength=_BITS * len(names)).reshape(len(names), _BITS)
        active, users, lasting = (
            np.asarray(found[:, _HAVING & bit > 0].sum(axis=1) * weight, np.float64)
            for bit in (usage.LIVES, usage.USES, usage.LASTS)
        )
        return UseOfGroups(dimension, names, active, users, lasting)

    def _codes(self, dimension: str) -> Counts:
        """Where the counts of each person's group begin; the same for all worlds compared."""
        if self.beside is not None:
            return self.beside._codes(dimension)
        if dimension not in self._known:
            self._known[dimension] = group_codes(self.world, dimension, self.week).astype(np.int64) * _BITS
        return self._known[dimension]


def passed(
    run: object, law: Law, only: Bools, looked: Counts, last: int, cutoff: int, until: int
) -> tuple[Counts, UInt8[Bytes, "person looked"]]:
    """One pass over persons (``model.counting.usage.months_of_use``): agents [row, month], and marks."""
    calendar, marks = months(), np.zeros((len(only), len(looked)), np.uint8)
    counts, scratch = np.zeros((len(calendar.middle), usage.ROWS), np.int64), np.empty((len(calendar.middle), 3))
    usage.months_of_use(run, 0, len(only), only, calendar, law, scratch, last, cutoff, until, looked, marks, counts)
    return counts.T, marks


def exposures_of(
    world: World, persons: Sequence[int], first: int, last: int
) -> tuple[Float[Floats, "person month 3"], Counts]:
    """Exposures of persons in the months ``first`` .. ``last`` - 1 (``model.counting.usage.exposures``), and the level
    of the habit of each."""
    found = np.zeros((len(persons), last, 3))
    levels = np.zeros(len(persons), np.int64)
    for row, person in enumerate(persons):
        usage.exposures(world.run, months(), person, first, last, world.week, found[row])
        levels[row] = usage.habit_level(world.run, person)
    return found[:, first:], levels
