"""Use after activation: its parameters, months, and the law of a month. It never acts back on adoption (*assumed*).

An activated adult has *occasions* to log in at a rate that depends on how eager they are, on the notices of documents
and the GP contacts of the month, and on how long ago they activated. Whoever has one is a user of the month.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int64

from model.terms.jit import inlined
from model.terms.shapes import Counts, Floats
from model.terms.spells import gamma_levels
from model.terms.weeks import DAYS_PER_MONTH, START, WEEKS, monday

WEEKS_PER_MONTH = DAYS_PER_MONTH / 7
A_WEEK = 1.0 / WEEKS_PER_MONTH
LOOKED_BACK = 12
"""Months, the last included: who has not logged in in any of them is dormant."""
LASTING = 3
"""Months with a log-in, of ``LOOKED_BACK``, that make a lasting user; the month of activation is none of them."""
FIRST_YEAR = START.year
BEFORE_LAUNCH = -1
"""Month of activations before the launch."""


@dataclass(frozen=True, kw_only=True)
class Use:
    """How activated people go on (``calibration/data/priors.csv``)."""

    alone: float = 0.1
    """Occasions a month of an average person who has just activated, without a document or a GP contact."""
    per_document: float = 0.15
    """Occasions for each document of which a notice reaches the person."""
    per_contact: float = 0.05
    """Occasions for each GP contact."""
    eagerness: float = 0.7
    """Exponent of eagerness times access; 0: use has nothing to do with either."""
    lasting: float = 0.3
    """Share of the first interest that does not fade, 0..1."""
    fading: float = 6.0
    """Months in which the rest falls to 37 %."""
    habit_shape: float = 0.5
    """Shape of the gamma spread of habits, which are for life (mean 1)."""
    bunching: float = 0.5
    """Share of months in which all of a person's occasions fall into one week, 0..1; in the others they are spread."""


class Months(NamedTuple):
    """Calendar months on the clock of weeks: a week belongs to the month of its Thursday."""

    of_week: Int64[Counts, " week"]
    """Month of each week; 0 is February 2022."""
    middle: Int64[Counts, " month"]
    """The week in the middle of each month, whose spells and rates hold for all of it."""
    first: Int64[Counts, " month"]
    """First week of each month."""
    end: Int64[Counts, " month"]
    """First week after each month."""

    def whole_before(self, week: int) -> int:
        """The last month that is over at the start of a week; -1 if none is."""
        return int(np.searchsorted(self.end, week, side="right")) - 1


@lru_cache(maxsize=1)
def months() -> Months:
    """All months of the clock."""
    thursdays = [monday(week).toordinal() + 3 for week in range(WEEKS)]
    days = [date.fromordinal(day) for day in thursdays]
    number = np.array([12 * (day.year - FIRST_YEAR) + day.month - 2 for day in days], np.int64)
    first = np.searchsorted(number, np.arange(number[-1] + 1)).astype(np.int64)
    end = np.append(first[1:], WEEKS).astype(np.int64)
    return Months(number, (first + end) // 2, first, end)


def month_of(year: int, month: int) -> int:
    """Number of a calendar month (1..12)."""
    return 12 * (year - FIRST_YEAR) + month - 2


def month_name(number: int) -> str:
    """As ``2025-01``."""
    year, month = divmod(number + 1, 12)
    return f"{FIRST_YEAR + year}-{month + 1:02d}"


class Law(NamedTuple):
    """``Use`` as the kernels read it."""

    alone: float
    per_document: float
    per_contact: float
    eagerness: float
    bunching: float
    habits: Float[Floats, " level"]
    """Equally likely values of a habit, mean 1."""
    interest: Float[Floats, " month"]
    """What is left of the first interest so many months after that of activation."""


def law_of(use: Use) -> Law:
    """The law with its tables.

    Raises:
        ValueError: a value that no draw can have.
    """
    rates = use.alone, use.per_document, use.per_contact, use.eagerness
    shares = use.lasting, use.bunching
    if not (min(rates) >= 0.0 and 0.0 <= min(shares) <= max(shares) <= 1.0 and min(use.fading, use.habit_shape) > 0.0):
        raise ValueError(f"{use}: rates of 0 or more, shares of 0 to 1, a duration and a shape above 0 are needed")
    return Law(*rates, use.bunching, gamma_levels(use.habit_shape), interest_left(use))


def interest_left(use: Use) -> Float[Floats, " month"]:
    """lasting + (1 - lasting) exp(-months / fading), for the month of activation (1) and all later ones."""
    later = np.arange(len(months().middle) + 1, dtype=np.float64)
    return np.asarray(use.lasting + (1.0 - use.lasting) * np.exp(-later / use.fading))


@inlined
def occasions(factor: float, alone: float, documents: float, contacts: float) -> float:
    """Occasions in a month: the factor of the person (habit x gain ** eagerness x interest), times those without any
    cause, those after notices of documents and those after GP contacts."""
    return factor * (alone + documents + contacts)


@inlined
def willing(gain: float, eagerness: float) -> float:
    """Factor of eagerness times access on occasions."""
    return gain**eagerness


@inlined
def passes(u: float, expected: float) -> bool:
    """Whether there is at least one occasion: u < 1 - exp(-expected), mostly without an exponential."""
    return u < expected and u < 1.0 - np.exp(-expected)


@inlined
def passes_in_week(u: float, expected: float, bunching: float) -> bool:
    """Whether one of them falls into a given week of the month, for the same ``u``."""
    spread, at_once = 1.0 - np.exp(-expected * A_WEEK), (1.0 - np.exp(-expected)) * A_WEEK
    return u < (1.0 - bunching) * spread + bunching * at_once
