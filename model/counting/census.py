"""What is counted after the fact from the weeks in the records of a world: stocks, messages, expected documents.

A count of people is a sum over persons of what each alone adds, of those around them only whether a guardian is
activated. So a world that shares its people and history with another one, a scenario with the status quo, is counted
from that one: minus the persons whose state differs, as they are there, plus the same as they are here. Counts are
whole numbers; the result is the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int32

from model.counting import sent, tally
from model.counting.members import Enrolled, Stands, born_for_letters, doctor_years, enrolled, group_codes, group_names
from model.engine.programme import Chosen
from model.engine.records import copied
from model.levers.base import ADVICE, DOCUMENT, INVITATION, MESSAGE, Lever
from model.terms.channels import Channel
from model.terms.outcome import DIMENSIONS, GroupTable, LeverUse, Outcome, StandingTable
from model.terms.shapes import Bools, Counts, Entries, Floats
from model.world import World


class Counters(NamedTuple):
    """What is only known of a week while the world is there: levers' doings so far, in agents."""

    week: int
    met: Counts
    """[lever] contacts at random."""
    accompanied: Counts
    """[lever] people."""
    paid: Counts
    """[lever] activations with a fee."""


class Census:
    """Counts of a world at its current week; they hold until it runs on, those of ``kept`` for good.

    Args:
        world: who is counted.
        beside: that of a world of the same people and history, without levers, at the same week.
        alone: none will be counted beside this one: nothing is kept for that.

    Raises:
        ValueError: another week, other people, or levers in ``beside``.
    """

    def __init__(self, world: World, beside: Census | None = None, *, alone: bool = False) -> None:
        self.world, self.week, self.run, self.beside, self.alone = world, world.week, world.run, beside, alone
        self._known: dict[tuple[str, int], Counts] = {}
        self._of_levers: dict[tuple[str, bytes, object], Counts] = {}
        self._people: dict[tuple[object, ...], int] = {}
        if beside is not None:
            same = beside.world.population is world.population and beside.week == world.week
            if not same or beside.world.levers or beside.beside is not None:
                raise ValueError("beside: needed a world without levers, of the same people, at the same week")

    def kept(self) -> Census:
        """Itself, holding on to how things are now."""
        self.run = self.run._replace(state=copied(self.run.state))
        return self

    def counts(self, count: Callable[..., None], shape: tuple[int, ...], *more: object, of: str = "") -> Counts:
        """What a count of people comes to, int64 of a shape; ``more`` is the same for all worlds compared, and ``of``
        tells apart what one function counts."""
        if self.beside is not None:
            there, here = (
                tally.passed(each.run, self.world.threads, count, shape, *more, only=self.changed)
                for each in (self.beside, self)
            )
            return self.beside.counts(count, shape, *more, of=of) - there + here
        key = f"{count.__name__} {of}", shape[-1]
        if key not in self._known:
            self._known[key] = tally.passed(self.run, self.world.threads, count, shape, *more)
        return self._known[key]

    def of_lever(
        self, number: int, count: Callable[..., None], shape: tuple[int, ...], *more: object, only: Entries
    ) -> Counts:
        """What a count that asks for levers comes to for one alone, its number 0 there; ``only`` are those of whom it
        may differ from ``beside``. Scenarios that have a lever in common count the status quo once for it."""
        aimed = self.run.aims >> np.uint32(number) & np.uint32(1)
        alone = self.run._replace(levers=self.run.levers[number : number + 1], aims=aimed)
        if self.beside is None:
            return tally.passed(alone, self.world.threads, count, shape, *more)
        before, known = alone._replace(state=self.beside.run.state), self.beside._of_levers
        key = count.__name__, alone.levers.tobytes(), Chosen.asked(self.world.levers[number])
        if key not in known:
            known[key] = tally.passed(before, self.world.threads, count, shape, *more)
        there, here = (tally.passed(run, self.world.threads, count, shape, *more, only=only) for run in (before, alone))
        return known[key] - there + here

    @cached_property
    def changed(self) -> Int32[Entries, " rank"]:
        """Whose state differs from ``beside``, or whose guardian's."""
        return tally.EVERYBODY if self.beside is None else self._with_wards(self._differs)

    @cached_property
    def households_changed(self) -> Int32[Entries, " rank"]:
        """The same, or of another ward of the guardian's: a household gets a message once."""
        differs, (wards, guardians) = self._differs.copy(), self._wards
        differs[guardians[differs[wards]]] = True
        return tally.EVERYBODY if self.beside is None else self._with_wards(differs)

    def _with_wards(self, persons: Bools) -> Int32[Entries, " rank"]:
        """Numbers of the persons of a mask and of their wards."""
        (wards, guardians), both = self._wards, persons.copy()
        both[wards[persons[guardians]]] = True
        return tally.numbers(both)

    @cached_property
    def _differs(self) -> Bool[Bools, " person"]:
        """Whose own state differs from ``beside``."""
        other = (self.beside or self).run.state
        return np.asarray(self.run.state.view(np.uint64) != other.view(np.uint64))

    @cached_property
    def _wards(self) -> tuple[Entries, Entries]:
        """Who has a guardian, and who that is; the same for all worlds compared."""
        if self.beside is not None:
            return self.beside._wards
        guardian = np.asarray(self.world.population.rows["guardian"][: len(self.run.state)])
        return (wards := tally.numbers(guardian >= 0)), guardian[wards]

    def stocks(self) -> Counts:
        """Agents at the start of each week (rows of ``model.counting.tally.stocks``), [STOCKS, week + 1]."""
        counts = self.counts(tally.stocks, (tally.STOCKS, self.week + 2), self.week)
        return np.cumsum(counts, axis=1)[:, : self.week + 1]

    def activated(self) -> Float[Floats, " week"]:
        """``outcome().activated``, without counting anything else."""
        return self.stocks()[tally.ACTIVATED] * self.world.population.weight

    def outcome(self) -> Outcome:
        """Results from the launch to the current week (``model.terms.outcome.Outcome``)."""
        desks, last, weight, levers = self.run.desks, self.week, self.world.population.weight, self.world.levers
        stocks, rates, (notices, reminders) = self.stocks(), self._notified(), self._campaigns()
        contacts = desks["contacts"].sum(axis=0)[:last].astype(float)
        contacts[:, Channel.NOTICE] += notices
        contacts[:, Channel.EMAIL] += reminders
        contacts[:, Channel.DOCUMENT] += rates * np.diff(self.world.weekly.cum_received)[:last]
        for number in range(len(levers)):
            contacts[:, Channel.DOCUMENT] += (
                self._documents[number] * np.diff(self.run.levers[number]["received"])[:last]
            )
        contacts[:, Channel.MEDIA] += stocks[tally.EXPOSED, :last] * _on_air(self.world)[:last]
        for row, lever in zip(self._messages, levers, strict=True):
            if lever.effect == MESSAGE:
                contacts[:, lever.through] += row
        return Outcome(
            living=stocks[tally.LIVING] * weight,
            adults=stocks[tally.ADULTS] * weight,
            aware=stocks[tally.AWARE] * weight,
            visited=stocks[tally.VISITED] * weight,
            activated=stocks[tally.ACTIVATED] * weight,
            activated_living=stocks[tally.ACTIVATED_LIVING] * weight,
            activated_minors=stocks[tally.ACTIVATED_MINORS] * weight,
            contacts=contacts * weight,
            visits=desks["visits"].sum(axis=0)[:last] * weight,
            activations=desks["activations"].sum(axis=0)[:last] * weight,
            uses=self.uses(),
        )

    def groups(self, dimension: str, weeks: Sequence[int]) -> GroupTable:
        """Living people by group at the start of each week (``model.terms.outcome.GroupTable``).

        Raises:
            ValueError: an unknown dimension.
        """
        if dimension not in DIMENSIONS:
            raise ValueError(f"dimension {dimension!r}; allowed: {', '.join(DIMENSIONS)}")
        names, last = group_names(self.world, dimension), max(weeks, default=0)
        shape = (tally.STAGES, len(names), last + 2)
        if dimension == "age_band":
            counts = self.counts(tally.bands, shape, self.world.weekly.band_start, last)
        elif dimension == "long_term_illness":
            counts = self.counts(tally.illness, shape, last)
        else:
            counts = self.counts(tally.groups, shape, group_codes(self.world, dimension, 0), last, of=dimension)
        stages = np.cumsum(counts, axis=2)[:, :, list(weeks)].transpose(0, 2, 1) * self.world.population.weight
        living, aware, visited, activated = stages
        return GroupTable(dimension, names, tuple(weeks), living, aware, visited, activated)

    def standing(self, since: int) -> list[StandingTable]:
        """A table for each of ``DIMENSIONS``, at the start of the current week: what stopped a person last is known of
        today only. Groups are those of week ``since``.

        Raises:
            ValueError: a week after the current one.
        """
        tables = self.stands.tables(since)
        if self.alone:
            del self.stands
        return tables

    @cached_property
    def stands(self) -> Stands:
        """How each person stands."""
        if self.beside is None:
            return Stands(self.world, self.run, self.week)
        return Stands(self.world, self.run, self.week, self.beside.stands, self.changed)

    def counters(self) -> Counters:
        """Of the current week, for ``uses`` when the world has run on."""
        r, codes = self.run, [lever.code for lever in self.world.levers]
        met, paid = r.desks["by_process"].sum(axis=0)[codes], r.desks["fees"].sum(axis=0)[: len(codes)]
        return Counters(self.week, met, r.served[:, 1].copy(), paid)

    def uses(self, counters: Counters | None = None) -> tuple[LeverUse, ...]:
        """What each lever has consumed from the policy start to the current week, or to that of ``counters``."""
        until = counters or self.counters()
        return tuple(self._use(number, lever, until) for number, lever in enumerate(self.world.levers))

    def _use(self, number: int, lever: Lever, until: Counters) -> LeverUse:
        model, week, weight = self.world, until.week, self.world.population.weight
        received = np.diff(self.run.levers[number]["received"])[:week]
        deposited = float((self._documents[len(model.levers) + number, :week] * received).sum())
        met, accompanied = float(until.met[number]), float(until.accompanied[number])
        sent = float(self._messages[number, :week].sum())
        return LeverUse(
            lever=lever.name,
            contacts=(sent + met + accompanied + deposited) * weight,
            activations=float(until.paid[number]) * weight,
            doctor_years=doctor_years(model, lever, self._enrolled[number], week) if lever.effect == ADVICE else 0.0,
            bursts=lever.campaigns_before(week) if lever.dose > 0 and lever.start < week else 0,
            aimed=self._aimed[number],
        )

    @cached_property
    def _aimed(self) -> list[int]:
        """People whom each lever aims at, there in one of its weeks so far; of newborns those whose letter falls into
        them. The same in all worlds compared that have the lever."""
        people, known, found = self.world.population, (self.beside or self)._people, list[int]()
        for number, lever in enumerate(self.world.levers):
            key = (*Chosen.asked(lever), lever.start, end := min(lever.end, self.week))
            if key not in known:
                there = (people.entry < end) & (people.exit > lever.start)
                present = born_for_letters(people, lever.start, end) if lever.at_birth else there
                known[key] = int((present & (self.run.aims >> np.uint32(number) & np.uint32(1) > 0)).sum())
            found.append(known[key])
        return found

    @cached_property
    def _enrolled(self) -> dict[int, Enrolled]:
        """Doctors in the levers that have doctors."""
        levers = enumerate(self.world.levers)
        return {number: enrolled(self.world, number) for number, lever in levers if lever.effect == ADVICE}

    def _campaigns(self) -> Counts:
        """Notices and reminders of the status quo in each week, [2, week]."""
        return self.counts(sent.campaign_messages, (2, self.week), self.week)

    @cached_property
    def _messages(self) -> Counts:
        """Messages and invitations of each lever in each week, [levers, week]."""
        counts = np.zeros((len(self.world.levers), self.week), np.int64)
        for number in self._with(MESSAGE, INVITATION):
            counts[number] = self.of_lever(
                number, sent.lever_messages, (1, self.week), self.week, only=self.households_changed
            )[0]
        return counts

    def _notified(self) -> Float[Floats, " week"]:
        """Sum of the document rates of who can be notified and is not activated, in each week."""
        return self._rates(self.counts(sent.notified_documents, (1, self.week + 2), self.week))[0]

    @cached_property
    def _documents(self) -> Float[Floats, "row week"]:
        """Sums of document rates in each week: of each lever l that brings documents, in row l of those whom it aims at
        and who can be notified, in row levers + l of everybody alive whom it aims at."""
        levers, shape = len(self.world.levers), (2, self.week + 2)
        weights = np.zeros((2 * levers, self.week + 2), np.int64)
        for number in self._with(DOCUMENT):
            weights[[number, levers + number]] = self.of_lever(
                number, sent.lever_documents, shape, self.week, only=self.changed
            )
        return self._rates(weights)

    def _rates(self, weights: Counts) -> Floats:
        return np.asarray(np.cumsum(weights, axis=1)[:, : self.week] * sent.DOCUMENT_UNIT)

    def _with(self, *effects: int) -> list[int]:
        """Numbers of the levers of some effects."""
        return [number for number, lever in enumerate(self.world.levers) if lever.effect in effects]


def _on_air(model: World) -> Float[Floats, " week"]:
    """Weeks of national media per week: 1 during the launch and, in doses, in bursts of media levers."""
    first, end = model.weekly.media_weeks
    level = np.zeros(model.weeks)
    level[first:end] = 1.0
    for lever in model.levers:
        level += lever.on_air(model.weeks)
    return level
