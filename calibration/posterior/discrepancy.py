"""How what the model can't reproduce goes on in time: a Gaussian process on log stocks, Ornstein and Uhlenbeck's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from foundation.shapes import Floats
from model.terms.weeks import DAYS_PER_YEAR

MEMORY = 0.5
"""Years over which the discrepancy is alike, *assumed*."""


def correlation(days: Sequence[date]) -> Floats:
    """[day, day] of the discrepancy on log stocks."""
    years = years_of(days)
    return alike(years[:, None] - years)


def alike(years: Floats) -> Floats:
    """Correlation of the discrepancy on days so many years apart."""
    return np.asarray(np.exp(-np.abs(years) / MEMORY))


def years_of(days: Sequence[date]) -> Floats:
    """[day] years since a day long ago."""
    return np.array([day.toordinal() for day in days]) / DAYS_PER_YEAR
