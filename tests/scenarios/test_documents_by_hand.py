"""Documents of the lever counted from its definition: so many times those of the national curve, at a price each.

Nothing is asked of the model but what the lever costs: the curve is read from its table, and an agent's documents vary
by the laws of the model's document (age by the published relative rates, a gamma within an age).
"""

from __future__ import annotations

import csv
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import pytest

from calibration.facts.inputs import DATA, load_history
from model import AdoptionModel
from model.population.building import build_population
from model.terms.parameters import Drivers, Parameters
from model.terms.spells import document_shape
from scenarios.costs import cost_lines
from scenarios.draw import Draw
from scenarios.language.files import parse_scenario
from scenarios.language.resolve import resolve
from tests.model.law import Z, demography
from tests.scenarios.test_costs import ITEMS
from tests.scenarios.test_hand_counts import DAYS, FIRST, LAST

PEOPLE, PRICE = 40_000, 0.05
LAUNCH = date(2022, 1, 31)
STEADY = Parameters(drivers=Drivers(document_momentum=0.0, document_volatility=0.0))
"""Documents beyond the last point of their curve stay as they are there."""


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def national(first: int, last: int) -> float:
    """Documents deposited in the weeks ``first`` .. ``last`` - 1: days on the curve of millions a month."""
    curve = [(date.fromisoformat(row["date"]), float(row["millions_per_month"])) for row in rows("documents_fed.csv")]
    days = [LAUNCH + timedelta(days=7 * first + day) for day in range(7 * (last - first))]
    at = np.interp(
        [d.toordinal() + 0.5 for d in days], [d.toordinal() for d, _ in curve], [level for _, level in curve]
    )
    return float(at.sum() * 1e6 / (365.25 / 12))


def spread() -> float:
    """Standard deviation of the documents of one person over their mean, at most: ages drawn one by one, and a gamma
    within an age that holds for life."""
    ages = demography().pyramid[0].sum(axis=0)
    ends = [int(row["age_to"]) for row in rows("age_profiles.csv")]
    band = np.minimum(np.searchsorted(ends, np.arange(len(ages))), len(ends) - 1)
    relative = np.array([float(row["documents_relative"]) for row in rows("age_profiles.csv")])[band]
    second = np.average(relative**2, weights=ages) / np.average(relative, weights=ages) ** 2
    return float(np.sqrt(second * (1 + 1 / document_shape(STEADY.people.need_spell)) - 1))


@lru_cache
def world() -> AdoptionModel:
    people = build_population(demography(), people=PEOPLE, seed=3)
    model = AdoptionModel(people, STEADY, demography=demography(), history=load_history(), seed=4)
    model.advance(FIRST)
    return model


def bought(lever: str) -> float:
    """Documents that the lever pays for."""
    scenario = parse_scenario(f'[title]\nen = "A"\n[[lever]]\nkind = "documents"\n{lever}\n', source="f.toml")
    draw = Draw(index=0, parameters=STEADY, effects={}, cost_uniforms={})
    branch = world().branch(resolve(scenario, draw, **DAYS))
    branch.advance(LAST)
    (line,) = cost_lines(scenario, branch.uses(), draw, ITEMS)
    assert line.eur == pytest.approx(line.quantity * PRICE)
    return line.quantity


def is_count(found: float, hand: float) -> bool:
    return abs(found / hand - 1) < Z * spread() / np.sqrt(PEOPLE)


def test_half_as_many_again_for_two_years() -> None:
    hand = 0.5 * national(FIRST, LAST)
    found = bought("intensity = 0.5")
    assert is_count(found, hand), found / hand
    assert not is_count(found, national(FIRST, LAST)), "negative control: not as many as there are"
    assert not is_count(found * 12 / 13, hand), "negative control: a month isn't four weeks"


def test_twice_as_many_again_for_half_a_year_with_a_ramp() -> None:
    """From 2 March 2026 to 30 August; the dose rises by a quarter a week for four weeks."""
    weeks = range(FIRST + 8, FIRST + 34)
    hand = 2.0 * sum(min(1.0, (k + 1) / 4) * national(week, week + 1) for k, week in enumerate(weeks))
    found = bought("intensity = 2.0\nramp_weeks = 4\nstart = 2026-03-02\nend = 2026-08-30")
    assert is_count(found, hand), found / hand
    assert not is_count(found, 2.0 * national(weeks[0], weeks[-1] + 1) * 1.05), "negative control"
