"""What is paid for each kind of lever, counted by hand: who there is in a population, times a price.

A scenario file is run in a world in which nobody activates (all pulls next to nothing), so that everybody aimed at
stays to be reached. Counts are plain arithmetic over the columns of the population; nothing of the engine is asked but
what the levers cost. (Fees, which need activations, are counted in ``tests/model/levers/test_fees.py``.)
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from calibration.facts.inputs import load_history
from model import AdoptionModel
from model.population.attributes import EMAIL
from model.population.population import Population
from model.terms.parameters import Parameters, Practice, Pulls, WordOfMouth
from scenarios.costs import cost_lines
from scenarios.draw import Draw
from scenarios.language.files import parse_scenario
from scenarios.language.resolve import resolve
from scenarios.language.schema import Scenario
from tests.model.law import demography, population
from tests.scenarios.test_costs import ITEMS

FIRST, LAST = 205, 309
"""Weeks of the policy start, 5 January 2026, and of the horizon."""
DAYS = {"policy_start": date(2026, 1, 5), "until": date(2027, 12, 31)}
BORN_TO_LETTER = 8
YEARS = (LAST - FIRST) * 7 / 365.25
NOTHING = 1e-12
PULLS = ("reminder_pull", "sms_pull", "letter_pull", "pharmacist_pull", "hospital_pull", "media_pull")
EFFECTS = dict.fromkeys(
    (*PULLS, "assisted_activation"),
    NOTHING,
) | {"training_uptake": 1.0, "training_effect": 1.0, "prompt_effect": 1.0, "fee_effect": 1.0, "recruits": 0.0} | {
    "fatigue": 1.0, "simplify_information": 0.5, "simplify_time": 0.5, "relatives_boost": 1.0, "child_code_helps": 1.0,
}  # fmt: skip

DRAW = Draw(index=0, parameters=Parameters(), effects=EFFECTS, cost_uniforms={})


def people() -> Population:
    return population(3_000, 5)


@lru_cache
def world() -> AdoptionModel:
    pulls = Pulls(
        notice=NOTHING,
        document=NOTHING,
        peer=NOTHING,
        spontaneous=NOTHING,
        media=NOTHING,
        reminder=NOTHING,
        mention=NOTHING,
    )
    quiet = Parameters(pulls=pulls, practice=Practice(recommendation_rate=NOTHING), word_of_mouth=WordOfMouth(tell=0.0))
    model = AdoptionModel(people(), quiet, demography=demography(), history=load_history(), seed=4)
    model.advance(FIRST)
    return model


def written(*levers: str) -> Scenario:
    text = "".join(f"[[lever]]\n{lever}\n" for lever in levers)
    return parse_scenario(f'[title]\nen = "A"\n{text}', source="f.toml")


def branched(*levers: str) -> AdoptionModel:
    """The world with levers, at the horizon."""
    branch = world().branch(resolve(written(*levers), DRAW, **DAYS))
    branch.advance(LAST)
    return branch


def paid(*levers: str) -> dict[str, float]:
    """Euros by lever, doctors' time left out."""
    scenario = written(*levers)
    found = dict.fromkeys((one.label for one in scenario.levers), 0.0)
    for line in cost_lines(scenario, branched(*levers).uses(), DRAW, ITEMS):
        found[line.lever] += line.eur
    return found


def there(week: int) -> Any:
    """Who is alive, insured and not activated in a week."""
    return (people().entry <= week) & (week < people().exit) & (world().run.state["activated"] >= week)


def aged(years: int, week: int = FIRST) -> Any:
    """Who has had a birthday by a week."""
    return week - people().birth_week.astype(int) >= round(years * 365.25 / 7)


def of(*names: str) -> Any:
    return np.isin(people().region, [people().regions.index(name) for name in names])


def has_email() -> Any:
    return (people().flags & EMAIL) > 0


@pytest.mark.parametrize(("kind", "price"), [("letter", 0.8), ("email", 0.003), ("sms", 0.05)])
def test_messages_with_targets_ends_and_two_of_a_kind(kind: str, price: float) -> None:
    """Two waves to people of 40 and older in two regions; another lever, to the old, ends after its first."""
    one = f'kind = "{kind}"\nspread_weeks = 1\nevery_weeks = 26\ntimes = 2\n[lever.target]\nage_from = 40\n'
    one += 'regions = ["Bretagne", "Normandie"]'
    two = f'kind = "{kind}"\nname = "old"\nspread_weeks = 1\nevery_weeks = 26\nend = 2026-07-05\n'
    two += "[lever.target]\nage_from = 75"
    found = paid(one, two)
    by_wire = has_email() if kind != "letter" else True
    regional = sum((there(w) & aged(40) & of("Bretagne", "Normandie") & by_wire).sum() for w in (FIRST, FIRST + 26))
    old = (there(FIRST) & aged(75) & by_wire).sum()
    weight = people().weight
    assert found == pytest.approx({kind: regional * weight * price, "old": old * weight * price})
    assert min(regional, old) > 10
    longer = paid(two.replace("end = 2026-07-05", "end = 2026-07-06"))["old"]
    assert longer > 1.5 * found["old"], "negative control: a day later, in the next week, a second wave is sent"


