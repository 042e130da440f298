"""The search finds optima that are known, and a search that learns nothing does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from planning.mix.measures import FAIR_POINTS, CheapestToTarget, FurthestReach, Limits, Measures, MostActivations
from planning.mix.question import STEPS
from planning.mix.search import REPAIRS, Effort, cautions, search
from tests.planning.synthetic import World, no_switches, world

TOLERANCE = 0.01
"""Of the best mean gain: what the rounding to hundredths and the surrogate may lose."""


def found(evaluate: World, goal: MostActivations, levers: int, **options: object) -> np.ndarray:
    archive = search(evaluate, no_switches(levers), [goal], effort=Effort(rounds=4), seed=3, **options)  # type: ignore[arg-type]
    row = archive.winner(goal)
    assert row is not None
    return archive.mixes[row]


def test_one_lever_dominates() -> None:
    """Lever 3 gives ten times as much for the same money, in a straight line: all the money goes there."""
    size = np.full(6, 0.2)
    size[3] = 2.0
    evaluate = world(6, size=size, bend=np.zeros(6), price=np.full(6, 50.0))
    mix = found(evaluate, MostActivations(budget=40.0), 6)
    assert mix[3] >= 79
    assert evaluate.exact(mix[None] / STEPS)[0][0] >= (1 - TOLERANCE) * 2.0 * 0.8


def two_levers() -> tuple[World, float, np.ndarray]:
    """Two levers among six with known diminishing returns (the others give nothing): a_l k_l exp(-k_l x_l) / price_l
    is equal at the optimum."""
    size, bend, price = np.zeros(6), np.full(6, 1.0), np.full(6, 30.0)
    size[[1, 4]], bend[[1, 4]], price[[1, 4]] = [2.0, 3.0], [3.0, 2.0], [40.0, 90.0]
    evaluate = world(6, size=size, bend=bend, price=price)
    budget = 60.0

    def loss(x: float) -> float:
        both = np.zeros((1, 6))
        both[0, [1, 4]] = x, (budget - 40.0 * x) / 90.0
        return -float(evaluate.exact(both)[0][0])

    one = minimize(lambda v: loss(v[0]), [0.5], bounds=[(0.0, 1.0)]).x[0]
    return evaluate, budget, np.array([one, (budget - 40.0 * one) / 90.0])


def test_a_budget_whose_proposals_are_all_a_little_too_dear_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Together levers cost more than apart: what the surrogate takes to fit the budget doesn't, once simulated. Left as
    it is, such a search keeps a single lever and most of the money."""

    class Dearer(World):
        def __call__(self, mixes: np.ndarray, stage: str) -> Measures:
            m = super().__call__(mixes, stage)
            more = 1 + 0.1 * np.maximum((mixes > 0).sum(axis=1) - 1, 0)
            return replace(m, cost=m.cost * more[:, None])

    def best(repairs: tuple[float, ...]) -> tuple[float, float]:
        monkeypatch.setattr("planning.mix.search.REPAIRS", repairs)
        evaluate = Dearer(**{**vars(world(6, size=np.array([0.6, 0.5, 0.4, 0.4, 0.3, 0.3]), price=np.full(6, 2.0)))})
        goal = MostActivations(budget=5.0)
        effort = Effort(levels=(40, 100), together=0, rounds=1)
        archive = search(evaluate, no_switches(6), [goal], effort=effort, seed=3)
        row = archive.winner(goal)
        assert row is not None
        return float(archive.measures.gain[row].mean()), float(archive.measures.cost[row].mean())

    gain, cost = best(REPAIRS)
    assert gain > 1.5 * best(())[0], "negative control: without trying again one lever is all there is"
    assert cost <= 5.0


def test_the_two_levers_balance() -> None:
    """The optimum worked out above is one: a lever's last euro brings as much as the other's."""
    _, _, (one, other) = two_levers()
    marginal = 2.0 * 3.0 * np.exp(-3.0 * one) / 40.0, 3.0 * 2.0 * np.exp(-2.0 * other) / 90.0
    assert marginal[0] == pytest.approx(marginal[1], rel=1e-2)


def test_two_levers_with_diminishing_returns() -> None:
    evaluate, budget, optimum = two_levers()
    mix = found(evaluate, MostActivations(budget=budget), 6) / STEPS
    top = np.zeros((1, 6))
    top[0, [1, 4]] = optimum
    gain, cost = evaluate.exact(mix[None])
    assert cost[0] <= budget
    assert gain[0] >= (1 - TOLERANCE) * evaluate.exact(top)[0][0]
    assert mix[[1, 4]] == pytest.approx(optimum, abs=0.08)


def test_a_search_that_learns_nothing_misses_it() -> None:
    """Negative control: gains dealt out among the mixes at random give nothing to learn from."""
    evaluate, budget, optimum = two_levers()
    evaluate.shuffled = True
    mix = found(evaluate, MostActivations(budget=budget), 6) / STEPS
    top = np.zeros((1, 6))
    top[0, [1, 4]] = optimum
    assert evaluate.exact(mix[None])[0][0] < (1 - TOLERANCE) * evaluate.exact(top)[0][0]


def test_rounds_of_proposals_beat_the_design_alone() -> None:
    """Negative control of the surrogate: the best of the random design is well below what the rounds find."""
    evaluate, budget, _ = two_levers()
    goal = MostActivations(budget=budget)
    drawn = search(evaluate, no_switches(6), [goal], effort=Effort(rounds=0), seed=3)
    row = drawn.winner(goal)
    assert row is not None
    best = evaluate.exact(found(evaluate, goal, 6)[None] / STEPS)[0][0]
    assert evaluate.exact(drawn.mixes[row][None] / STEPS)[0][0] < (1 - TOLERANCE) * best


