"""The search: simulate a design, let the surrogate propose, simulate what it proposes, learn, repeat.

It takes an evaluator, so that it can be tested on cases whose optimum is known. What it returns was evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from planning.mix.measures import Goal, Measures, MostActivations, best, stacked
from planning.mix.optimise import optimise
from planning.mix.space import STEPS, Mixes
from planning.mix.surrogate import design, fit

Evaluate = Callable[[Mixes, str], Measures]
"""Simulates mixes; the word names the stage."""
KNOWN = 24


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is simulated."""

    levels: tuple[int, ...] = (10, 40, 100)
    """Hundredths at which every lever is simulated alone."""
    together: int = 40
    """Random mixes in the design."""
    rounds: int = 4
    """Times the surrogate proposes a mix for every goal."""

    def mixes(self, levers: int, goals: int, *, fair: bool = False) -> int:
        """Mixes simulated at most."""
        return 1 + levers * len(self.levels) + self.together + self.rounds * goals * len(cautions(fair))


def cautions(fair: bool) -> tuple[tuple[float, float], ...]:
    """Shares of the budget and margins of the lags, points, that the surrogate proposes for: it may take a mix to be
    cheaper or fairer than it is. The lags of small groups are rough, and of many groups one mostly misses what is just
    allowed: without margins hardly any proposal for the shipped levers was fair once simulated.
    """
    return ((1.0, 0.0), (0.97, 0.05), (1.0, 0.1), (0.97, 0.2)) if fair else ((1.0, 0.0), (0.97, 0.0))


@dataclass(frozen=True)
class Archive:
    """Every mix that was evaluated."""

    mixes: Mixes
    measures: Measures

    def winner(self, goal: Goal) -> int | None:
        """Row of the best mix for a goal; ``None`` if none keeps within its limits."""
        return best(goal, self.measures)

    def row(self, mix: npt.NDArray[np.int64]) -> int:
        """Row of a mix that is there."""
        return int(np.flatnonzero((self.mixes == mix).all(axis=1))[0])


def search(
    evaluate: Evaluate,
    switches: npt.NDArray[np.bool_],
    goals: Sequence[Goal],
    *,
    effort: Effort | None = None,
    also: Mixes | None = None,
    seed: int = 0,
) -> Archive:
    """The archive of a search for the best mix of every goal; mixes ``also`` are evaluated with the design.

    The mix of nothing belongs to it: it costs nothing and falls behind in nothing.
    """
    effort = effort or Effort()
    levers = len(switches)
    first = design(levers, switches, effort.levels, effort.together, seed)
    if also is not None and len(also):
        first = np.unique(np.concatenate([first, also]), axis=0)
    first = first[(first > 0).any(axis=1)]
    measures = evaluate(first, "design")
    archive = Archive(np.concatenate([np.zeros((1, levers), np.int64), first]), stacked([_nothing(measures), measures]))
    for number in range(effort.rounds):
        fresh = _proposals(archive, goals, switches, seed + 1000 * (number + 1))
        if not len(fresh):
            break
        more = evaluate(fresh, f"round-{number + 1}")
        archive = Archive(np.concatenate([archive.mixes, fresh]), stacked([archive.measures, more]))
    return archive


def _proposals(archive: Archive, goals: Sequence[Goal], switches: npt.NDArray[np.bool_], seed: int) -> Mixes:
    """What the surrogate takes to be best for each goal and was not evaluated yet."""
    surrogate = fit(archive.mixes, archive.measures, with_lags=any(goal.limits.fair for goal in goals))
    mean = surrogate.averaged()
    found = []
    for number, goal in enumerate(goals):
        predict = (mean if goal.of_means else surrogate).predict
        for factor, margin in cautions(goal.limits.fair):
            aim = _cautious(goal, factor, margin)
            if aim is not None:
                known = archive.mixes[promising(archive, aim)]
                found.append(optimise(predict, aim, switches, known, seed + 10 * number))
    seen = {tuple(mix) for mix in archive.mixes.tolist()}
    fresh = [mix for mix in dict.fromkeys(tuple(mix.tolist()) for mix in found) if mix not in seen]
    return np.array(fresh, np.int64).reshape(-1, len(switches))


def _cautious(goal: Goal, factor: float, margin: float) -> Goal | None:
    """The same goal with a little less money and a margin; goals without a budget are only tried with the whole."""
    aim: Goal = replace(goal, limits=replace(goal.limits, margin=margin))  # type: ignore[type-var]
    if isinstance(aim, MostActivations):
        return replace(aim, budget=factor * aim.budget)
    return aim if factor == 1.0 else None


def promising(archive: Archive, goal: Goal) -> npt.NDArray[np.int64]:
    """Rows of the mixes to start from: within the limits first, then by score."""
    m = archive.measures
    excess = np.max([np.maximum(e, 0.0) for e in goal.excess(m)] or [np.zeros(len(m))], axis=0)
    return np.lexsort((-goal.score(m), excess > 1e-9))[:KNOWN]


def _nothing(m: Measures) -> Measures:
    """The status quo as a mix."""
    return Measures(
        gain=np.zeros_like(m.gain[:1]),
        cost=np.zeros_like(m.cost[:1]),
        minutes=np.zeros_like(m.minutes[:1]),
        lag=np.zeros_like(m.lag[:1]),
        status_quo=m.status_quo,
    )


def without(mix: npt.NDArray[np.int64]) -> Mixes:
    """The mix without each of its levers in turn, [levers used, lever]."""
    used = np.flatnonzero(mix)
    rows = np.repeat(mix[None], len(used), axis=0)
    rows[np.arange(len(used)), used] = 0
    return rows


def whole(levers: int) -> Mixes:
    """All ceilings, [1, lever]."""
    return np.full((1, levers), STEPS, np.int64)