def test_letters_to_families_are_one_a_household() -> None:
    found = paid('kind = "letter"\nspread_weeks = 1\n[lever.target]\nage_to = 15')["letter"]
    children = there(FIRST) & ~aged(16) & (people().guardian >= 0)
    households = len(np.unique(people().guardian[children]))
    assert found == pytest.approx(households * people().weight * 0.8)
    assert children.sum() > 1.3 * households, "negative control: not one a child"


def test_a_letter_for_every_birth_in_the_regions() -> None:
    lever = 'kind = "newborn"\nstart = 2026-06-01\nend = 2027-05-30\n'
    lever += '[lever.target]\nregions = ["Île-de-France", "Occitanie"]'
    p = people()
    sent = p.birth_week + BORN_TO_LETTER
    born = (p.entry > 0) & (p.entry == p.birth_week) & (sent >= 226) & (sent < 278) & (sent < p.exit)
    expected = (born & of("Île-de-France", "Occitanie")).sum()
    assert paid(lever)["newborn"] == pytest.approx(expected * p.weight * 0.7)
    assert 5 < expected < 0.8 * born.sum()


def test_doctors_of_regions_for_a_time() -> None:
    """52,500 doctors, in the shares of the regions; two levers by one means in two regions; the prompt is made once."""
    table = dict(zip(demography().regions, demography().region_doctors, strict=True))
    one = 'kind = "doctors"\nmeans = "prompt"\nname = "b"\nend = 2026-07-05\n[lever.target]\nregions = ["Bretagne"]'
    two = 'kind = "doctors"\nmeans = "prompt"\nname = "n"\n[lever.target]\nregions = ["Normandie"]\nage_from = 40'
    found = paid(one, two)
    half_a_year = 26 * 7 / 365.25
    assert found["b"] - 2e6 == pytest.approx(52_500 * table["Bretagne"] * half_a_year * 150, rel=2e-3)
    assert found["n"] == pytest.approx(52_500 * table["Normandie"] * YEARS * 150, rel=2e-3), (
        "paid whatever the patients' ages"
    )
    training = paid('kind = "doctors"\nmeans = "training"\nramp_weeks = 52')["doctors"]
    weeks = sum(min(1, (k + 1) / 52) for k in range(LAST - FIRST))
    assert training == pytest.approx(52_500 * weeks * 7 / 365.25 * 150)


def test_advisers_see_as_many_as_they_can() -> None:
    """2,000 a week from April 2026 to the end of 2026, 8 weeks of ramp; to the nearest agent."""
    body = 'kind = "assisted"\ncapacity_per_week = 2000\nstart = 2026-03-30\nend = 2026-12-27\nramp_weeks = 8\n'
    found = paid(body + "[lever.target]\nage_from = 40")["assisted"]
    weeks = sum(min(1, (k + 1) / 8) for k in range(39))
    assert found == pytest.approx(2000 * weeks * 49, abs=people().weight * 49)
    few = paid('kind = "assisted"\ncapacity_per_week = 1000000\n[lever.target]\nage_from = 95\nregions = ["Grand Est"]')
    queue = aged(95) & of("Grand Est") & (people().entry < LAST) & (people().exit > FIRST)
    assert 0 < few["assisted"] <= queue.sum() * people().weight * 49, (
        "nobody is seen twice, and none who isn't aimed at"
    )


def test_documents_of_regions_add_up_to_those_of_the_country() -> None:
    """Half as many again of 104 weeks; the parts are the whole, and twice the intensity costs twice."""
    half = 'kind = "documents"\nintensity = 0.5'
    whole = paid(half)["documents"]
    parts = [f'{half}\nname = "r{n}"\n[lever.target]\nregions = ["{name}"]' for n, name in enumerate(people().regions)]
    found = [paid(*parts[:7]), paid(*parts[7:])]
    assert sum(sum(one.values()) for one in found) == pytest.approx(whole)
    assert paid('kind = "documents"\nintensity = 1.0')["documents"] == pytest.approx(2 * whole)
    assert min(found[0].values()) > 0


def test_campaigns_and_what_is_made_once() -> None:
    media = 'kind = "media"\nintensity = 0.5\nevery_weeks = 26\nweeks_on_air = 4'
    assert paid(media)["media"] == pytest.approx(4 * 0.5 * 2e6)
    assert paid(f"{media}\nend = 2026-12-27")["media"] == pytest.approx(2 * 0.5 * 2e6)
    once = paid('kind = "simplify"\nname = "a"', 'kind = "simplify"\nname = "b"')
    assert once == {"a": 3e6, "b": 0.0}
    regions = [
        f'kind = "relatives"\nname = "{n}"\n[lever.target]\nregions = ["{r}"]'
        for n, r in (("b", "Bretagne"), ("n", "Normandie"))
    ]
    assert paid(*regions) == {"b": 2e5, "n": 0.0}


def test_nothing_is_paid_for_fees_where_nobody_activates() -> None:
    assert paid('kind = "pharmacist"', 'kind = "hospital"', 'kind = "doctors"\nmeans = "fee"') == {
        "pharmacist": 0.0, "hospital": 0.0, "doctors": 0.0,
    }  # fmt: skip
