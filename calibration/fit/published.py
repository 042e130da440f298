"""What would be published, given what is simulated: each figure with all the errors of its observation model.

As in ``calibration.posterior.likelihood``: a stock carries the discrepancy (a Gaussian process over time) and the
error of its
publication, an answer the sampling error of its survey and the model error stated for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from calibration.facts.observed import Answer
from calibration.facts.targets import StockTarget
from calibration.posterior.likelihood import MEMORY
from foundation.shapes import Floats

TIMES = 40
"""Publications drawn for each simulated draw."""


def published_stocks(
    logs: Floats, discrepancy: Floats, stocks: Sequence[StockTarget], luck: np.random.Generator, times: int = TIMES
) -> Floats:
    """Millions [draw, time, stock] as published, for log stocks [draw, stock] and discrepancies [draw]."""
    error = np.array([stock.error / stock.millions for stock in stocks])
    missed = discrepancies([stock.day for stock in stocks], discrepancy, luck, times)
    return np.asarray(np.exp(logs[:, None, :] + missed + error * luck.standard_normal(missed.shape)))


def discrepancies(days: Sequence[date], amount: Floats, luck: np.random.Generator, times: int = TIMES) -> Floats:
    """What the model can't reproduce, on logarithms [draw, time, day], for standard deviations ``amount`` [draw].

    Correlation exp(-|t - t'| / MEMORY): the process is Markov, so it is drawn from day to day. Stocks of different
    regions share it.
    """
    years = np.array([day.toordinal() for day in days]) / 365.25
    order = np.argsort(years, kind="stable")
    steps = np.exp(-np.diff(years[order], prepend=-np.inf) / MEMORY)
    fresh = luck.standard_normal((len(amount), times, len(days)))
    process, before = np.empty_like(fresh), np.zeros(fresh.shape[:2])
    for step, day in zip(steps, order, strict=True):
        before = step * before + np.sqrt(1 - step**2) * fresh[..., day]
        process[..., day] = before
    return np.asarray(amount[:, None, None] * process)


def published_answer(shares: Floats, answer: Answer, luck: np.random.Generator, times: int = TIMES) -> Floats:
    """Shares [draw, time] as printed, for expected shares [draw]: sampling and model error, kept within 0 and 1."""
    return np.clip(shares[:, None] + answer.sd * luck.standard_normal((len(shares), times)), 0.0, 1.0)
