"""The shipped scenarios: complete, bilingual, and written with the signs of French typography."""

import csv
import re
from pathlib import Path

import pytest

from calibration.facts.inputs import load_costs
from model.terms.outcome import LeverUse
from planning.mix.question import load_space
from scenarios.language.files import CATALOGUE, catalogue, load_scenario
from scenarios.language.regions import REGIONS
from scenarios.lever_schemas import KINDS
from scenarios.lever_schemas.doctors import MINUTE, MINUTES

DATA = Path(__file__).parents[3] / "calibration" / "data"
BAD_FRENCH = re.compile(r"'| [;:!?%»]|« |\d \d{3}\b|\"")


def test_the_list_is_the_folder():
    assert sorted(catalogue()) == sorted(file.stem for file in CATALOGUE.glob("*.toml"))
    assert catalogue()[0] == "status-quo"
    assert len(catalogue()) >= 14


def test_the_status_quo_does_nothing():
    assert load_scenario("status-quo").levers == ()


@pytest.mark.parametrize("name", catalogue())
def test_titles_and_descriptions_in_both_languages(name):
    scenario = load_scenario(name)
    assert scenario.name == name
    for texts in (scenario.titles, scenario.descriptions):
        assert texts.en
        assert texts.fr
        assert not BAD_FRENCH.search(texts.fr), texts.fr
        assert "'" not in texts.fr
    assert scenario.title("fr") != "" != scenario.title("en")


def test_the_check_of_french_signs_rejects_a_plain_space():
    assert BAD_FRENCH.search("Médecins : formation")
    assert BAD_FRENCH.search("l'inscription")
    assert BAD_FRENCH.search("20 000")
    assert not BAD_FRENCH.search("Médecins\u00a0: l’inscription, 20\u202f000")


@pytest.mark.parametrize("name", catalogue())
def test_no_dates_so_that_any_policy_start_will_do(name):
    assert [day for lever in load_scenario(name).levers for _, day in lever.dates()] == []


def test_titles_differ():
    for lang in ("en", "fr"):
        titles = [load_scenario(name).title(lang) for name in catalogue()]
        assert len(set(titles)) == len(titles)


def test_every_kind_can_be_planned_with_and_the_broad_mix_has_all_that_is_shown():
    assert {lever.kind for lever in load_space().scenario.levers} == set(KINDS)
    shown = {name: {lever.kind for lever in load_scenario(name).levers} for name in catalogue()}
    assert shown["mix-broad"] == set().union(*shown.values())


def test_the_data_have_a_price_for_every_charge():
    rows = {(item.lever, item.item) for item in load_costs()}
    use = LeverUse("", 1.0, 1.0, 1.0, 1, 500)
    charged = {
        (charge.lever, charge.item)
        for scenario in (load_space().scenario, *map(load_scenario, catalogue()))
        for lever in scenario.levers
        for charge in lever.charges(use)
    }
    assert charged | {("doctor", MINUTES), ("doctor", MINUTE)} == rows


def test_regions_are_those_of_the_data():
    with (DATA / "regions.csv").open(encoding="utf-8") as file:
        assert tuple(row["region"] for row in csv.DictReader(file)) == REGIONS
