"""The law of sampling error: sd = c / sqrt(people), estimated from replicates at several sizes and tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10, sqrt

import numpy as np
from scipy import stats

from benchmarks.fits import Fit

ALPHA = 0.001
"""Chance that a law that holds is rejected."""
NICE = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)


@dataclass(frozen=True, kw_only=True)
class Law:
    """What the replicates of one quantity say."""

    scale: float
    """c: the standard deviation at n people is c / sqrt(n)."""
    exponent: Fit
    """Of the standard deviation in the number of people; the law says -0.5."""
    p: float
    """Bartlett's test that sd x sqrt(people) is the same at all sizes."""

    @property
    def holds(self) -> bool:
        """Whether the law is not rejected."""
        return self.p >= ALPHA

    def sd(self, people: float) -> float:
        """Sampling error at a number of people."""
        return self.scale / sqrt(people)

    def people(self, sd: float) -> float:
        """People needed for a sampling error."""
        return (self.scale / sd) ** 2


def fit_law(replicates: Mapping[int, Sequence[float]]) -> Law:
    """The law of the replicates at each number of people.

    Raises:
        ValueError: fewer than two sizes, or fewer than three replicates of one.
    """
    if len(replicates) < 2 or min(len(values) for values in replicates.values()) < 3:
        raise ValueError("needed: two sizes or more, with three replicates or more each")
    sizes = np.array(sorted(replicates), float)
    spare = np.array([len(replicates[int(size)]) - 1.0 for size in sizes])
    variances = np.array([np.var(replicates[int(size)], ddof=1) for size in sizes])
    scale = sqrt(float((spare * variances * sizes).sum() / spare.sum()))
    p = stats.bartlett(*[np.asarray(replicates[int(size)]) * sqrt(size) for size in sizes]).pvalue
    return Law(scale=scale, exponent=_exponent(sizes, spare, variances), p=float(p))


def _exponent(sizes: np.ndarray, spare: np.ndarray, variances: np.ndarray) -> Fit:
    """Slope of log sd against log people; the logarithm of an sd of k + 1 normal values has variance about 1 / (2k)."""
    x, y, weight = np.log(sizes), 0.5 * np.log(variances), 2.0 * spare
    middle = np.average(x, weights=weight)
    spread = float((weight * (x - middle) ** 2).sum())
    return Fit(float((weight * (x - middle) * y).sum() / spread), sqrt(1.0 / spread))


def sd_interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float, float]:
    """Standard deviation of normal values and its interval, by the chi-square law."""
    spare, sd = len(values) - 1, float(np.std(values, ddof=1))
    low, high = stats.chi2.ppf(((1 + level) / 2, (1 - level) / 2), spare)
    return sd, sd * sqrt(spare / low), sd * sqrt(spare / high)


def apart(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Of values of several draws, each under two seeds: the sampling error of one value (root mean square over draws),
    and the standard deviation between draws without it."""
    table = np.asarray(pairs, float)
    sampling = float(np.mean(np.diff(table, axis=1) ** 2) / 2.0)
    means = float(np.var(table.mean(axis=1), ddof=1)) - sampling / 2.0
    return sqrt(sampling), sqrt(max(0.0, means))


def rounded_up(people: float) -> int:
    """The next number of people that is easily said."""
    unit = 10.0 ** floor(log10(max(people, 1.0)))
    return ceil(unit * next(nice for nice in NICE if nice * unit >= people * 0.999))
