"""Runs turned into figures as they would have been published, and places moved to where these are the real ones.

No emulator, no likelihood: every run is turned into figures as they would have been published, by adding the errors of
the observation models; places whose figures are near the published ones are moved along a local linear regression to
where the figures agree (Beaumont, Zhang, Balding 2002). What a run adds to the regression is its residual from a
regression without it. Where to look for such places is ``calibration.second.population``'s.

It differs from the first method in one respect that does not vanish with effort: the sampling error of single runs
stays in the simulated figures, so it is a little wider.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from calibration.facts.observed import Observed
from calibration.facts.priors import DISCREPANCY, FREE
from calibration.posterior.evidence import systematic
from calibration.posterior.likelihood import answered, discrepancy_correlation
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
