"""The evidence of a posterior whose draws are known, by importance sampling.

Places are drawn from a multivariate Student t with the mean and covariance of the draws, mixed with a small share of
the prior, which bounds the weights: evidence = mean of likelihood × prior / proposal (Geweke 1989). Its weighted
moments are a second opinion on the walk that gave the draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from calibration.posterior.weights import effective
from foundation.shapes import Floats

LogDensity = Callable[[Floats], Floats]
"""[place] for places [place, parameter]."""
FREEDOM, WIDER, FROM_PRIOR = 20, 1.15, 0.05
"""Degrees of freedom of the Student t; its covariance over that of the draws; share of places drawn from the prior."""
BLOCK = 20_000
"""Places drawn at once."""
MOST_BLOCKS = 20
ENOUGH = 0.02
"""Error of the log evidence at which no more places are drawn."""


@dataclass(frozen=True)
class Evidence:
    """What importance sampling finds."""

    log: float
    error: float
    """Standard error of ``log``."""
    information: float
    """Nats that the data add to the prior."""
    effective: float
    """Independent draws that the places are worth."""
    drawn: int
    mean: Floats
    """[parameter] posterior mean, in places."""
    sd: Floats
    """[parameter] posterior standard deviation, in places."""


def evidence(
    log_likelihood: LogDensity,
    draws: Floats,
    *,
    seed: int,
    blocks: int = MOST_BLOCKS,
    tell: Callable[[float, float, float], None] = lambda *_: None,
) -> Evidence:
    """Of a standard normal prior and a likelihood, given posterior draws [draw, parameter] to aim by.

    ``tell`` is given the log evidence so far, its error and the share done (0..1).
    """
    rng = np.random.default_rng(seed)
    proposal = Proposal(draws)
    places, chances, weights = [], [], []
    for block in range(blocks):
        places.append(proposal.places(BLOCK, rng))
        chances.append(np.concatenate([log_likelihood(part) for part in np.array_split(places[-1], 40)]))
        weights.append(chances[-1] + log_prior(places[-1]) - proposal.log_density(places[-1]))
        log, error = mean_of(np.concatenate(weights))
        tell(log, error, (block + 1) / blocks)
        if error < ENOUGH:
            break
    every = np.concatenate(weights)
    share = special.softmax(every)
    where = np.concatenate(places)
    mean = share @ where
    return Evidence(
        log=log,
        error=error,
        information=float(share @ np.concatenate(chances) - log),
        effective=effective(every),
        drawn=len(every),
        mean=mean,
        sd=np.sqrt(share @ (where - mean) ** 2),
    )


class Proposal:
    """Where places are drawn: a Student t about the draws, and now and then the prior."""

    def __init__(self, draws: Floats) -> None:
        self.parameters = draws.shape[1]
        self.student = stats.multivariate_t(draws.mean(axis=0), WIDER * np.cov(draws.T), df=FREEDOM)

    def places(self, n: int, rng: np.random.Generator) -> Floats:
        """[place, parameter]"""
        own = self.student.rvs(n, random_state=rng).reshape(n, self.parameters)
        prior = rng.standard_normal((n, self.parameters))
        return np.where(rng.random((n, 1)) < FROM_PRIOR, prior, own)

    def log_density(self, places: Floats) -> Floats:
        """[place]"""
        own = np.log1p(-FROM_PRIOR) + self.student.logpdf(places)
        return np.asarray(np.logaddexp(own, np.log(FROM_PRIOR) + log_prior(places)))


def log_prior(places: Floats) -> Floats:
    """[place] log density of the standard normal."""
    return np.asarray(stats.norm.logpdf(places).sum(axis=1))


def mean_of(log_weights: Floats) -> tuple[float, float]:
    """Log of the mean weight, and its standard error (delta method)."""
    n = len(log_weights)
    spread = max(n / effective(log_weights) - 1.0, 0.0)
    return float(special.logsumexp(log_weights) - np.log(n)), float(np.sqrt(spread / n))
