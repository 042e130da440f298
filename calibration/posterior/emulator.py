"""A fast stand-in for the simulator, learned from a bank of simulations.

Log stocks move together: their first few principal components say all there is. Each component is a straight line in
the places plus a Gaussian process (squared exponential, one length for each parameter; lengths and noise by maximum
likelihood). The noise is the sampling error of single runs; the process averages it out. Counts of the surveys need
less precision: a quadratic ridge regression of their logits each.

The gradient for forty lengths costs little more than the likelihood: with M = (K^-1 y y' K^-1 - K^-1) times the
covariance, entry by entry, that for the logarithm of length j is sum_ab M_ab (x_aj - x_bj)^2 / (2 l_j^2), which is one
product of matrices for all j (Rasmussen and Williams 2006, equation 5.9). Libraries hold an array of runs x runs x
parameters instead, which takes so much longer that lengths would be had from too few runs: forty lengths are soon
overfitted, and an emulator then states too small an error.

What the emulator doesn't know is part of its answer (``stock_error``, ``count_error``) and of the likelihood.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import linalg, optimize
from sklearn.linear_model import RidgeCV

from foundation.shapes import Floats
from foundation.tasks.executors import LocalProcesses
from foundation.tasks.threads import side_by_side

SHORTEST, LONGEST = 0.8, 60.0
"""Bounds of the lengths, in standard deviations of the prior."""
AMPLITUDES, NOISES = (1e-3, 1e3), (1e-4, 1e1)
"""Bounds of the variances, in variances of what is learned."""
MOST_ITERATIONS = 80
FIRST_LENGTH, FIRST_AMPLITUDE, FIRST_NOISE = 8.0, 0.5, 0.3
"""Where a search begins that has no earlier one to go by."""

Found = tuple[Floats, float, float]
"""Lengths [parameter], variance of the process, variance of the noise."""


def find_lengths(places: Floats, values: Floats, start: Found | None = None) -> Found:
    """Of a squared-exponential process with one length a parameter, learned from ``values`` [run] at ``places``
    [run, parameter]; ``start`` is where the search begins."""
    parameters, scale = places.shape[1], float(values.std()) or 1.0
    lengths, amplitude, noise = start or (
        np.full(parameters, FIRST_LENGTH),
        FIRST_AMPLITUDE * scale**2,
        FIRST_NOISE * scale**2,
    )
    bounds = np.log([(SHORTEST, LONGEST)] * parameters + [AMPLITUDES, NOISES])
    first = np.log([*lengths, amplitude / scale**2, noise / scale**2])
    found = optimize.minimize(
        minus_log_likelihood,
        np.clip(first, *bounds.T),
        args=(places, values / scale),
        method="L-BFGS-B",
        jac=True,
        bounds=bounds,
        options={"maxiter": MOST_ITERATIONS},
    )
    best = np.exp(found.x)
    return best[:parameters], float(best[-2]) * scale**2, float(best[-1]) * scale**2


def minus_log_likelihood(logs: Floats, places: Floats, values: Floats) -> tuple[float, Floats]:
    """Up to a constant, and its gradient: at the logarithms of the lengths, the amplitude and the noise."""
    lengths, amplitude, noise = np.exp(logs[:-2]), np.exp(logs[-2]), np.exp(logs[-1])
    scaled, diagonal = places / lengths, np.diag_indices(len(values))
    process = likeness(scaled)
    process *= amplitude
    lower = np.asfortranarray(process)
    lower[diagonal] += noise
    lower = linalg.cholesky(lower, lower=True, overwrite_a=True, check_finite=False)
    weights = linalg.cho_solve((lower, True), values, check_finite=False)
    total = 0.5 * values @ weights + np.log(np.diag(lower)).sum()
    inverse, _ = linalg.lapack.dpotri(lower, lower=1, overwrite_c=1)  # its lower half; the other is nought
    pull = np.outer(weights, weights)
    own = pull[diagonal] - inverse[diagonal]
    pull -= inverse
    pull -= inverse.T
    pull[diagonal] = own
    by_noise = -0.5 * np.trace(pull) * noise
    pull *= process
    by_lengths = (scaled * (pull @ scaled)).sum(axis=0) - pull.sum(axis=1) @ scaled**2
    return float(total), np.array([*by_lengths, -0.5 * pull.sum(), by_noise])


def likeness(scaled: Floats) -> Floats:
    """[run, run] exp(-distance^2 / 2) of runs at ``scaled`` [run, parameter], places over lengths."""
    squares = np.einsum("ij,ij->i", scaled, scaled)
    near = scaled @ scaled.T
    near -= 0.5 * squares
    near -= 0.5 * squares[:, None]
    return np.asarray(np.exp(np.minimum(near, 0.0, out=near), out=near))


COMPONENTS = 6
FOR_LENGTHS = 640
"""Runs from which lengths and noise are found: an even part of all."""
RIDGES = tuple(np.logspace(-2, 3, 11))
ROWS = 64
"""Places taken at once: their covariances with all runs stay in the processor's cache."""


