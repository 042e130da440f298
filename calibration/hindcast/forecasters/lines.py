"""No change: the last stock stays."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from calibration.hindcast.forecasters.base import Forecaster, Series, excess_variance, mirrored, variance_draws
from calibration.hindcast.forecasters.curves import LeastSquares
from foundation.shapes import Floats


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


class LastSlope(Forecaster):
    """stock(t + h) = stock(t) + h x (slope + error), slope = change of the last interval (length D) / D.

    Two uncertainties. Measurement: both stocks are drawn within their published errors, which over a short interval
    makes the slope uncertain. Change: the slope is a random walk of variance s a year; its mean over an interval of
    length D lies off its value at the end by a variance s D / 3, and what it does later adds s h^3 / 3 to the stock. So
    neighbouring mean slopes differ by normal(0, s (D1 + D2) / 3 + measurement), from which s comes. A slope below 0 is
    put at 0: a cumulative count doesn't fall.
    """

    name: ClassVar[str] = "last-slope"
    needs: ClassVar[int] = 3

    def _samples(self, series: Series, years: Floats, rng: np.random.Generator, samples: int) -> Floats:
        variance = variance_draws(walk_of_slopes(series), len(series) - 2, samples, rng)
        ends = series.millions[-2:] + series.errors[-2:] * mirrored(samples, 2, rng)
        gap, ahead = series.years[-1] - series.years[-2], years - series.years[-1]
        slope = np.maximum((ends[:, 1] - ends[:, 0]) / gap, 0.0)
        change = np.sqrt(np.outer(variance, ahead**2 * gap / 3 + ahead**3 / 3)) * mirrored(samples, 1, rng)
        return np.asarray(ends[:, 1:] + np.maximum(np.outer(slope, ahead) + change, 0.0))


def walk_of_slopes(series: Series) -> float:
    """Variance a year of the random walk that the slope makes, million² a year³."""
    gaps, squares = np.diff(series.years), series.errors**2
    slopes = np.diff(series.millions) / gaps
    before, after = 1 / gaps[:-1], 1 / gaps[1:]
    noise = squares[2:] * after**2 + squares[1:-1] * (before + after) ** 2 + squares[:-2] * before**2
    return excess_variance(np.diff(slopes), noise, (gaps[:-1] + gaps[1:]) / 3)


class OlsLine(LeastSquares):
    """stock(t) = a + b t."""

    name: ClassVar[str] = "ols-line"
    parameters: ClassVar[int] = 2
    needs: ClassVar[int] = 3

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        return np.asarray(place[0] + place[1] * years)

    def fit(self, series: Series) -> Floats:
        return self.refit(np.zeros(2), series.millions[None, :], series)[0]

    def refit(self, best: Floats, noisy: Floats, series: Series) -> Floats:
        design = np.column_stack([np.ones(len(series)), series.years])
        return np.asarray(np.linalg.lstsq(design, noisy.T, rcond=None)[0].T)
