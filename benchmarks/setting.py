"""What every engine in a benchmark is given: the same people and ties, one posterior draw, the same calendars."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache

from calibration.draws.files import load_draws
from calibration.facts.inputs import load_demography, load_history
from model import build_population, solve_prevalence
from model.levers import Lever
from model.population.population import Population
from model.terms.inputs import Demography, History
from model.terms.parameters import Parameters, Structure
from scenarios.draw import Draw
from scenarios.language.files import load_scenario
from scenarios.language.resolve import resolve

POLICY_START, UNTIL = date(2026, 1, 5), date(2027, 12, 31)
STATUS_QUO, MIX = "status-quo", "mix-broad"
SEED = 1
NAIVE = Structure(traits="lifelong")
"""What peers compute: people stay as they are."""
TINY = 1e-9


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


def without_news(setting: Setting) -> Setting:
    """The setting without what peers leave out: doctors mention the service to nobody, notices are answered at once.

    Reminders to guardians about children have no switch: they reach few.
    """
    given = setting.parameters
    pulls = replace(given.pulls, mention=TINY, notice_delay=TINY)
    practice = replace(given.practice, mention_rate=TINY)
    return replace(setting, parameters=replace(given, pulls=pulls, practice=practice))


@cache
def load_setting() -> Setting:
    """The setting of all benchmarks."""
    demography, history, draw = load_demography(), load_history(), load_draws(1)[0]
    parameters = solve_prevalence(draw.parameters, demography=demography, history=history)
    return Setting(demography=demography, history=history, draw=draw, parameters=parameters)
