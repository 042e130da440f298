"""The value of information: what a decision would gain if something uncertain were known first.

A decision takes the strategy with the largest expected net benefit (Raiffa and Schlaifer 1961). *Perfect information*
would take the best one on every draw: EVPI = E[max_s B_s] - max_s E[B_s]. *Partial* perfect information on the inputs
phi of one study: EVPPI = E[max_s E[B_s | phi]] - max_s E[B_s], with E[B_s | phi] by regression of the net benefits on
phi over the draws (Strong, Oakley and Brennan 2014; here kernel ridge regression, linear plus Gaussian, its settings
chosen by leaving one draw out). Fitting noise and then taking the maximum is biased upwards: the mean EVPPI of the
same inputs with their rows shuffled is subtracted, and the 95 % quantile of those is the noise floor.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.linalg import solve

from planning.sensitivity.indices import DUMMY, scores

SHUFFLES, RESAMPLES = 40, 100
SCALES, PENALTIES, SHARES = (0.8, 2.0), tuple(10.0 ** np.arange(-2, 4)), (0.0, 0.3, 1.0)
Z95 = 1.6448536269514722


@dataclass(frozen=True)
class Decision:
    """What is chosen between."""

    strategies: tuple[str, ...]
    benefit: np.ndarray
    """Net benefit, [draw, strategy]."""

    @property
    def now(self) -> int:
        """The strategy taken with what is known today."""
        return int(np.argmax(self.benefit.mean(axis=0)))


@dataclass(frozen=True)
class _Kernel:
    """A kernel matrix [draw, draw], decomposed: it is used for many penalties and shufflings."""

    matrix: np.ndarray
    values: np.ndarray
    vectors: np.ndarray

    def shuffled(self, order: np.ndarray) -> _Kernel:
        """The kernel of the same inputs with their rows in another order."""
        return _Kernel(self.matrix[np.ix_(order, order)], self.values, self.vectors[order])


@dataclass(frozen=True)
class Regression:
    """Conditional means of net benefits given inputs: a kernel and a penalty for each strategy."""

    candidates: Sequence[_Kernel]
    kernel: np.ndarray  # [strategy]
    penalty: np.ndarray  # [strategy]

    def fitted(self, y: np.ndarray) -> np.ndarray:
        """At the draws, [draw, strategy]."""
        mean, found = y.mean(axis=0), np.empty_like(y)
        for one, columns in self._alike():
            kernel, penalty = self.candidates[int(self.kernel[one])], float(self.penalty[one])
            shrink = kernel.values / (kernel.values + penalty)
            found[:, columns] = kernel.vectors @ (shrink[:, None] * (kernel.vectors.T @ (y - mean)[:, columns]))
        return np.asarray(mean + found)

    def refitted(self, rows: np.ndarray, y: np.ndarray) -> np.ndarray:
        """At some draws, from them alone, [row, strategy]; ``y`` belongs to all draws."""
        chosen = y[rows]
        mean, found = chosen.mean(axis=0), np.empty_like(chosen)
        for one, columns in self._alike():
            matrix = self.candidates[int(self.kernel[one])].matrix[np.ix_(rows, rows)]
            ridge = matrix + float(self.penalty[one]) * np.eye(len(rows))
            found[:, columns] = matrix @ solve(ridge, (chosen - mean)[:, columns], assume_a="pos")
        return np.asarray(mean + found)

    def _alike(self) -> Iterator[tuple[int, np.ndarray]]:
        """Strategies with the same settings: the first one, and all of them."""
        pairs = np.column_stack([self.kernel, self.penalty])
        for pair in np.unique(pairs, axis=0):
            columns = np.flatnonzero((pairs == pair).all(axis=1))
            yield int(columns[0]), columns


def kernels(x: np.ndarray) -> list[_Kernel]:
    """The kernels to choose between: a linear one and a Gaussian one, whose length grows with the number of inputs, in
    several shares."""
    squares = ((x[:, None] - x[None]) ** 2).sum(axis=2) / x.shape[1]
    linear, found = x @ x.T / x.shape[1], []
    for share in SHARES:
        for scale in SCALES if share else SCALES[:1]:
            matrix = (1 - share) * linear + share * np.exp(-squares / (2 * scale**2))
            values, vectors = np.linalg.eigh(matrix)
            found.append(_Kernel(matrix, np.clip(values, 0, None), vectors))
    return found


def choose_regression(candidates: Sequence[_Kernel], y: np.ndarray) -> Regression:
    """For each strategy the kernel and penalty with the least leave-one-out error."""
    centred = y - y.mean(axis=0)
    least, strategies = np.full(y.shape[1], np.inf), y.shape[1]
    best_kernel, best_penalty = np.zeros(strategies, int), np.full(strategies, PENALTIES[-1])
    for number, kernel in enumerate(candidates):
        projected, squares = kernel.vectors.T @ centred, kernel.vectors**2
        for penalty in PENALTIES:
            shrink = kernel.values / (kernel.values + penalty)
            residual = centred - kernel.vectors @ (shrink[:, None] * projected)
            error = ((residual / (1 - squares @ shrink)[:, None]) ** 2).mean(axis=0)
            better = error < least
            least[better], best_kernel[better], best_penalty[better] = error[better], number, penalty
    return Regression(candidates, best_kernel, best_penalty)


def perfect(benefit: np.ndarray) -> float:
    """EVPI of net benefits [draw, strategy]."""
    return float(benefit.max(axis=1).mean() - benefit.mean(axis=0).max())


def evpi(decision: Decision, seed: int) -> dict[str, float]:
    """EVPI with its 90 % bootstrap interval."""
    random = np.random.default_rng(seed)
    draws = len(decision.benefit)
    again = [perfect(decision.benefit[random.integers(0, draws, draws)]) for _ in range(RESAMPLES)]
    low, high = np.quantile(again, [0.05, 0.95])
    return {"value": perfect(decision.benefit), "low": float(low), "high": float(high)}


def evppi(decision: Decision, x: np.ndarray, seed: int) -> dict[str, float]:
    """EVPPI of inputs [draw, input], in units of the net benefit: bias-corrected value, 90 % interval, noise floor.

    The interval is normal, with the standard deviation of the bootstrap or, where larger, of the shufflings.
    ``changes`` is the share of draws on which knowing the inputs would change the choice. A value below 0 is noise.
    """
    benefit, candidates = decision.benefit, kernels(scores(x))
    regression = choose_regression(candidates, benefit)
    random = np.random.default_rng(seed)
    draws = len(benefit)
    raw, changes = _partial(regression.fitted(benefit), decision.now)
    null = []
    for _ in range(SHUFFLES):
        order = random.permutation(draws)
        shuffled = choose_regression([kernel.shuffled(order) for kernel in candidates], benefit)
        null.append(_partial(shuffled.fitted(benefit), decision.now)[0])
    again = []
    for _ in range(RESAMPLES):
        rows = random.integers(0, draws, draws)
        again.append(_partial(regression.refitted(rows, benefit), decision.now)[0])
    error = Z95 * max(float(np.std(again, ddof=1)), float(np.std(null, ddof=1)))
    bias = float(np.mean(null))
    return {
        "value": raw - bias,
        "low": raw - bias - error,
        "high": raw - bias + error,
        "floor": max(0.0, float(np.quantile(null, 0.95)) - bias),
        "changes": changes,
    }


def _partial(fitted: np.ndarray, now: int) -> tuple[float, float]:
    """(E max_s - max_s E, share of draws on which another strategy than ``now`` is best)."""
    value = float(fitted.max(axis=1).mean() - fitted.mean(axis=0).max())
    return value, float((fitted.argmax(axis=1) != now).mean())


def value_table(
    decision: Decision, inputs: pd.DataFrame, groups: Mapping[str, Sequence[str]], seed: int
) -> pd.DataFrame:
    """A row per study, best first, then the dummy (a random number as the only input) and everything (EVPI)."""
    rows = [
        {"study": study, **evppi(decision, inputs[list(members)].to_numpy(float), seed + rank)}
        for rank, (study, members) in enumerate(groups.items())
    ]
    table = pd.DataFrame(rows).sort_values("value", ascending=False, kind="stable")
    noise = np.random.default_rng(seed + 999).random((len(inputs), 1))
    dummy = {"study": DUMMY, **evppi(decision, noise, seed + 998)}
    everything = {"study": "everything", **evpi(decision, seed)}
    table = pd.concat([table, pd.DataFrame([dummy, everything])], ignore_index=True)
    # No part can be worth more than the whole: an estimate that says so is one of too few draws.
    possible = table["value"] <= everything["value"]
    table["known"] = (table["value"] > table["floor"].fillna(0.0)) & (table["low"] > 0) & possible
    return table
