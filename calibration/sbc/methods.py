"""How one truth is inferred: its figures, the emulator about them, the draws.

The truths are runs of a bank at places of the prior, those whose figures, with all the errors that published ones have,
come nearest to the real ones (Prangle et al. 2014): a method may be right on average over the prior and wrong where it
is used. Choosing by the figures keeps ranks uniform, as the posterior is given the figures.

What a calibration does for each set of figures is shared where it is dear. All truths learn from one pool of runs: the
bank without the truth's own run, and the waves of every truth. Lengths and noise of the emulator are learned once from
the pool; what it says about a truth's figures is learned anew from the runs nearest to them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt
from scipy import linalg, special

from calibration.facts.observed import Answer, Observed
from calibration.facts.priors import DISCREPANCY, FREE, STATUS_QUO
from calibration.facts.targets import StockTarget
from calibration.posterior.calibrate import about
from calibration.posterior.conditioning import correlation
from calibration.posterior.emulator import Component, Emulator, likeness
from calibration.posterior.likelihood import Likelihood, Target
from calibration.posterior.simulate import values_at
from calibration.posterior.walk import FLATTENED, PRIOR, Chains, Prior, aimed_at
from calibration.posterior.work import Bank, teaching
from calibration.second.method import published, published_figures
from foundation.shapes import Floats

DRAWS = 60
"""Posterior draws among which a truth is ranked: the last places of as many chains."""
TAUGHT, FEWEST_TAUGHT = 800, 300
"""Runs that the emulator about a truth's figures learns from: at most, and at least where there are so many."""
SEGMENT, EVERY = 20, 5
"""Steps of a segment of a walk, and one step in so many kept."""


@dataclass(frozen=True)
class Truths:
    """Runs that serve as truths, the nearest to the real figures first."""

    rows: npt.NDArray[np.int64]
    """[truth] rows of the bank."""
    figures: Floats
    """[truth, figure]"""
    off: Floats
    """[truth, stock + day ahead] what the model can't reproduce: part of the figures, and of what is forecast."""


def chosen(bank: Bank, observed: Observed, ahead: Sequence[date], truths: int, seed: int) -> Truths:
    """Figures for every possible run of the bank, one set each, and the runs nearest to the real ones.

    Raises:
        ValueError: fewer runs than truths keep the published lower bounds.
    """
    rng, runs = np.random.default_rng(seed), np.flatnonzero(bank.possible)
    values, days = values_at(bank.places[runs]), [*(stock.day for stock in observed.stocks), *ahead]
    factor = np.linalg.cholesky(correlation(days) + 1e-10 * np.eye(len(days)))
    amount = values[:, FREE.index(DISCREPANCY), None]
    off = amount * (rng.standard_normal((len(runs), len(days))) @ factor.T)
    figures, holds = published(bank.outputs[runs], values, observed, rng, off[:, : len(observed.stocks)])
    if holds.sum() < truths:
        raise ValueError(f"{truths} truths wanted; {holds.sum()} runs of the prior keep the lower bounds")
    away = (figures - published_figures(observed)) / figures.std(axis=0)
    order = np.argsort(np.where(holds, (away**2).sum(axis=1), np.inf), kind="stable")[:truths]
    return Truths(runs[order], figures[order], off[order])


@dataclass(frozen=True, kw_only=True)
class Copied(Answer):
    """An answer of a synthetic survey: its error is that of the survey it imitates."""

    known_sd: float

    @property
    def sd(self) -> float:
        """As ``Answer.sd`` of the real one."""
        return self.known_sd


def imitated(observed: Observed, figures: Floats) -> Observed:
    """Synthetic figures (logs of counts, then shares, then log ratios) in the place of the real ones, with the same
    relative errors; lower bounds stay as they are."""
    left, stocks = list(figures), []
    for stock in observed.stocks:
        stocks.append(_imitated(stock, float(np.exp(left.pop(0)))) if stock.is_figure else stock)
    answers = tuple(
        Copied(
            item=replace(answer.item, share=float(left.pop(0))),
            model_error=answer.model_error,
            base=answer.base,
            known_sd=answer.sd,
        )
        for answer in observed.answers
    )
    ages = tuple(replace(contrast, log_ratio=float(left.pop(0))) for contrast in observed.contrasts)
    return Observed(stocks=tuple(stocks), answers=answers, ages=ages)


