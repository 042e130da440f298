"""Where contacts of the readable twin come from: processes that ring at random, messages of a known week.

Those of the status quo are set here (``base_messages``, ``base_invitation``, ``base_processes``), those of levers in
``model.twin.levers``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, log
from typing import Literal, NamedTuple, TypedDict

import numpy as np

from model.engine.programme import BASE_MEDIA, DOCTOR, DOCUMENT, INVITATION, NOTICE, REMINDER, SPONTANEOUS
from model.terms import rules
from model.terms.channels import Channel
from model.terms.keyed import ARRIVAL, SELECTION, SUCCESS, uniform
from model.twin.traits import Insured

CHILDHOOD = 4096
"""Occurrences of a person's childhood are numbered from here, so that majority begins its own."""

Effect = Literal["visit", "document", "advice", "suggestion", "message"]
"""What a contact is: a visit; a document that may lead to one; a doctor's advice; a word at a counter; a message."""


@dataclass(eq=False, kw_only=True)
class Source:
    """Everything that the contacts of one kind, for one person, have in common."""

    owner: Insured
    """Whose contact it is."""
    recipient: Insured
    """Who gets it: the owner, or the guardian of a minor."""
    channel: Channel
    code: int
    """Of the process (``model.engine.programme``): part of the key of what is drawn anew at each visit."""
    effect: Effect
    keys: Sequence[np.uint64]
    """Of the process's draws: ARRIVAL, SUCCESS, SELECTION, TIMING (``model.engine.programme``)."""
    pull: float = 0.0
    grows: bool = True
    """Whether service growth multiplies the pull."""

    def arrivals(self, week: int) -> Sequence[int]:
        """Occurrences of a week. Weeks may be skipped, never repeated."""
        raise NotImplementedError


class Contact(NamedTuple):
    """One contact in the current week."""

    source: Source
    occurrence: int

    @property
    def face_to_face(self) -> bool:
        """Met in person: noticed by everybody."""
        return self.source.effect in ("advice", "suggestion")

    @property
    def by_doctor(self) -> bool:
        """After a doctor's recommendation "no perceived use" stops nobody."""
        return self.source.channel == Channel.DOCTOR

    def leads_to_site(self, week: int) -> bool:
        """Whether this contact leads its recipient to the site."""
        return uniform(self.source.keys[SUCCESS], self.source.owner.number, self.occurrence) < self.chance(week)

    def chance(self, week: int) -> float:
        """Chance that this contact leads its recipient to the site."""
        source, person = self.source, self.source.recipient
        rates = person.model.rates
        if source.effect == "visit":
            return 1.0
        if source.effect == "advice":
            return rules.follow_chance(
                rates.reading, person.ready, rates.ready_share, rates.follow_through, person.access
            )
        growth = person.model.tables.growth[week] if source.grows else 1.0
        hazard = source.pull * person.eagerness * person.access * growth
        return rules.thinning(hazard) if source.effect == "document" else rules.visit_chance(hazard)

    @property
    def identity(self) -> int:
        """One number for this contact among all contacts."""
        return identity(self.source.code, self.occurrence, self.source.owner.number)


def identity(code: int, occurrence: int, number: int) -> int:
    """One number for a contact: its process, its occurrence and whose it is."""
    return (code << 48) ^ (occurrence << 32) ^ (number + 1)


@dataclass(eq=False, kw_only=True)
class Clock(Source):
    """A Poisson process: contact k comes when the exposure passes the sum of k + 1 keyed exponentials.

    ``table[w]`` is the exposure of an average person until week w; this one's is ``factor`` times as much, from week
    ``start`` to before week ``stop``. ``alarm`` is the level of the table at which the next contact comes. Of all
    contacts a share ``keep``, chosen by key, takes place.
    """

    keep: float = 1.0
    factor: float
    table: Sequence[float]
    start: int
    stop: int
    k: int = -1
    passed: float = 0.0
    alarm: float = 0.0

    def __post_init__(self) -> None:
        self.wind()

    def wind(self) -> None:
        """Draw the next exponential; the clock stays silent if the person's time ends before."""
        self.k += 1
        self.passed -= log(1.0 - self.draw(ARRIVAL))
        self.alarm = inf
        if self.passed <= self.factor * (self.table[self.stop] - self.table[self.start]):
            alarm = self.table[self.start] + self.passed / self.factor
            self.alarm = alarm if alarm <= self.table[self.stop] else inf

    def draw(self, part: int) -> float:
        """A uniform of the next contact."""
        return uniform(self.keys[part], self.owner.number, self.first + self.k)

    @property
    def first(self) -> int:
        """Number of the first occurrence."""
        return 0 if self.owner is self.recipient else CHILDHOOD

    @property
    def silent(self) -> bool:
        """Whether no contact is to come."""
        return self.alarm == inf

    def arrivals(self, week: int) -> Sequence[int]:
        """Occurrences whose alarm lies between the levels of the table at the start and at the end of the week."""
        rung: list[int] = []
        while self.alarm <= self.table[week + 1]:
            if self.alarm > self.table[week] and (self.keep >= 1.0 or self.draw(SELECTION) < self.keep):
                rung.append(self.first + self.k)
            self.wind()
        return rung


