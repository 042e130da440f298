"""Who is counted where: people in groups, and how far they have come (one word a person, ``model.counting.interview``,
shared by the worlds that are counted beside each other); doctors in levers, and for how long they are paid for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Int32, UInt8, UInt16

from model.counting import interview, tally
from model.engine.records import Run
from model.levers.base import Lever
from model.population.attributes import EXCLUDED
from model.population.population import Population
from model.terms.outcome import BARRIERS, DIMENSIONS, OBSTACLES, WOULD_PASS, StandingTable
from model.terms.shapes import Bools, Bytes, Counts, Entries, Floats, Numbers
from model.terms.tables import INVITATION_DELAY
from model.terms.threads import everywhere, ranges
from model.terms.weeks import WEEKS_PER_YEAR
from model.world import World


class Enrolled(NamedTuple):
    """Doctors in a lever, by which of the earlier levers by the same means they take part in too."""

    earlier: tuple[Lever, ...]
    doctors: Counts
    """[combination] how many."""
    used: Bools
    """[combination, earlier lever]"""


def enrolled(model: World, number: int) -> Enrolled:
    """Of the lever of this rank."""
    lever = model.levers[number]
    takes_part = _taking_part(model, number, lever)
    ranks = [rank for rank in range(number) if model.levers[rank].slot == lever.slot]
    others = [_taking_part(model, rank, model.levers[rank])[takes_part] for rank in ranks]
    code = np.zeros(int(takes_part.sum()), np.int64)
    for other in others:
        code = 2 * code + other
    combinations, doctors = np.unique(code, return_counts=True)
    bits = np.arange(len(ranks))[::-1]
    used = (combinations[:, None] >> bits) % 2 == 1
    return Enrolled(tuple(model.levers[rank] for rank in ranks), doctors, used)


def doctor_years(model: World, lever: Lever, who: Enrolled, week: int) -> float:
    """Doctors times years of a lever before a week: who takes part in several by the same means is counted once, for
    the first."""
    levels = np.array([one.levels(model.weeks)[:week] for one in (lever, *who.earlier)])
    paid = [np.maximum(levels[0] - _highest(levels[1:], used), 0.0).sum() for used in who.used]
    return float(who.doctors @ np.array(paid) / WEEKS_PER_YEAR)


def _highest(levels: Floats, used: Bools) -> Floats:
    """The highest in each week of those rows of ``levels`` [row, week] that are used; 0 without any."""
    return np.asarray(levels[used].max(axis=0, initial=0.0))


def _taking_part(model: World, number: int, lever: Lever) -> Bools:
    """Whether each doctor of France takes part in a lever, where its regions are."""
    takes_part = np.zeros(int(model.population.doctor_start[-1]), np.bool_)
    for low, high in model.population.doctor_blocks(lever.target.regions):
        tally.participants(model.run, number, low, high, takes_part)
    return takes_part


def group_names(model: World, dimension: str) -> tuple[str, ...]:
    """Groups of a dimension, in order."""
    if dimension == "age_band":
        return model.population.bands
    if dimension == "region":
        return model.population.regions
    return ("no", "yes")


def group_codes(model: World, dimension: str, week: int) -> UInt8[Bytes, " person"]:
    """Group of each person at the start of a week."""
    population = model.population
    if dimension == "age_band":
        return population.band_at(week).astype(np.uint8, copy=False)
    if dimension == "region":
        return population.region
    if dimension == "long_term_illness":
        return (population.ill_from <= week).astype(np.uint8)
    return ((population.flags & EXCLUDED) > 0).astype(np.uint8)


def born_for_letters(people: Population, start: int, end: int) -> Bools:
    """Mask of the people: who is born while counted, and there when the letter to the parents falls into the weeks from
    ``start`` to before ``end`` (``model.levers.newborns``)."""
    letter = people.birth_week.astype(np.int64) + INVITATION_DELAY
    born_here = (people.entry > 0) & (people.birth_week == people.entry)
    return np.asarray(born_here & (start <= letter) & (letter < end) & (letter < people.exit))


COLUMNS = ("living", "activated", *OBSTACLES, WOULD_PASS, *BARRIERS)
"""What is counted of where people are held up, in the order of ``model.counting.interview``."""


class Stands:
    """How each person stands in a week of a world.

    Args:
        world, run, week: who is looked at, and the records of that week.
        beside: the same of a world of the same people and history, without levers.
        changed: whose state differs from there.
    """

    def __init__(
        self,
        world: World,
        run: Run,
        week: int,
        beside: Stands | None = None,
        changed: Int32[Entries, " rank"] = tally.EVERYBODY,
    ) -> None:
        self.world, self.run, self.week, self.beside, self.changed = world, run, week, beside, changed
        self.eased = any(lever.eases() for lever in world.levers)
        self._counts: dict[int, Counts] = {}
        self._words: dict[int, UInt16[Numbers, " person"]] = {}
        self._known: dict[int, UInt16[Numbers, " person"]] = {}
        self._groups: dict[int, UInt8[Bytes, "dimension person"]] = {}

    def tables(self, since: int) -> list[StandingTable]:
        """A table for each of ``DIMENSIONS``, of the groups of week ``since``.

        Raises:
            ValueError: a week after the current one.
        """
        if since > self.week:
            raise ValueError(f"groups of week {since}; allowed: 0 to {self.week}")
        names = [group_names(self.world, dimension) for dimension in DIMENSIONS]
        persons = np.asarray(self.counts(since) * self.world.population.weight, np.float64)
        return [
            StandingTable(
                dimension,
                names[d],
                since,
                (self.week,),
                {column: persons[np.newaxis, d, c, : len(names[d])] for c, column in enumerate(COLUMNS)},
            )
            for d, dimension in enumerate(DIMENSIONS)
        ]

    def counts(self, since: int) -> Counts:
        """Agents, [dimension, column, group]."""
        if since not in self._counts:
            self._counts[since] = self._counted(since)
        return self._counts[since]

    def _counted(self, since: int) -> Counts:
        groups = max(len(group_names(self.world, dimension)) for dimension in DIMENSIONS)
        shape, passing = (len(DIMENSIONS), len(COLUMNS), groups), (len(DIMENSIONS), groups)
        codes, words = self._codes(since), self.words(since)
        if self.beside is None:
            counts = self._passed(interview.standing, shape, codes, words)
        else:
            then, counts = self.beside.words(since), self.beside.counts(since).copy()
            counts += self._differing(interview.standing, shape, codes, then, words)
        if self.beside is None or self.eased:
            counts[:, interview.PASSES] = self._passed(interview.passing, passing, codes, words)
        else:
            counts[:, interview.PASSES] += self._differing(interview.passing, passing, codes, then, words)
        return counts

    def _passed(self, count: Callable[..., None], shape: tuple[int, ...], *more: object) -> Counts:
        return tally.passed(self.run, self.world.threads, count, shape, *more)

    def _differing(self, count: Callable[..., None], shape: tuple[int, ...], codes: Bytes, *words: Numbers) -> Counts:
        """What those who stand elsewhere add to a count, from how all stood and stand."""
        there, here = (
            tally.passed(self.run, self.world.threads, count, shape, codes, each, only=self.changed) for each in words
        )
        return here - there

    def words(self, since: int) -> UInt16[Numbers, " person"]:
        """A word each, of the groups of week ``since``. Beside another world only those are asked who stand elsewhere;
        where levers ease visits, all whether they would pass."""
        if since in self._words:
            return self._words[since]
        n = len(self.run.state)
        known = (self.beside or self)._known.setdefault(since, np.zeros(n, np.uint16))
        words = np.empty(n, np.uint16) if self.beside is None else self.beside.words(since).copy()
        self._over(interview.stand, self.changed, since, self.week, known, words)
        asked = tally.EVERYBODY if self.eased else self.changed
        self._over(interview.pass_now, asked, self.week, known, words)
        self._words[since] = words
        return words

    def _over(self, write: Callable[..., None], only: Entries, *more: object) -> None:
        """One pass over persons that writes of each alone."""
        parts = ranges(tally.counted_of(self.run, only), self.world.threads)
        everywhere(lambda thread: write(self.run, *parts[thread], only, *more), self.world.threads)

    def _codes(self, since: int) -> UInt8[Bytes, "dimension person"]:
        """Groups of people; the same for all worlds compared."""
        if self.beside is not None:
            return self.beside._codes(since)
        if since not in self._groups:
            codes = np.empty((len(DIMENSIONS), self.world.population.n), np.uint8)
            for row, dimension in zip(codes, DIMENSIONS, strict=True):
                row[:] = group_codes(self.world, dimension, since)
            self._groups[since] = codes
        return self._groups[since]
