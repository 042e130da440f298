"""Where contacts of the readable twin come from: processes that ring at random, messages of a known week.

Those of the status quo are set in ``model.twin.sources``, those of levers in ``model.twin.levers``.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log
from typing import Literal, NamedTuple, TypedDict

import numpy as np

from model.terms import rules
from model.terms.channels import Channel
from model.terms.inputs import DOCUMENTS, GP_CONTACTS
from model.terms.keyed import ARRIVAL, SELECTION, SUCCESS, uniform
from model.terms.spells import LEVELS
from model.twin.traits import Insured, spell_in

CHILDHOOD = 4096
"""Occurrences of a person's childhood are numbered from here, so that majority begins its own."""

Effect = Literal["visit", "document", "advice", "suggestion", "message"]
"""What a contact is: a visit; a document (or a doctor's mention) that may lead to one; a doctor's advice; a word at a
counter; a message."""


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

    def weighed(self, week: int) -> int:
        """Week in which a person who comes to the site in ``week`` made up their mind."""
        return week


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
        return self.source.effect == "advice"

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
        growth = person.model.tables.growth[source.weighed(week)] if source.grows else 1.0
        hazard = source.pull * person.gain(source.weighed(week)) * growth
        return rules.thinning(hazard) if source.effect == "document" else rules.visit_chance(hazard)

    @property
    def identity(self) -> int:
        """One number for this contact among all contacts."""
        return identity(self.source.code, self.occurrence, self.source.owner.number)


def identity(code: int, occurrence: int, number: int) -> int:
    """One number for a contact: its process, its occurrence and whose it is."""
    return (code << 48) ^ (occurrence << 32) ^ (number + 1)


class Piece(NamedTuple):
    """Weeks in which a clock's factor on the exposure is the same."""

    stop: int
    factor: float


@dataclass(eq=False, kw_only=True)
class Clock(Source):
    """A Poisson process: contact k comes when the exposure passes the sum of k + 1 keyed exponentials.

    ``table[w]`` is the exposure of an average person until week w; this one's grows ``factor`` times as fast, times the
    rate of the owner's age, the gain of the recipient (``gains``) and the level of the owner's spell of need, from week
    ``start`` to before week ``stop``. Of all contacts a share ``keep``, chosen by key, takes place.
    """

    keep: float = 1.0
    factor: float
    rates: Sequence[tuple[int, float]] = ()
    """(end, rate) of the owner's age bands, or of health and illness; empty: none."""
    gains: bool = False
    need: Sequence[tuple[int, float]] = ()
    """(end, level) of the owner's spells of need; empty: none."""
    table: Sequence[float]
    start: int
    stop: int

    def __post_init__(self) -> None:
        self.by_week: defaultdict[int, list[int]] = defaultdict(list)
        k, passed, since, week = self.first, 0.0, 0.0, self.start
        passed -= log(1.0 - self.draw(ARRIVAL, k))
        for piece in self.pieces():
            more = since + piece.factor * (self.table[piece.stop] - self.table[week])
            while passed <= more:
                exposure = self.table[week] + (passed - since) / piece.factor
                self.by_week[min(self.week_of(exposure), piece.stop - 1)].append(k)
                k += 1
                passed -= log(1.0 - self.draw(ARRIVAL, k))
            since, week = more, piece.stop

    def pieces(self) -> Iterator[Piece]:
        """The factor over time: it changes with age and with the spells of gain and of need."""
        week = self.start
        while week < self.stop:
            stop, factor = self.stop, self.factor
            if self.rates:
                end, rate = next((end, rate) for end, rate in self.rates if end > week)
                factor, stop = factor * rate, min(stop, end)
            if self.gains:
                spells = self.recipient.eagerness_spells
                factor, stop = factor * self.recipient.gain(week), min(stop, spells[spell_in(spells, week)].end)
            if self.need:
                end, level = next((end, level) for end, level in self.need if end > week)
                factor, stop = factor * level, min(stop, end)
            yield Piece(stop, factor)
            week = stop

    def week_of(self, exposure: float) -> int:
        """Week at whose end an exposure is reached."""
        return bisect_left(self.table, exposure, 1) - 1

    def draw(self, part: int, k: int) -> float:
        """A uniform of a contact."""
        return uniform(self.keys[part], self.owner.number, k)

    @property
    def first(self) -> int:
        """Number of the first occurrence."""
        return 0 if self.owner is self.recipient else CHILDHOOD

    @property
    def silent(self) -> bool:
        """Whether no contact is to come."""
        return not self.by_week

    def arrivals(self, week: int) -> Sequence[int]:
        """Occurrences whose exposure is reached in the week."""
        return [k for k in self.by_week.get(week, ()) if self.keep >= 1.0 or self.draw(SELECTION, k) < self.keep]


@dataclass(eq=False, kw_only=True)
class Mailing(Source):
    """One message, sent in one week, that leads to the site in the same or, for notices, a later week."""

    sent: int
    delay: int = 0
    occurrence: int = 0
    is_covered: bool = False
    """Whether the wave's one message to the guardian's mailbox is about somebody else of the household."""

    def arrivals(self, week: int) -> Sequence[int]:
        """The message, in the week in which it may lead to the site."""
        return (self.occurrence,) if week == self.sent + self.delay else ()

    def weighed(self, week: int) -> int:
        return self.sent


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


class Need(TypedDict):
    """How often somebody needs care: by age, and in each spell over what is usual at that age."""

    rates: Sequence[tuple[int, float]]
    need: Sequence[tuple[int, float]]


NO_NEED: Need = {"rates": (), "need": ()}


def document_need(person: Insured) -> Need:
    """Documents: spells differ as widely at every age."""
    levels, first = person.model.tables.need_levels, person.model.tables.document_first
    need = [(spell.end, levels[first + spell.level]) for spell in person.document_spells]
    return {"rates": person.rates(DOCUMENTS), "need": need}


def gp_need(person: Insured) -> Need:
    """GP contacts: an age band has levels of its own, so that a birthday may change the level within a spell."""
    levels, need, week = person.model.tables.need_levels, [], 0
    while week < person.model.weeks:
        spell, band = person.gp_spells[spell_in(person.gp_spells, week)], person.band(week)
        week = min(spell.end, person.band_ends[band])
        need.append((week, levels[band * LEVELS + spell.level]))
    return {"rates": person.rates(GP_CONTACTS), "need": need}
