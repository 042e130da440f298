"""Lengths, amplitude and noise of a Gaussian process by maximum likelihood.

The gradient for forty lengths costs little more than the likelihood: with M = (K^-1 y y' K^-1 - K^-1) times the
covariance, entry by entry, that for the logarithm of length j is sum_ab M_ab (x_aj - x_bj)^2 / (2 l_j^2), which is one
product of matrices for all j (Rasmussen and Williams 2006, equation 5.9). Libraries hold an array of runs x runs x
parameters instead, which takes so much longer that lengths would be had from too few runs: forty lengths are soon
overfitted, and an emulator then states too small an error.
"""

from __future__ import annotations

import numpy as np
from scipy import linalg, optimize

from foundation.shapes import Floats

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
    scaled = places / lengths
    process = amplitude * likeness(scaled)
    lower = process.copy()
    lower[np.diag_indices(len(values))] += noise
    lower = linalg.cholesky(lower, lower=True, overwrite_a=True, check_finite=False)
    weights = linalg.cho_solve((lower, True), values, check_finite=False)
    total = 0.5 * values @ weights + np.log(np.diag(lower)).sum()
    inverse, _ = linalg.lapack.dpotri(lower, lower=1)
    pull = np.outer(weights, weights) - np.tril(inverse) - np.tril(inverse, -1).T
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
