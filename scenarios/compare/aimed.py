"""Levers that aim at too few simulated people for their results to mean anything."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from foundation.store.manifest import Manifest
from scenarios.compare import label
from scenarios.lever_schemas.words import lever_named
from scenarios.reach import FEW
from scenarios.words import scenario_titles


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
