"""One line of a fit: a published figure, and what the model gives for it draw by draw, as it would be published.

As in ``calibration.posterior.likelihood``: a stock carries the discrepancy (a Gaussian process over time) and the error
of its publication, an answer the sampling error of its survey and the model error stated for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import numpy as np

from calibration.facts.observed import Answer
from calibration.facts.targets import StockTarget
from calibration.fit.question import Held
from calibration.fit.work import Seen
from calibration.posterior.discrepancy import alike, years_of
from foundation.shapes import Floats
from model.terms.inputs import History, Surveyed

Unit = Literal["million", "percent", "ratio"]
Role = Literal["fitted", "not fitted", "imposed"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """A published figure with what the model gives for it, in the line's unit."""

    pattern: str
    key: str
    day: date
    """Of the count, the middle of the fieldwork, or the end of what is counted."""
    unit: Unit
    published: float
    error: float
    """One standard deviation of the published figure: of its publication, sampling and model error included; 0 where
    nothing is compared."""
    role: Role
    simulated: Floats
    """[draw]"""
    predicted: Floats | None
    """[draw, time] as published; None where the figure is put in as it is."""
    bound: bool = False
    """The published figure is a lower bound."""
    survey: str = ""
    region: str | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)
    """By language: why a survey answer is not fitted."""
    note: str = ""
    """Key of a remark in ``words.toml``, section fit_note."""


@dataclass(frozen=True)
class View:
    """Runs at some draws, and what they are held against."""

    held: Held
    surveyed: Surveyed
    history: History
    visitors: bool
    """Whether barriers were asked of the visitors who stopped."""
    runs: Sequence[Seen]
    values: Floats
    """[draw, parameter] of the runs, in the order of ``roles.FREE``."""
    luck: np.random.Generator

    def of(self, name: str) -> Floats:
        """[draw] one attribute of the runs."""
        return np.array([getattr(run, name) for run in self.runs], np.float64)


TIMES = 40
"""Publications drawn for each simulated draw."""


def published_stocks(
    logs: Floats, discrepancy: Floats, stocks: Sequence[StockTarget], luck: np.random.Generator, times: int = TIMES
) -> Floats:
    """Millions [draw, time, stock] as published, for log stocks [draw, stock] and discrepancies [draw].

    A headline agrees with every count of its interval: the middle of one as wide about the count is even in it.
    """
    missed = discrepancies([stock.day for stock in stocks], discrepancy, luck, times)
    counts = logs[:, None, :] + missed
    whole = np.array([stock.is_interval for stock in stocks], bool)
    error = np.array([0.0 if stock.is_interval else stock.error / stock.millions for stock in stocks])
    width = np.array([stock.high - stock.low if stock.is_interval else 0.0 for stock in stocks])
    published = np.exp(counts + error * luck.standard_normal(missed.shape))
    published[..., whole] += width[whole] * (luck.random(missed.shape)[..., whole] - 0.5)
    return np.asarray(np.maximum(published, 0.0))


def discrepancies(days: Sequence[date], amount: Floats, luck: np.random.Generator, times: int = TIMES) -> Floats:
    """What the model can't reproduce, on logarithms [draw, time, day], for standard deviations ``amount`` [draw].

    The process is Markov, so it is drawn from day to day. Stocks of different regions share it.
    """
    years = years_of(days)
    order = np.argsort(years, kind="stable")
    steps = alike(np.diff(years[order], prepend=-np.inf))
    fresh = luck.standard_normal((len(amount), times, len(days)))
    process, before = np.empty_like(fresh), np.zeros(fresh.shape[:2])
    for step, day in zip(steps, order, strict=True):
        before = step * before + np.sqrt(1 - step**2) * fresh[..., day]
        process[..., day] = before
    return np.asarray(amount[:, None, None] * process)


def published_answer(shares: Floats, answer: Answer, luck: np.random.Generator, times: int = TIMES) -> Floats:
    """Shares [draw, time] as printed, for expected shares [draw]: sampling and model error, kept within 0 and 1."""
    return np.clip(shares[:, None] + answer.sd * luck.standard_normal((len(shares), times)), 0.0, 1.0)
