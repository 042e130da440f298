"""What can be read off a world about use after activation: monthly and weekly users, who returned, who is dormant.

Use is read off when a world has run; nothing of it acts back. A person's month depends on the week of activation and on
spells that are keyed, so a world of the same people and history is counted from the status quo: only where the week of
activation differs, or where a lever brings documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int32, UInt8

from model.counting import tally, usage
from model.counting.members import group_codes, group_names
from model.engine.programme import Chosen
from model.engine.records import Run
from model.levers.base import DOCUMENT
from model.terms.outcome import DIMENSIONS
from model.terms.shapes import Bools, Bytes, Counts, Entries, Floats, Weeks
from model.terms.threads import counted
from model.terms.use import Law, Use, law_of, months
from model.world import World

ROWS = ("active", "users", "weekly", "again", "first", "returned", "dormant", "lasting")
"""In the order of ``model.counting.usage``."""
_NEVER = 10_000
"""A month that never comes."""
_BITS = 8
_BLOCK = 1 << 20
"""People tabulated at a time."""
_HAVING = np.arange(_BITS)
_WORDS = np.arange(256)[:, np.newaxis] >> np.arange(usage.ROWS) & 1
"""Rows in which somebody is counted by word (``model.counting.usage.months_of_use``), [word, row]."""


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


class Known(NamedTuple):
    """What worlds counted beside a status quo need of it (``model.counting.usage.months_of_use``)."""

    since: int
    again: bool
    memory: Counts
    rows: UInt8[Bytes, "person month"]


class UseCensus:
    """Use in a world at its current week.

    Args:
        world: who is counted.
        use: the parameters.
        beside: that of a world of the same people and history, at the same week: best one with the same ``documents``.
        since: week up to which worlds that are counted beside this one have its history, the same as of ``beside``;
            ``None``: there are none, and nothing is kept for them.

    Raises:
        ValueError: another week, or other people, in ``beside``; a week before the first month is over.
    """

    def __init__(self, world: World, use: Use, beside: UseCensus | None = None, *, since: int | None = 0) -> None:
        self.world: World = world
        self.week: int = world.week
        if beside is not None and (beside.world.population is not world.population or beside.week != self.week):
            raise ValueError("beside: needed a world of the same people at the same week")
        self._known: dict[str, Counts] = {}
        self._codes_known: dict[str, Bytes] = {}
        self.law, self.beside, self.run, self.documents = law_of(use), beside, world.run, documents_of(world)
        calendar = months()
        month = calendar.whole_before(self.week)
        if month < 0:
            raise ValueError(f"week {self.week}: no month is over")
        self.month, self.judged = month, min(month + 12, len(calendar.middle) - 1)
        self.keeps = since is not None and (beside is None or self.documents != beside.documents)
        self.alone = beside is None and since is None
        self.memory, self.rows, self.since = np.zeros((0, 4), np.int64), np.zeros((0, 0), np.uint8), _NEVER
        if beside is not None:
            self.memory, self.since = beside.memory, beside.since
        elif since is not None:
            self.since = int(calendar.of_week[min(since, len(calendar.of_week) - 1)])
            self.memory = np.zeros((world.population.n, 4), np.int64)
            self.rows = np.zeros((world.population.n, max(0, self.judged + 1 - self.since)), np.uint8)

    @cached_property
    def counted(self) -> tuple[Counts, UInt8[Bytes, "person 2"], Weeks]:
        """Agents [row, month], marks in the months of counting and of judgement, weeks of activation (or nobody's)."""
        if self.alone:
            return *self._passed(tally.EVERYBODY), np.zeros(0, np.int16)
        activated = self.run.state["activated"].astype(np.int16)
        if self.beside is None:
            return *self._passed(tally.EVERYBODY), activated
        then, marks, since = *self.beside.counted[:2], self.since
        if self.keeps:
            self.rows = self.beside.rows.copy()
        if 2 * len(self.changed) > len(activated):
            self.rows[:] = 0
            new, fresh = self._passed(tally.EVERYBODY)
            return np.concatenate((then[:, :since], new[:, since:]), axis=1), fresh, activated
        if len(self.rows):
            self.rows[self.changed] = 0
        new, fresh = self._passed(self.changed)
        marks = marks.copy()
        marks[self.changed] = fresh[self.changed]
        return then - self.beside.kept_of(self.changed) + new, marks, activated

    def kept_of(self, persons: Entries) -> Counts:
        """What some persons were counted as from ``since`` on, agents [row, month]."""
        found = np.zeros((self.rows.shape[1], len(_WORDS)), np.int64)
        usage.counted_rows(self.rows, persons, found)
        counts = np.zeros((len(months().middle), usage.ROWS), np.int64)
        counts[self.since : self.since + len(found)] = found @ _WORDS
        return counts.T

    @cached_property
    def changed(self) -> Int32[Entries, " rank"]:
        """Who has to be counted anew beside another world."""
        assert self.beside is not None
        activated, before = self.run.state["activated"], self.beside.counted[2]
        differs = (activated != before) & ((activated < self.week) | (before < self.week))
        if self.documents != self.beside.documents:
            differs |= (self._given_documents() | self.beside._given_documents()) & (activated < self.week)
        return np.flatnonzero(differs).astype(np.int32)

    def _given_documents(self) -> Bools:
        """Whom a lever that brings documents aims at, of those whom notices of them reach."""
        given = np.zeros(self.world.population.n, np.bool_)
        for number, lever in enumerate(self.world.levers):
            if lever.effect == DOCUMENT:
                given |= (self.run.aims >> np.uint32(number)) & np.uint32(1) > 0
        return given & self._notified if given.any() else given

    @cached_property
    def _notified(self) -> Bool[Bools, " person"]:
        """Whom notices of documents reach; the same for all worlds compared."""
        if self.beside is not None:
            return self.beside._notified
        found = np.empty(self.world.population.n, np.bool_)
        usage.notified(self.run, found)
        return found

    def _passed(self, only: Entries) -> tuple[Counts, Bytes]:
        looked = np.array([self.month, self.judged])
        known = Known(self.since, self.beside is not None, self.memory, self.rows)
        return passed(
            self.run, self.law, only, looked, self.judged + 1, self.week, self.week, known, self.world.threads
        )

    def outcome(self) -> UseOutcome:
        """Everything, in persons."""
        counts = self.counted[0]
        weight = self.world.population.weight
        return UseOutcome(
            counts=dict(zip(ROWS, counts * weight, strict=True)),
            month=self.month,
            judged=self.judged,
            groups=tuple(self._groups(dimension, weight) for dimension in DIMENSIONS),
        )

    def _groups(self, dimension: str, weight: float) -> UseOfGroups:
        names, found = group_names(self.world, dimension), self._bits(dimension)
        active, users, lasting = (
            np.asarray(found[:, _HAVING & bit > 0].sum(axis=1) * weight, np.float64)
            for bit in (usage.LIVES, usage.USES, usage.LASTS)
        )
        return UseOfGroups(dimension, names, active, users, lasting)

    def _bits(self, dimension: str) -> Counts:
        """Agents by group and marks, [group, bits]."""
        key = f"{dimension} bits"
        if key not in self._known:
            codes, groups = self._codes(dimension), len(group_names(self.world, dimension))
            if self.beside is None:
                self._known[key] = _tabulated(codes, self._marked, groups)
            else:
                codes = codes[self.changed]
                less, more = (_tabulated(codes, marked, groups) for marked in self._marked_changed)
                self._known[key] = self.beside._bits(dimension) - less + more
        return self._known[key]

    @cached_property
    def _marked(self) -> Bytes:
        """Marks of each person in the month of counting, and whether lasting in that of judgement."""
        marks = self.counted[1]
        return np.asarray((marks[:, 0] & (usage.LIVES | usage.USES)) | (marks[:, 1] & usage.LASTS))

    @cached_property
    def _marked_changed(self) -> tuple[Bytes, Bytes]:
        """The same of those who have changed, as they were and as they are."""
        assert self.beside is not None
        return self.beside._marked[self.changed], self._marked[self.changed]

    def _codes(self, dimension: str) -> Bytes:
        """The group of each person; the same for all worlds compared."""
        if self.beside is not None:
            return self.beside._codes(dimension)
        if dimension in self._codes_known:
            return self._codes_known[dimension]
        codes = group_codes(self.world, dimension, self.week)
        if not self.alone:
            self._codes_known[dimension] = codes
        return codes


def documents_of(world: World) -> tuple[object, ...]:
    """All that the documents which levers bring depend on: how many, and for whom."""
    levers = enumerate(world.levers)
    bring = [(number, lever) for number, lever in levers if lever.effect == DOCUMENT]
    return tuple((world.run.levers[number]["received"].tobytes(), Chosen.asked(lever)) for number, lever in bring)


def _tabulated(codes: Bytes, marks: Bytes, groups: int) -> Counts:
    """Agents [group, bits] by the group and the marks of each; some at a time, as a cell is a long number."""
    found = np.zeros(_BITS * groups, np.int64)
    for start in range(0, len(codes), _BLOCK):
        some = slice(start, start + _BLOCK)
        found += np.bincount(codes[some].astype(np.intp) * _BITS + marks[some], minlength=len(found))
    return found.reshape(groups, _BITS)


def _received(run: Run, until: int) -> Float[Floats, "row month"]:
    """Documents by month (``model.counting.usage.received``)."""
    table = np.empty((1 + len(run.levers), len(months().middle)))
    usage.received(run, months(), until, table)
    return table


def passed(
    run: Run,
    law: Law,
    only: Entries,
    looked: Counts,
    last: int,
    cutoff: int,
    until: int,
    known: Known | None = None,
    threads: int = 1,
) -> tuple[Counts, UInt8[Bytes, "person looked"]]:
    """One pass over persons (``model.counting.usage.months_of_use``): agents [row, month], and marks."""
    calendar, marks = months(), np.zeros((len(run.state), len(looked)), np.uint8)
    known = known or Known(_NEVER, False, np.zeros((0, 4), np.int64), np.zeros((0, 0), np.uint8))
    table = _received(run, until)

    def work(low: int, high: int, counts: Counts) -> None:
        given = calendar, law, np.empty((len(calendar.middle), 3)), last, cutoff, table, looked, marks, counts
        usage.months_of_use(run, low, high, only, *given, *known)

    counts = counted(work, tally.counted_of(run, only), threads, (len(calendar.middle), usage.ROWS))
    return counts.T, marks


def exposures_of(
    world: World, persons: Sequence[int], first: int, last: int
) -> tuple[Float[Floats, "person month 3"], Counts]:
    """Exposures of persons in the months ``first`` .. ``last`` - 1 (``model.counting.usage.exposures``), and the level
    of the habit of each."""
    found = np.zeros((len(persons), last, 3))
    levels, table = np.zeros(len(persons), np.int64), _received(world.run, world.week)
    for row, person in enumerate(persons):
        usage.exposures(world.run, months(), person, first, last, table, found[row])
        levels[row] = usage.habit_level(world.run, person)
    return found[:, first:], levels