@dataclass(frozen=True)
class Component:
    """One principal component: intercept + places . slope + process."""

    slope: Floats
    intercept: float
    scaled: Floats
    """[run, parameter] training places over lengths."""
    lengths: Floats
    amplitude: float
    noise: float
    """Variance of one run about the component."""
    alpha: Floats
    """[run] weights of the mean."""

    def __getstate__(self) -> dict[str, object]:
        """What can be worked out again is not sent to processes: it is a hundred times the rest."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}

    def line(self, places: Floats) -> Floats:
        """[...] at places [..., parameter]."""
        return np.asarray(self.intercept + places @ self.slope)

    def process(self, places: Floats) -> Floats:
        """[place] mean of the process, in single precision: a walk asks for little else, and takes half the time; what
        is lost is a thousandth of the emulator's error."""
        columns, alpha = self._single
        near = self._rows(places).astype(np.float32) @ columns
        return np.asarray(np.exp(near, out=near) @ alpha, np.float64)

    def variance(self, places: Floats) -> Floats:
        """[place] of the mean, at places [place, parameter]."""
        half = linalg.solve_triangular(self._lower, self._covariance(places).T, lower=True)
        return np.maximum(self.amplitude - (half**2).sum(axis=0), 0.0)

    def _covariance(self, places: Floats) -> Floats:
        """[place, run]: the exponent is one product of matrices, which takes half the time of its three terms."""
        near = self._rows(places) @ self._columns
        return np.asarray(np.exp(near, out=near))

    def _rows(self, places: Floats) -> Floats:
        """[place, parameter + 2]: what is multiplied with ``_columns``."""
        rows = np.empty((len(places), places.shape[1] + 2))
        scaled = np.divide(places, self.lengths, out=rows[:, :-2])
        np.einsum("ij,ij->i", scaled, scaled, out=rows[:, -2])
        rows[:, -1] = 1.0
        return rows

    @cached_property
    def _single(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """``_columns`` and ``alpha``."""
        return self._columns.astype(np.float32), self.alpha.astype(np.float32)

    @cached_property
    def _lower(self) -> Floats:
        """[run, run] Cholesky factor of the covariance of the runs."""
        return _factor(self.scaled, self.amplitude, self.noise)

    @cached_property
    def _columns(self) -> Floats:
        """[parameter + 2, run]: places, the factor of the squared length of a place, and what a run adds to it."""
        squares = np.einsum("ij,ij->i", self.scaled, self.scaled)
        own = np.log(self.amplitude) - 0.5 * squares
        return np.ascontiguousarray(np.vstack([self.scaled.T, np.full(len(own), -0.5), own]))


@dataclass(frozen=True)
class Emulator:
    """Outputs at any place of the parameters of the status quo."""

    parameters: int
    centre: Floats
    """[stock] mean log stock of the runs."""
    axes: Floats
    """[component, stock]"""
    components: tuple[Component, ...]
    rest: Floats
    """[stock] variance that the components leave out."""
    counts: Floats
    """[1 + feature, count] coefficients of the quadratic."""
    count_error: Floats
    """[count] standard deviation of the error of the logits."""

    def outputs(self, places: Floats, threads: int = 1) -> Floats:
        """Outputs [..., output] at places [..., parameter]; parameters beyond those of the status quo are ignored. The
        number of threads doesn't change them."""
        places = places[..., : self.parameters]
        scores = self.scores(places, threads)
        return np.concatenate([self.centre + scores @ self.axes, features(places) @ self.counts], axis=-1)

    def scores(self, places: Floats, threads: int = 1) -> Floats:
        """[..., component] at places [..., parameter]."""
        flat = places.reshape(-1, self.parameters)
        process = np.empty((len(flat), len(self.components)))

        def fill(part: tuple[int, slice]) -> None:
            k, rows = part
            process[rows, k] = self.components[k].process(flat[rows])

        rows = [slice(at, at + ROWS) for at in range(0, len(flat), ROWS)]
        side_by_side(fill, [(k, some) for k in range(len(self.components)) for some in rows], threads)
        lines = np.stack([component.line(places) for component in self.components], axis=-1)
        return np.asarray(lines + process.reshape(lines.shape))

    def stock_error(self, places: Floats) -> Floats:
        """[stock, stock] covariance of the error of the log stocks, mean over places [place, parameter]."""
        places = places[:, : self.parameters]
        variances = np.array([component.variance(places).mean() for component in self.components])
        return np.asarray((self.axes.T * variances) @ self.axes + np.diag(self.rest))

    @property
    def sampling(self) -> Floats:
        """[stock, stock] covariance of the log stocks of one run about their expectation."""
        noises = np.array([component.noise for component in self.components])
        return np.asarray((self.axes.T * noises) @ self.axes + np.diag(self.rest))

    def run_error(self, places: Floats) -> Floats:
        """[stock, stock] covariance of one run's log stocks about what is emulated, mean over places [place,
        parameter]: of ``stock_error`` and ``sampling`` together, what the components leave out being part of both."""
        return self.stock_error(places) + self.sampling - np.diag(self.rest)


def features(places: Floats) -> Floats:
    """1, places, their squares and products: [..., 1 + d + d (d + 1) / 2]."""
    d = places.shape[-1]
    found = np.empty((*places.shape[:-1], 1 + d + d * (d + 1) // 2))
    found[..., 0], found[..., 1 : d + 1], at = 1.0, places, d + 1
    for k in range(d):  # into place: arrays of both factors take ten times as long
        np.multiply(places[..., k : k + 1], places[..., k:], out=found[..., at : at + d - k])
        at += d - k
    return found


def fit_emulator(
    places: Floats,
    outputs: Floats,
    stocks: int,
    before: Sequence[Component] | None = None,
    workers: int = 1,
) -> Emulator:
    """Learn from runs: places [run, parameter], outputs [run, output], of which the first ``stocks`` are log stocks.

    ``workers`` processes share the components. The search for lengths begins at those of ``before``, an earlier
    emulator's components, where there are as many.
    """
    logs, logits = outputs[:, :stocks], outputs[:, stocks:]
    centre = logs.mean(axis=0)
    _, _, axes = np.linalg.svd(logs - centre, full_matrices=False)
    axes = axes[: min(COMPONENTS, stocks)]
    scores = (logs - centre) @ axes.T
    rest = ((logs - centre - scores @ axes) ** 2).mean(axis=0) if len(axes) < stocks else np.zeros(stocks)
    known: Sequence[Component | None] = (*(before or ()), *[None] * len(axes))
    tasks = [(places, scores[:, k], known[k]) for k in range(len(axes))]
    if workers > 1:
        with LocalProcesses(workers, 1) as pool:
            components = tuple(pool.map(_component, *zip(*tasks, strict=True)))
    else:
        components = tuple(_component(*task) for task in tasks)
    counts, errors = _quadratic(places, logits)
    return Emulator(places.shape[1], centre, axes, components, rest, counts, errors)


def _component(places: Floats, scores: Floats, before: Component | None) -> Component:
    line = RidgeCV(RIDGES).fit(places, scores)
    left = scores - line.predict(places)
    start: Found | None = (before.lengths, before.amplitude, before.noise) if before else None
    some = np.linspace(0, len(places) - 1, min(FOR_LENGTHS, len(places))).astype(int)
    lengths, amplitude, noise = find_lengths(places[some], left[some], start)
    scaled = places / lengths
    alpha = linalg.cho_solve((_factor(scaled, amplitude, noise), True), left)
    return Component(line.coef_, float(line.intercept_), scaled, lengths, amplitude, noise, alpha)


def _factor(scaled: Floats, amplitude: float, noise: float) -> Floats:
    covariance = amplitude * likeness(scaled)
    covariance[np.diag_indices(len(scaled))] = amplitude + noise
    return np.asarray(linalg.cholesky(covariance, lower=True, overwrite_a=True))


def _quadratic(places: Floats, logits: Floats) -> tuple[Floats, Floats]:
    """Coefficients [feature, count] and leave-one-out errors [count] of a ridge regression on the features."""
    design = features(places)[:, 1:]
    ridge = RidgeCV(RIDGES, alpha_per_target=True, store_cv_results=False).fit(design, logits)
    counts = np.vstack([ridge.intercept_, ridge.coef_.T])
    return counts, np.sqrt(np.maximum(-ridge.best_score_, 0.0))
