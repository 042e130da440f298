"""Where contacts of the readable twin come from: processes that ring at random, and messages of a known week."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from model.terms.channels import Channel
from model.terms.keyed import ARRIVAL, SELECTION, SUCCESS, uniform

if TYPE_CHECKING:
    from model.twin.people import Person

CHILDHOOD = 4096
"""Occurrences of a person's childhood are numbered from here, so that majority begins its own."""

Effect = Literal["visit", "document", "advice", "suggestion", "message"]
"""What a contact is: a visit; a document that may lead to one; a doctor's advice; a word at a counter; a message."""


@dataclass(eq=False, kw_only=True)
class Source:
    """Everything that the contacts of one kind, for one person, have in common."""

    owner: Person
    """Whose contact it is."""
    recipient: Person
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

    def leads_to_site(self, chance: float) -> bool:
        """Whether this contact leads to the site, with a given chance."""
        return uniform(self.source.keys[SUCCESS], self.source.owner.number, self.occurrence) < chance

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

    def arrivals(self, week: int) -> Sequence[int]:
        """The message, in its week."""
        return (self.occurrence,) if week == self.sent else ()
