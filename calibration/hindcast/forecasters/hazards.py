"""The hazard of those still outside goes on: with a trend that fades, or as comparable services have gone on.

The hazard over an interval is -log(outside at its end / outside at its beginning) / years, outside = all living insured
less the stock. What is said of a stock later: outside x exp(-integral of the hazard).
"""

from __future__ import annotations

from math import log
from typing import ClassVar

import numpy as np

from calibration.hindcast.forecasters.base import (
    LIVING_INSURED,
    Forecaster,
    Series,
    excess_variance,
    mirrored,
    variance_draws,
)
from foundation.shapes import Floats

STEP = 1 / 24
"""Years between the points of a path."""
LEAST_GAIN = 0.005
"""Millions that an interval gains at least, so that its hazard has a logarithm."""


def log_hazards(series: Series, stocks: Floats) -> Floats:
    """[sample, interval] of stocks [sample, n], a year."""
    rising = np.maximum.accumulate(stocks, axis=1) + LEAST_GAIN * np.arange(stocks.shape[1])
    outside = np.log(np.maximum(LIVING_INSURED - rising, 0.1))
    return np.asarray(np.log(-np.diff(outside, axis=1) / np.diff(series.years)))


def hazard_noise(series: Series) -> Floats:
    """[interval] variance of a log hazard by the errors of the counts (delta method)."""
    gains = np.maximum(np.diff(series.millions), LEAST_GAIN)
    return np.asarray((series.errors[1:] ** 2 + series.errors[:-1] ** 2) / gains**2)


def grid_to(years: Floats, start: float) -> Floats:
    """Points of a path, in years from ``start`` to the last of ``years``."""
    return np.arange(0.0, years.max() - start + 2 * STEP, STEP)


def walks(sd: Floats, points: int, rng: np.random.Generator) -> Floats:
    """[sample, point] random walks from 0 with standard deviation ``sd`` [sample] a root year."""
    steps = np.sqrt(STEP) * sd[:, None] * mirrored(len(sd), points - 1, rng)
    return np.concatenate((np.zeros((len(sd), 1)), np.cumsum(steps, axis=1)), axis=1)


def stocks_along(last: Floats, logs: Floats, ahead: Floats, grid: Floats) -> Floats:
    """[sample, day] stocks: ``last`` [sample], log hazards [sample, point of grid], days in years ahead."""
    hazard = np.exp(np.minimum(logs, 5.0))
    passed = np.concatenate((np.zeros((len(last), 1)), np.cumsum(0.5 * STEP * (hazard[:, 1:] + hazard[:, :-1]), 1)), 1)
    spent = np.stack([np.interp(ahead, grid, path) for path in passed])
    return np.asarray(LIVING_INSURED - (LIVING_INSURED - last[:, None]) * np.exp(-spent))


class DampedTrend(Forecaster):
    """log hazard(t + h) = level + slope x life x (1 - e^(-h / life)) + walk(h) (Gardner and McKenzie 1985, continuous).

    The level is the log hazard of the last interval, the slope its change since the one before over the time between
    their middles, both of counts drawn within their errors. The slope halves in a year (``HALF_LIFE``, *assumed*: a
    series of ten counts can't tell). The walk's variance comes from the past changes beyond what measurement explains.
    """

    name: ClassVar[str] = "damped-trend"
    needs: ClassVar[int] = 4
    HALF_LIFE: ClassVar[float] = 1.0

    def _samples(self, series: Series, years: Floats, rng: np.random.Generator, samples: int) -> Floats:
        gaps = np.diff(series.years)
        between, noise = (gaps[1:] + gaps[:-1]) / 2, hazard_noise(series)
        changes = np.diff(log_hazards(series, series.millions[None, :])[0])
        s = excess_variance(changes, noise[1:] + noise[:-1], (gaps[1:] + gaps[:-1]) / 3)
        sd = np.sqrt(variance_draws(s, len(changes), samples, rng))
        drawn = series.millions + series.errors * mirrored(samples, len(series), rng)
        logs = log_hazards(series, drawn)
        life, grid = self.HALF_LIFE / log(2), grid_to(years, series.years[-1])
        slope = np.clip((logs[:, -1] - logs[:, -2]) / between[-1], -5.0, 5.0)
        since = slope[:, None] * life * (1 - np.exp(-(grid + gaps[-1] / 2) / life))
        path = logs[:, -1:] + since + walks(sd, len(grid), rng)
        return stocks_along(drawn[:, -1], path, years - series.years[-1], grid)


class OutsideView(Forecaster):
    """The last hazard goes on as those of comparable services did (``docs/other-services.md``).

    log hazard: a random walk whose standard deviation a root year is lognormal, median ``SD``; its level halves in a
    time drawn so that the rate is lognormal about that of ``HALF_LIFE`` years, 90 % from three times to a third. The
    hazard of the last interval is the mean over it, so its end lies off by the walk's variance x length / 3.
    """

    name: ClassVar[str] = "outside-view"
    needs: ClassVar[int] = 2
    SD: ClassVar[tuple[float, float, float]] = (0.35, 0.55, 0.75)
    """5 %, median, 95 %."""
    HALF_LIFE: ClassVar[float] = 9.0

    def _samples(self, series: Series, years: Floats, rng: np.random.Generator, samples: int) -> Floats:
        low, middle, high = self.SD
        z = mirrored(samples, 3, rng) / 1.6449
        sd = middle * np.exp(log(high / low) / 2 * z[:, 0])
        fading = log(2) / self.HALF_LIFE * np.exp(log(3) * z[:, 1])
        drawn = series.millions + series.errors * mirrored(samples, len(series), rng)
        grid, gap = grid_to(years, series.years[-1]), series.years[-1] - series.years[-2]
        end = log_hazards(series, drawn)[:, -1] + sd * np.sqrt(gap / 3) * 1.6449 * z[:, 2]
        path = end[:, None] - np.outer(fading, grid) + walks(sd, len(grid), rng)
        return stocks_along(drawn[:, -1], path, years - series.years[-1], grid)


class EqualMean(Forecaster):
    """The equal-weight mixture of the laws of all other simple forecasters that can say something."""

    name: ClassVar[str] = "mean"
    needs: ClassVar[int] = 2

    def __init__(self, others: tuple[Forecaster, ...]) -> None:
        self.others = others

    def _samples(self, series: Series, years: Floats, rng: np.random.Generator, samples: int) -> Floats:
        able = [other for other in self.others if len(series) >= other.needs]
        parts = np.array_split(np.arange(samples), len(able))
        said = [other.forecast(series, years, rng, max(2, len(part))) for other, part in zip(able, parts, strict=True)]
        return np.concatenate(said)[:samples]
