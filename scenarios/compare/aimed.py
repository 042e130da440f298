"""Whom levers aim at: counted in a sample before anything is simulated; in a run, where they are too few for results to
mean anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from foundation.store.manifest import Manifest
from model.counting.members import born_for_letters
from scenarios.compare import label
from scenarios.language.schema import Scenario
from scenarios.lever_schemas import lever_named
from scenarios.lever_schemas.base import LeverTable, Span, Targeted, TargetTable
from scenarios.lever_schemas.newborn import Newborn
from scenarios.words import scenario_titles

if TYPE_CHECKING:
    from model.population.population import Population
    from model.terms.shapes import Bools


FEW = 30
"""Simulated people, *assumed*: of fewer, chance decides what a lever brings."""


class Aimed(NamedTuple):
    """A lever and whom it aims at."""

    scenario: str
    lever: str
    people: int
    """Simulated people, the median over draws."""


def few_aimed(uses: pd.DataFrame) -> list[Aimed]:
    """Levers of each scenario that aim at fewer than ``FEW`` simulated people, in the order of the scenarios."""
    medians = uses.groupby(["scenario", "lever"], sort=False, observed=True)["aimed"].median().reset_index()
    few = medians[medians["aimed"] < FEW].to_dict("records")
    return [Aimed(str(row["scenario"]), str(row["lever"]), int(row["aimed"])) for row in few]


def aimed_lines(uses: pd.DataFrame, manifest: Manifest, lang: str) -> list[str]:
    """A sentence for each of them."""
    titles = scenario_titles(manifest, lang)
    return [
        label(
            "aimed.few" if one.people else "aimed.nobody",
            lang,
            scenario=titles[one.scenario],
            lever=lever_named(one.lever, lang),
            count=one.people,
        )
        for one in few_aimed(uses)
    ]


@dataclass(frozen=True)
class Reach:
    """A lever and whom it aims at."""

    rank: int
    """In its file, from 1."""
    lever: str
    agents: int
    """Of the sample, there while the lever lasts."""
    persons: float
    """Insured people whom they stand for."""

    @property
    def few(self) -> bool:
        """Whether they are too few for a result to mean anything."""
        return self.agents < FEW


def chooses(table: LeverTable) -> bool:
    """Whether a lever aims at some of the insured rather than at all of them."""
    return isinstance(table, Newborn) or (isinstance(table, Targeted) and table.target != TargetTable())


def reach_of(scenario: Scenario, population: Population, span: Span) -> Sequence[Reach]:
    """Whom each lever aims at that doesn't aim at everybody, in the order of the file."""
    found = []
    for rank, table in enumerate(scenario.levers, 1):
        if chooses(table):
            agents = int(_aimed(table, population, span).sum())
            found.append(Reach(rank, table.label, agents, agents * population.weight))
    return found


def _aimed(table: LeverTable, population: Population, span: Span) -> Bools:
    """Whether a lever aims at each person of a sample, by the rule of the engine (``model.engine.programme``); of
    newborns those whose letter falls into its weeks."""
    start, end = table.weeks(span)
    target = table.target if isinstance(table, Targeted) else TargetTable()
    newborn = isinstance(table, Newborn)
    chosen = population.select(target.resolve(), start, by_parents=newborn)
    if newborn:
        return np.asarray(chosen & born_for_letters(population, start, end))
    return np.asarray(chosen & (population.entry < end) & (population.exit > start))
