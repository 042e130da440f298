"""The local level of a region given its own counts, on top of the national posterior.

The national draws stay what they are; each is weighed by how well it agrees with the counts of the region at some
level, the level believed beforehand: weight of a draw proportional to the integral of L(counts | draw, level) p(level),
and within a draw the level has the law L p. The likelihood is that of the country's stocks
(``calibration.posterior.likelihood``): the published error of figures, the ends of headlines, the model discrepancy of
the draw, and what a sample of so many people doesn't tell.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from calibration.facts.observed import Observed
from calibration.facts.targets import StockTarget
from calibration.posterior.conditioning import correlation, sampling_covariance, years_of
from calibration.posterior.likelihood import Likelihood
from calibration.region.bank import REACH, at_levels
from foundation.shapes import Floats

PLACES = 801
"""Of the fine grid: a hundredth of the standard deviation apart."""
LEAST = 1e-6
"""Millions: nobody has no logarithm."""
REPLICATES = 2000


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The joint law of national draws and levels."""

    places: Floats
    """[place] levels."""
    joint: Floats
    """[draw, place] probabilities, which sum to 1."""
    sd: float
    """Standard deviation of the level beforehand."""

    @cached_property
    def weights(self) -> Floats:
        """[draw], which sum to 1."""
        return np.asarray(self.joint.sum(axis=1))

    @property
    def effective(self) -> float:
        """Effective sample size of the draws: how many would say as much if they all weighed the same."""
        return float(1.0 / np.square(self.weights).sum())

    def quantile(self, *levels: float) -> Floats:
        """Quantiles of the level."""
        chance = np.cumsum(self.joint.sum(axis=0))
        edges = np.concatenate([self.places[:1], (self.places[1:] + self.places[:-1]) / 2, self.places[-1:]])
        return np.interp(levels, np.concatenate([np.zeros(1), chance]), edges)

    def beyond(self, distance: float) -> float:
        """Probability that the level is more than ``distance`` standard deviations from what was believed."""
        return float(self.joint[:, np.abs(self.places) > distance * self.sd].sum())

    def pairs(self, n: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draws (as whole numbers) and levels [n] that stand for the law, in random order: systematic sampling, so
        that a draw comes up as often as its weight says, rounded up or down."""
        chance = np.cumsum(self.joint.ravel())
        found = np.searchsorted(chance, (rng.random() + np.arange(n)) / n * chance[-1], side="right")
        rows, at = np.divmod(np.minimum(found, len(chance) - 1), len(self.places))
        levels = self.places[at] + (self.places[1] - self.places[0]) * (rng.random(n) - 0.5)
        order = rng.permutation(n)
        return rows[order], levels[order]


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Counts of a region beside what was simulated of it."""

    stocks: Sequence[StockTarget]
    """By rising day."""
    levels: Floats
    """[level] at which every draw was run."""
    simulated: Floats
    """[draw, level, stock] millions."""
    discrepancy: Floats
    """[draw] standard deviation of what the model can't reproduce, of log stocks."""
    people: int
    """Simulated, of each run."""
    insured: float
    """Of the region, millions."""

    @cached_property
    def sampling(self) -> Floats:
        """[stock, stock] covariance of log stocks among so many people, at the median run."""
        middle = np.median(self.simulated[:, len(self.levels) // 2], axis=0)
        return sampling_covariance(np.maximum(middle, LEAST), self.people, self.insured)


def fitted(counted: Counted, sd: float, *, certainty: float = 1.0) -> Fit:
    """The level given the counts.

    Args:
        sd: of the level beforehand, a normal of mean 0.
        certainty: other than 1 makes the likelihood deliberately wrong, for negative controls: all errors are divided
            by it.
    """
    places = np.linspace(-REACH * sd, REACH * sd, PLACES)
    logs = np.log(np.maximum(at_levels(counted.levels, counted.simulated, places), LEAST))
    stocks = tuple(_surer(stock, certainty) for stock in counted.stocks)
    likelihood = Likelihood(Observed(stocks=stocks, answers=()), stock_error=counted.sampling / certainty**2)
    found = likelihood.stocks(logs, np.broadcast_to(counted.discrepancy[:, None] / certainty, logs.shape[:2]))
    found = found - 0.5 * np.square(places / sd)
    joint = np.exp(found - found.max())
    return Fit(places=places, joint=joint / joint.sum(), sd=sd)


def _surer(stock: StockTarget, certainty: float) -> StockTarget:
    from dataclasses import replace

    return stock if certainty == 1.0 else replace(stock, error=stock.error / certainty)


@dataclass(frozen=True, kw_only=True)
class Misfit:
    """Posterior predictive checks: the share of replicated counts that lie as far from their runs as the true ones;
    ``None`` where counts are too few to tell."""

    trend: float | None
    """Of the slope in time of what is left over."""
    whole: float | None
    """Of the distance of all counts together."""


FEWEST = 3
"""Counts that a slope can be told from."""


def misfit(counted: Counted, rows: Floats, levels: Floats, rng: np.random.Generator) -> Misfit:
    """Whether what a level can't explain has a slope, or is large, on pairs of draws and levels (Gelman, Meng and
    Stern 1996)."""
    figures = [k for k, stock in enumerate(counted.stocks) if stock.is_figure]
    if len(figures) < FEWEST:
        return Misfit(trend=None, whole=None)
    stocks = [counted.stocks[k] for k in figures]
    published, years = np.log([stock.millions for stock in stocks]), years_of([stock.day for stock in stocks])
    own = np.diag([(stock.error / stock.millions) ** 2 for stock in stocks])
    own += counted.sampling[np.ix_(figures, figures)]
    alike, further = correlation([stock.day for stock in stocks]), np.zeros((2, 2))
    for row, level in zip(rows, levels, strict=True):
        run = at_levels(counted.levels, counted.simulated[row : row + 1], np.array([level]))[0, 0, figures]
        covariance = own + counted.discrepancy[row] ** 2 * alike
        left = published - np.log(np.maximum(run, LEAST))
        again = np.linalg.cholesky(covariance) @ rng.standard_normal((len(left), max(1, REPLICATES // len(rows))))
        design = np.stack([np.ones(len(years)), years - years.mean()], axis=1)
        precision = np.linalg.inv(covariance)
        slope = np.linalg.solve(design.T @ precision @ design, design.T @ precision)[1]
        there = (
            np.abs(slope @ again) >= abs(slope @ left),
            ((precision @ again) * again).sum(axis=0) >= left @ (precision @ left),
        )
        further += [[float(each.sum()), float(len(each))] for each in there]
    trend, whole = further[:, 0] / further[:, 1]
    return Misfit(trend=float(trend), whole=float(whole))
