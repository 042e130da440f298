"""What every forecaster is: published stocks up to a day in, samples of later stocks out; and how wide they spread.

Variances are estimated from few deviations, so they are uncertain themselves.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

import numpy as np
from scipy.optimize import minimize_scalar

from calibration.facts.targets import StockTarget
from foundation.shapes import Floats
from model.terms.weeks import DAYS_PER_YEAR, START

LIVING_INSURED = 68.406684
"""Millions of open accounts on 10 January 2024 (F024): nobody beyond them can activate."""
SAMPLES = 1000
"""Samples of a predictive distribution."""


class NotEnoughDataError(ValueError):
    """A forecaster has fewer stocks than its rule needs."""

    def __init__(self, needed: int, given: int) -> None:
        self.needed, self.given = needed, given
        super().__init__(f"{needed} stocks needed, {given} given")


@dataclass(frozen=True, kw_only=True)
class Series:
    """Published stocks after the launch, by rising day; lower bounds are left out."""

    years: Floats
    """[n] from the launch, 31 January 2022."""
    millions: Floats
    """[n]"""
    errors: Floats
    """[n] one standard deviation of what was published, millions."""
    initial: float
    """Stock before the launch, millions: the starting level of a diffusion curve, no point of a fit."""

    def __len__(self) -> int:
        return len(self.years)


def years_at(days: Sequence[date]) -> Floats:
    """Years from the launch to the start of each day, [day]."""
    return np.array([(day - START).days / DAYS_PER_YEAR for day in days], np.float64)


def series_until(targets: Sequence[StockTarget], origin: date) -> Series:
    """What a forecaster may see on ``origin``: stocks of that day and before, none after."""
    known = [target for target in targets if target.is_figure and target.day <= origin]
    return Series(
        years=years_at([target.day for target in known]),
        millions=np.array([target.millions for target in known], np.float64),
        errors=np.array([target.error for target in known], np.float64),
        initial=next((target.millions for target in targets if target.kind == "initial"), 0.0),
    )


class Forecaster(ABC):
    """A rule that turns a series into a predictive distribution of the stock, without the error of the figure that
    will be published (``calibration.hindcast.scoring`` adds that one, for every forecaster alike)."""

    name: ClassVar[str]
    needs: ClassVar[int]
    """Stocks without which the rule can't tell its spread."""

    def forecast(self, series: Series, years: Floats, rng: np.random.Generator, samples: int = SAMPLES) -> Floats:
        """Samples [sample, day] in millions, within 0 and ``LIVING_INSURED``, at ``years`` after the launch.

        Raises:
            NotEnoughDataError: fewer than ``needs`` stocks.
        """
        if len(series) < self.needs:
            raise NotEnoughDataError(self.needs, len(series))
        return np.clip(self._samples(series, years, rng, samples), 0.0, LIVING_INSURED)

    @abstractmethod
    def _samples(self, series: Series, years: Floats, rng: np.random.Generator, samples: int) -> Floats:
        """Samples [sample, day] before the limits."""


def excess_variance(deviations: Floats, noise: Floats, exposure: Floats) -> float:
    """s >= 0 of deviation_i ~ normal(0, s x exposure_i + noise_i), by maximum likelihood; the deviations are taken as
    independent. 0 where the errors of measurement (``noise``, variances) explain them."""
    ceiling = float(np.max(deviations**2 / exposure))
    if ceiling == 0.0:
        return 0.0

    def loss(s: float) -> float:
        variance = s * exposure + noise
        return float(np.sum(np.log(variance) + deviations**2 / variance))

    tiny = 1e-9 * ceiling
    best = minimize_scalar(loss, bounds=(tiny, ceiling), method="bounded", options={"xatol": 1e-9 * ceiling})
    return 0.0 if loss(tiny) <= best.fun else float(best.x)


def variance_draws(estimate: float, freedom: int, samples: int, rng: np.random.Generator) -> Floats:
    """[sample] variances: estimate x freedom / chi-squared(freedom), so that few deviations give heavy tails (for
    normal deviations, Student's t). The second half repeats the first, see ``mirrored``."""
    half = estimate * freedom / rng.chisquare(freedom, (samples + 1) // 2)
    return np.concatenate([half, half])[:samples]


def mirrored(samples: int, columns: int, rng: np.random.Generator) -> Floats:
    """[sample, column] standard normals, the second half the first with its sign turned: a rule that is symmetric has
    the median that its name says, without chance."""
    half = rng.standard_normal(((samples + 1) // 2, columns))
    return np.concatenate([half, -half])[:samples]
