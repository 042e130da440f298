"""The search: simulate a design, let the surrogate propose, simulate what it proposes, learn, repeat. Then the look
back: how much better a mix chosen in hindsight would have been, and by how much its own draws flatter the winner.

It takes an evaluator, so that it can be tested on cases whose optimum is known. What it returns was evaluated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from foundation.shapes import Bools, Floats
from planning.mix.measures import FAIR_POINTS, SLACK, Goal, Measures, MostActivations, best, feasible, stacked
from planning.mix.question import Effort, Mixes, cautions
from planning.mix.simulate import Simulator
from planning.mix.simulate import measures as measured
from planning.mix.surrogate import Predict, Surrogate, design, fit, optimise
from scenarios.language.schema import Scenario, scaled

Evaluate = Callable[[Mixes, str], Measures]
"""Simulates mixes; the word names the stage."""
KNOWN = 24
"""Mixes from which the surrogate starts."""
REPAIRS, MISSED = (0.999, 0.9, 0.75), 3
"""Shares of its money with which a budget is tried again whose better mixes all missed it: of few people costs rise in
steps, and a little less may cost the same. And how many of those mixes are heeded."""
IDLE, NEAR = 0.1, 2.0
"""Share of a limit that a winner leaves where it is tried again, and by which others may have missed it."""
SPLITS = 200
"""Random halves by which the optimism of a winner is told."""
ROOM = 0.999
"""A strategy is reduced to this share of the budget, so that rounding doesn't carry it beyond."""
TRIES = 3
LEAST = 0.01


@dataclass(frozen=True)
class Archive:
    """Every mix that was evaluated."""

    mixes: Mixes
    measures: Measures

    def winner(self, goal: Goal) -> int | None:
        """Row of the best mix for a goal; ``None`` if none keeps within its limits."""
        return best(goal, self.measures)

    def with_more(self, mixes: Mixes, found: Measures) -> Archive:
        """With others behind."""
        return Archive(np.concatenate([self.mixes, mixes]), stacked([self.measures, found]))

    def row(self, mix: npt.NDArray[np.int64]) -> int:
        """Row of a mix that is there."""
        return int(np.flatnonzero((self.mixes == mix).all(axis=1))[0])


