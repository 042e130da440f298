"""How likely the published figures are, given simulated ones: one observation model for each kind.

Stocks, on logarithms: published = simulated + published error + what the simulation doesn't know exactly + discrepancy.
The discrepancy is what the model can't reproduce: a Gaussian process of standard deviation ``discrepancy`` (a free
parameter) with correlation exp(-|t - t'| / MEMORY) (Kennedy and O'Hagan 2001). Without the correlation three counts of
January and February 2024 would pass for three looks at the model's error. A lower bound counts by the probability that
the published figure, given the others, is at least the bound.

Answers: a normal of the published share about the expected answer (``calibration.survey.instrument``), with the
sampling
error of the survey (design effect included) and a stated model error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from calibration.facts.observed import Observed
from calibration.facts.priors import DISCREPANCY, FREE, SURVEY
from calibration.facts.targets import SURVEYS
from calibration.posterior.emulator import Emulator
from calibration.posterior.free import quick_values_at, values_at
from calibration.posterior.simulate import COUNTS, counts_from
from calibration.survey.instrument import Answers, expected
from foundation.shapes import Floats

MEMORY = 0.5
"""Years over which the discrepancy is alike, *assumed*."""
_LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Likelihood:
    """Log likelihood of ``observed`` given simulated outputs whose error is known."""

    observed: Observed
    stock_error: Floats
    """[stock, stock] covariance of the error of the simulated log stocks (sampling, or emulation)."""
    answer_error: Floats | None = None
    """[answer] standard deviation of the error of the simulated answers."""

    def __call__(self, outputs: Floats, values: Floats) -> Floats:
        """Log likelihood [...] of outputs [..., output] at parameter values [..., parameter], ``FREE``'s order."""
        n = len(self.observed.stocks)
        stocks = self.stocks(outputs[..., :n], values[..., FREE.index(DISCREPANCY)])
        return stocks + self.answers(outputs[..., n:], values)

    def stocks(self, logs: Floats, discrepancy: Floats) -> Floats:
        """The part of the stocks: log stocks [..., stock], discrepancy [...]."""
        parts = self._stock_parts
        amount = np.square(discrepancy)[..., None]
        misses = (parts.published - logs[..., parts.points]) @ parts.whiten
        variances = 1.0 + amount * parts.spectrum
        total = -0.5 * (misses**2 / variances + np.log(variances)).sum(axis=-1) + parts.constant
        for bound, own, cross0, cross1, level in parts.bounds:
            share = cross0 + amount * cross1
            mean = logs[..., bound] + (share * misses / variances).sum(axis=-1)
            variance = own + amount[..., 0] - (share**2 / variances).sum(axis=-1)
            total = total + special.log_ndtr((mean - level) / np.sqrt(np.maximum(variance, 1e-12)))
        return np.asarray(total)

    def answers(self, logits: Floats, values: Floats) -> Floats:
        """The part of the surveys: logits of counts [..., survey x count], parameter values [..., parameter]."""
        if not self.observed.answers:
            return np.zeros(values.shape[:-1])
        shares = answered(logits, values)
        found = np.stack([shares[answer.item.survey, answer.item.key] for answer in self.observed.answers], axis=-1)
        published = np.array([answer.item.share for answer in self.observed.answers])
        sd = np.array([answer.sd for answer in self.observed.answers])
        if self.answer_error is not None:
            sd = np.hypot(sd, self.answer_error)
        return np.asarray((-0.5 * ((published - found) / sd) ** 2 - np.log(sd) - 0.5 * _LOG_2PI).sum(axis=-1))

    def answer_errors(self, emulator: Emulator, places: Floats) -> Floats:
        """[answer] standard deviations of the emulator's error of the expected answers, mean over places.

        The errors of the counts are carried through one at a time (delta method) and added in squares.
        """
        if not self.observed.answers:
            return np.zeros(0)
        n = len(self.observed.stocks)
        logits, values = emulator.outputs(places)[:, n:], values_at(places)
        keys = [(answer.item.survey, answer.item.key) for answer in self.observed.answers]
        base = answered(logits, values)
        variance = np.zeros(len(keys))
        for count, error in enumerate(emulator.count_error):
            moved = logits.copy()
            moved[:, count] += error
            shifted = answered(moved, values)
            variance += np.array([((shifted[key] - base[key]) ** 2).mean() for key in keys])
        return np.sqrt(variance)

    @cached_property
    def _stock_parts(self) -> _StockParts:
        return _StockParts(self.observed, self.stock_error)


def answered(logits: Floats, values: Floats) -> dict[tuple[str, str], Floats]:
    """Expected answers [...] by survey and key, from logits of counts and parameter values (over-claims among them)."""
    answers = Answers(**{name: values[..., FREE.index(name)] for name in SURVEY})
    found = {}
    for at, survey in enumerate(SURVEYS):
        counts = counts_from(logits[..., at * len(COUNTS) : (at + 1) * len(COUNTS)])
        found.update({(survey, key): np.asarray(share) for key, share in expected(counts, answers, survey).items()})
    return found


def discrepancy_correlation(observed: Observed) -> Floats:
    """Correlation [stock, stock] of the discrepancy; stocks of different regions share theirs."""
    years = np.array([stock.day.toordinal() for stock in observed.stocks]) / 365.25
    return np.asarray(np.exp(-np.abs(years[:, None] - years[None, :]) / MEMORY))


class _StockParts:
    """What doesn't depend on parameters. The covariance of the points, A + d^2 K, is diagonalised for every d at once:
    with A = L L' and L^-1 K L^-T = U diag(spectrum) U', it is L U (1 + d^2 spectrum) U' L'."""

    def __init__(self, observed: Observed, error: Floats) -> None:
        stocks = observed.stocks
        published = np.log([stock.millions for stock in stocks])
        own = error + np.diag([(stock.error / stock.millions) ** 2 for stock in stocks])
        alike = discrepancy_correlation(observed)
        kinds = np.array([stock.kind == "lower bound" for stock in stocks])
        self.points = np.flatnonzero(~kinds)
        self.published = published[self.points]
        block = np.ix_(self.points, self.points)
        lower = np.linalg.cholesky(own[block])
        inverse = np.linalg.inv(lower)
        self.spectrum, vectors = np.linalg.eigh(inverse @ alike[block] @ inverse.T)
        self.whiten = inverse.T @ vectors
        n = len(self.points)
        self.constant = -float(np.log(np.diag(lower)).sum()) - 0.5 * n * _LOG_2PI - float(self.published.sum())
        # In units of millions: the density of log y, times 1 / y.
        self.bounds = [
            (
                int(at),
                float(own[at, at]),
                own[at, self.points] @ self.whiten,
                alike[at, self.points] @ self.whiten,
                float(published[at]),
            )
            for at in np.flatnonzero(kinds)
        ]


ANSWERED = (*SURVEY, DISCREPANCY)
"""Parameters of the likelihood alone; the emulator takes the others as places."""


@dataclass(frozen=True)
class Target:
    """Log likelihood of places over an emulator."""

    emulator: Emulator
    likelihood: Likelihood

    def many(self, places: Floats) -> Floats:
        """[place] for places [place, parameter]."""
        return self.likelihood(self.emulator.outputs(places), quick_values_at(places, ANSWERED))
