"""A cheap stand-in for the simulation that proposes mixes: single-lever curves, and how levers go together.

For each draw, a measure of a mix x is predicted as sum_l f_l(x_l) + a S(x)^2 + sum_{l<m} b_lm u_l(x_l) u_m(x_m).
f_l are the simulated curves of single levers (monotone cubic between levels). S, the sum of the mean curves, carries
that people are activated once only; u_l is the mean curve of lever l over its end value. a and b_lm are a ridge fit,
with the penalty chosen by leaving one mix out. The best mix by it is found by differential evolution (Storn and Price
1997, scipy) over whole hundredths. Nothing that it predicts is reported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.interpolate import PchipInterpolator
from scipy.optimize import Bounds, NonlinearConstraint, differential_evolution

from foundation.shapes import Floats
from planning.mix.measures import Goal, Measures, best, feasible
from planning.mix.question import STEPS, Mixes

PENALTIES = 10.0 ** np.arange(-4, 4)
FREE = 1e-3
"""Penalty on the common saturation relative to that on a pair."""
_FIELDS = ("gain", "cost", "minutes")


@dataclass(frozen=True)
class _Response:
    """One measure: tables of single levers [lever, 0..STEPS, draw], coefficients of what is common [feature, draw]."""

    table: Floats
    mean: Floats  # [lever, 0..STEPS]
    unit: Floats  # [lever, 0..STEPS]
    coefficients: Floats

    def predict(self, mixes: Mixes) -> Floats:
        levers = np.arange(mixes.shape[1])
        alone = self.table[levers, mixes].sum(axis=1)
        return np.asarray(alone + self.features(mixes) @ self.coefficients)

    def features(self, mixes: Mixes) -> Floats:
        return _features(mixes, self.mean, self.unit)

    def on(self, draw: int) -> _Response:
        return _Response(self.table[:, :, [draw]], self.mean, self.unit, self.coefficients[:, [draw]])

    def averaged(self) -> _Response:
        coefficients = self.coefficients.mean(axis=1, keepdims=True)
        return _Response(self.table.mean(axis=2, keepdims=True), self.mean, self.unit, coefficients)


@dataclass(frozen=True)
class Surrogate:
    """Predicts ``Measures`` for mixes; made by ``fit``."""

    responses: dict[str, _Response]
    lags: tuple[_Response, ...]
    status_quo: Floats
    years: tuple[_Response, ...] = ()

    def predict(self, mixes: Mixes) -> Measures:
        """As the simulation would answer, about."""
        plain = {name: response.predict(mixes) for name, response in self.responses.items()}
        draws = len(self.status_quo)
        lags = [response.predict(mixes) for response in self.lags]
        lag = np.stack(lags, axis=2) if lags else np.zeros((len(mixes), draws, 0))
        years = [response.predict(mixes) for response in self.years]
        spent = np.stack(years, axis=2) if years else np.zeros((len(mixes), draws, 0))
        return Measures(**plain, lag=lag, spent=spent, status_quo=self.status_quo)

    def averaged(self) -> Surrogate:
        """The same over the mean draw: as good for means, and quicker."""
        return Surrogate(
            responses={name: response.averaged() for name, response in self.responses.items()},
            lags=tuple(response.averaged() for response in self.lags),
            status_quo=self.status_quo.mean(keepdims=True),
            years=tuple(response.averaged() for response in self.years),
        )


def fit(mixes: Mixes, m: Measures, *, with_lags: bool = True, with_years: bool = False) -> Surrogate:
    """The surrogate of simulated mixes; every lever has to be there alone, at one level at least."""
    responses = {name: _response(mixes, getattr(m, name), jumps=name == "cost") for name in _FIELDS}
    groups = range(m.lag.shape[2]) if with_lags else ()
    lags = tuple(_response(mixes, m.lag[:, :, group], jumps=False) for group in groups)
    spent = range(m.spent.shape[2]) if with_years else ()
    years = tuple(_response(mixes, m.spent[:, :, year], jumps=True) for year in spent)
    return Surrogate(responses=responses, lags=lags, status_quo=m.status_quo, years=years)


def _response(mixes: Mixes, values: Floats, *, jumps: bool) -> _Response:
    table = np.stack([_curve(mixes, values, lever, jumps) for lever in range(mixes.shape[1])])
    mean = table.mean(axis=2)
    end = mean[:, -1:]
    unit = np.divide(mean, end, out=np.zeros_like(mean), where=np.abs(end) > 1e-12)
    together = (mixes > 0).sum(axis=1) > 1
    several = mixes[together]
    alone = table[np.arange(mixes.shape[1]), several].sum(axis=1)
    features = _features(several, mean, unit)
    return _Response(table, mean, unit, _ridge(features, values[together] - alone))


def _curve(mixes: Mixes, values: Floats, lever: int, jumps: bool) -> Floats:
    """What one lever does alone at 0..STEPS hundredths, [STEPS + 1, draw]. With ``jumps``, what is paid however small
    the intensity: the line through the two lowest levels meets zero there."""
    alone = (mixes[:, lever] > 0) & ((mixes > 0).sum(axis=1) == 1)
    levels, rows = np.unique(mixes[alone, lever], return_index=True)
    if not len(levels):
        raise ValueError(f"lever {lever} was never simulated alone")
    found = values[alone][rows]
    first = np.zeros((1, values.shape[1]))
    if jumps and len(levels) > 1:
        slope = (found[1] - found[0]) / (levels[1] - levels[0])
        first = np.clip(found[:1] - slope * levels[0], 0.0, np.maximum(found[:1], 0.0))
    grid = np.arange(STEPS + 1)
    if len(levels) == 1:
        curve = first + (found[0] - first) * np.minimum(grid[:, None] / levels[0], 1.0)
    else:
        curve = PchipInterpolator([0, *levels], np.concatenate([first, found]), axis=0)(np.minimum(grid, levels[-1]))
    curve[0] = 0.0
    return np.asarray(curve)


def _features(mixes: Mixes, mean: Floats, unit: Floats) -> Floats:
    """[mix, 1 + pairs]: the square of the sum of curves, and the product of every pair."""
    levers = np.arange(mixes.shape[1])
    total = mean[levers, mixes].sum(axis=1)
    scale = np.abs(mean[:, -1]).sum() or 1.0
    single = unit[levers, mixes]
    one, other = _pairs(mixes.shape[1])
    square = (total / scale) ** 2 - (np.abs(mean[levers, mixes]) ** 2).sum(axis=1) / scale**2
    return np.column_stack([square / np.sqrt(FREE), single[:, one] * single[:, other]])


@lru_cache(maxsize=8)
def _pairs(levers: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    one, other = np.triu_indices(levers, 1)
    return one, other


def _ridge(features: Floats, residual: Floats) -> Floats:
    """Coefficients [feature, draw] of the penalty with the least leave-one-out error of the mean over draws."""
    if len(features) == 0:
        return np.zeros((features.shape[1], residual.shape[1]))
    left, size, right = np.linalg.svd(features, full_matrices=False)
    projected, mean = left.T @ residual, residual.mean(axis=1)
    errors = [_left_out(left, size, mean, penalty) for penalty in PENALTIES]
    penalty = PENALTIES[int(np.argmin(errors))]
    return np.asarray(right.T @ ((size / (size**2 + penalty))[:, None] * projected))


def _left_out(left: Floats, size: Floats, mean: Floats, penalty: float) -> float:
    """Mean squared error of each row predicted from the others."""
    shrink = size**2 / (size**2 + penalty)
    fitted = left @ (shrink * (left.T @ mean))
    leverage = ((left**2) * shrink).sum(axis=1)
    return float((((mean - fitted) / np.maximum(1 - leverage, 1e-6)) ** 2).mean())


def design(levers: int, switches: npt.NDArray[np.bool_], levels: Sequence[int], together: int, seed: int) -> Mixes:
    """What is simulated first: every lever alone at each level, all at their ceilings, and ``together`` random mixes
    in which each lever is used with chance one half at a random intensity."""
    alone = [
        np.where(np.arange(levers) == lever, level, 0)
        for lever in range(levers)
        for level in ((STEPS,) if switches[lever] else levels)
    ]
    random = np.random.default_rng(seed)
    used = random.random((together, levers)) < 0.5
    intensity = np.where(switches, STEPS, random.integers(1, STEPS + 1, (together, levers)))
    mixes = np.concatenate([[np.full(levers, STEPS)], alone, np.where(used, intensity, 0)])
    return np.unique(mixes.astype(np.int64), axis=0)


Predict = Callable[[Mixes], Measures]
MEMBERS, GENERATIONS = 96, 150
SWEEPS = 8


def optimise(
    predict: Predict, goal: Goal, switches: npt.NDArray[np.bool_], known: Mixes, seed: int
) -> npt.NDArray[np.int64]:
    """The mix with the highest predicted score within the limits, shape [lever]; the least bad one if none is within.

    ``known`` mixes take part in the first generation.
    """
    levers = len(switches)
    upper = np.where(switches, 1, STEPS)
    decode = _decoder(switches)
    random = np.random.default_rng(seed)
    members = max(MEMBERS, 4 * levers)
    start = random.integers(0, upper + 1, (members, levers)) * (random.random((members, levers)) < 0.5)
    encoded = np.where(switches, known // STEPS, known)[: members // 2]
    start[: len(encoded)] = encoded
    memory = _Memory(lambda columns: predict(decode(columns)))
    # Looked at once, so that the number of limits is known.
    count = len(goal.excess(memory(start.T.astype(float))))
    limits = NonlinearConstraint(lambda x: _beyond(goal, memory(x), count), -np.inf, 0.0)
    found = differential_evolution(
        lambda x: _loss(goal, memory(x), x),
        Bounds(np.zeros(levers), upper),
        constraints=limits if count else (),
        init=np.clip(start, 0, upper),
        maxiter=GENERATIONS,
        mutation=(0.4, 0.9),
        recombination=0.8,
        integrality=np.ones(levers, bool),
        vectorized=True,
        updating="deferred",
        polish=False,
        tol=1e-4,
        rng=np.random.default_rng(seed + 1),
    )
    mix = decode(np.rint(found.x)[:, None])[0]
    return _polished(predict, goal, switches, mix)


def _decoder(switches: npt.NDArray[np.bool_]) -> Callable[[Floats], Mixes]:
    """From columns of the optimiser [lever, mix] to mixes [mix, lever]."""
    factor = np.where(switches, STEPS, 1)
    return lambda columns: np.asarray(np.rint(np.atleast_2d(columns.T)) * factor, np.int64)


class _Memory:
    """Answers the same question once: scipy asks for limits and scores one after the other."""

    def __init__(self, answer: Callable[[Floats], Measures]) -> None:
        self._answer = answer
        self._asked: Floats | None = None
        self._known: Measures | None = None

    def __call__(self, question: Floats) -> Measures:
        columns = question.reshape(question.shape[0], -1)
        if self._known is None or self._asked is None or not np.array_equal(columns, self._asked):
            self._asked, self._known = columns.copy(), self._answer(columns)
        return self._known


def _beyond(goal: Goal, m: Measures, count: int) -> Floats:
    """Limits as scipy wants them, [limit, mix] or [limit]."""
    excess = np.array(goal.excess(m)).reshape(count, -1)
    return excess[:, 0] if excess.shape[1] == 1 else excess


def _loss(goal: Goal, m: Measures, x: Floats) -> Floats | float:
    scores = -goal.score(m)
    return scores if x.ndim > 1 else float(scores[0])


def _polished(predict: Predict, goal: Goal, switches: npt.NDArray[np.bool_], mix: Mixes) -> Mixes:
    """One lever at a time to its best hundredth, and two against each other, until nothing gets better."""
    for _ in range(SWEEPS):
        rows = np.unique(np.concatenate([[mix], *_neighbours(mix, switches)]), axis=0)
        m = predict(rows)
        chosen = best(goal, m)
        if chosen is None or np.array_equal(rows[chosen], mix):
            return mix
        here = int(np.flatnonzero((rows == mix).all(axis=1))[0])
        scores = goal.score(m)
        if feasible(goal, m)[here] and scores[chosen] <= scores[here] + 1e-9:
            return mix
        mix = rows[chosen]
    return mix


def _neighbours(mix: Mixes, switches: npt.NDArray[np.bool_]) -> list[Mixes]:
    """Mixes that differ in one lever, by any amount, or in two, by up to ten hundredths to and fro."""
    levers, found = len(mix), []
    for lever in range(levers):
        levels = np.array([0, STEPS]) if switches[lever] else np.arange(STEPS + 1)
        rows = np.repeat(mix[None], len(levels), axis=0)
        rows[:, lever] = levels
        found.append(rows)
    moves = np.array([(a, b) for a in (-10, -3, -1, 1, 3, 10) for b in (-30, -10, -3, -1, 1, 3, 10, 30) if a * b < 0])
    free = [lever for lever in range(levers) if not switches[lever]]
    for one in free:
        for other in free:
            if one != other:
                rows = np.repeat(mix[None], len(moves), axis=0)
                rows[:, [one, other]] += moves
                found.append(rows[((rows >= 0) & (rows <= STEPS)).all(axis=1)])
    return found
