"""Parameters: frozen values, one class per mechanism; and structural alternatives. Evidence and priors:
``calibration/data/priors.csv``.

Chances are 0..1. A *pull* is a rate: one noticed contact leads an average person to the site with probability
1 - exp(-pull).
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from typing import Literal, cast, get_args, get_type_hints


@dataclass(frozen=True, kw_only=True)
class People:
    """How people differ."""

    eagerness_shape: float = 2.0
    """Shape of the gamma spread of eagerness (mean 1); 0.05..50."""
    notices: float = 0.8
    """Share of people who notice mass messages."""
    access: float = 0.3
    """Factor on the visits of the digitally excluded when nobody helps; 0..1, *assumed*."""
    child_together: float = 0.4
    """Chance that a child is activated together with the guardian, *assumed*."""
    eagerness_spell: float = 2.2
    """Mean years for which eagerness holds before it is drawn anew; at least ``SHORTEST_SPELL``, *assumed*."""
    eagerness_lasting: float = 0.3
    """Share of the spread of eagerness that is for life, 0..1, *assumed*."""
    need_spell: float = 1.0
    """Mean years for which a person's rates of documents and of GP contacts hold, *assumed*."""
    barrier_spell: float = 2.2
    """Mean years for which each barrier, present or not, holds, *assumed*."""
    age_slope: float = 0.0
    """Change of log eagerness by decade of age, *assumed* about 0."""


@dataclass(frozen=True, kw_only=True)
class Pulls:
    """How strongly a contact through each channel of the status quo pulls."""

    notice: float = 0.13
    letter_notice_ratio: float = 0.6
    """Pull of a launch notice by letter over that by e-mail."""
    document: float = 0.02
    document_scale: float = 1.0
    """Factor on the documents curve: published counts conflict."""
    peer: float = 0.08
    """Chance (not rate) that one recommendation by a relative leads an average person to the site."""
    spontaneous: float = 0.01
    """Visits per person and year without any contact."""
    media: float = 0.002
    """Per week of national media."""
    reminder: float = 0.012
    """One reminder e-mail (2024-25)."""
    mention: float = 0.01
    """A GP who speaks of the service without recommending it, *assumed*."""
    notice_delay: float = 2.6
    """Mean weeks from a notice of creation to the visit that it leads to (pilot, G046)."""


@dataclass(frozen=True, kw_only=True)
class Practice:
    """General practitioners and what their recommendation does."""

    recommendation_rate: float = 0.01
    """Chance per consultation that the GP recommends the service to a patient not activated, mean over doctors."""
    recommending_doctors: float = 0.4
    """Share of doctors who ever recommend."""
    mention_rate: float = 0.03
    """Chance per consultation that the GP mentions the service, mean over doctors, *assumed*."""
    follow_through: float = 0.25
    """Chance that a person who would be ready acts on one recommendation."""
    ready_share: float = 0.57
    """Stated readiness of non-users in November 2023 (F074); used as it is by ``each_time`` and ``naive``."""


@dataclass(frozen=True, kw_only=True)
class WordOfMouth:
    """Recommendations by activated people."""

    intention: float = 0.455
    """Share of the activated who intend to recommend: 91 % could, half of them intend to (F075 F076)."""
    tell: float = 0.4
    """Chance that someone who intends to recommend tells a given tie."""


@dataclass(frozen=True, kw_only=True)
class Stops:
    """Chance that a barrier, where present, stops a visit."""

    no_use: float = 0.5
    time: float = 0.5
    information: float = 0.5
    other: float = 0.5
    use_erosion: float = 0.03
    """Rate per document received at which the no-use stop erodes."""


@dataclass(frozen=True, kw_only=True)
class Prevalence:
    """Shares of people with each barrier, and would-be-ready, at launch. Surveyed among non-users in November 2023,
    when activation had already selected: solve for them with ``model.prevalence``."""

    no_use: float = 0.23
    time: float = 0.26
    information: float = 0.24
    other: float = 0.25
    """Another lasting reason, *assumed*."""
    ready: float = 0.57


HALF_YEARS = 12
"""Half-years from January 2023 that shocks are drawn for: to the end of 2028."""
SHORTEST_SPELL = 0.25
"""Years."""


