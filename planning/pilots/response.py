"""What a lever adds to the chance of activating within so many weeks, by its effect: from the model, on several draws.

Each draw is simulated to the policy start, then on with and without the lever, at several effects, for the same adults
with the same chance. The hazard added is -log of the quotient of those who have not activated. All are treated at once,
so that word of mouth among them is in it, *assumed* to be small within the weeks of a trial.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from scipy.interpolate import PchipInterpolator

from calibration.facts.priors import Prior
from foundation.shapes import Floats
from model.terms.weeks import week_of
from model.world import World
from planning.pilots.learning import Response
from scenarios.draw import Draw
from scenarios.experiment import Experiment, history_of, start_branch
from scenarios.language.files import parse_scenario
from scenarios.language.schema import Scenario

AT = (0.05, 0.25, 0.5, 0.75, 0.95, 0.999)
"""Quantiles of the prior that are simulated."""
ARMS = {
    "sms": ("sms_pull", "spread_weeks = 1"),
    "letter": ("letter_pull", "spread_weeks = 1"),
    "pharmacist": ("pharmacist_pull", ""),
    "hospital": ("hospital_pull", ""),
}
"""Levers whose people can be randomised one by one: the name of the effect, and what the treated arm gets."""
ASSISTED = "assisted"
LEVERS = (*ARMS, ASSISTED)


def effect_of(lever: str) -> str:
    """Name of its effect in ``priors.csv``."""
    return "assisted_activation" if lever == ASSISTED else ARMS[lever][0]


def accompanied(effect: Floats) -> Floats:
    """Response of assisted activation: everybody of the treated arm is accompanied, and activates with the effect's
    chance."""
    return np.asarray(-np.log1p(-np.minimum(effect, 1 - 1e-12)))


def treatment(lever: str) -> Scenario:
    """What the treated arm gets, as a scenario: everybody, once, from the policy start on."""
    return parse_scenario(
        f'[title]\nen = "Pilot"\n[[lever]]\nkind = "{lever}"\n{ARMS[lever][1]}\n', source="pilot.toml"
    )


@dataclass(frozen=True)
class Answered:
    """One draw: the chance in the control arm, and the hazard added by effect."""

    baseline: float
    response: Response


def answered(
    experiment: Experiment, draws: Sequence[Draw], lever: str, prior: Prior, tell: Callable[[], None] = lambda: None
) -> list[Answered]:
    """Baseline and response of each draw; the trial lasts from the policy start to the horizon."""
    return [_answered(experiment, draw, lever, prior, tell) for draw in draws]


def _answered(experiment: Experiment, draw: Draw, lever: str, prior: Prior, tell: Callable[[], None]) -> Answered:
    history = history_of(experiment, draw)
    asked = eligible(history)
    baseline = activated(experiment, experiment.scenarios[0], draw, history)[asked].mean()
    tell()
    if lever == ASSISTED:
        return Answered(float(baseline), accompanied)
    scenario, name, values = treatment(lever), effect_of(lever), np.asarray(prior.quantile(AT))
    added = []
    for value in values:
        treated = replace(draw, effects={**draw.effects, name: float(value)})
        share = activated(experiment, scenario, treated, history)[asked].mean()
        added.append(-np.log((1 - share) / (1 - baseline)))
        tell()
    rising = np.maximum.accumulate(np.maximum(added, 0.0))
    curve = PchipInterpolator([0.0, *values], [0.0, *rising], extrapolate=False)
    slope = rising[-1] / values[-1]
    return Answered(float(baseline), lambda x: np.where(x <= values[-1], curve(np.minimum(x, values[-1])), slope * x))


def eligible(world: World) -> np.ndarray:
    """Adults there and not activated at the current week, [person]."""
    n, week = world.population.n, world.week
    people, state = world.run.people[:n], world.run.state[:n]
    there = (people["entry"] <= week) & (people["exit"] > week)
    return np.asarray(there & (people["guardian"] < 0) & (state["activated"] >= week))


def activated(experiment: Experiment, scenario: Scenario, draw: Draw, history: World) -> np.ndarray:
    """Who has activated by the horizon under a scenario, [person]."""
    until = experiment.settings.until
    branch = start_branch(experiment, scenario, draw, history, until + timedelta(weeks=1))
    branch.advance(week_of(until))
    return np.asarray(branch.run.state[: branch.population.n]["activated"] < branch.week)