def search(
    evaluate: Evaluate,
    switches: Bools,
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
        archive = archive.with_more(fresh, evaluate(fresh, f"round-{number + 1}"))
    for number, room in enumerate(REPAIRS):
        fresh = _repairs(archive, goals, switches, room, seed + 1_000_000 * (number + 1))
        if not len(fresh):
            break
        archive = archive.with_more(fresh, evaluate(fresh, f"repair-{number + 1}"))
    return archive


def _repairs(archive: Archive, goals: Sequence[Goal], switches: Bools, room: float, seed: int) -> Mixes:
    """For a budget whose best mix leaves money where better ones missed it once simulated: the best by the surrogate
    with as much less money as it had taken those to be too cheap. A search that went well ends here."""
    wanting = [(goal, missed) for goal in goals if len(missed := just_missed(archive, goal))]
    if not wanting:
        return archive.mixes[:0]
    fair, years = (any(getattr(goal.limits, name) for goal, _ in wanting) for name in ("fair", "years"))
    surrogate = fit(archive.mixes, archive.measures, with_lags=fair, with_years=years).averaged()
    found = []
    for number, (goal, missed) in enumerate(wanting):
        both = surrogate.predict(archive.mixes[missed]), archive.measures.take(missed)
        thought, was = (np.max(goal.excess(m), axis=0) for m in both)
        for k in range(len(missed)):
            less = float(np.clip((1 + thought[k]) / (1 + was[k]), LEAST, 1.0))
            aim = _cautious(goal, less * room, FAIR_POINTS * (1 - less))
            assert aim is not None
            known = archive.mixes[np.concatenate([missed, promising(archive, aim)])[:KNOWN]]
            found.append(optimise(surrogate.predict, aim, switches, known, seed + 10 * number))
    return _unseen(archive, found)


def just_missed(archive: Archive, goal: Goal) -> npt.NDArray[np.int64]:
    """Rows of a few mixes that are better than the winner and beyond its limits, the nearest first; none where a limit
    binds the winner."""
    winner, limits = archive.winner(goal), goal.excess(archive.measures)
    if winner is None or not isinstance(goal, MostActivations) or max(limit[winner] for limit in limits) > -IDLE:
        return np.zeros(0, np.int64)
    excess, scores = np.max(limits, axis=0), goal.score(archive.measures)
    missed = np.flatnonzero((scores > scores[winner] + SLACK) & (excess > SLACK) & (excess < NEAR))
    return np.asarray(missed[np.argsort(excess[missed], kind="stable")][:MISSED], np.int64)


def _proposals(archive: Archive, goals: Sequence[Goal], switches: Bools, seed: int) -> Mixes:
    """What the surrogate takes to be best for each goal and was not evaluated yet."""
    fair, years = (any(getattr(goal.limits, name) for goal in goals) for name in ("fair", "years"))
    surrogate = fit(archive.mixes, archive.measures, with_lags=fair, with_years=years)
    mean = surrogate.averaged()
    found = []
    for number, goal in enumerate(goals):
        predict = (mean if goal.of_means else surrogate).predict
        for factor, margin in cautions(goal.limits.fair):
            aim = _cautious(goal, factor, margin)
            if aim is not None:
                known = archive.mixes[promising(archive, aim)]
                found.append(optimise(predict, aim, switches, known, seed + 10 * number))
    return _unseen(archive, found)


def _unseen(archive: Archive, found: Sequence[Mixes]) -> Mixes:
    """Each mix once, those left out that were evaluated already."""
    seen = {tuple(mix) for mix in archive.mixes.tolist()}
    fresh = [mix for mix in dict.fromkeys(tuple(mix.tolist()) for mix in found) if mix not in seen]
    return np.array(fresh, np.int64).reshape(-1, archive.mixes.shape[1])


def _cautious(goal: Goal, factor: float, margin: float) -> Goal | None:
    """The same goal with a little less money and a margin; goals without a budget are only tried with the whole."""
    aim: Goal = replace(goal, limits=replace(goal.limits, margin=margin))  # type: ignore[type-var]
    if isinstance(aim, MostActivations):
        return replace(aim, budget=factor * aim.budget, limits=aim.limits.scaled(factor))
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
        spent=np.zeros_like(m.spent[:1]),
        status_quo=m.status_quo,
    )


def without(mix: npt.NDArray[np.int64]) -> Mixes:
    """The mix without each of its levers in turn, [levers used, lever]."""
    used = np.flatnonzero(mix)
    rows = np.repeat(mix[None], len(used), axis=0)
    rows[np.arange(len(used)), used] = 0
    return rows


def hindsight_mixes(archive: Archive, goal: MostActivations, switches: Bools, seed: int) -> list[Mixes]:
    """For each draw, the mix [1, lever] that the surrogate takes to be best if that draw were known. Budget and limits
    stay those over all draws: what could have been chosen does not depend on the draw."""
    years = bool(goal.limits.years)
    surrogate = fit(archive.mixes, archive.measures, with_lags=goal.limits.fair, with_years=years)
    mean = surrogate.averaged()
    within = archive.mixes[feasible(goal, archive.measures)]
    gains = archive.measures.gain[feasible(goal, archive.measures)]
    found = []
    for draw in range(len(surrogate.status_quo)):
        known = within[np.argsort(-gains[:, draw])[:24]]
        alone = Surrogate({"gain": surrogate.responses["gain"].on(draw)}, (), surrogate.status_quo[[draw]])
        mix = optimise(_of_draw(alone, mean), goal, switches, known, seed + draw)
        found.append(mix[None])
    return found


def _of_draw(alone: Surrogate, mean: Surrogate) -> Predict:
    """Predicts the gain on one draw, and everything else over all."""

    def predict(mixes: Mixes) -> Measures:
        m = mean.predict(mixes)
        gain = alone.responses["gain"].predict(mixes)
        return replace(m, gain=gain, status_quo=alone.status_quo)

    return predict