@dataclass(frozen=True, kw_only=True)
class Drivers:
    """What carries adoption on: service growth, a factor on all pulls of the status quo, and documents.

    log growth = trend x years since January 2023 + log step (rising from January to the end of March 2024) + level +
    local; the level changes by volatility x sqrt(1/2) x shock in each half-year and fades (``model.terms.drivers``),
    the local level of a region holds from the launch on. Documents
    follow their curve; beyond it their log rate goes on with the slope of the last year, which fades, and shocks.
    """

    trend: float = 0.05
    """Of log growth, a year."""
    step: float = 1.3
    """Factor of early 2024: the first Ségur wave (F029, G040); not there for who knows no data of March 2024."""
    volatility: float = 0.55
    """Innovations of log growth, standard deviation a root year (other services: ``docs/other-services.md``)."""
    shocks: tuple[float, ...] = (0.0,) * HALF_YEARS
    """Standard normal, one a half-year from January 2023."""
    document_momentum: float = 1.0
    """Share of the last year's log slope of documents that goes on at first; 0: none."""
    document_half_life: float = 2.0
    """Years in which that slope halves, *assumed*."""
    document_volatility: float = 0.15
    """Innovations of log documents beyond their curve, standard deviation a root year, *assumed*."""
    document_shocks: tuple[float, ...] = (0.0,) * HALF_YEARS
    """Standard normal, one a half-year from the last point of the documents curve."""
    local: float = 0.0
    """Log growth of a region over that of the country, constant in time; 0 for the country (``calibration.region``)."""


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Everything the status quo needs."""

    people: People = field(default_factory=People)
    pulls: Pulls = field(default_factory=Pulls)
    practice: Practice = field(default_factory=Practice)
    word_of_mouth: WordOfMouth = field(default_factory=WordOfMouth)
    stops: Stops = field(default_factory=Stops)
    prevalence: Prevalence = field(default_factory=Prevalence)
    drivers: Drivers = field(default_factory=Drivers)

    def flat(self) -> dict[str, float]:
        """``{"people.access": 0.3, ..., "drivers.shocks.0": 0.0}``, in declaration order."""
        found: dict[str, float] = {}
        for group in fields(self):
            for item in fields(getattr(self, group.name)):
                value, name = getattr(getattr(self, group.name), item.name), f"{group.name}.{item.name}"
                found |= _numbered(name, value) if isinstance(value, tuple) else {name: cast(float, value)}
        return found


def _numbered(name: str, values: tuple[float, ...]) -> dict[str, float]:
    return {f"{name}.{place}": value for place, value in enumerate(values)}


@dataclass(frozen=True, kw_only=True)
class Structure:
    """One choice for each structural question of the model (``docs/odd.md``): readings of the evidence that the data do
    not decide between.

    The first value of each is the default. Every alternative is reachable from the command line
    (``--structure key=value``) and is named in the outputs.
    """

    reading: Literal["trait", "each_time", "naive"] = "trait"
    """The 57 % "would use it on a doctor's recommendation": a trait of persons (``trait``), a chance at each
    recommendation times follow-through (``each_time``), or a chance to act each time (``naive``)."""
    barriers: Literal["lasting", "redrawn"] = "lasting"
    """Whether "no use", "missing information" and "another reason" stop a person for good or anew at each visit."""
    association: Literal["independent", "associated", "exclusive"] = "independent"
    """How barriers go together: independent, positively associated (one shared draw in two), or exclusive."""
    barrier_base: Literal["non_activated", "visitors"] = "non_activated"
    """Whom the surveyed barrier shares describe: all not activated, or the visitors who stopped."""
    information: Literal["item", "content"] = "item"
    """"Missing information": an item needed to sign up, which a contact can supply, or content the service lacked."""
    driver: Literal["both", "documents", "growth"] = "both"
    """What may carry the growth of 2024: documents and service growth, documents alone (g = 0), or growth alone
    (documents stay at their rate of January 2023)."""
    word_of_mouth: Literal["on", "off"] = "on"
    traits: Literal["renewed", "lifelong"] = "renewed"
    """Whether document and GP rates, eagerness and barriers hold for a spell and are then drawn anew, or for life.
    People grow older under both: what follows age (``model.terms.inputs``) changes with birthdays."""

    def __post_init__(self) -> None:
        for name, allowed in self.choices().items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"structure: {name} = {getattr(self, name)!r}; allowed: {', '.join(allowed)}")

    @classmethod
    @cache
    def choices(cls) -> dict[str, tuple[str, ...]]:
        """Field name to its allowed values."""
        return {name: get_args(hint) for name, hint in get_type_hints(cls).items()}
