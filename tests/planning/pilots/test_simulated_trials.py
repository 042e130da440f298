"""Trials simulated person by person in the model: the effect is recovered, and intervals hold it as they say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy import stats

from calibration.facts.priors import load_priors
from planning.pilots.learning import Response, Trial, learn, prior_belief
from planning.pilots.response import activated, answered, eligible, treatment
from scenarios.draw import Draw
from scenarios.experiment import REFERENCE, Experiment, Settings, history_of
from scenarios.language.files import load_scenario
from tests.golden import imports as mes

PRIOR = load_priors()["pharmacist_pull"]
BELIEF = prior_belief(PRIOR)


def experiment(people: int, seed: int, engine: str = "fast") -> Experiment:
    settings = Settings(
        people=people,
        draws=1,
        seed=seed,
        policy_start=date(2027, 1, 4),
        until=date(2027, 4, 5),
        target_millions=40.0,
        engine=engine,
    )
    return Experiment(
        settings=settings,
        scenarios=(load_scenario(REFERENCE),),
        costs=tuple(mes.load_costs()),
        demography=mes.load_demography(),
        history=mes.load_history(),
        surveyed=mes.load_surveyed(),
    )


def trial(draw: Draw, effect: float, seed: int, people: int, engine: str = "fast") -> Trial:
    """A world of its own, with people that the response has not seen; half of the adults are treated at random."""
    asked = experiment(people, seed, engine)
    history = history_of(asked, draw)
    members = np.flatnonzero(eligible(history))
    arm = np.random.default_rng(seed).random(len(members)) < 0.5
    known = replace(draw, effects={**draw.effects, "pharmacist_pull": effect})
    without, treated = (
        activated(asked, scenario, known, history)[members]
        for scenario in (asked.scenarios[0], treatment("pharmacist"))
    )
    return Trial(
        control=int((~arm).sum()),
        control_activated=int(without[~arm].sum()),
        treated=int(arm.sum()),
        treated_activated=int(treated[arm].sum()),
    )


def responses(people: int, draws: int) -> list[Response]:
    return [one.response for one in answered(experiment(people, 1), mes.load_draws(draws), "pharmacist", PRIOR)]


def test_a_simulated_trial_recovers_the_effect() -> None:
    """Of a strong and a weak lever, in the same world: each interval holds its own effect and not the other's."""
    (draw,) = mes.load_draws(1)
    known = responses(6000, 1)
    for effect, other in ((0.15, 0.02), (0.02, 0.15)):
        found = trial(draw, effect, 77, 12_000)
        low, high = learn(found, BELIEF, known).quantile([0.005, 0.995])
        assert low <= effect <= high
        assert not low <= other <= high, "negative control"


@pytest.mark.slow
def test_a_trial_in_the_twin_recovers_the_effect() -> None:
    """Persons of the Mesa twin, one by one: its arms are those of the engine, and its interval holds the effect."""
    (draw,) = mes.load_draws(1)
    found = trial(draw, 0.15, 77, 3000, "mesa")
    assert found == trial(draw, 0.15, 77, 3000)
    belief = learn(found, BELIEF, responses(6000, 1))
    low, high = belief.quantile([0.05, 0.95])
    assert low <= 0.15 <= high
    untreated = replace(found, treated=found.control, treated_activated=found.control_activated)
    assert not low <= learn(untreated, BELIEF, responses(6000, 1)).mean() <= high, "negative control: nobody treated"


@pytest.mark.slow
def test_intervals_hold_the_effect_in_simulated_worlds() -> None:
    """40 worlds, an effect of the prior in each, drawn from the posterior of the status quo; the response is that of
    other draws. Negative control: with a response three times as steep they don't."""
    draws, known, count, wrong = mes.load_draws(46), responses(8000, 6), 0, 0
    random = np.random.default_rng(4)
    for number, draw in enumerate(draws[6:]):
        effect = float(PRIOR.quantile(random.random()))
        found = trial(draw, effect, 100 + number, 10_000)
        for steep in (1.0, 3.0):
            again = [lambda x, one=one, steep=steep: steep * one(x) for one in known]
            low, high = learn(found, BELIEF, again).quantile([0.05, 0.95])
            count += steep == 1.0 and low <= effect <= high
            wrong += steep == 3.0 and low <= effect <= high
    low, high = stats.binom(40, 0.9).ppf([0.001, 0.999])
    print(f"covered {count} of 40; with a wrong link {wrong}")
    assert low <= count <= high
    assert wrong < low
