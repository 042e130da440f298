"""The laws whose ellipses a walk moves on.

Elliptical slice sampling (Murray, Adams and MacKay 2010) turns a place towards a fresh draw of a normal law. With the
prior as that law it moves little where the data know much: the slice is a short arc of every ellipse. A Student t law
with the mean and covariance of the places so far fits the posterior better; the ratio of prior to that law is then part
of the likelihood (generalised elliptical slice sampling: Nishihara, Murray and Adams 2014).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from foundation.shapes import Floats

FREEDOM = 20.0
"""Degrees of freedom of the Student t: tails wider than those of the places it is learned from."""


class Prior:
    """Ellipses of the standard normal."""

    def inward(self, places: Floats) -> Floats:
        """Coordinates [place, parameter] in which the law is round."""
        return places

    def outward(self, turned: Floats) -> Floats:
        """Places [place, parameter] of coordinates."""
        return turned

    def other(self, turned: Floats, rng: np.random.Generator) -> Floats:
        """The other end [place, parameter] of an ellipse through each place."""
        return rng.standard_normal(turned.shape)

    def extra(self, turned: Floats, places: Floats) -> Floats:
        """Log density [place] of the prior over that of the law, up to a constant."""
        return np.zeros(len(places))


@dataclass(frozen=True)
class Aimed(Prior):
    """Ellipses of a Student t: a normal law whose scale is drawn anew at every step, given the place."""

    mean: Floats
    lower: Floats
    """[parameter, parameter] Cholesky factor of the scale."""

    def inward(self, places: Floats) -> Floats:
        return np.asarray(linalg.solve_triangular(self.lower, (places - self.mean).T, lower=True).T)

    def outward(self, turned: Floats) -> Floats:
        return np.asarray(self.mean + turned @ self.lower.T)

    def other(self, turned: Floats, rng: np.random.Generator) -> Floats:
        n, parameters = turned.shape
        squares = np.einsum("ij,ij->i", turned, turned)
        scale = (FREEDOM + squares) / (2.0 * rng.gamma((parameters + FREEDOM) / 2.0, size=n))
        return np.asarray(np.sqrt(scale)[:, None] * rng.standard_normal(turned.shape))

    def extra(self, turned: Floats, places: Floats) -> Floats:
        power = (turned.shape[1] + FREEDOM) / 2.0
        wide = power * np.log1p(np.einsum("ij,ij->i", turned, turned) / FREEDOM)
        return np.asarray(wide - 0.5 * np.einsum("ij,ij->i", places, places))


def aimed_at(places: Floats) -> Aimed:
    """With the mean and covariance of ``places`` [place, parameter]."""
    return Aimed(np.asarray(places.mean(axis=0)), np.asarray(np.linalg.cholesky(covariance_of(places)), np.float64))


def covariance_of(places: Floats) -> Floats:
    """[parameter, parameter] covariance of few or many ``places`` [place, parameter].

    That of the prior counts for as many places as there are parameters: with fewer places than parameters the sample's
    own is singular, with a few more it takes chance for correlation.
    """
    n, parameters = places.shape
    own = np.cov(places.T).reshape(parameters, parameters) if n > 1 else np.zeros((parameters, parameters))
    return np.asarray((n * own + parameters * np.eye(parameters)) / (n + parameters))