def _imitated(stock: StockTarget, millions: float) -> StockTarget:
    """A figure of the same kind: a headline's interval is as wide, other errors are as large in proportion."""
    if stock.is_interval:
        half = (stock.high - stock.low) / 2
        return replace(stock, millions=millions, low=millions - half, high=millions + half)
    error = millions * stock.error / stock.millions
    return replace(stock, millions=millions, error=error, low=millions - error, high=millions + error)


def near_runs(pool: Bank, observed: Observed, most: int) -> npt.NDArray[np.int64]:
    """Rows to learn from, denser near the figures of one truth than a calibration takes them."""
    stocks = np.log([stock.millions for stock in observed.stocks])
    return teaching(pool, stocks, fewest=FEWEST_TAUGHT, most=most, nearer=2.0)


def localized(shared: Emulator, places: Floats, outputs: Floats) -> Emulator:
    """The shared emulator, with its lengths and noise, having seen these runs [run, parameter], [run, output] only."""
    own = places[:, : len(STATUS_QUO)]
    scores = (outputs[:, : len(shared.centre)] - shared.centre) @ shared.axes.T
    parts = zip(shared.components, scores.T, strict=True)
    return replace(shared, components=tuple(_taught(component, own, column) for component, column in parts))


def _taught(component: Component, places: Floats, scores: Floats) -> Component:
    scaled = places / component.lengths
    covariance = component.amplitude * likeness(scaled)
    covariance[np.diag_indices(len(scaled))] += component.noise
    left = scores - component.intercept - places @ component.slope
    alpha = linalg.solve(covariance, left, assume_a="pos")
    return replace(component, scaled=scaled, alpha=alpha)


def target_of(observed: Observed, emulator: Emulator, places: Floats, seed: int) -> Target:
    """Log likelihood of the synthetic figures, with the emulator's error about ``places``. They come from one run, so
    that their sampling error is that of the runs the emulator learns from; real ones have none."""
    new = about(places, seed)
    likelihood = Likelihood(observed, emulator.run_error(new))
    return Target(emulator, replace(likelihood, answer_error=likelihood.answer_errors(emulator, new)))


def sampled(target: Callable[[Floats], Floats], start: Floats, *, chains: int, segments: int, seed: int) -> Floats:
    """Places [kept step, chain, parameter] of chains that begin at some of ``start`` [place, parameter]: those of a
    first segment on ellipses of the prior, then on ellipses of a Student t about where all have been, as
    ``calibration.posterior.walk``. The first half of the segments is dropped."""
    rng, chance = np.random.default_rng(seed), target(start)
    weights = special.softmax(FLATTENED * chance)
    first = rng.choice(len(start), chains, replace=len(start) < 2 * chains, p=weights)
    walking = Chains(start[first].copy(), chance[first].copy())
    kept: list[list[Floats]] = []
    for segment in range(segments):
        law = aimed_at(np.concatenate(kept[-1])) if segment else PRIOR
        kept.append(_segment(walking, target, rng, law))
    return np.concatenate(kept[segments // 2 :])


def _segment(walking: Chains, target: Callable[[Floats], Floats], rng: np.random.Generator, law: Prior) -> list[Floats]:
    places = []
    for step in range(1, SEGMENT + 1):
        walking.step(target, rng, law)
        if step % EVERY == 0:
            places.append(walking.places.copy())
    return places


@dataclass(frozen=True)
class Inference:
    """What is known of a truth from its figures."""

    target: Target
    start: Floats
    """[place, parameter] near the figures."""

    def draws(self, chains: int, segments: int, seed: int) -> Floats:
        """[kept step, chain, parameter]"""
        return sampled(self.target.many, self.start, chains=chains, segments=segments, seed=seed)


FIRST_LOOK = 50
"""Runs nearest to the figures: about them the emulator's error is taken while there is no walk yet."""


def inferred(pool: Bank, shared: Emulator, observed: Observed, seed: int, before: Floats | None = None) -> Inference:
    """About the figures ``observed``; the emulator's error is taken about ``before`` [place, parameter], places of an
    earlier look, or the nearest runs."""
    rows = near_runs(pool, observed, TAUGHT)
    emulator = localized(shared, pool.places[rows], pool.outputs[rows])
    nearest = pool.places[rows[:FIRST_LOOK]]
    return Inference(target_of(observed, emulator, nearest if before is None else before, seed), pool.places[rows])
