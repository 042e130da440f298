"""What agents of the readable twin ask of the model they live in (the week, tables, draws) and what they count there;
and its general practitioners.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count
from typing import Any, ClassVar, TypeAlias, TypedDict
from weakref import WeakKeyDictionary

import mesa
import numpy as np

from model.engine.programme import base_keys
from model.population.population import Population
from model.terms import rules
from model.terms.inputs import Given
from model.terms.keyed import Decision, streams, uniform
from model.terms.spells import LEVELS
from model.terms.tables import Coefficients, Weekly


class Again(Given):
    """What a branch is made of again."""

    seed: int
    threads: int
    weeks: int


Asked: TypeAlias = "tuple[tuple[object, ...], dict[str, object]]"
"""Arguments that only a subclass has: by their place, and by name."""


class Past(TypedDict):
    """What has happened to a model."""

    own: dict[str, Any]
    collected: mesa.DataCollector
    counts: dict[str, Counter[Any]]
    people: list[list[Any]]
    children: dict[int, list[int]]
    letters: dict[int, list[tuple[int, int]]]
    campaigns: list[tuple[int, list[int]]]


class Numbering(WeakKeyDictionary[mesa.Model, Iterator[int]]):
    """Mesa numbers agents in a table that keeps every model alive; this one lets go of those no longer used."""

    def __getitem__(self, model: mesa.Model) -> Iterator[int]:
        return self.setdefault(model, count(1))


class Tables:
    """The weekly tables (``model.terms.tables.Weekly``) as lists: Python reads those faster than arrays."""

    growth: list[float]
    cum_years: list[float]
    cum_spontaneous: list[float]
    cum_media: list[float]
    cum_document: list[float]
    cum_mention: list[float]
    cum_received: list[float]
    soft_information: list[float]
    soft_time: list[float]
    levels: list[float]
    lasting_levels: list[float]
    need_levels: list[float]
    document_first: int
    band_start: list[int]
    rates: list[list[float]]
    age_gain: list[float]
    notice_weeks: list[int]
    notice_main_share: float
    media_weeks: list[int]
    reminder_weeks: list[int]

    def __init__(self, weekly: Weekly) -> None:
        for name, value in weekly._asdict().items():
            setattr(self, name, value.tolist() if isinstance(value, np.ndarray) else value)


class Surroundings(mesa.Model):
    """One population, one set of parameters, one seed.

    Args:
        population: who there is.
        rates: parameters and structure as numbers.
        weekly: tables of the status quo, or with levers.
        seed: key of every draw.
        weeks: last week that can be reached.
    """

    def __init__(self, population: Population, rates: Coefficients, weekly: Weekly, *, seed: int, weeks: int) -> None:
        super().__init__(rng=seed)
        self.population, self.rates, self.seed = population, rates, seed
        self.weeks, self.week = weeks, 0
        self.weekly, self.tables, self.lengths = weekly, Tables(weekly), weekly.lengths
        self.keys, self.process_keys = list(streams(seed)), [list(keys) for keys in base_keys(seed)]
        self.contacts: Counter[tuple[int, int]] = Counter()
        self.visits: Counter[tuple[int, int]] = Counter()
        self.activations: Counter[tuple[int, int]] = Counter()
        """How often, by week and channel."""
        self.meetings: Counter[int] = Counter()
        """Face-to-face contacts by process."""
        self.fees: Counter[int] = Counter()
        """Activations that are paid for, by number of the lever."""

    def draw(self, decision: Decision, number: int, occurrence: int = 0) -> float:
        """A uniform of a person or doctor: a pure function of seed, number, decision and occurrence."""
        return uniform(self.keys[decision], number, occurrence)


class Doctor(mesa.Agent):
    """A general practitioner with patients in the sample."""

    _ids: ClassVar[Numbering] = Numbering()
    model: Surroundings

    def __init__(self, model: Surroundings, number: int) -> None:
        super().__init__(model)
        self.number = number
        self.patients: list[mesa.Agent] = []
        share, rate = model.rates.recommending_doctors, model.rates.recommendation_rate
        u_recommends = model.draw(Decision.DOCTOR_RECOMMENDS, number)
        u_level = model.draw(Decision.DOCTOR_LEVEL, number)
        self.propensity = rules.doctor_propensity(u_recommends, u_level, share, rate)
        """Chance per consultation of recommending the service to a patient not activated."""
        self.level = rules.recommender_level(u_level, share, rate)
        """What the propensity is, or once recruited would be."""
        mention = model.lengths[int(model.draw(Decision.DOCTOR_MENTIONS, number) * LEVELS)]
        self.mentions = min(1.0, model.rates.mention_rate * mention)
        """Chance per consultation of speaking of the service."""
