"""Whom the levers of a scenario aim at, as ``mes scenarios check`` says it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from cli import label
from cli.options import PEOPLE
from foundation.language.numbers import number
from scenarios.compare.aimed import FEW, Reach, chooses, reach_of
from scenarios.lever_schemas import lever_named

if TYPE_CHECKING:
    from model.population.population import Population
    from scenarios.language.schema import Scenario
    from scenarios.lever_schemas.base import Span

SEED = 1
"""The default of ``--seed``: the sample is that of the first draw of a run that sets neither seed nor people."""


def reach_lines(scenario: Scenario, span: Span, lang: str) -> tuple[Sequence[str], Sequence[str]]:
    """A line for each lever, and a warning for each that aims at nobody or at too few. Nobody is drawn where all
    levers aim at everybody."""
    aiming = any(chooses(table) for table in scenario.levers)
    found = {reach.rank: reach for reach in reach_of(scenario, _sample(), span)} if aiming else {}
    lines = [
        _line(lever_named(table.label, lang), found.get(rank), lang) for rank, table in enumerate(scenario.levers, 1)
    ]
    return lines, [_warning(reach, lang) for reach in found.values() if reach.few]


@lru_cache(maxsize=1)
def _sample() -> Population:
    from calibration.facts.inputs import load_demography
    from foundation.seeds import POPULATION, derive
    from model.population.building import build_population

    return build_population(load_demography(), people=PEOPLE, seed=derive(SEED, 0, POPULATION))


def _line(lever: str, reach: Reach | None, lang: str) -> str:
    if reach is None:
        return label("said.aims_at_all", lang, lever=lever)
    if not reach.agents:
        return label("said.aims_at_none", lang, lever=lever)
    persons = number(float(f"{reach.persons:.1e}"), 0, lang)  # a sample tells no more than two figures
    return label("said.aims_at", lang, lever=lever, persons=persons, **_counts(reach, lang))


def _warning(reach: Reach, lang: str) -> str:
    key = "said.aims_at_few" if reach.agents else "said.aims_at_nobody"
    return label(key, lang, rank=reach.rank, lever=lever_named(reach.lever, lang), few=FEW, **_counts(reach, lang))


def _counts(reach: Reach, lang: str) -> dict[str, str]:
    return {"agents": number(reach.agents, 0, lang), "sample": number(PEOPLE, 0, lang)}
