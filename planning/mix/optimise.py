"""The best mix by the surrogate: differential evolution (Storn and Price 1997, scipy) over whole hundredths."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, NonlinearConstraint, differential_evolution

from foundation.shapes import Floats
from planning.mix.measures import Goal, Measures, best, feasible
from planning.mix.space import STEPS, Mixes

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
