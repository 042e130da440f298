"""How likely the published figures are, given simulated ones: one observation model for each kind.

Stocks, on logarithms: published = simulated + published error + what the simulation doesn't know exactly + discrepancy.
The discrepancy is what the model can't reproduce: a Gaussian process of standard deviation ``discrepancy`` (a free
parameter) with correlation exp(-|t - t'| / MEMORY) (``calibration.posterior.conditioning``; Kennedy and O'Hagan 2001).
Without the correlation three counts of January and February 2024 would pass for three looks at the model's error. A
headline counts by the probability that the count, given the points, lies between its ends; a lower bound by the
probability that the published figure is at least the bound. Several of them are taken one after the other, each
narrowing the law of the next (Mendell and Elston 1974).

Answers: a normal of the published share about the expected answer (``calibration.survey.instrument``), with the
sampling error of the survey (design effect included) and a stated model error.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import special

from calibration.facts.observed import Observed
from calibration.facts.priors import DISCREPANCY, FREE, SURVEY
from calibration.facts.targets import SURVEYS
from calibration.posterior.conditioning import correlation
from calibration.posterior.emulator import Emulator
from calibration.posterior.simulate import COUNTS, counts_from, quick_values_at, values_at
from calibration.survey.instrument import Answers, expected
from foundation.shapes import Floats

_LEAST = 1e-6
"""Millions: a count of nobody has no logarithm."""
_LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True)
class Likelihood:
    """Log likelihood of ``observed`` given simulated outputs whose error is known."""

    observed: Observed
    stock_error: Floats
    """[stock, stock] covariance of the error of the simulated log stocks (sampling, or emulation)."""
    answer_error: Floats | None = None
    """[answer, then contrast by age] standard deviation of the error of the simulated ones."""

    def __call__(self, outputs: Floats, values: Floats) -> Floats:
        """Log likelihood [...] of outputs [..., output] at parameter values [..., parameter], ``FREE``'s order."""
        n, m = len(self.observed.stocks), outputs.shape[-1] - len(self.observed.contrasts)
        stocks = self.stocks(outputs[..., :n], values[..., FREE.index(DISCREPANCY)])
        return stocks + self.answers(outputs[..., n:m], values) + self.ages(outputs[..., m:])

    def stocks(self, logs: Floats, discrepancy: Floats) -> Floats:
        """The part of the stocks: log stocks [..., stock], discrepancy [...]."""
        parts = self._stock_parts
        amount = np.square(discrepancy)[..., None]
        misses = (parts.published - logs[..., parts.points]) @ parts.whiten
        variances = 1.0 + amount * parts.spectrum
        total = -0.5 * (misses**2 / variances + np.log(variances)).sum(axis=-1) + parts.constant
        if len(parts.ranges):
            share = parts.cross_own + amount[..., None] * parts.cross_alike
            weighted = share / variances[..., None, :]
            mean = logs[..., parts.ranges] + (weighted * misses[..., None, :]).sum(axis=-1)
            covariance = parts.own + amount[..., None] * parts.alike - weighted @ np.swapaxes(share, -1, -2)
            total = total + log_chance_inside(mean, covariance, parts.low, parts.high)
        return np.asarray(total)

    def ages(self, log_ratios: Floats) -> Floats:
        """The part of the shares by age: log ratios [..., contrast]."""
        contrasts = self.observed.contrasts
        sd = np.array([contrast.sd for contrast in contrasts])
        if self.answer_error is not None:
            sd = np.hypot(sd, self.answer_error[len(self.observed.answers) :])
        misses = (np.array([contrast.log_ratio for contrast in contrasts]) - log_ratios) / sd
        return np.asarray((-0.5 * misses**2 - np.log(sd) - 0.5 * _LOG_2PI).sum(axis=-1))

    def answers(self, logits: Floats, values: Floats) -> Floats:
        """The part of the surveys: logits of counts [..., survey x count], parameter values [..., parameter]."""
        if not self.observed.answers:
            return np.zeros(values.shape[:-1])
        shares = answered(logits, values)
        found = np.stack([shares[answer.item.survey, answer.item.key] for answer in self.observed.answers], axis=-1)
        published = np.array([answer.item.share for answer in self.observed.answers])
        sd = np.array([answer.sd for answer in self.observed.answers])
        if self.answer_error is not None:
            sd = np.hypot(sd, self.answer_error[: len(sd)])
        return np.asarray((-0.5 * ((published - found) / sd) ** 2 - np.log(sd) - 0.5 * _LOG_2PI).sum(axis=-1))

    def answer_errors(self, emulator: Emulator, places: Floats) -> Floats:
        """[answer, then contrast by age] standard deviations of the emulator's error, mean over places.

        The errors of the counts are carried through one at a time (delta method) and added in squares.
        """
        n, ages = len(self.observed.stocks), emulator.count_error[len(SURVEYS) * len(COUNTS) :]
        if not self.observed.answers:
            return ages
        logits, values = emulator.outputs(places)[:, n:], values_at(places)
        keys = [(answer.item.survey, answer.item.key) for answer in self.observed.answers]
        base = answered(logits, values)
        variance = np.zeros(len(keys))
        for count, error in enumerate(emulator.count_error):
            moved = logits.copy()
            moved[:, count] += error
            shifted = answered(moved, values)
            variance += np.array([((shifted[key] - base[key]) ** 2).mean() for key in keys])
        return np.concatenate([np.sqrt(variance), ages])

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
    return correlation([stock.day for stock in observed.stocks])


