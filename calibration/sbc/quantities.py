"""Decision quantities of one run: what the status quo reaches, and what strategies add to it.

Lever effects stand at the medians of their priors (nothing informs them), apart from those that the status quo shares
with levers. All strategies branch from one history with the same chance: differences are paired.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np

from calibration.facts.priors import load_priors
from calibration.facts.roles import EFFECTS, SHARED, STATUS_QUO, to_parameters
from calibration.posterior.simulate import Case, launched, observe, stock_at
from foundation.shapes import Floats
from model.terms.weeks import week_of
from scenarios.draw import Draw
from scenarios.language.files import load_scenario
from scenarios.language.resolve import resolve
from scenarios.language.schema import Scenario

POLICY_START, UNTIL = date(2026, 1, 5), date(2027, 12, 31)
STRATEGIES = ("simplified-signup", "letters-with-code", "doctors-prompt", "mix-inclusive")
NAMES = ("status quo", *(f"gain of {name}" for name in STRATEGIES))
"""The quantities: millions activated at ``UNTIL``, then millions added by each strategy."""


def outputs_and_quantities(case: Case, values: Floats, people: int, seed: int) -> Floats:
    """What ``simulate`` gives, followed by the quantities [output + quantity].

    Raises:
        PrevalenceError: no prevalences at launch give the surveyed ones.
    """
    model = launched(case, values, people, seed)
    outputs = observe(case, model)
    model.advance(week_of(POLICY_START))
    draw, reached = _draw(values), []
    for scenario in _scenarios():
        branch = model.branch(resolve(scenario, draw, policy_start=POLICY_START, until=UNTIL))
        branch.advance(week_of(UNTIL) + 1)
        reached.append(stock_at(branch, UNTIL))
    return np.concatenate([outputs, reached[:1], np.array(reached[1:]) - reached[0]])


def _draw(values: Floats) -> Draw:
    own = dict(zip(STATUS_QUO, map(float, values), strict=False))
    effects = {**_medians(), **{name: own[name] for name in SHARED}}
    return Draw(index=0, parameters=to_parameters(own), effects=effects, cost_uniforms={})


@lru_cache(maxsize=1)
def _medians() -> dict[str, float]:
    priors = load_priors()
    return {name: float(priors[name].quantile(0.5)) for name in EFFECTS}


@lru_cache(maxsize=1)
def _scenarios() -> tuple[Scenario, ...]:
    return tuple(load_scenario(name) for name in ("status-quo", *STRATEGIES))
