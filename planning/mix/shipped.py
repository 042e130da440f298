"""The shipped strategies at the same budget: as they are if they cost less, otherwise with all intensities reduced."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from foundation.shapes import Floats
from planning.mix.simulator import Simulator, measures
from scenarios.language.schema import Scenario, scaled

ROOM = 0.999
"""A strategy is reduced to this share of the budget, so that rounding doesn't carry it beyond."""
TRIES = 3
LEAST = 0.01


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


def affordable(simulator: Simulator, shipped: Sequence[Scenario], budget: float) -> list[Rival]:
    """Every strategy with the largest factor (at most 1) at which its mean cost is within the budget.

    Cost is about a fixed part and a part that grows with intensity: a line through the last two tries gives the next.
    """
    factors = {s.name: [1.0] for s in shipped}
    costs: dict[str, list[float]] = {s.name: [] for s in shipped}
    pending = list(shipped)
    for number in range(TRIES + 1):
        if not pending:
            break
        tried = [_at(s, factors[s.name][-1]) for s in pending]
        m = measures(
            simulator.answers(np.zeros((0, len(simulator.space.labels)), np.int64), f"shipped-{number}", tried)
        )
        for scenario, cost in zip(pending, m.cost.mean(axis=1), strict=True):
            costs[scenario.name].append(float(cost))
        pending = [s for s in pending if costs[s.name][-1] > budget and factors[s.name][-1] > LEAST]
        for scenario in pending:
            factors[scenario.name].append(_next(factors[scenario.name], costs[scenario.name], ROOM * budget))
    return [_rival(s, factors[s.name][len(costs[s.name]) - 1], costs[s.name][-1], budget) for s in shipped]


def _at(scenario: Scenario, factor: float) -> Scenario:
    return scenario if factor == 1.0 else scaled(scenario, factor)


def _next(factors: Sequence[float], costs: Sequence[float], budget: float) -> float:
    slope = (costs[-2] - costs[-1]) / (factors[-2] - factors[-1]) if len(costs) > 1 else costs[-1] / factors[-1]
    wanted = factors[-1] - (costs[-1] - budget) / slope if slope > 0 else 0.0
    return float(np.clip(wanted, LEAST, 0.98 * factors[-1]))


def _rival(scenario: Scenario, factor: float, cost: float, budget: float) -> Rival:
    fits = cost <= budget
    return Rival(
        name=scenario.name,
        titles={"en": scenario.title("en"), "fr": scenario.title("fr")},
        factor=factor,
        cost=cost,
        scenario=_at(scenario, factor) if fits else None,
    )


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The mix against one strategy on the fresh draws, paired."""

    name: str
    mean: float
    """Mean gain of the mix over the strategy, millions."""
    low: float
    high: float
    """90 % interval of that mean."""
    better: float
    """Share of draws on which the mix does better."""
    beaten: bool
    """The mix does better on average, beyond chance."""
    why: str
    """Where not: ``over_budget``, ``outside``, ``noise`` or ``search_draws``; otherwise empty."""


def verdict(name: str, mix: Floats, rival: Floats, *, rival_cost: float, budget: float, inside: bool) -> Verdict:
    """Judges by the mean paired difference and its normal 90 % interval; ``inside``: all its levers could be bought."""
    difference = mix - rival
    mean = float(difference.mean())
    error = 1.645 * float(difference.std(ddof=1)) / np.sqrt(len(difference)) if len(difference) > 1 else np.inf
    beaten = mean - error > 0
    why = "" if beaten else _why(mean + error, rival_cost > budget, inside)
    return Verdict(
        name=name,
        mean=mean,
        low=mean - error,
        high=mean + error,
        better=float((difference > 0).mean()),
        beaten=beaten,
        why=why,
    )


def _why(high: float, over_budget: bool, inside: bool) -> str:
    if over_budget:
        return "over_budget"
    if not inside:
        return "outside"
    return "noise" if high > 0 else "search_draws"
