"""No change: the last stock stays."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from calibration.forecasters.base import Floats, Forecaster, Series
from calibration.forecasters.spread import excess_variance, mirrored, variance_draws


class NoChange(Forecaster):
    """stock(t + h) = stock(t) + walk(h), walk(h) ~ normal(0, s h).

    The walk has no drift: s comes from the squares of all past changes, beyond what errors of measurement explain. It
    goes down as easily as up, as the forecaster's name wants it.
    """

    name: ClassVar[str] = "no-change"
    needs: ClassVar[int] = 2

    def _samples(self, series: Series, years: Floats, rng: np.random.Generator, samples: int) -> Floats:
        noise = series.errors[1:] ** 2 + series.errors[:-1] ** 2
        s = excess_variance(np.diff(series.millions), noise, np.diff(series.years))
        variance = variance_draws(s, len(series) - 1, samples, rng)
        level = series.millions[-1] + series.errors[-1] * mirrored(samples, 1, rng)
        walk = np.sqrt(np.outer(variance, years - series.years[-1]))
        return np.asarray(level + walk * mirrored(samples, 1, rng))
