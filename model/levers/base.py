"""What all levers share: what a policy adds to the status quo, resolved to numbers for one draw.

A scenario file says what is done; a draw says how well it works; together they give the tuple of levers the model
runs. Every lever adds independently keyed contacts or softens a barrier; none re-times a process of the status quo.
Weeks are indices (``model.terms.weeks``), ``end`` is exclusive, ``dose`` is the intensity in 0..1 unless said
otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, Protocol

import numpy as np

from model.engine.records import Run
from model.population.attributes import Int
from model.terms import rules
from model.terms.channels import Channel
from model.terms.jit import inlined
from model.terms.shapes import Floats
from model.terms.tables import Weekly
from model.terms.weeks import NEVER

EFFECTS = ("nothing", "message", "visit", "document", "advice", "suggestion", "help", "invitation")
"""What a lever's contacts are; the kernels branch on the rank. A ``message`` comes in a known week; ``visit``,
``document``, ``advice`` and ``suggestion`` come at random, at the rate of ``Lever.exposure``; ``help`` is given by
advisers along a queue; an ``invitation`` asks activated people to recommend. ``nothing`` reaches nobody."""
NOTHING, MESSAGE, VISIT, DOCUMENT, ADVICE, SUGGESTION, HELP, INVITATION = range(8)
NO_USE, TIME, INFORMATION, OTHER = 1, 2, 4, 8
"""Bits of the barriers, in the order in which they stop a visit (``model.engine.people``)."""
BASE_PROCESSES = 9
"""Processes of the status quo: levers' codes begin here."""
ALIKE_CODES = 256
"""Codes of a slot: a lever's own follows from its name (``scenarios.language.resolve``)."""


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


class Doctor(Protocol):
    """What the readable twin tells a lever of a doctor."""

    number: int
    propensity: float
    level: float


class Person(Protocol):
    """What the readable twin tells a lever of a person."""

    number: int
    birth_week: int
    entry: int
    exit: int
    notices: bool
    email: bool
    majority: int

    @property
    def mailbox(self) -> Person:
        """Whose mailbox what concerns a minor goes to: the guardian, if there is one, otherwise the person."""

    @property
    def born_here(self) -> bool:
        """Whether born during the run."""

    @property
    def doctor(self) -> Doctor | None:
        """The own GP."""

    def counter_visits(self, channel: Channel) -> float:
        """Visits to a pharmacy counter for each GP contact; 1 for hospital stays, which have rates of their own."""


class Campaign(Protocol):
    """What the readable twin offers a lever at work: its draws."""

    def draw(self, part: int, number: int, occurrence: int = 0) -> float:
        """One uniform of the lever's own: ARRIVAL, SUCCESS, SELECTION or TIMING."""

    def dose(self, week: int) -> float:
        """Share of its target that the lever gets to in a week."""

    def selects(self, person: Person, week: int) -> bool:
        """Whether a person is among those whom the dose of a week covers."""

    def room_to_advise(self, owner: Person, doctor: Doctor) -> float:
        """Chance per consultation that a doctor and earlier levers leave to this one."""


@lru_cache(maxsize=256)
def _levels(weeks: int, start: int, end: int, over: int) -> Floats:
    levels = np.array([rules.ramp(week, start, end, over) for week in range(weeks)])
    levels.flags.writeable = False
    return levels