@pytest.mark.slow
def test_sixteen_levers_with_fixed_costs_and_synergy() -> None:
    """As many as are shipped: compared with the best of many starts of a local search on the exact functions."""
    random = np.random.default_rng(5)
    levers = 16
    evaluate = world(
        levers,
        size=random.uniform(0.05, 1.5, levers),
        bend=random.uniform(0.2, 2.0, levers),
        price=random.uniform(2.0, 80.0, levers),
        fixed=np.where(np.arange(levers) % 5 == 0, 3.0, 0.0),
        synergy=0.5,
    )
    budget = 70.0
    mix = found(evaluate, MostActivations(budget=budget), levers) / STEPS
    assert evaluate.exact(mix[None])[1][0] <= budget
    best = max(_local(evaluate, budget, random.random(levers) < 0.6, random) for _ in range(60))
    assert evaluate.exact(mix[None])[0][0] >= (1 - TOLERANCE) * best


def _local(evaluate: World, budget: float, on: np.ndarray, random: np.random.Generator) -> float:
    """The best gain with a given set of levers, by sequential quadratic programming from a random start."""
    left = budget - float(evaluate.fixed[on].sum())

    def loss(x: np.ndarray) -> float:
        full = np.zeros((1, len(on)))
        full[0, on] = np.clip(x, 0, 1)
        return -float(evaluate.exact(full)[0][0])

    limit = {"type": "ineq", "fun": lambda x: left - float(evaluate.price[on] @ x)}
    start = random.random(on.sum())
    result = minimize(loss, start, bounds=[(0, 1)] * int(on.sum()), constraints=limit, method="SLSQP")
    return -float(result.fun) if result.success and evaluate.price[on] @ result.x <= left + 1e-6 else 0.0


def test_the_cheapest_mix_that_reaches_a_target() -> None:
    """One lever gives the same for a fifth of the price: the target is reached with it alone."""
    evaluate = world(5, size=np.full(5, 2.0), bend=np.zeros(5), price=np.array([50.0, 10.0, 50.0, 50.0, 50.0]))
    goal = CheapestToTarget(target=21.5, probability=0.5)
    archive = search(evaluate, no_switches(5), [goal], seed=1)
    row = archive.winner(goal)
    assert row is not None
    mix = archive.mixes[row]
    assert mix[[0, 2, 3, 4]].sum() <= 3
    m = archive.measures
    assert (m.status_quo + m.gain[row] >= 21.5).mean() >= 0.5
    one_less = archive.mixes[row] / STEPS
    one_less[1] -= 0.04
    factor = m.gain[row] / evaluate.exact(mix[None] / STEPS)[0][0]
    assert ((m.status_quo + evaluate.exact(one_less[None])[0][0] * factor) >= 21.5).mean() < 0.5


def test_a_target_out_of_reach() -> None:
    evaluate = world(4)
    goal, reach = CheapestToTarget(target=60, probability=0.9), FurthestReach(probability=0.9)
    archive = search(evaluate, no_switches(4), [goal, reach], seed=1)
    assert archive.winner(goal) is None
    row = archive.winner(reach)
    assert row is not None
    assert (archive.mixes[row] == STEPS).all()


def test_limits_on_minutes_and_fairness() -> None:
    """Lever 0 takes doctors' time; lever 1 leaves a group behind unless lever 2 makes up for it."""
    evaluate = world(4, size=np.array([2.0, 2.0, 0.1, 0.1]), bend=np.zeros(4), lag=np.array([0.0, 10.0, -20.0, 0.0]))
    free = found(evaluate, MostActivations(budget=45.0), 4)
    assert free[[0, 1]].tolist() == [STEPS, STEPS]
    limited = found(evaluate, MostActivations(budget=45.0, limits=Limits(minutes=0.3)), 4)
    assert limited[0] <= 30
    fair = found(evaluate, MostActivations(budget=55.0, limits=Limits(fair=True)), 4)
    assert fair[2] >= fair[1] / 2 - 1
    assert fair[1] >= 95


def test_a_fair_search_also_proposes_mixes_well_within_the_limit() -> None:
    """The lags of simulated groups are rough: what the surrogate takes to be just fair mostly isn't."""
    evaluate = world(4, bend=np.zeros(4), lag=np.array([1.0, 1.0, -2.0, 0.0]))
    archive = search(evaluate, no_switches(4), [MostActivations(budget=70.0, limits=Limits(fair=True))], seed=3)
    proposed = archive.measures.lag[1 + evaluate.asked[0][1] :].mean(axis=(1, 2))
    assert proposed.max() <= FAIR_POINTS + 1e-9
    margins = sorted({margin for _, margin in cautions(True)})
    assert proposed.min() <= FAIR_POINTS - margins[-1] + 0.02, (proposed, margins)


def test_switches_are_all_or_nothing() -> None:
    switches = np.array([True, False, False])
    evaluate = world(3, fixed=np.array([20.0, 0.0, 0.0]), price=np.array([0.0, 20.0, 20.0]))
    goal = MostActivations(budget=30.0)
    archive = search(evaluate, switches, [goal], seed=1)
    assert set(archive.mixes[:, 0].tolist()) <= {0, STEPS}


def test_the_same_seed_gives_the_same_search() -> None:
    goal = MostActivations(budget=40.0)
    one, two = (search(world(5), no_switches(5), [goal], seed=7).mixes for _ in range(2))
    assert np.array_equal(one, two)
