"""Forecasters of the hazard of those still outside: it goes on as comparable services have gone on, or along a damped
trend; and the mean of all forecasters.

The hazard over an interval is -log(outside at its end / outside at its beginning) / years, outside = all living insured
less the stock. What is said of a stock later: outside x exp(-integral of the hazard).
"""

from __future__ import annotations

from functools import cache
from itertools import product
from math import log
from typing import ClassVar

import numpy as np

from calibration.facts.priors import Z95
from calibration.hindcast.forecasters.base import LIVING_INSURED, Forecaster, Series, mirrored
from calibration.outside.law import HALF_LIFE, SD
from foundation.shapes import Floats

STEP = 1 / 24
"""Years between the points of a path."""
LEAST_GAIN = 0.005
"""Millions that an interval gains at least, so that its hazard has a logarithm."""
LEAST_SPENT = 1e-6
"""What an interval spends at least of the hazard, where nobody is left outside."""
MOST = 5.0
"""Log hazard a year that is not exceeded: at it, 94 % of those outside come in within a week."""


def log_hazards(series: Series, stocks: Floats) -> Floats:
    """[sample, interval] of stocks [sample, n], a year."""
    rising = np.maximum.accumulate(stocks, axis=1) + LEAST_GAIN * np.arange(stocks.shape[1])
    outside = np.log(np.maximum(LIVING_INSURED - rising, 0.1))
    return np.asarray(np.log(np.maximum(-np.diff(outside, axis=1), LEAST_SPENT) / np.diff(series.years)))


def hazard_noise(series: Series) -> Floats:
    """[interval, interval] covariance of log hazards by the errors of the counts (delta method): a count ends one
    interval and begins the next."""
    gains = np.maximum(np.diff(series.millions), LEAST_GAIN)
    squares = series.errors**2
    noise = np.diag((squares[1:] + squares[:-1]) / gains**2)
    apart = -squares[1:-1] / (gains[1:] * gains[:-1])
    return np.asarray(noise + np.diag(apart, 1) + np.diag(apart, -1))


def grid_to(years: Floats, start: float) -> Floats:
    """Points of a path, in years from ``start`` to the last of ``years``."""
    return np.arange(0.0, years.max() - start + 2 * STEP, STEP)


def walks(sd: Floats, points: int, rng: np.random.Generator) -> Floats:
    """[sample, point] random walks from 0 with standard deviation ``sd`` [sample] a root year."""
    steps = np.sqrt(STEP) * sd[:, None] * mirrored(len(sd), points - 1, rng)
    return np.concatenate((np.zeros((len(sd), 1)), np.cumsum(steps, axis=1)), axis=1)


def stocks_along(last: Floats, logs: Floats, ahead: Floats, grid: Floats) -> Floats:
    """[sample, day] stocks: ``last`` [sample], log hazards [sample, point of grid], days in years ahead."""
    hazard = np.exp(np.minimum(logs, MOST))
    passed = np.concatenate((np.zeros((len(last), 1)), np.cumsum(0.5 * STEP * (hazard[:, 1:] + hazard[:, :-1]), 1)), 1)
    spent = np.stack([np.interp(ahead, grid, path) for path in passed])
    return np.asarray(LIVING_INSURED - (LIVING_INSURED - last[:, None]) * np.exp(-spent))


class OutsideView(Forecaster):
    """The last hazard goes on as those of comparable services did (``docs/other-services.md``).

    log hazard: a random walk whose standard deviation a root year is lognormal (median and 90 % interval ``SD``), its
    level fading at a rate that is normal about the best one with its 95 % at the shortest half-life of ``HALF_LIFE``,
    no less than 0. The hazard of the last interval is the mean over it, of counts drawn within their errors; its end
    lies off that by the walk's variance x length / 3.
    """

    name: ClassVar[str] = "outside-view"
    needs: ClassVar[int] = 2

    def _samples(self, series: Series, years: Floats, rng: np.random.Generator, samples: int) -> Floats:
        z = mirrored(samples, 3, rng)
        sd = SD[1] * np.exp(log(SD[2] / SD[0]) / 2 * z[:, 0] / Z95)
        best, most = log(2) / HALF_LIFE[1], log(2) / HALF_LIFE[0]
        fading = np.maximum(best + (most - best) * z[:, 1] / Z95, 0.0)
        drawn = series.millions + series.errors * mirrored(samples, len(series), rng)
        grid, gap = grid_to(years, series.years[-1]), series.years[-1] - series.years[-2]
        end = log_hazards(series, drawn)[:, -1] + sd * np.sqrt(gap / 3) * z[:, 2]
        path = end[:, None] - np.outer(fading, grid) + walks(sd, len(grid), rng)
        return stocks_along(drawn[:, -1], path, years - series.years[-1], grid)