@dataclass(frozen=True, kw_only=True)
class Lever:
    """What all levers share, and what a kind may answer differently.

    A kind says what it is to the engine (``effect``, ``slot``, ``channel``, ``exposure``, ``columns``), to the counts
    (``campaigns_before``, ``on_air``) and to the readable twin (``reach``, ``letters``, ``invited_week``).
    """

    effect: ClassVar[int] = NOTHING
    """One of ``EFFECTS``."""
    adults_only: ClassVar[bool] = False
    """Whether contacts at random are with adults only, never with a guardian about a child."""
    tires: ClassVar[bool] = False
    """Whether its messages weaken later ones of their channel."""
    at_birth: ClassVar[bool] = False
    """Whether its message follows a birth, instead of going out in waves."""

    name: str
    """Unique in its scenario; also the key of its costs."""
    ordinal: int = 0
    """Number among the levers of the same slot, 0 to ``ALIKE_CODES`` - 1: enters the keys of its draws, so that the
    same lever in two scenarios shares them. It follows from the name, not from the place in the scenario."""
    start: int
    end: int
    ramp: int = 0
    """Weeks over which the dose rises linearly from 0."""
    dose: float = 1.0
    target: Target = field(default_factory=Target)
    inherits_growth: bool = False
    """Whether service growth multiplies this lever's pull (off unless the scenario asks for it)."""

    @property
    def slot(self) -> int:
        """Rank of the kind (with channel or means) in the keys of draws: never renumbered."""
        raise NotImplementedError(type(self).__name__)

    @property
    def code(self) -> int:
        """Stable identity of the lever's draws."""
        return BASE_PROCESSES + ALIKE_CODES * self.slot + self.ordinal

    @property
    def through(self) -> Channel:
        """The channel its contacts come through."""
        return Channel.SPONTANEOUS

    @property
    def fee(self) -> bool:
        """Whether a fee is due for activations after a recommendation through its channel."""
        return False

    @property
    def keep(self) -> float:
        """Share of the contacts of a process that take place; a dose above 1 makes more of them instead."""
        return min(1.0, self.dose)

    def levels(self, weeks: int) -> Floats:
        """Dose in each week relative to the intensity, shape [weeks]."""
        return _levels(weeks, self.start, self.end, self.ramp)

    def growing(self, status_quo: Weekly) -> Floats:
        """Factor of service growth on the exposure, shape [weeks]: 1 unless inherited."""
        return status_quo.growth if self.inherits_growth else np.ones(len(status_quo.growth))

    def exposure(self, status_quo: Weekly) -> Floats:
        """Exposure per week of an average person to contacts at random, shape [weeks]."""
        return np.zeros(len(status_quo.growth))

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        """What it fills in its record (``model.engine.programme.LEVER``) beyond what all levers do."""
        return {}

    def eases(self) -> int:
        """Barriers (bits ``NO_USE`` to ``OTHER``) that may stop fewer visits because of it, beyond what persons
        remember: all, unless a kind says otherwise."""
        return NO_USE | TIME | INFORMATION | OTHER

    def removes(self, weeks: int) -> tuple[Floats, Floats] | None:
        """Shares of the stops for missing information and for lack of time that it removes in each week."""
        return None

    def campaigns_before(self, week: int) -> int:
        """Campaigns or waves begun before a week, given that the lever has begun."""
        return 1

    def on_air(self, weeks: int) -> Floats:
        """Weeks of national media in each week."""
        return np.zeros(weeks)

    def reach(self, campaign: Campaign, owner: Person, recipient: Person) -> float:
        """The twin: a person's factor for life on the exposure; 0 if out of reach."""
        return 0.0

    def letters(self, campaign: Campaign, owner: Person) -> Sequence[tuple[int, int]]:
        """The twin: (week, occurrence) of each message about a person; week NEVER if none is sent."""
        return ()

    def enrols(self, campaign: Campaign, patient: Person, week: int) -> bool:
        """The twin: whether who recommends the service to a patient in a week is paid a fee by this lever."""
        return False

    def invited_week(self, campaign: Campaign, person: Person) -> int:
        """The twin: week from which an activated person invited to recommend does so; NEVER if not invited."""
        return NEVER


@inlined
def overlap(start: Int, end: Int, other_start: Int, other_end: Int) -> bool:
    """Whether two spans of weeks have one in common."""
    return bool(start < other_end and other_start < end)


@inlined
def is_targeted(r: Run, lever: Int, i: Int) -> bool:
    """Whether a lever aims at a person."""
    return (r.aims[i] >> np.uint32(lever)) & np.uint32(1) != 0


@inlined
def dose_in(r: Run, lever: Int, week: Int) -> float:
    """Share of its target that a lever gets to in a week."""
    return r.levers[lever].dose * rules.ramp(week, r.levers[lever].start, r.levers[lever].end, r.levers[lever].ramp)
