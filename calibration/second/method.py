"""The second method: a population of places that draws nearer to given figures generation by generation, then moved to
where its figures are the given ones. Sequential Monte Carlo for approximate Bayesian computation (Del Moral, Doucet and
Jasra 2012); no emulator, no likelihood.

1. The first generation are places of the prior; the nearest of them are the population.
2. Each further one: the tolerance falls to a quantile of the distances; places beyond it are replaced by copies of
   others; then every place tries a move, for which the simulator is run once. A move turns the place on an ellipse of a
   Student t about the population (``calibration.posterior.walk``) by an angle that falls with the share of moves
   taken; it is taken if the new figures lie within the tolerance, by the ratio of prior to that law (Metropolis).

Weights by a kernel about each place (Beaumont et al. 2009) collapse with forty parameters, of which most are hardly
informed; moves that leave the law of the population as it is need none.

Every run is turned into figures as they would have been published, by adding the errors of the observation models;
places whose figures are near the published ones are moved along a local linear regression to where the figures agree
(Beaumont, Zhang, Balding 2002). What a run adds to the regression is its residual from a regression without it.

It differs from the first method in one respect that does not vanish with effort: the sampling error of single runs
stays in the simulated figures, so it is a little wider.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibration.facts.observed import Observed
from calibration.facts.priors import DISCREPANCY, FREE
from calibration.posterior.evidence import systematic
from calibration.posterior.likelihood import answered, discrepancy_correlation
from calibration.posterior.walk import aimed_at
from foundation.shapes import Floats

RIDGE = 1e-3


@dataclass(frozen=True)
class Synthetic:
    """Figures as they would have been published, and the places they come from."""

    places: Floats
    """[row, parameter]"""
    figures: Floats
    """[row, figure]"""
    run: npt.NDArray[np.int64]
    """[row] the run each comes from."""


def published(
    outputs: Floats, values: Floats, observed: Observed, rng: np.random.Generator, off: Floats | None = None
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Figures [row, figure] with all errors added, and whether every lower bound is kept [row]; ``off`` [row, stock] is
    the discrepancy of the log stocks where it has been drawn already."""
    stocks = observed.stocks
    n = len(stocks)
    error = np.array([stock.error / stock.millions for stock in stocks])
    logs = outputs[:, :n] + (_discrepancy(values, observed, rng) if off is None else off)
    bound = np.array([not stock.is_figure for stock in stocks])
    levels = np.log([stock.millions for stock in stocks])
    # A bound is kept by the latent count; the others are published with an error of their own.
    holds = (logs[:, bound] + error[bound] * rng.standard_normal((len(logs), bound.sum())) >= levels[bound]).all(axis=1)
    noisy = logs + error * rng.standard_normal(logs.shape)
    # A headline agrees with every count of its interval: the middle of one as wide about the count is even in it.
    whole = np.array([stock.is_interval for stock in stocks])
    width = np.array([stock.high - stock.low if stock.is_interval else 0.0 for stock in stocks])
    moved = np.exp(logs) + width * (rng.random(logs.shape) - 0.5)
    noisy = np.where(whole, np.log(np.maximum(moved, 1e-6)), noisy)
    columns = [noisy[:, ~bound]]
    if observed.answers:
        shares = answered(outputs[:, n:], values)  # the shares by age stand behind the counts
        found = np.stack([shares[a.item.survey, a.item.key] for a in observed.answers], axis=-1)
        columns.append(found + np.array([a.sd for a in observed.answers]) * rng.standard_normal(found.shape))
    if observed.contrasts:
        ratios = outputs[:, -len(observed.contrasts) :]
        sd = np.array([contrast.sd for contrast in observed.contrasts])
        columns.append(ratios + sd * rng.standard_normal(ratios.shape))
    return np.concatenate(columns, axis=1), holds


