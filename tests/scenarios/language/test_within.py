"""A scenario of the country among the people of one region, counted by hand."""

from __future__ import annotations

import pytest

from calibration.facts.inputs import load_demography
from model.population.region import part_of
from scenarios.language.files import catalogue, load_scenario, parse_scenario
from scenarios.language.resolve import taken_in
from scenarios.language.schema import scaled
from scenarios.lever_schemas.base import Span
from tests.scenarios.test_costs import DRAW, ITEMS, cost_lines, use

BRITTANY = "Bretagne"
SHARE = part_of(load_demography(), BRITTANY)


def taken(body: str, region: str = BRITTANY):
    scenario = parse_scenario(f'[title]\nen = "A"\n[[lever]]\n{body}\n', source="f.toml")
    return taken_in(scenario, region, load_demography())


def paid(scenario) -> float:
    lines = cost_lines(scenario, [use(one.label) for one in scenario.levers], DRAW, ITEMS)
    return sum(line.eur for line in lines)


def resolved(scenario):
    from datetime import date

    effects = dict.fromkeys(("assisted_activation", "letter_pull", "fatigue", "child_code_helps", "media_pull"), 0.5)
    span = Span(policy_start=date(2027, 1, 4), until=date(2027, 12, 31))
    return scenario.levers[0].resolve(span, effects, 0)


def test_capacity_is_the_region_s_share_of_those_aimed_at() -> None:
    assert pytest.approx(3_443_050 / 68_087_511, rel=3e-4) == SHARE
    assert resolved(taken('kind = "assisted"\ncapacity_per_week = 10000')).capacity == pytest.approx(10_000 * SHARE)
    only = taken('kind = "assisted"\ncapacity_per_week = 10000\n[lever.target]\nregions = ["Bretagne"]')
    assert resolved(only).capacity == 10_000
    assert resolved(only).target.regions is None
    two = 'kind = "assisted"\ncapacity_per_week = 10000\n[lever.target]\nregions = ["Bretagne", "Normandie"]'
    parts = [resolved(taken(two, region)).capacity for region in (BRITTANY, "Normandie")]
    assert sum(parts) == pytest.approx(10_000)
    assert parts[0] / parts[1] == pytest.approx(3_443_050 / 3_312_009, rel=3e-4)


@pytest.mark.parametrize(
    ("body", "whole"),
    [
        ('kind = "media"', 4 * 2e6),
        ('kind = "media"\nintensity = 0.5', 4 * 0.5 * 2e6),
        ('kind = "simplify"', 3e6),
        ('kind = "relatives"', 4 * 2e5),
    ],
)
def test_what_is_bought_for_all_is_paid_by_share(body: str, whole: float) -> None:
    assert paid(taken(body)) == pytest.approx(whole * SHARE)


@pytest.mark.parametrize(
    ("body", "whole"),
    [('kind = "media"', 4 * 0.5 * 2e6), ('kind = "relatives"', 4 * 2e5), ('kind = "simplify"', 3e6)],
)
def test_a_smaller_dose_is_bought_at_the_same_share(body: str, whole: float) -> None:
    """Strategies at half their intensities, as plans reduce them; negative control: of the country."""
    own, country = taken(body), parse_scenario(f'[title]\nen = "A"\n[[lever]]\n{body}\n', source="f.toml")
    assert paid(scaled(own, 0.5)) == pytest.approx(whole * SHARE)
    assert paid(scaled(country, 0.5)) == pytest.approx(whole)
    assert scaled(own, 0.5).levers[0].taken(None) == scaled(country, 0.5).levers[0]
    with pytest.raises(ValueError, match="less than or equal to 1"):
        scaled(own, 2.0)


def test_a_prompt_is_developed_by_share_and_paid_by_the_doctor() -> None:
    """30 doctor-years at 150 euros, and 2 million for all; by hand."""
    assert paid(taken('kind = "doctors"\nmeans = "prompt"')) == pytest.approx(30 * 150 + 2e6 * SHARE)


def test_what_is_done_person_by_person_costs_what_it_costs() -> None:
    assert paid(taken('kind = "letter"')) == pytest.approx(1000 * 0.8)
    assert paid(taken('kind = "email"')) == pytest.approx(1000 * 0.003)


@pytest.mark.parametrize("kind", ["letter", "media", "relatives"])
def test_a_lever_that_leaves_the_region_out_does_nothing(kind: str) -> None:
    scenario = taken(f'kind = "{kind}"\n[lever.target]\nregions = ["Normandie"]')
    assert scenario.levers[0].part == 0.0
    assert not scenario.levers[0].works
    assert paid(scenario) == 0.0
    if kind == "letter":
        assert resolved(scenario).dose == 0.0


def test_the_country_is_as_before() -> None:
    for name in catalogue():
        scenario = load_scenario(name)
        assert all(table.part == 1.0 for table in scenario.levers)
        assert taken_in(scenario, BRITTANY, load_demography()).sha256 == scenario.sha256
