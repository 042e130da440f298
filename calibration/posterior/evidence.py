"""How far to trust a posterior: its evidence by importance sampling, and the checks of emulator and draws.

Places are drawn from a multivariate Student t with the mean and covariance of the draws, mixed with a small share of
the prior, which bounds the weights: evidence = mean of likelihood × prior / proposal (Geweke 1989). Its weighted
moments are a second opinion on the walk that gave the draws. The emulator is held against runs that it hasn't seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special, stats

from calibration.posterior.emulator import Emulator
from calibration.posterior.walk import FREEDOM, covariance_of
from calibration.posterior.work import Bank
from foundation.shapes import Floats


def effective(log_weights: Floats) -> float:
    """Effective sample size of weighted draws (Kish)."""
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights**2).sum())


def systematic(log_weights: Floats, wanted: int, seed: int) -> npt.NDArray[np.int64]:
    """Indices of ``wanted`` distinct draws of equal weight, in random order, by systematic resampling.

    Finer steps are tried where one draw comes up twice; so a draw of great weight is kept once.

    Raises:
        ValueError: there are fewer draws than wanted.
    """
    rng = np.random.default_rng(seed)
    weights = np.exp(log_weights - log_weights.max())
    edges = np.cumsum(weights) / weights.sum()
    for more in (1, 2, 4, 8, 16, 32):
        steps = (np.arange(more * wanted) + rng.random()) / (more * wanted)
        found = np.unique(np.searchsorted(edges, steps))
        if len(found) >= wanted:
            return np.asarray(rng.permutation(found)[:wanted])
    raise ValueError(f"{wanted} distinct draws wanted; there are no more than {len(found)}")


LogDensity = Callable[[Floats], Floats]
"""[place] for places [place, parameter]."""
WIDER, FROM_PRIOR = 1.15, 0.05
"""Scale of the Student t over the covariance of the draws; share of places drawn from the prior."""
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
    mean_error: Floats
    """[parameter] Monte Carlo error of ``mean``: heavy weights count with their own places."""


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
        mean_error=np.sqrt(share**2 @ (where - mean) ** 2),
    )


class Proposal:
    """Where places are drawn: a Student t about the draws, and now and then the prior."""

    def __init__(self, draws: Floats) -> None:
        self.parameters = draws.shape[1]
        self.student = stats.multivariate_t(draws.mean(axis=0), WIDER * covariance_of(draws), df=FREEDOM)

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


LEAST_INSIDE, WIDEST, LEAST_EFFECTIVE = 0.75, 1.5, 0.1
"""What passes: share of simulated stocks inside the emulator's 90 % interval, standard deviation of the standardised
differences, effective share after reweighting."""


@dataclass(frozen=True)
class Check:
    """How the emulator did at posterior draws it had not seen."""

    z_mean: Floats
    """[stock] mean of (simulated - emulated) / their standard deviation."""
    z_sd: Floats
    """[stock]"""
    inside: Floats
    """[stock] share inside the emulator's 90 % interval (sampling error of the run included)."""
    error: Floats
    """[stock] standard deviation of the emulator's error of log stocks, as it states it."""
    runs: int
    effective_share: float
    """Effective sample after reweighting over the one before."""

    @property
    def passed(self) -> bool:
        """Whether the emulator may be used: differences as large as it says, and not decisive for the posterior."""
        honest = bool((self.inside > LEAST_INSIDE).all() and (self.z_sd < WIDEST).all())
        return honest and self.effective_share > LEAST_EFFECTIVE


@dataclass(frozen=True)
class Agreement:
    """The draws against importance sampling, each parameter's marginal."""

    mean: Floats
    """[parameter] difference of means over the standard deviation."""
    sd: Floats
    """[parameter] ratio of the standard deviations."""
    errors: Floats
    """[parameter] difference of means over the Monte Carlo error of both."""


def check(emulator: Emulator, bank: Bank, stocks: int, share: float) -> Check:
    """Compare simulated and emulated log stocks at places the emulator has not seen."""
    places, found = bank.places[bank.possible], bank.outputs[bank.possible][:, :stocks]
    sd = np.sqrt(np.diag(emulator.run_error(places)))
    z = (found - emulator.outputs(places)[:, :stocks]) / sd
    return Check(
        z_mean=z.mean(axis=0),
        z_sd=z.std(axis=0),
        inside=(np.abs(z) < stats.norm.ppf(0.95)).mean(axis=0),
        error=np.sqrt(np.diag(emulator.stock_error(places))),
        runs=len(found),
        effective_share=share,
    )


def agreement(places: Floats, log_weights: Floats, found: Evidence, independent: float) -> Agreement:
    """Weighted draws [draw, parameter], worth ``independent`` ones, beside what importance sampling finds."""
    weights = special.softmax(log_weights)
    mean = weights @ places
    sd = np.sqrt(weights @ (places - mean) ** 2)
    errors = (mean - found.mean) / np.hypot(found.mean_error, sd / np.sqrt(independent))
    return Agreement(mean=(mean - found.mean) / found.sd, sd=sd / found.sd, errors=errors)
