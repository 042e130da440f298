"""Levers: what a policy adds to the status quo, resolved to numbers for one draw.

A scenario file says what is done; a draw says how well it works; together they give the tuple of levers the model
runs. Every lever adds independently keyed contacts or softens a barrier; none re-times a process of the status quo.
Weeks are indices (``model.terms.weeks``), ``end`` is exclusive, ``dose`` is the intensity in 0..1 unless said
otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from model.terms.channels import Channel


@dataclass(frozen=True, kw_only=True)
class Target:
    """Whom a lever aims at, in terms an insurer can observe; ``None`` means no restriction."""

    age_from: int | None = None
    age_to: int | None = None
    """Ages in completed years at the start of the lever, both inclusive."""
    regions: tuple[str, ...] | None = None
    email: bool | None = None
    """Reachable by e-mail."""
    illness: bool | None = None
    """Long-term illness (affection de longue durée)."""
    offline: bool | None = None
    """Observable stand-in for digital exclusion: neither e-mail address nor insurance account online."""


@dataclass(frozen=True, kw_only=True)
class Lever:
    """What all levers share."""

    name: str
    """Unique in its scenario; also the key of its costs."""
    ordinal: int = 0
    """Rank among the levers of the same kind in the scenario: enters the keys of its draws, so that the same lever
    in two scenarios shares them."""
    start: int
    end: int
    ramp: int = 0
    """Weeks over which the dose rises linearly from 0."""
    dose: float = 1.0
    target: Target = field(default_factory=Target)
    inherits_growth: bool = False
    """Whether service growth multiplies this lever's pull (off unless the scenario asks for it)."""


@dataclass(frozen=True, kw_only=True)
class Messages(Lever):
    """E-mails, SMS or letters sent in waves; ``dose`` is the share of the target that each is sent to (the same people
    in every wave)."""

    channel: Literal[Channel.EMAIL, Channel.SMS, Channel.LETTER]
    waves: tuple[int, ...]
    """First week of each wave, within ``start <= week < end``."""
    spread: int = 4
    """Weeks over which a wave is sent."""
    pull: float
    fatigue: float = 1.0
    """Factor on the pull for each earlier message of the channel since September 2024."""
    carries_code: bool = False
    """Supplies the missing information (letters with a code)."""


@dataclass(frozen=True, kw_only=True)
class Newborns(Lever):
    """A letter with a code to the parents, eight weeks after each birth; ``dose`` is the share of births."""

    pull: float


@dataclass(frozen=True, kw_only=True)
class Doctors(Lever):
    """More recommendations by GPs: a doctor who takes part recommends ``factor`` times as often."""

    means: Literal["training", "prompt", "fee"]
    uptake: float = 1.0
    """Share of doctors who take part at dose 1 (dose multiplies it)."""
    factor: float
    """At least 1."""
    recruits: float = 0.0
    """Share of the participating doctors who never recommended and start to, at the average recommender's rate."""


@dataclass(frozen=True, kw_only=True)
class Documents(Lever):
    """More documents deposited: ``dose`` times the status quo's rate are added (1 doubles it; may exceed 1)."""


@dataclass(frozen=True, kw_only=True)
class Counter(Lever):
    """Suggestions by pharmacists, or at hospital admission and discharge; ``dose`` is the chance that one visit to the
    counter (or one stay) brings a suggestion."""

    channel: Literal[Channel.PHARMACIST, Channel.HOSPITAL]
    pull: float


@dataclass(frozen=True, kw_only=True)
class Media(Lever):
    """National media: ``dose`` weeks' worth of a national campaign per week (1 = on air, may exceed 1), in bursts."""

    bursts: tuple[tuple[int, int], ...]
    """(first week, number of weeks) of each time on air."""
    pull: float


@dataclass(frozen=True, kw_only=True)
class Assisted(Lever):
    """Advisers accompany people one by one, in keyed order of priority; ``dose`` is the share of ``capacity`` used."""

    capacity: float
    """People a week, for the whole country."""
    success: float
    """Chance that a person accompanied activates."""


@dataclass(frozen=True, kw_only=True)
class Simplify(Lever):
    """A simpler sign-up: removes shares of the stops at a visit (times dose and ramp)."""

    information: float
    time: float


@dataclass(frozen=True, kw_only=True)
class Relatives(Lever):
    """Invites activated users to recommend: their intention is multiplied by ``boost``; ``dose`` is the share invited
    (``target`` selects the invited users)."""

    boost: float
