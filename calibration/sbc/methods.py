"""The two methods that are put to the test, each with truths of its own.

The fast method (``calibration.second``): truths are runs of its own bank, left out of what it knows. Two sets: from the
whole prior, and those whose figures are nearest to the real ones (Prangle et al. 2014): a method may be right on
average over the prior and wrong where it is used. Choosing by the figures keeps ranks uniform.

The sampler about the posterior (Säilynoja, Schmitt, Bürkner, Vehtari 2025). An emulator is valid near the data only;
truths from the whole prior would test it where nobody uses it. So the posterior given the real figures y takes the
prior's place: a truth is drawn from it, figures y' are simulated at the truth by the simulator itself (published
errors, discrepancy and errors of the surveys added), and the truth's rank among draws from p(parameters | y, y') is
uniform if emulator, likelihood and sampler are right together. The lower bound is part of y only: whether y' would keep
it is not asked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from calibration.facts.observed import Answer, Observed
from calibration.facts.priors import FREE
from calibration.facts.targets import SURVEYS, StockTarget
from calibration.posterior.emulator import Emulator
from calibration.posterior.free import quick_values_at, values_at
from calibration.posterior.likelihood import ANSWERED, Likelihood, Target
from calibration.posterior.simulate import COUNTS, Case, simulate
from calibration.posterior.walk import CHAINS, Walk, walk
from calibration.posterior.work import Bank
from calibration.sbc.ranks import controls, place_of_truth, with_distance
from calibration.second.abc import Synthetic, infer, published, published_figures, synthetic
from foundation.shapes import Floats

DRAWS = 100
"""Posterior draws among which a truth is ranked."""


def chosen(known: Synthetic, observed: Observed, truths: int, near: bool, seed: int) -> npt.NDArray[np.int64]:
    """Rows that serve as truths, of distinct runs: at random, or the nearest to the real figures."""
    if near:
        away = (known.figures - published_figures(observed)) / known.figures.std(axis=0)
        order = np.argsort((away**2).sum(axis=1), kind="stable")
    else:
        order = np.random.default_rng(seed).permutation(len(known.run))
    _, first = np.unique(known.run[order], return_index=True)
    return np.asarray(order[np.sort(first)[:truths]])


def fast_ranks(
    bank: Bank,
    quantities: Floats,
    observed: Observed,
    *,
    truths: int,
    near: bool,
    seed: int = 1,
    tell: Callable[[int], None] = lambda done: None,
) -> dict[str, Floats]:
    """Ranks [truth, parameter + quantity + 1] as they are and of the negative controls; the last line is the distance.

    ``quantities`` [run, quantity] belong to the runs of the bank.
    """
    known = synthetic(bank, observed, seed)
    extra, rng = quantities[known.run], np.random.default_rng(seed)
    ranks: dict[str, list[Floats]] = {}
    for done, row in enumerate(chosen(known, observed, truths, near, seed), 1):
        others = known.run != known.run[row]
        less = Synthetic(known.places[others], known.figures[others], known.run[others])
        posterior = infer(less, known.figures[row], extra=extra[others])
        truth = np.concatenate([known.places[row], extra[row]])
        drawn = posterior.chosen(DRAWS, seed + done)
        # Several rows come from one run and lie close together: what describes the posterior comes from other runs.
        runs = less.run[posterior.rows]
        rest = np.flatnonzero(~np.isin(runs, runs[drawn]))
        both = posterior.places[np.concatenate([drawn, rest])]
        for name, draws in controls(both).items():
            own, sample = draws[: len(drawn)], draws[len(drawn) :]
            lines = with_distance(truth, own, sample, known.places.shape[1])
            ranks.setdefault(name, []).append(place_of_truth(*lines, rng))
        tell(done)
    return {name: np.array(found) for name, found in ranks.items()}


LONG_ENOUGH = 15.0
"""Length of a walk in autocorrelation times: hundreds of walkers go at once, and a hundred draws are wanted."""


@dataclass(frozen=True, kw_only=True)
class Copied(Answer):
    """An answer of a synthetic survey: its error is that of the survey it imitates."""

    known_sd: float

    @property
    def sd(self) -> float:
        """As ``Answer.sd`` of the real one."""
        return self.known_sd


def without_bounds(observed: Observed) -> Observed:
    """Counts and answers, without lower bounds."""
    return replace(observed, stocks=tuple(stock for stock in observed.stocks if stock.is_figure))


def imitated(observed: Observed, figures: Floats) -> Observed:
    """Synthetic figures (logs of counts, then shares) in the place of the real ones, with the same relative errors."""
    n = len(observed.stocks)
    stocks = tuple(
        _imitated(stock, float(np.exp(log))) for stock, log in zip(observed.stocks, figures[:n], strict=True)
    )
    answers = tuple(
        Copied(
            item=replace(answer.item, share=float(share)),
            model_error=answer.model_error,
            base=answer.base,
            known_sd=answer.sd,
        )
        for answer, share in zip(observed.answers, figures[n:], strict=False)
    )
    ratios = figures[n + len(answers) :]
    ages = tuple(replace(c, log_ratio=float(r)) for c, r in zip(observed.contrasts, ratios, strict=True))
    return Observed(stocks=stocks, answers=answers, ages=ages)


def _imitated(stock: StockTarget, millions: float) -> StockTarget:
    """A figure of the same kind: a headline's interval is as wide, other errors are as large in proportion."""
    if stock.is_interval:
        half = (stock.high - stock.low) / 2
        return replace(stock, millions=millions, low=millions - half, high=millions + half)
    error = millions * stock.error / stock.millions
    return replace(stock, millions=millions, error=error, low=millions - error, high=millions + error)