def regret(gains: Floats, own: Floats, chosen: int) -> Floats:
    """Per draw: the best gain of the mixes that could have been chosen (``gains`` [mix, draw]) and of the draw's own
    (``own`` [draw]) less the gain of the chosen one; at least 0, [draw]."""
    return np.maximum(np.maximum(gains.max(axis=0), own) - gains[chosen], 0.0)


def optimism(goal: Goal, m: Measures, seed: int) -> float:
    """By how much the score of a winner flatters it: its score on the half of the draws that chose it less that on the
    other half, averaged over random halves and both ways, so that easy and hard halves cancel out. NaN if a half
    has no mix within the limits. Half the draws choose worse than all: it is an upper estimate."""
    random = np.random.default_rng(seed)
    draws, found = m.gain.shape[1], []
    for _ in range(SPLITS):
        order = random.permutation(draws)
        halves = m.on(order[: draws // 2]), m.on(order[draws // 2 :])
        for here, there in (halves, halves[::-1]):
            chosen = best(goal, here)
            if chosen is not None:
                found.append(float(goal.score(here)[chosen] - goal.score(there)[chosen]))
    return float(np.mean(found)) if found else float("nan")


@dataclass(frozen=True, kw_only=True)
class Rival:
    """A shipped strategy at the budget."""

    name: str
    titles: dict[str, str]
    factor: float
    """On all intensities; 1 as shipped."""
    cost: float
    """Mean on the search draws, million euros."""
    scenario: Scenario | None
    """``None``: costs more at any intensity."""


def affordable(
    simulator: Simulator, shipped: Sequence[Scenario], budget: float, years: Sequence[float] = ()
) -> list[Rival]:
    """Every strategy with the largest factor (at most 1) at which its mean cost is within the budget, and within what
    each of the ``years`` has.

    Cost is about a fixed part and a part that grows with intensity: a line through the last two tries gives the next.
    """
    factors = {s.name: [1.0] for s in shipped}
    costs: dict[str, list[float]] = {s.name: [] for s in shipped}
    means, pending = dict[str, float](), list(shipped)
    nothing = np.zeros((0, len(simulator.space.labels)), np.int64)
    for number in range(TRIES + 1):
        if not pending:
            break
        tried = [_at(s, factors[s.name][-1]) for s in pending]
        m = measured(simulator.answers(nothing, f"shipped-{number}", tried))
        for scenario, cost, mean in zip(pending, _burden(m, budget, years), m.cost.mean(axis=1), strict=True):
            costs[scenario.name].append(float(cost))
            means[scenario.name] = float(mean)
        pending = [s for s in pending if costs[s.name][-1] > budget and factors[s.name][-1] > LEAST]
        for scenario in pending:
            factors[scenario.name].append(_next(factors[scenario.name], costs[scenario.name], ROOM * budget))
    fits = {name: tried[-1] <= budget for name, tried in costs.items()}
    return [_rival(s, factors[s.name][len(costs[s.name]) - 1], means[s.name], fits[s.name]) for s in shipped]


def _burden(m: Measures, budget: float, years: Sequence[float]) -> Floats:
    """Mean cost [mix], or what a year that is further beyond its own money would come to over the whole budget."""
    found, spent = m.cost.mean(axis=1), m.spent.mean(axis=1)
    for year, most in enumerate(years):
        found = np.maximum(found, budget * spent[:, year] / max(most, SLACK))
    return np.asarray(found)


def _at(scenario: Scenario, factor: float) -> Scenario:
    return scenario if factor == 1.0 else scaled(scenario, factor)


def _next(factors: Sequence[float], costs: Sequence[float], budget: float) -> float:
    slope = (costs[-2] - costs[-1]) / (factors[-2] - factors[-1]) if len(costs) > 1 else costs[-1] / factors[-1]
    wanted = factors[-1] - (costs[-1] - budget) / slope if slope > 0 else 0.0
    return float(np.clip(wanted, LEAST, 0.98 * factors[-1]))


def _rival(scenario: Scenario, factor: float, cost: float, fits: bool) -> Rival:
    return Rival(
        name=scenario.name,
        titles={"en": scenario.title("en"), "fr": scenario.title("fr")},
        factor=factor,
        cost=cost,
        scenario=_at(scenario, factor) if fits else None,
    )
