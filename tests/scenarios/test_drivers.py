"""``[drivers]`` of a scenario file: what is fixed goes on by its rate, for every scenario of a comparison."""

from dataclasses import replace
from datetime import date
from math import log

import numpy as np
import pytest

from calibration.facts.inputs import load_history
from foundation.errors import ScenarioError
from model.terms.drivers import growth_table, weekly_documents
from model.terms.parameters import HALF_YEARS, Drivers, Parameters, Structure
from model.terms.weeks import WEEKS, WEEKS_PER_YEAR, position
from scenarios.draw import Draw
from scenarios.language.files import load_scenario, parse_scenario, scenario_text
from scenarios.language.resolve import common_drivers, fixed, free_knot, refuse_missing, steered
from scenarios.language.schema import DriversTable

DATA_END = date(2026, 1, 29)
MOVING = Drivers(
    trend=0.1,
    volatility=0.6,
    shocks=tuple(np.random.default_rng(1).standard_normal(HALF_YEARS)),
    document_shocks=tuple(np.random.default_rng(2).standard_normal(HALF_YEARS)),
)
EMAIL = '[title]\nen = "E"\n[[lever]]\nkind = "email"\nevery_weeks = 26\n'


def scenario(text: str, name: str = "mine"):
    return parse_scenario(text, source=f"{name}.toml")


@pytest.mark.parametrize("rate", [0.0, 0.2, -0.3])
def test_documents_go_on_by_their_rate(rate: float) -> None:
    history = load_history()
    found = weekly_documents(history, fixed(MOVING, DriversTable(documents_per_year=rate), DATA_END), WEEKS, 1.0)
    last = int(position(history.documents[-1][0])) + 1
    slopes = np.diff(np.log(found[last:])) * WEEKS_PER_YEAR
    assert slopes == pytest.approx(np.full(len(slopes), log(1 + rate)), abs=1e-9)
    past = slice(0, last - 1)
    assert found[past].tolist() == weekly_documents(history, MOVING, WEEKS, 1.0)[past].tolist(), "the past stays"


@pytest.mark.parametrize("rate", [0.0, 0.2, -0.3])
def test_growth_goes_on_by_its_rate_from_july_2026(rate: float) -> None:
    found = growth_table(fixed(MOVING, DriversTable(growth_per_year=rate), DATA_END), WEEKS, DATA_END)
    first = int(position(date(2026, 7, 3))) + 1
    slopes = np.diff(np.log(found[first:])) * WEEKS_PER_YEAR
    assert slopes == pytest.approx(np.full(len(slopes), log(1 + rate)), abs=1e-9)
    before = int(position(date(2026, 7, 1)))
    assert found[:before] == pytest.approx(growth_table(MOVING, WEEKS, DATA_END)[:before])
    assert np.ptp(np.diff(np.log(growth_table(MOVING, WEEKS, DATA_END)[first:]))) > 0.001, "it would have moved"


def test_what_is_not_fixed_is_left_alone() -> None:
    documents = fixed(MOVING, DriversTable(documents_per_year=0.1), DATA_END)
    assert documents.shocks == MOVING.shocks
    growth = fixed(MOVING, DriversTable(growth_per_year=0.1), DATA_END)
    assert replace(growth, shocks=MOVING.shocks) == MOVING
    draw = Draw(index=0, parameters=Parameters(drivers=MOVING), effects={}, cost_uniforms={})
    assert steered([draw], DriversTable(), DATA_END) == [draw]
    assert steered([draw], DriversTable(growth_per_year=0.1), DATA_END)[0].parameters.drivers == growth


def test_the_half_year_of_the_last_count_is_not_free() -> None:
    assert free_knot(DATA_END) == 7, "July 2026, seven half-years after January 2023"
    assert free_knot(date(2023, 1, 1)) == 0
    assert free_knot(date(2099, 1, 1)) == HALF_YEARS


def test_a_file_says_what_it_fixes_and_can_be_written() -> None:
    mine = scenario(EMAIL + "[drivers]\ndocuments_per_year = 0.1\n")
    assert mine.drivers == DriversTable(documents_per_year=0.1)
    assert mine.sha256 != scenario(EMAIL).sha256
    assert scenario(scenario_text(mine)) == mine


def test_the_status_quo_goes_along() -> None:
    mine = scenario(EMAIL + "[drivers]\ngrowth_per_year = 0.0\n")
    assert common_drivers([load_scenario("status-quo"), mine]) == mine.drivers
    assert common_drivers([load_scenario("status-quo"), load_scenario("email-reminders")]) == DriversTable()


def test_scenarios_that_fix_different_things_are_not_compared() -> None:
    mine = scenario(EMAIL + "[drivers]\ngrowth_per_year = 0.1\n")
    for other, told in (
        (scenario(EMAIL, "other"), "no [drivers]"),
        (scenario(EMAIL + "[drivers]\ngrowth_per_year = 0.2\n", "other"), "growth_per_year = 0.2"),
        (scenario('[title]\nen = "Q"\n[drivers]\ndocuments_per_year = 0.2\n', "other"), "documents_per_year = 0.2"),
    ):
        with pytest.raises(ScenarioError) as error:
            common_drivers([load_scenario("status-quo"), mine, other])
        text = str(error.value)
        assert text.startswith("other.toml")
        assert told in text
        assert "growth_per_year = 0.1, as in mine.toml" in text


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("growth = 0.1", 'did you mean "growth_per_year"?'),
        ("growth_per_year = 5", "allowed: a number from -0.9 to 3"),
        ('documents_per_year = "much"', "is of the wrong type"),
        ("documents_per_year = nan", "is not a number"),
    ],
)
def test_mistakes_are_told(table: str, told: str) -> None:
    with pytest.raises(ScenarioError) as error:
        scenario(EMAIL + f"[drivers]\n{table}\n")
    assert "drivers." in str(error.value)
    assert told in str(error.value)


@pytest.mark.parametrize(("driver", "name"), [("documents", "growth_per_year"), ("growth", "documents_per_year")])
def test_what_a_structure_does_without_cannot_be_fixed(driver: str, name: str) -> None:
    """It would be fixed in name only: the structure holds it still."""
    structure, table = Structure(driver=driver), DriversTable(**{name: 0.1})
    with pytest.raises(ScenarioError, match=f"drivers.{name}"):
        refuse_missing(table, structure, "[drivers]")
    draw = Draw(index=0, parameters=Parameters(), effects={}, cost_uniforms={}, structure=structure)
    with pytest.raises(ScenarioError, match=f"drivers.{name}"):
        steered([draw], table, DATA_END)
    refuse_missing(table, Structure(), "[drivers]")
    other = {"growth_per_year", "documents_per_year"} - {name}
    refuse_missing(DriversTable(**{other.pop(): 0.1}), structure, "[drivers]")