@dataclass(eq=False, kw_only=True)
class Mailing(Source):
    """One message, sent in one week."""

    sent: int
    occurrence: int = 0
    is_covered: bool = False
    """Whether the wave's one message to the guardian's mailbox is about somebody else of the household."""

    def arrivals(self, week: int) -> Sequence[int]:
        """The message, in its week."""
        return (self.occurrence,) if week == self.sent else ()


class Common(TypedDict):
    """What every source says of itself (``Source``)."""

    owner: Insured
    recipient: Insured
    code: int
    channel: Channel
    effect: Effect
    pull: float
    grows: bool
    keys: Sequence[np.uint64]


class Span(TypedDict):
    """First week of a process, one past its last."""

    start: int
    stop: int


def audible(sources: Iterator[Source]) -> Iterator[Source]:
    """Leave out the clocks that never ring."""
    return (source for source in sources if not (isinstance(source, Clock) and source.silent))


def base_messages(person: Insured, start: int, stop: int) -> Iterator[Source]:
    """The notice of creation and the reminder of 2024-25."""
    letters = (
        (NOTICE, Channel.NOTICE, person.notice_week(), notice_pull(person)),
        (REMINDER, Channel.EMAIL, person.reminder_week(), person.model.rates.pull_reminder),
    )
    for code, channel, sent, pull in letters:
        if person.notices and start <= sent < stop:
            yield Mailing(**common(person, person, code, channel, "message", pull), sent=sent)


def base_invitation(child: Insured, guardian: Insured, stop: int) -> Iterator[Source]:
    """The invitation of a newborn's parents."""
    sent = child.invitation_week()
    if guardian.notices and sent < stop:
        described = common(child, guardian, INVITATION, Channel.NOTICE, "message", notice_pull(guardian))
        yield Mailing(**described, sent=sent, occurrence=CHILDHOOD)


def notice_pull(person: Insured) -> float:
    """Notices come by e-mail or, to those who can't be reached, by letter."""
    rates = person.model.rates
    return rates.pull_notice if person.email else rates.pull_notice_letter


def base_processes(owner: Insured, recipient: Insured, start: int, stop: int) -> Iterator[Source]:
    """Documents, the own GP's recommendations, national media, and visits without any contact."""
    tables, rates, adult = owner.model.tables, owner.model.rates, owner is recipient
    sensitivity = recipient.eagerness * recipient.access
    span: Span = {"start": start, "stop": stop}
    if recipient.notices and recipient.email:
        factor = sensitivity * owner.document_rate
        described = common(owner, recipient, DOCUMENT, Channel.DOCUMENT, "document", rates.pull_document)
        yield from clock(described, factor, tables.cum_document, span)
    described = common(owner, recipient, DOCTOR, Channel.DOCTOR, "advice")
    yield from clock(described, owner.recommendations_per_year(), tables.cum_years, span)
    if adult and recipient.notices:
        described = common(owner, recipient, BASE_MEDIA, Channel.MEDIA, "visit")
        yield from clock(described, sensitivity, tables.cum_media, span)
    if adult:
        described = common(owner, recipient, SPONTANEOUS, Channel.SPONTANEOUS, "visit")
        yield from clock(described, sensitivity, tables.cum_spontaneous, span)


def clock(described: Common, factor: float, table: list[float], span: Span) -> Iterator[Clock]:
    """A process of the status quo, unless it can't reach the person."""
    if factor > 0.0:
        yield Clock(**described, factor=factor, table=table, **span)


def common(
    owner: Insured, recipient: Insured, code: int, channel: Channel, effect: Effect, pull: float = 0.0
) -> Common:
    """What every source of the status quo says of itself."""
    return {
        "owner": owner,
        "recipient": recipient,
        "code": code,
        "channel": channel,
        "effect": effect,
        "pull": pull,
        "grows": True,
        "keys": owner.model.process_keys[code],
    }
