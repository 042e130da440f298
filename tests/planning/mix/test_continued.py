"""A plan's status quo continues from the published counts; what a mix adds stays to the bit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from calibration.draws.files import load_draws
from calibration.draws.posteriors import posterior_for
from calibration.draws.use import with_use
from model.terms.parameters import Structure
from planning.mix.measures import shares
from planning.mix.question import load_space
from planning.mix.simulate import Answer, Task, _more, measures, simulate
from scenarios.experiment import REFERENCE, Experiment, Settings, simulate_draw
from scenarios.language.files import load_scenario
from tests.golden import imports as mes


def answer(carried: float) -> Answer:
    results = pd.DataFrame({"activated": [30.0, 30.7], "cost": [0.0, 5.0], "minutes": [0.0, 0.1]})
    table = np.array([[[0.4, 0.5]], [[0.42, 0.51]]])
    return Answer(0, results, carried, table, pd.DataFrame(), (("age_band", "75+"),))


def test_what_is_carried_moves_the_status_quo_and_no_gain() -> None:
    plain, moved = (measures([answer(carried)]) for carried in (0.0, -1.3))
    assert moved.status_quo == pytest.approx(plain.status_quo - 1.3)
    assert np.array_equal(plain.gain, moved.gain)
    assert np.array_equal(plain.cost, moved.cost)
    assert Answer.of(_task(), replace(answer(2.0)).content()).carried == 2.0, "it is kept with the answer"


def _task():
    return type("Task", (), {"draw": type("Draw", (), {"index": 0})})


def test_a_group_and_its_complement_share_what_is_added() -> None:
    counts = np.array([[[20.0, 50.0], [30.0, 150.0]], [[45.0, 50.0], [5.0, 150.0]]])  # [group, side, done and living]
    living = counts[..., 1]
    added = _more(counts, 0.2) * living
    assert added.sum(axis=1) == pytest.approx(0.2 * counts[..., 0].sum(axis=1))
    now = shares(counts) + _more(counts, 0.2)
    assert (now > shares(counts)).all()
    assert (now <= 1).all(), "growing each by a fifth would have passed everybody in the second group"
    assert (1.2 * counts[..., 0] > living).any()


@pytest.mark.parametrize("until", [date(2027, 12, 31), date(2027, 6, 15)])
def test_a_plan_counts_users_as_a_run_does(until: date) -> None:
    """Those of the last month before the horizon, with what the forecast adds at its end: P is of the same number."""
    path = posterior_for(Structure()).paths[0]
    (draw,) = with_use(load_draws(1, path=path), path)
    scenario = load_scenario("simplified-signup")
    experiment = Experiment(
        settings=Settings(
            people=1000, draws=1, seed=1, policy_start=date(2027, 1, 4), until=until, target_millions=3.0,
            target_on="users", every=13,
        ),
        scenarios=(load_scenario(REFERENCE), scenario),
        costs=tuple(mes.load_costs()),
        demography=mes.load_demography(),
        history=mes.load_history(),
        surveyed=mes.load_surveyed(),
        carried=lambda draw, stock: np.linspace(0.0, 0.2, len(stock)) * stock,
    )  # fmt: skip
    run = simulate_draw(experiment, draw)["outcomes"]
    task = Task(experiment, load_space(None, ["simplify"]), draw, np.empty((0, 1), np.int64), (scenario,))
    plan = simulate(task)
    found = plan.results["activated"] + plan.carried
    assert found.to_numpy() == pytest.approx(run["monthly_users_millions"].to_numpy(), rel=1e-9)
    assert (found >= 3.0).tolist() == run["reached"].tolist()
