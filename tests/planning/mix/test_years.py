"""Ceilings of calendar years: how they are written, what exceeds them, and the best mix under them on a toy."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from foundation.errors import UserError
from planning.mix.measures import Limits, Measures, MostActivations, best, feasible
from planning.mix.question import Effort, _yearly
from planning.mix.search import _burden, affordable, search
from planning.mix.simulate import Mixes
from scenarios.language.files import load_scenario
from scenarios.language.schema import Scenario

YEARS = (2027, 2028)


def test_how_they_are_written() -> None:
    assert _yearly("2028=30M,2027=20M", YEARS) == ((2027, 20.0), (2028, 30.0))
    assert _yearly("2027=0,2028=30M", YEARS) == ((2027, 0.0), (2028, 30.0))
    assert _yearly("2027=1M,2028=0,5M", YEARS) == ((2027, 1.0), (2028, 0.5)), "a decimal comma"
    assert _yearly("2027=0,5M, 2028=1,25M", YEARS) == ((2027, 0.5), (2028, 1.25))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2027=20M", "nothing is said of 2028"),
        ("2027=20M,2028=3M,2029=1M", "2029: nothing can be spent then"),
        ("2027=20M,2027=3M", "2027 is given twice"),
        ("2027=20,2028=3M", "write millions as 2027=60M"),
        ("2027=20M,30M", "no year with its money"),
        ("2027=0,2028=0", "no year has any money"),
        ("2027=much,2028=3M", "no amount of euros"),
    ],
)
def test_what_cannot_be_is_refused(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        _yearly(text, YEARS)


def toy(mixes: Mixes, stage: str = "") -> Measures:
    """Lever 0 spends 10 M€ in the first year and adds 1 million, lever 1 as much in the second; 20 draws alike."""
    x = mixes / 100
    spent = np.repeat(10.0 * x[:, None, :], 20, axis=1)
    gain, zero = np.repeat(x.sum(axis=1)[:, None], 20, axis=1), np.zeros((len(x), 20))
    return Measures(
        gain=gain, cost=spent.sum(axis=2), minutes=zero, lag=zero[:, :, None], spent=spent, status_quo=np.full(20, 25.0)
    )


def test_excess_by_hand() -> None:
    m = toy(np.array([[50, 50], [100, 0], [30, 100], [0, 0]]))
    goal = MostActivations(budget=15.0, limits=Limits(years=(5.0, 10.0)))
    assert feasible(goal, m).tolist() == [True, False, True, True]
    assert best(goal, m) == 2
    assert best(MostActivations(budget=15.0), m) == 2
    nothing = MostActivations(budget=15.0, limits=Limits(years=(0.0, 0.0)))
    assert feasible(nothing, m).tolist() == [False, False, False, True], "the mix of nothing keeps within any limit"
    assert goal.limits.scaled(2.0).years == (10.0, 20.0)


def test_the_search_keeps_each_year() -> None:
    goal = MostActivations(budget=15.0, limits=Limits(years=(5.0, 10.0)))
    effort = Effort(levels=(20, 60, 100), together=8, rounds=3)
    archive = search(toy, np.array([False, False]), [goal], effort=effort, seed=1)
    row = archive.winner(goal)
    assert row is not None
    assert archive.mixes[row].tolist() == pytest.approx([50, 100], abs=2)
    free = search(toy, np.array([False, False]), [MostActivations(budget=15.0)], effort=effort, seed=1)
    assert free.measures.spent.shape[2] == 2


def test_a_strategy_is_scaled_to_the_year_that_binds() -> None:
    m = toy(np.array([[80, 20]]))
    assert _burden(m, 15.0, ()) == pytest.approx([10.0])
    assert _burden(m, 15.0, (4.0, 11.0)) == pytest.approx([30.0]), "twice what the first year has, twice the budget"


def test_what_a_scaled_strategy_costs_is_money(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not what the year that binds would come to over the whole budget: 4 M€ of it fit into the first year."""
    letters = load_scenario("letters-with-code")

    def spent(tried: list[Scenario]) -> Measures:
        return toy(np.array([[100 * s.levers[0].intensity / letters.levers[0].intensity, 0] for s in tried]))

    monkeypatch.setattr("planning.mix.search.measured", spent)
    simulator = SimpleNamespace(space=SimpleNamespace(labels=()), answers=lambda mixes, stage, tried: tried)
    (held,) = affordable(cast(Any, simulator), [letters], 15.0, years=(4.0, 11.0))
    assert held.scenario is not None
    assert held.factor == pytest.approx(0.4, abs=0.02)
    assert held.cost == pytest.approx(10 * held.factor)