class EqualMean(Forecaster):
    """The equal-weight mixture of the laws of all other simple forecasters that can say something, no change too: a
    mean that leaves out the losers would have been chosen knowing them."""

    name: ClassVar[str] = "mean"
    needs: ClassVar[int] = 2

    def __init__(self, others: tuple[Forecaster, ...]) -> None:
        self.others = others

    def _samples(self, series: Series, years: Floats, rng: np.random.Generator, samples: int) -> Floats:
        able = [other for other in self.others if len(series) >= other.needs]
        parts = np.array_split(np.arange(samples), len(able))
        said = [other.forecast(series, years, rng, max(2, len(part))) for other, part in zip(able, parts, strict=True)]
        return np.concatenate(said)[:samples]


LEVEL_SD = np.geomspace(0.1, 2.0, 6)
"""Of the level's own walk, a root year."""
TREND_SD = np.geomspace(0.1, 3.0, 6)
"""Of the trend in the long run, a year."""
TREND_LIFE = np.geomspace(0.25, 4.0, 5)
"""Years in which a trend falls to 1 / e."""
VAGUE = 4.0
"""Standard deviation of the log hazard at the launch: nothing is known of it."""


class DampedTrend(Forecaster):
    """log hazard = level + walk(t) + integral of the trend, a continuous form of Gardner and McKenzie (1985).

    The trend is a stationary Ornstein-Uhlenbeck process: its expectation fades exponentially from where it is, and new
    trends come. The log hazard of an interval of length D is an observation of the process at its middle, off by
    variance walk x D / 12 and by the errors of the two counts. Size of the walk, size of the trend and its life are
    drawn from grids (``LEVEL_SD`` x ``TREND_SD`` x ``TREND_LIFE``, all equally likely beforehand, *assumed*) by the
    likelihood of the intervals seen, and the path is drawn given these. The last count is drawn within its error apart.
    """

    name: ClassVar[str] = "damped-trend"
    needs: ClassVar[int] = 4

    def _samples(self, series: Series, years: Floats, rng: np.random.Generator, samples: int) -> Floats:
        grid = grid_to(years, series.years[-1])
        middles = (series.years[1:] + series.years[:-1]) / 2
        seen = log_hazards(series, series.millions[None, :])[0]
        noise = hazard_noise(series)
        logs = [likelihood(seen, covariance(middles, *law) + noise_of(series, noise, law)) for law in laws()]
        weights = np.exp(np.array(logs) - max(logs))
        half = rng.choice(len(weights), size=(samples + 1) // 2, p=weights / weights.sum())
        chosen, z = np.concatenate([half, half])[:samples], mirrored(samples, len(grid), rng)
        last = series.millions[-1] + series.errors[-1] * mirrored(samples, 1, rng)[:, 0]
        paths = np.empty((samples, len(grid)))
        for place in np.unique(chosen):
            law, mine = laws()[place], chosen == place
            mean, root = given(seen, middles, series.years[-1] + grid, law, noise_of(series, noise, law))
            paths[mine] = mean + z[mine] @ root.T
        return stocks_along(last, paths, years - series.years[-1], grid)


Law = tuple[float, float, float]
"""Of ``LEVEL_SD``, ``TREND_SD``, ``TREND_LIFE``."""


@cache
def laws() -> tuple[Law, ...]:
    """All combinations."""
    return tuple((float(a), float(b), float(c)) for a, b, c in product(LEVEL_SD, TREND_SD, TREND_LIFE))


def covariance(years: Floats, level: float, trend: float, life: float) -> Floats:
    """[year, year] of the log hazard, ``years`` after the launch: vague start, walk, and integral of the trend."""
    s, t = years[:, None], years[None, :]
    fade = np.exp(-s / life) + np.exp(-t / life) - np.exp(-np.abs(s - t) / life) - 1.0
    integral = trend**2 * life * (2.0 * np.minimum(s, t) + life * fade)
    return np.asarray(VAGUE**2 + level**2 * np.minimum(s, t) + integral)


def noise_of(series: Series, by_counts: Floats, law: Law) -> Floats:
    """[interval, interval] of what an interval's log hazard is off by from the process at its middle."""
    return np.asarray(by_counts + np.diag(law[0] ** 2 * np.diff(series.years) / 12))


def likelihood(seen: Floats, total: Floats) -> float:
    """log density of observations with this covariance, about their own mean: the start is vague."""
    missed = seen - seen.mean()
    return float(-0.5 * (missed @ np.linalg.solve(total, missed) + np.linalg.slogdet(total)[1]))


def given(seen: Floats, at: Floats, ahead: Floats, law: Law, noise: Floats) -> tuple[Floats, Floats]:
    """Mean [point] and a root [point, point] of the covariance of the log hazard at ``ahead``, given the intervals."""
    joint, n = covariance(np.concatenate((at, ahead)), *law), len(at)
    gain = np.linalg.solve(joint[:n, :n] + noise, joint[:n, n:]).T
    values, vectors = np.linalg.eigh(joint[n:, n:] - gain @ joint[:n, n:])
    return seen.mean() + gain @ (seen - seen.mean()), np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))