@dataclass(frozen=True)
class Both:
    """Log likelihood of real and synthetic figures together."""

    real: Target
    synthetic: Likelihood
    outputs: npt.NDArray[np.int64]
    """Which outputs the synthetic figures are compared with."""

    def parts(self, places: Floats) -> tuple[Floats, Floats]:
        """Of the real and of the synthetic figures [place], at places [place, parameter]."""
        outputs, values = self.real.emulator.outputs(places), quick_values_at(places, ANSWERED)
        return self.real.likelihood(outputs, values), self.synthetic(outputs[..., self.outputs], values)

    def __call__(self, places: Floats) -> Floats:
        return np.asarray(sum(self.parts(places)))


def target_of(observed: Observed, emulator: Emulator, places: Floats) -> Target:
    """The likelihood of the real figures, with the emulator's error about posterior places."""
    likelihood = Likelihood(observed, emulator.stock_error(places))
    return Target(emulator, replace(likelihood, answer_error=likelihood.answer_errors(emulator, places)))


def figures_at(case: Case, observed: Observed, place: Floats, people: int, seed: int) -> Floats:
    """Synthetic figures at a place, by one run of the simulator; a run stands for ``people`` agents."""
    values = values_at(place)
    outputs = simulate(case, values, people, seed)[_kept(observed)]
    figures, _ = published(outputs[None], values[None], without_bounds(observed), np.random.default_rng(seed))
    return np.asarray(figures[0])


def _kept(observed: Observed) -> npt.NDArray[np.int64]:
    """Outputs without those that lower bounds are compared with."""
    stocks = [k for k, stock in enumerate(observed.stocks) if stock.is_figure]
    answers = len(observed.stocks) + np.arange(len(SURVEYS) * len(COUNTS) + len(observed.contrasts))
    return np.concatenate([np.array(stocks, dtype=np.int64), answers])


def both(target: Target, figures: Floats) -> Both:
    """Real figures and synthetic ones; a synthetic count has the sampling error of its run on top."""
    observed = target.likelihood.observed
    kept = _kept(observed)
    n = len(without_bounds(observed).stocks)
    block = np.ix_(kept[:n], kept[:n])
    error = (target.likelihood.stock_error + target.emulator.sampling)[block]
    likelihood = Likelihood(
        imitated(without_bounds(observed), figures), error, answer_error=target.likelihood.answer_error
    )
    return Both(target, likelihood, kept)


def posterior_given_both(
    joint: Both, posterior: Floats, *, seed: int, saved: Path, tell: Callable[[float], None] = lambda share: None
) -> Walk:
    """A walk over p(parameters | y, y'), begun at places of the posterior [place, parameter] drawn by their weight."""
    parts = np.array_split(posterior, max(1, len(posterior) // 2000))
    weights = np.concatenate([joint.parts(part)[1] for part in parts])
    # The largest sums of log weights and Gumbel numbers: a weighted sample without repeats.
    order = np.argsort(-weights - np.random.default_rng(seed).gumbel(size=len(weights)))
    start = posterior[order[:CHAINS]]
    return walk(joint, len(FREE), seed=seed, start=start, saved=saved, tell=tell, wanted=LONG_ENOUGH)
