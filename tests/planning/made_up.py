"""A made-up plan: answers of a toy simulation, no model is run."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from planning.mix.measures import Limits
from planning.mix.plan import Plan, Question, make_plan
from planning.mix.question import Mixes, Space, load_space
from planning.mix.search import Effort
from planning.mix.simulate import Answer, Simulator, measures
from scenarios.language.schema import Scenario
from tests.scenarios.made_up import manifest as run_manifest

GROUPS = (("digital_exclusion", "yes"), ("age_band", "0-15"), ("age_band", "75+"), ("long_term_illness", "yes"))
LEVERS = ("email", "letters", "families", "simplify", "media")
WORTH = dict(zip(LEVERS, (0.3, 1.5, 0.8, 1.2, 0.4), strict=True))
PRICES = dict(zip(LEVERS, (1.0, 40.0, 12.0, 3.0, 9.0), strict=True))
STATUS = {"email": "assumed", "letters": "assumed", "families": "assumed", "simplify": "assumed", "media": "proxy: flu"}


class Toy(Simulator):
    """Answers by formula: gains with diminishing returns, costs in proportion (``simplify`` once)."""

    draws: list[Any]
    rough: float = 0.0
    yearly: bool = False
    """Whether the answers tell what is spent in 2027 and in 2028."""

    def each(self, mixes: Any, stage: str, scenarios: Any = ()) -> list[Answer]:
        pairs = zip(self.draws, mixes, strict=True)
        found = [answer(self.space, draw, own, scenarios, self.rough) for draw, own in pairs]
        for one in found if self.yearly else ():
            one.results["spent_2027"], one.results["spent_2028"] = 0.7 * one.results["cost"], 0.3 * one.results["cost"]
        return found


def answer(space: Space, draw: Any, mixes: Mixes, scenarios: Any, rough: float = 0.0) -> Answer:
    """``rough``: standard deviation of the luck that each lever has of its own on a draw."""
    random = np.random.default_rng(draw.index)
    luck, price = np.exp(random.normal(0, 0.2, 2))
    own = dict(zip(WORTH, np.exp(rough * random.normal(size=len(WORTH))), strict=True))
    uses = [dict(zip(space.labels, mix / 100, strict=True)) for mix in mixes]
    uses += [_use(scenario, space) for scenario in scenarios]
    rows, shares, costs = [{"activated": 25.0, "cost": 0.0, "minutes": 0.0}], [_shares(0.0)], []
    for number, use in enumerate(uses):
        gain = luck * sum(own[name] * WORTH[name] * (1 - np.exp(-2 * x)) for name, x in use.items())
        lines = [
            {
                "row": number,
                "lever": name,
                "item": "per letter",
                "status": STATUS[name],
                "quantity": x,
                "unit_eur": 1.0,
                "eur": 1e6 * price * PRICES[name] * (1.0 if name == "simplify" else x),
                "minutes": 0.0,
            }
            for name, x in use.items()
            if x > 0
        ]
        rows.append({"activated": 25 + gain, "cost": sum(line["eur"] for line in lines) / 1e6, "minutes": 0.0})
        shares.append(_shares(gain))
        costs += lines
    columns = ["row", "lever", "item", "status", "quantity", "unit_eur", "eur", "minutes"]
    return Answer(draw.index, pd.DataFrame(rows), 0.0, np.array(shares), pd.DataFrame(costs, columns=columns), GROUPS)


class Draw:
    def __init__(self, index: int) -> None:
        self.index = index


def _use(scenario: Scenario, space: Space) -> dict[str, float]:
    ceilings = {table.label: table.intensity for table in space.scenario.levers}
    named = {"letter": "letters"}
    return {
        named.get(t.label, t.label): min(1.0, t.intensity / ceilings[named.get(t.label, t.label)])
        for t in scenario.levers
        if named.get(t.label, t.label) in ceilings
    }


def _shares(gain: float) -> np.ndarray:
    """The second group falls behind as more is gained, the others catch up."""
    others = 0.4 + gain / 68
    return np.array([[0.3 + 1.2 * gain / 68, others], [0.3 - 0.05 * gain, others], [0.35, 0.35], [0.5, 0.4]])


def toy(space: Space, first: int, count: int) -> Toy:
    """A simulator of ``count`` draws."""
    draws: list[Any] = [Draw(first + number) for number in range(count)]
    nothing: Any = None
    return Toy(experiment=nothing, space=space, draws=draws, bench=nothing)


def plan(
    budget: float = 30.0,
    target: float = 40.0,
    *,
    fair: bool = False,
    shipped: Any = (),
    years: Any = (),
    rough: float = 0.0,
    seed: int = 1,
) -> Plan:
    """A plan over five levers, 10 search draws and 14 fresh ones; ``seed`` shifts the draws too."""
    space = load_space(levers=list(LEVERS))
    question = Question(
        budget=budget,
        target=target,
        probability=0.9,
        limits=Limits(fair=fair),
        seed=seed,
        years=years,
        effort=Effort(levels=(20, 60, 100), together=8, rounds=1),
        points=4,
    )
    first = 24 * (seed - 1)
    searched, fresh = toy(space, first, 10), toy(space, first + 10, 14)
    searched.rough = fresh.rough = rough
    searched.yearly = fresh.yearly = bool(years)
    most = float(measures(searched.answers(space.everything()[None], "ceiling")).cost.mean())
    return make_plan(searched, fresh, question, most, shipped)


def manifest(found: Plan, **changes: Any) -> dict[str, Any]:
    """As the command leaves it."""
    from planning.mix.study import _found

    settings = {
        "budget_millions_eur": found.question.budget,
        "probability": 0.9,
        "minutes_millions": None,
        "fair": found.question.limits.fair,
        "levers": list(found.space.labels),
        "budget_by_year": {str(year): most for year, most in found.question.years},
        **_found(found, 60.0),
    }
    return run_manifest({}, command="plan", plan=settings, **changes)