class _StockParts:
    """What doesn't depend on parameters. The covariance of the points, A + d^2 K, is diagonalised for every d at once:
    with A = L L' and L^-1 K L^-T = U diag(spectrum) U', it is L U (1 + d^2 spectrum) U' L'."""

    def __init__(self, observed: Observed, error: Floats) -> None:
        stocks = observed.stocks
        published = np.log([stock.millions for stock in stocks])
        # All of a headline's interval agrees with it: it has no error beside its ends.
        own = error + np.diag([0.0 if stock.is_interval else (stock.error / stock.millions) ** 2 for stock in stocks])
        alike = discrepancy_correlation(observed)
        point = np.array([stock.is_figure and not stock.is_interval for stock in stocks])
        self.points, self.ranges = np.flatnonzero(point), np.flatnonzero(~point)
        self.published = published[self.points]
        block = np.ix_(self.points, self.points)
        lower = np.linalg.cholesky(own[block])
        inverse = np.linalg.inv(lower)
        self.spectrum, vectors = np.linalg.eigh(inverse @ alike[block] @ inverse.T)
        self.whiten = inverse.T @ vectors
        n = len(self.points)
        self.constant = -float(np.log(np.diag(lower)).sum()) - 0.5 * n * _LOG_2PI - float(self.published.sum())
        # In units of millions: the density of log y, times 1 / y.
        across, among = np.ix_(self.ranges, self.points), np.ix_(self.ranges, self.ranges)
        self.cross_own, self.cross_alike = own[across] @ self.whiten, alike[across] @ self.whiten
        self.own, self.alike = own[among], alike[among]
        self.low = np.log([max(stocks[at].low, _LEAST) for at in self.ranges])
        self.high = np.log([stocks[at].high for at in self.ranges])


def log_chance_inside(mean: Floats, covariance: Floats, low: Floats, high: Floats) -> Floats:
    """Log probability [...] that normals of ``mean`` [..., k] and ``covariance`` [..., k, k] lie in ``low`` .. ``high``
    [k], all together: one after the other, the law of the rest narrowed to that of a normal with the moments that it
    has once the one before is known to be inside. Exact for one, and for independent ones."""
    mean, covariance, total = mean.copy(), covariance.copy(), np.zeros(mean.shape[:-1])
    for k in range(mean.shape[-1]):
        variance = np.maximum(covariance[..., k, k], 1e-12)
        sd = np.sqrt(variance)
        chance, shift, left = _inside((low[k] - mean[..., k]) / sd, (high[k] - mean[..., k]) / sd)
        total += chance
        gain = covariance[..., k, k + 1 :] / variance[..., None]
        mean[..., k + 1 :] += gain * (sd * shift)[..., None]
        lost = variance * (1.0 - left)
        covariance[..., k + 1 :, k + 1 :] -= lost[..., None, None] * gain[..., :, None] * gain[..., None, :]
    return np.asarray(total)


def _inside(a: Floats, b: Floats) -> tuple[Floats, Floats, Floats]:
    """Of a standard normal and ends a < b: log probability of being between, then mean and variance once it is.

    Both ends are turned to the left tail, where logarithms keep their digits.
    """
    turned = a > 0
    low, high = np.where(turned, -b, a), np.where(turned, -a, b)
    below, upper = special.log_ndtr(low), special.log_ndtr(high)
    chance = upper + np.log(-np.expm1(np.minimum(below - upper, -1e-300)))
    at_low, at_high = (np.exp(-0.5 * end**2 - 0.5 * _LOG_2PI - chance) for end in (low, high))
    mean = at_low - at_high
    edges = np.where(np.isinf(low), 0.0, low) * at_low - np.where(np.isinf(high), 0.0, high) * at_high
    return chance, np.where(turned, -mean, mean), np.clip(1.0 + edges - mean**2, 0.0, 1.0)


ANSWERED = (*SURVEY, DISCREPANCY)
"""Parameters of the likelihood alone; the emulator takes the others as places."""


@dataclass(frozen=True)
class Target:
    """Log likelihood of places over an emulator."""

    emulator: Emulator
    likelihood: Likelihood
    threads: int = 1

    def many(self, places: Floats) -> Floats:
        """[place] for places [place, parameter]."""
        return self.likelihood(self.emulator.outputs(places, self.threads), quick_values_at(places, ANSWERED))
