"""What every engine in a benchmark is given: the same people and ties, one posterior draw, the same calendars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache

from calibration.draws.files import load_draws
from calibration.facts.inputs import load_demography, load_history
from model import build_population, solve_prevalence
from model.levers import Lever
from model.population.population import Population
from model.terms.inputs import Demography, History
from model.terms.parameters import Parameters
from scenarios.draw import Draw
from scenarios.language.files import load_scenario
from scenarios.language.resolve import resolve

POLICY_START, UNTIL = date(2026, 1, 5), date(2027, 12, 31)
STATUS_QUO, MIX = "status-quo", "mix-broad"
SEED = 1


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One world: tables, and the first shipped draw with prevalences solved."""

    demography: Demography
    history: History
    draw: Draw
    parameters: Parameters

    def population(self, people: int, *, seed: int = SEED, threads: int = 1) -> Population:
        """The insured with their ties."""
        return build_population(self.demography, people=people, seed=seed, threads=threads)

    def levers(self, scenario: str) -> tuple[Lever, ...]:
        """What a scenario of the catalogue adds from ``POLICY_START`` on."""
        return resolve(load_scenario(scenario), self.draw, policy_start=POLICY_START, until=UNTIL)


@cache
def load_setting() -> Setting:
    """The setting of all benchmarks."""
    demography, history, draw = load_demography(), load_history(), load_draws(1)[0]
    parameters = solve_prevalence(draw.parameters, demography=demography, history=history)
    return Setting(demography=demography, history=history, draw=draw, parameters=parameters)
