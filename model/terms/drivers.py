"""Drivers as processes: history and future of service growth and of documents come from one law.

The law of the level of log growth is that of the hazard of other services (``docs/other-services.md``): a random walk
whose level fades. Both drivers are linear between knots half a year apart, on logarithms.
"""

from __future__ import annotations

from datetime import date
from math import log, sqrt

import numpy as np
from jaxtyping import Float

from model.terms.inputs import History
from model.terms.parameters import HALF_YEARS, Drivers
from model.terms.shapes import Floats
from model.terms.weeks import DAYS_PER_MONTH, WEEKS_PER_YEAR, position

GROWTH_STARTS = date(2023, 1, 1)
HALF_LIFE = 9.0
"""Years in which the level of log growth halves (other services: 3 to none)."""
KEPT = 0.5 ** (0.5 / HALF_LIFE)
"""Of that level, after half a year."""
HALF_A_YEAR = sqrt(0.5)
"""Standard deviation of a half-year's innovation over that of a year's."""
STEP = (date(2024, 1, 1), date(2024, 4, 1))
"""The step of service growth rises between these days."""
STEP_KNOWN = date(2024, 2, 29)
"""A history whose data end earlier knows nothing of the step."""


def growth_table(drivers: Drivers, weeks: int, data_end: date) -> Float[Floats, " week"]:
    """Factor on all pulls of the status quo in the middle of each week; before January 2023 that of the local level
    alone, 1 for the country."""
    middle = np.arange(weeks) + 0.5
    years = (middle - position(GROWTH_STARTS)) / WEEKS_PER_YEAR
    logs = drivers.local + drivers.trend * np.maximum(years, 0.0) + np.interp(years, *growth_level(drivers))
    if data_end >= STEP_KNOWN:
        logs = logs + log(drivers.step) * np.interp(middle, [position(day) for day in STEP], [0.0, 1.0])
    return np.asarray(np.exp(logs))


def growth_level(drivers: Drivers) -> tuple[Float[Floats, " knot"], Float[Floats, " knot"]]:
    """Years since January 2023 of the knots, and the level of log growth there."""
    level = [0.0]
    for shock in drivers.shocks:
        level.append(KEPT * level[-1] + drivers.volatility * HALF_A_YEAR * shock)
    return 0.5 * np.arange(len(level), dtype=np.float64), np.array(level, np.float64)


def weekly_documents(history: History, drivers: Drivers, weeks: int, scale: float) -> Float[Floats, " week"]:
    """Documents per week over ``insured_millions``: the national curve, linear between its points, and beyond the last
    one what goes on. How many of them somebody gets: ``model.terms.inputs.recipients``."""
    days = np.array([position(day) for day, _ in history.documents])
    rates = np.array([millions for _, millions in history.documents])
    middle = np.arange(weeks, dtype=np.float64) + 0.5
    monthly = np.interp(middle, days, rates) * np.exp(documents_beyond(drivers, days, rates, middle))
    return np.asarray(scale * monthly / history.insured_millions * 7.0 / DAYS_PER_MONTH)


def documents_beyond(drivers: Drivers, days: Floats, rates: Floats, at: Floats) -> Float[Floats, " week"]:
    """Change of log documents since the last point of their curve, at positions in weeks; 0 before it."""
    years = np.maximum(at - days[-1], 0.0) / WEEKS_PER_YEAR
    year_ago = float(np.interp(days[-1] - WEEKS_PER_YEAR, days, rates))
    slope = drivers.document_momentum * log(rates[-1] / year_ago) if rates[-1] > 0 and year_ago > 0 else 0.0
    life = drivers.document_half_life / log(2.0)
    steps = drivers.document_volatility * HALF_A_YEAR * np.array(drivers.document_shocks)
    walk = np.interp(years, np.arange(HALF_YEARS + 1) * 0.5, np.concatenate((np.zeros(1), np.cumsum(steps))))
    return np.asarray(slope * life * (1.0 - np.exp(-years / life)) + walk)
