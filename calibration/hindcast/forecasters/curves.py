"""Growth curves fitted by least squares, with a predictive distribution from the parametric bootstrap."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from itertools import product
from typing import Any, ClassVar

import numpy as np
from scipy.optimize import leastsq
from scipy.special import expit

from calibration.hindcast.forecasters.base import LIVING_INSURED, Forecaster, Series, mirrored, variance_draws
from foundation.shapes import Floats

EVALUATIONS, CLOSE = 100, 1e-6
"""Of the curve for each refit, at most; relative change at which a refit ends. Both bound the time of refits whose
parameters run off without changing the curve."""


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
        return np.asarray(leastsq(misses, start, full_output=True, **limits)[0])

    def _misses(self, place: Floats, series: Series, stocks: Floats) -> Floats:
        return self.curve(place, series.years, series) - stocks


def positive(place: float) -> float:
    """A positive parameter, a year, from one without limits; between about 0.00001 and 150."""
    return float(np.exp(np.clip(place, -12.0, 5.0)))


def ceiling_above(place: float, series: Series) -> float:
    """A ceiling between the highest stock and all living insured, millions, from a parameter without limits."""
    low = float(series.millions.max())
    return low + (LIVING_INSURED - low) * float(expit(place))


def bass(p: float, q: float, ceiling: float, years: Floats, initial: float) -> Floats:
    """initial + (ceiling - initial) x (1 - e^-(p + q)t) / (1 + q/p e^-(p + q)t), t years since the launch (Bass 1969):
    p a year of innovation, q a year of imitation; the pilot's stock is the starting level."""
    decay = np.exp(-(p + q) * np.maximum(years, 0.0))
    return np.asarray(initial + (ceiling - initial) * (1 - decay) / (1 + q / p * decay))


class BassFree(GrowthCurve):
    """p, q and the ceiling, between the last stock and all living insured."""

    name: ClassVar[str] = "bass-free"
    parameters: ClassVar[int] = 3
    needs: ClassVar[int] = 4
    starts = ((-3.0, -1.0, 0.0), (-3.0, -1.0, 1.0), (-3.0, 0.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        ceiling = ceiling_above(place[2], series)
        return bass(positive(place[0]), positive(place[1]), ceiling, years, series.initial)


class BassFixed(GrowthCurve):
    """p and q; the ceiling is the living insured, 68.4 million (F024)."""

    name: ClassVar[str] = "bass-fixed"
    parameters: ClassVar[int] = 2
    needs: ClassVar[int] = 3
    starts = ((-5.0, -3.0, -1.0), (-5.0, -2.0, 0.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        return bass(positive(place[0]), positive(place[1]), LIVING_INSURED, years, series.initial)


class Gompertz(GrowthCurve):
    """stock(t) = ceiling x exp(-e^-r(t - middle)), the ceiling between the last stock and all living insured."""

    name: ClassVar[str] = "gompertz"
    parameters: ClassVar[int] = 3
    needs: ClassVar[int] = 4
    starts = ((-3.0, 0.0), (-2.0, 0.0), (-2.0, 1.0, 4.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        inner = np.exp(np.clip(-positive(place[1]) * (years - place[2]), -50.0, 50.0))
        return np.asarray(ceiling_above(place[0], series) * np.exp(-inner))


class Logistic(GrowthCurve):
    """stock(t) = ceiling / (1 + e^-r(t - middle)), the ceiling between the last stock and all living insured."""

    name: ClassVar[str] = "logistic"
    parameters: ClassVar[int] = 3
    needs: ClassVar[int] = 4
    starts = ((-3.0, 0.0), (-2.0, 0.0), (-2.0, 1.0, 4.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        return np.asarray(ceiling_above(place[0], series) * expit(positive(place[1]) * (years - place[2])))