def _discrepancy(values: Floats, observed: Observed, rng: np.random.Generator) -> Floats:
    """[row, stock]"""
    n = len(observed.stocks)
    factor = np.linalg.cholesky(discrepancy_correlation(observed) + 1e-10 * np.eye(n))
    return values[:, FREE.index(DISCREPANCY), None] * (rng.standard_normal((len(values), n)) @ factor.T)


def published_figures(observed: Observed) -> Floats:
    """The real ones, in the same order."""
    stocks = [np.log(stock.millions) for stock in observed.stocks if stock.is_figure]
    ratios = [contrast.log_ratio for contrast in observed.contrasts]
    return np.array([*stocks, *(answer.item.share for answer in observed.answers), *ratios])


@dataclass(frozen=True)
class Adjusted:
    """Weighted places after the regression adjustment."""

    places: Floats
    """[row, parameter]"""
    weights: Floats
    """[row], sum 1."""
    rows: npt.NDArray[np.int64]
    """[row] which of the known rows each is."""

    @property
    def effective(self) -> float:
        """Kish's effective sample size."""
        return float(1.0 / (self.weights**2).sum())

    def drawn(self, wanted: int, seed: int) -> Floats:
        """Equally weighted places [draw, parameter], by systematic resampling, distinct, in random order; no more than
        half of those there are."""
        return self.places[systematic(np.log(self.weights), min(wanted, len(self.places) // 2), seed)]


def infer(known: Synthetic, figures: Floats, *, kept: float = 1.0) -> Adjusted:
    """The posterior given ``figures`` [figure], from the share ``kept`` of the rows that is nearest."""
    whitener = whitener_of(known.figures)
    distance = np.linalg.norm((known.figures - figures) @ whitener, axis=1)
    count = round(kept * len(distance))
    near = np.argpartition(distance, count - 1)[:count]
    reach = distance[near].max()
    weights = np.maximum(1.0 - (distance[near] / reach) ** 2, 1e-12)
    design = np.column_stack([np.ones(count), (known.figures[near] - figures) @ whitener])
    gram = design.T @ (weights[:, None] * design)
    gram[1:, 1:] += RIDGE * weights.sum() * np.eye(design.shape[1] - 1)
    slopes = np.linalg.solve(gram, design.T @ (weights[:, None] * known.places[near]))
    residuals = _left_out(design, gram, weights, known.places[near] - design @ slopes, known.run[near])
    return _distinct(slopes[0] + residuals, weights / weights.sum(), near, known.run)


def _distinct(places: Floats, weights: Floats, rows: npt.NDArray[np.int64], run: npt.NDArray[np.int64]) -> Adjusted:
    """Copies of one run as one place of their weights together."""
    _, first, back = np.unique(run[rows], return_index=True, return_inverse=True)
    return Adjusted(places[first], np.bincount(back, weights).astype(np.float64), rows[first])


def _left_out(design: Floats, gram: Floats, weights: Floats, residuals: Floats, runs: npt.NDArray[np.int64]) -> Floats:
    """Residuals [row, parameter] from the regression without the rows of the own run. From one that knows the row they
    are too small, by much where a few hundred runs meet a dozen figures: the posterior would be too narrow."""
    left, half = residuals.copy(), np.linalg.solve(gram, design.T)
    order = np.argsort(runs, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(runs[order])) + 1):
        own = design[rows] @ half[:, rows] * weights[rows]
        left[rows] = np.linalg.solve(np.eye(len(rows)) - own, residuals[rows])
    return left


def whitener_of(figures: Floats) -> Floats:
    """[figure, figure] that gives the figures unit covariance: the level that stocks share counts once."""
    values, vectors = np.linalg.eigh(np.cov(figures.T))
    return np.asarray(vectors / np.sqrt(np.maximum(values, 1e-12)))


Simulate = Callable[[Floats, int], Floats]
"""Figures [place, figure] at places [place, parameter] for a generation, NaN where there are none."""
SURVIVING = 0.8
"""Share of the population that the next tolerance keeps."""
FIRST_ANGLE, SMALLEST, LARGEST = 0.6, 0.05, 1.2
"""The first angle and its bounds, radians."""
WANTED, SPEED = 0.25, 3.0
"""Share of moves to be taken, and how fast the angle follows it."""
FEWEST_MOVES = 0.12
"""Share of moves below which no generation follows: with fewer the population becomes copies of a few places. On an
emulator of the real problem going on to 2 % left 12 independent places of 512, stopping here some 200 of 1,024."""


@dataclass(frozen=True)
class Population:
    """Places of equal weight whose figures lie within a tolerance of the given ones."""

    places: Floats
    """[row, parameter]"""
    figures: Floats
    """[row, figure]"""
    run: npt.NDArray[np.int64]
    """[row] the run each comes from: copies share theirs."""
    distances: Floats
    tolerance: float
    angle: float
    moved: float
    """Share of the last moves that were taken."""

    def rows(self, chosen: npt.NDArray[np.int64]) -> Population:
        """Some rows, copies too."""
        return replace(
            self,
            places=self.places[chosen],
            figures=self.figures[chosen],
            run=self.run[chosen],
            distances=self.distances[chosen],
        )


def drawn_near(
    simulate: Simulate, given: Floats, places: Floats, *, size: int, generations: int, seed: int
) -> Population:
    """The last population of ``size`` near the figures ``given`` [figure], from ``places`` [place, parameter] of the
    prior and at most so many ``generations`` after it."""
    figures = simulate(places, 0)
    possible = np.isfinite(figures).all(axis=1)
    scale = whitener_of(figures[possible])
    found = Population(places, figures, np.arange(len(places)), _away(figures, given, scale), np.inf, FIRST_ANGLE, 1.0)
    found = found.rows(np.argsort(found.distances, kind="stable")[:size])
    for generation in range(1, generations + 1):
        rng = np.random.default_rng([seed, generation])
        found = _moved(_narrowed(found, rng), simulate, given, scale, generation, rng)
        if found.moved < FEWEST_MOVES:
            break
    return found


def _narrowed(found: Population, rng: np.random.Generator) -> Population:
    """A smaller tolerance; rows beyond it make place for copies of the others."""
    tolerance = float(np.quantile(found.distances, SURVIVING))
    kept = np.flatnonzero(found.distances <= tolerance)
    copies = rng.choice(kept, len(found.places) - len(kept))
    return replace(found.rows(np.concatenate([kept, copies])), tolerance=tolerance)


def _moved(
    found: Population, simulate: Simulate, given: Floats, scale: Floats, generation: int, rng: np.random.Generator
) -> Population:
    law, size = aimed_at(found.places), len(found.places)
    before = law.inward(found.places)
    turned = before * np.cos(found.angle) + law.other(before, rng) * np.sin(found.angle)
    tried = law.outward(turned)
    figures = simulate(tried, generation)
    away = _away(figures, given, scale)
    ratio = law.extra(turned, tried) - law.extra(before, found.places)
    taken = (away <= found.tolerance) & (np.log(rng.random(size)) < ratio)
    share = float(taken.mean())
    return Population(
        places=np.where(taken[:, None], tried, found.places),
        figures=np.where(taken[:, None], figures, found.figures),
        run=np.where(taken, found.run.max() + 1 + np.arange(size), found.run),
        distances=np.where(taken, away, found.distances),
        tolerance=found.tolerance,
        angle=float(np.clip(found.angle * np.exp(SPEED * (share - WANTED)), SMALLEST, LARGEST)),
        moved=share,
    )


def _away(figures: Floats, given: Floats, scale: Floats) -> Floats:
    """[place] distance; infinite where there are no figures."""
    away = np.linalg.norm((figures - given) @ scale, axis=1)
    return np.where(np.isfinite(away), away, np.inf)
