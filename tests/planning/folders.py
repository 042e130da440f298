"""Folders of plans, effects and sensitivities on made-up answers: no model is run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planning.effects.effects import REMOVALS, Effects
from planning.effects.effects import Task as EffectsTask
from planning.effects.pictures import DAYS
from planning.mix.measures import Limits
from planning.mix.question import Effort, PlanRequest, Question, load_space
from planning.mix.simulate import Task
from planning.mix.study import Planning
from planning.sensitivity.study import Choice, Sensitivity
from planning.sensitivity.study import Task as SensitivityTask
from scenarios.experiment import Settings
from scenarios.language.files import load_scenario
from scenarios.language.schema import DriversTable
from tests.planning.made_up import LEVERS, Draw, answer
from tests.scenarios import made_up

STOP: list[int] = []
"""How many tasks are computed before Ctrl-C; empty for none."""
SOME = ("planning.mix.measures",)
"""What stands for the modules that compute draws."""


@contextmanager
def hasty() -> Iterator[None]:
    """Searches and regressions that hardly try: what they find is the same each time, and that is all that counts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("planning.mix.surrogate.MEMBERS", 8)
        patch.setattr("planning.mix.surrogate.GENERATIONS", 2)
        patch.setattr("planning.mix.surrogate.SWEEPS", 1)
        patch.setattr("planning.mix.search.SPLITS", 4)
        yield


def counted() -> None:
    """Ctrl-C where it was asked for."""
    if STOP and STOP[0] == 0:
        STOP.clear()
        raise KeyboardInterrupt
    if STOP:
        STOP[0] -= 1


def plan_work(task: Task) -> dict[str, Any]:
    counted()
    return answer(task.space, task.draw, task.mixes, task.scenarios).content()


def effects_work(task: EffectsTask) -> dict[str, pd.DataFrame]:
    counted()
    draw = task.draw.index
    rows = [
        {"draw": draw, "channel": c, "day": d, "attributed": 1.0 + n, "effect": 0.5 + 0.1 * draw, "activated": 50.0}
        for d in DAYS
        for n, c in enumerate(REMOVALS)
    ]
    return {"effects": pd.DataFrame(rows).astype({"draw": "int32"})}


def sensitivity_work(task: SensitivityTask) -> dict[str, pd.DataFrame]:
    counted()
    values = np.random.default_rng(task.seed).random
    names = [*task.inputs.columns, "dummy"]
    numbers = ("first_order", "first_order_error", "pawn", "first_order_floor", "pawn_floor", "when_low", "when_high")
    table = pd.DataFrame({"quantity": task.quantity.name, "scenario": task.quantity.scenario, "input": names})
    return {"indices": table.assign(**{name: values(len(names)) for name in numbers}, known=True)}


class ToyPlan(Planning):
    work = staticmethod(plan_work)


class ToyEffects(Effects):
    work = staticmethod(effects_work)


class ToySensitivity(Sensitivity):
    work = staticmethod(sensitivity_work)


def _of_draws(count: int, scenarios: Any, data: dict[str, str]) -> dict[str, Any]:
    settings = Settings(
        people=1000, draws=count, seed=1, policy_start=date(2027, 1, 4), until=date(2027, 12, 31), target_millions=40
    )
    history: Any = SimpleNamespace(data_end=date(2026, 1, 29))
    return {
        "experiment": SimpleNamespace(
            settings=settings,
            scenarios=scenarios,
            history=history,
            drivers=DriversTable(),
            costs=(),
            costs_file="costs.csv",
            region=None,
            effects=None,
            learned=(),
            threads=1,
            carried=None,
        ),
        "draws": [Draw(index) for index in range(count)],
        "texts": {scenario.name: scenario.text for scenario in scenarios},
        "data": {"priors.csv": "p", "posterior/default.parquet": "d", **data},
        "draws_file": "posterior/default.parquet",
        "stock_targets": (),
        "modules": SOME,
    }


def plan(budget: float = 30.0, shipped: Any = (), **data: str) -> ToyPlan:
    """A plan over five levers, 4 search draws and 6 fresh ones."""
    space = load_space(levers=list(LEVERS))
    question = Question(
        budget=budget,
        target=40.0,
        probability=0.9,
        limits=Limits(),
        seed=1,
        effort=Effort(levels=(40, 100), together=6, rounds=1),
        points=2,
    )
    wanted = PlanRequest(question=question, space=space, people=1000, draws=10, seed=1)
    shared = _of_draws(10, (load_scenario("status-quo"), space.scenario), data)
    return ToyPlan(command="plan", wanted=wanted, shipped=shipped or [load_scenario("email-reminders")], **shared)


def effects(**data: str) -> ToyEffects:
    """Six draws."""
    return ToyEffects(command="effects", **_of_draws(6, (load_scenario("status-quo"),), data))


def sensitivity(value: float = 30.0, **data: str) -> ToySensitivity:
    """Three strategies, three inputs, 50 draws."""
    random = np.random.default_rng(1)
    names = {"status-quo": 0.0, "cheap": 1.0, "costly": 3.0}
    rows = [
        {"scenario": name, "draw": draw, "simulated_millions": 25 + added, "additional_millions": added}
        | {"cost_millions_eur": 10 * added}
        for name, gain in names.items()
        for draw in range(50)
        for added in [gain * (1 + 0.2 * random.normal())]
    ]
    index = pd.Index(range(50), name="draw")
    compared = made_up.manifest(
        names, draws=50, files={"outcomes.parquet": "o"}, draws_file="posterior/default.parquet"
    )
    return ToySensitivity(
        compared=compared,
        outcomes=pd.DataFrame(rows),
        drawn=pd.DataFrame(random.random((50, 3)), columns=["tell", "pulls.notice", "price:email/x"], index=index),
        choice=Choice(value=value, budget=None),
        scenarios=None,
        data={"priors.csv": "p", **data},
        source=Path("runs/c"),
        modules=SOME,
    )


STUDIES: dict[str, Any] = {"plan": plan, "effects": effects, "sensitivity": sensitivity}
"""Command to what makes its study; keyword arguments are hashes of data files."""
