"""A damped trend on the log hazard of those still outside."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import ClassVar

import numpy as np

from calibration.hindcast.forecasters.base import Forecaster, Series, mirrored
from calibration.hindcast.forecasters.hazards import grid_to, hazard_noise, log_hazards, stocks_along
from foundation.shapes import Floats

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
