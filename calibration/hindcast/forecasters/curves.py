"""Forecasters of the stock itself: growth curves and a line fitted by least squares, with a predictive distribution
from the parametric bootstrap; the last stock or the last slope, which go on as a random walk.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from itertools import product
from typing import Any, ClassVar

import numpy as np
from scipy.optimize import leastsq
from scipy.special import expit

from calibration.hindcast.forecasters.base import (
    LIVING_INSURED,
    Forecaster,
    Series,
    excess_variance,
    mirrored,
    variance_draws,
)
from foundation.shapes import Floats

EVALUATIONS, CLOSE = 1000, 1e-12
"""Of the curve for each refit, at most; relative change at which a refit ends. Refits whose parameters run off without
changing the curve end by the first."""
POLISH, SMALL = 6, 1e-3
"""Gauss-Newton steps at the end of a search, and how far each may go. Squares stop changing while the parameters still
move in half of their digits, by the last bits of an exponential, in which processors differ."""


class LeastSquares(Forecaster):
    """stock(t) = curve(t) + deviation, published = stock + normal(0, error²).

    1. Unweighted least squares gives the curve; s² = squares of the residuals / (n - parameters).
    2. Each sample draws s² anew (``variance_draws``). What it has beyond the mean square of the published errors is the
       variance v of the deviation (0 if nothing).
    3. It draws stocks around the curve with variance error_i² + v, fits them again, and adds one deviation normal(0, v)
       to all days of the new curve.
    """

    parameters: ClassVar[int]

    def _samples(self, series: Series, years: Floats, rng: np.random.Generator, samples: int) -> Floats:
        best = self.fit(series)
        fitted = self.curve(best, series.years, series)
        freedom = len(series) - self.parameters
        square = float(np.sum((series.millions - fitted) ** 2)) / freedom
        drawn = variance_draws(square, freedom, samples, rng)
        deviation = np.maximum(drawn - np.mean(series.errors**2), 0.0)
        spread = np.sqrt(series.errors**2 + deviation[:, None])
        noisy = fitted + spread * mirrored(samples, len(series), rng)
        curves = np.stack([self.curve(place, years, series) for place in self.refit(best, noisy, series)])
        return np.asarray(curves + np.sqrt(deviation)[:, None] * mirrored(samples, 1, rng))

    @abstractmethod
    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        """The curve at ``years`` after the launch, millions, for parameters [parameter] without limits."""

    @abstractmethod
    def fit(self, series: Series) -> Floats:
        """Parameters of least squares."""

    @abstractmethod
    def refit(self, best: Floats, noisy: Floats, series: Series) -> Floats:
        """Parameters [sample, parameter] for other stocks [sample, n] of the same days."""


class GrowthCurve(LeastSquares):
    """A curve that is not linear in its parameters: the best of several starts, refits from there."""

    starts: ClassVar[tuple[Sequence[float], ...]]
    """Values to start from, for each parameter; all combinations are tried."""

    def fit(self, series: Series) -> Floats:
        fits = [self._least(np.array(start, float), series.millions, series) for start in product(*self.starts)]
        squares = [np.sum((self.curve(place, series.years, series) - series.millions) ** 2) for place in fits]
        return fits[int(np.argmin(squares))]

    def refit(self, best: Floats, noisy: Floats, series: Series) -> Floats:
        return np.stack(
            [self._least(best, stocks, series, maxfev=EVALUATIONS, ftol=CLOSE, xtol=CLOSE) for stocks in noisy]
        )

    def _least(self, start: Floats, stocks: Floats, series: Series, **limits: Any) -> Floats:
        """Levenberg-Marquardt (MINPACK), by the entry with the least overhead: there are thousands of small fits."""
        misses = partial(self._misses, series=series, stocks=stocks)
        slopes = partial(self._slopes, series=series)
        with np.errstate(over="ignore"):  # of covariances, which nobody asks for
            place = np.asarray(leastsq(misses, start, Dfun=slopes, col_deriv=True, full_output=True, **limits)[0])
        for _ in range(POLISH):
            step = np.linalg.lstsq(slopes(place).T, -misses(place), rcond=1e-10)[0]
            if np.abs(step).max() > SMALL:
                break
            place = place + step
        return place

    def _misses(self, place: Floats, series: Series, stocks: Floats) -> Floats:
        return self.curve(place, series.years, series) - stocks

    def _slopes(self, place: Floats, series: Series) -> Floats:
        return self.slopes(place, series.years, series)

    @abstractmethod
    def slopes(self, place: Floats, years: Floats, series: Series) -> Floats:
        """Derivatives [parameter, year] of the curve by its parameters."""


def positive(place: float) -> float:
    """A positive parameter, a year, from one without limits; between about 0.00001 and 150."""
    return float(np.exp(np.clip(place, -12.0, 5.0)))


def by_place(place: float) -> float:
    """Derivative of ``positive``."""
    return positive(place) if -12.0 < place < 5.0 else 0.0


def ceiling_above(place: float, series: Series) -> float:
    """A ceiling between the highest stock and all living insured, millions, from a parameter without limits."""
    low = float(series.millions.max())
    return low + (LIVING_INSURED - low) * float(expit(place))


def ceiling_by_place(place: float, series: Series) -> float:
    """Derivative of ``ceiling_above``."""
    return (LIVING_INSURED - float(series.millions.max())) * float(expit(place) * expit(-place))


def bass(p: float, q: float, ceiling: float, years: Floats, initial: float) -> Floats:
    """initial + (ceiling - initial) x (1 - e^-(p + q)t) / (1 + q/p e^-(p + q)t), t years since the launch (Bass 1969):
    p a year of innovation, q a year of imitation; the pilot's stock is the starting level."""
    decay = np.exp(-(p + q) * np.maximum(years, 0.0))
    return np.asarray(initial + (ceiling - initial) * (1 - decay) / (1 + q / p * decay))


