"""A made-up bank: log stocks that are linear in the level, so that answers are known."""

from __future__ import annotations

from datetime import date

import numpy as np

from calibration.facts.targets import StockTarget
from calibration.region.bank import levels_of
from calibration.region.fit import Counted

SD, SLOPE, INSURED = 0.25, 0.5, 3.4
DAYS = tuple(date(2024 + k // 4, 1 + 3 * (k % 4), 1) for k in range(8))
MANY = 10**9
"""Simulated people: nothing is left to chance."""


def figure(day: date, millions: float, error: float) -> StockTarget:
    return StockTarget(day=day, millions=millions, error=error, kind="measured", status="made up", facts=())


def headline(day: date, low: float, high: float) -> StockTarget:
    return StockTarget(
        day=day, millions=(low + high) / 2, error=(high - low) / 12**0.5, kind="headline", status="made up", facts=(),
        low=low, high=high,
    )  # fmt: skip


def counted(
    stocks: list[StockTarget], starts: np.ndarray, growth: np.ndarray | float = 0.2, discrepancy: float = 1e-6
) -> Counted:
    """Draws that begin with ``starts`` millions and grow by ``growth`` a year, on logarithms."""
    levels = levels_of(SD)
    years = np.array([(stock.day - DAYS[0]).days / 365.25 for stock in stocks])
    growth = np.broadcast_to(growth, starts.shape)
    logs = np.log(starts)[:, None, None] + SLOPE * levels[:, None] + growth[:, None, None] * years
    return Counted(
        stocks=stocks,
        levels=levels,
        simulated=np.exp(logs),
        discrepancy=np.full(len(starts), discrepancy),
        people=MANY,
        insured=INSURED,
    )