def bass_by_rates(p: float, q: float, years: Floats) -> tuple[Floats, Floats]:
    """Derivatives by p and q of the share of the way from the starting level to the ceiling."""
    t, ratio = np.maximum(years, 0.0), q / p
    decay = np.exp(-(p + q) * t)
    square = (1 + ratio * decay) ** 2
    later, other = (1 + ratio) * t * decay / square, (1 - decay) * decay / square
    return later + other * ratio / p, later - other / p


class BassFree(GrowthCurve):
    """p, q and the ceiling, between the last stock and all living insured."""

    name: ClassVar[str] = "bass-free"
    parameters: ClassVar[int] = 3
    needs: ClassVar[int] = 4
    starts = ((-3.0, -1.0, 0.0), (-3.0, -1.0, 1.0), (-3.0, 0.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        ceiling = ceiling_above(place[2], series)
        return bass(positive(place[0]), positive(place[1]), ceiling, years, series.initial)

    def slopes(self, place: Floats, years: Floats, series: Series) -> Floats:
        p, q, ceiling = positive(place[0]), positive(place[1]), ceiling_above(place[2], series)
        by_p, by_q = bass_by_rates(p, q, years)
        way = bass(p, q, 1.0, years, 0.0)
        height = ceiling - series.initial
        return np.stack(
            [
                height * by_p * by_place(place[0]),
                height * by_q * by_place(place[1]),
                way * ceiling_by_place(place[2], series),
            ]
        )


class BassFixed(GrowthCurve):
    """p and q; the ceiling is the living insured, 68.4 million (F024)."""

    name: ClassVar[str] = "bass-fixed"
    parameters: ClassVar[int] = 2
    needs: ClassVar[int] = 3
    starts = ((-5.0, -3.0, -1.0), (-5.0, -2.0, 0.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        return bass(positive(place[0]), positive(place[1]), LIVING_INSURED, years, series.initial)

    def slopes(self, place: Floats, years: Floats, series: Series) -> Floats:
        by_p, by_q = bass_by_rates(positive(place[0]), positive(place[1]), years)
        height = LIVING_INSURED - series.initial
        return np.stack([height * by_p * by_place(place[0]), height * by_q * by_place(place[1])])


class Gompertz(GrowthCurve):
    """stock(t) = ceiling x exp(-e^-r(t - middle)), the ceiling between the last stock and all living insured."""

    name: ClassVar[str] = "gompertz"
    parameters: ClassVar[int] = 3
    needs: ClassVar[int] = 4
    starts = ((-3.0, 0.0), (-2.0, 0.0), (-2.0, 1.0, 4.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        inner = np.exp(np.clip(-positive(place[1]) * (years - place[2]), -50.0, 50.0))
        return np.asarray(ceiling_above(place[0], series) * np.exp(-inner))

    def slopes(self, place: Floats, years: Floats, series: Series) -> Floats:
        rate, since = positive(place[1]), years - place[2]
        inner = np.exp(np.clip(-rate * since, -50.0, 50.0))
        share = np.exp(-inner)
        change = ceiling_above(place[0], series) * share * inner * (np.abs(rate * since) < 50.0)
        return np.stack(
            [ceiling_by_place(place[0], series) * share, change * since * by_place(place[1]), -change * rate]
        )


class Logistic(GrowthCurve):
    """stock(t) = ceiling / (1 + e^-r(t - middle)), the ceiling between the last stock and all living insured."""

    name: ClassVar[str] = "logistic"
    parameters: ClassVar[int] = 3
    needs: ClassVar[int] = 4
    starts = ((-3.0, 0.0), (-2.0, 0.0), (-2.0, 1.0, 4.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        return np.asarray(ceiling_above(place[0], series) * expit(positive(place[1]) * (years - place[2])))

    def slopes(self, place: Floats, years: Floats, series: Series) -> Floats:
        rate, since = positive(place[1]), years - place[2]
        share = expit(rate * since)
        change = ceiling_above(place[0], series) * share * expit(-rate * since)
        return np.stack(
            [ceiling_by_place(place[0], series) * share, change * since * by_place(place[1]), -change * rate]
        )


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
