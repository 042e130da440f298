"""A scenario in Markdown: all of the catalogue in both languages, and one worked by hand."""

from __future__ import annotations

import re
from datetime import date

import pytest

from calibration.facts.inputs import load_costs
from scenarios.described import markdown
from scenarios.language.files import catalogue, load_scenario, parse_scenario
from scenarios.lever_schemas.base import Span

SPAN = Span(policy_start=date(2027, 1, 4), until=date(2027, 12, 31))
MINE = """
[title]
en = "Mine | yours"
[drivers]
documents_per_year = 0.2
[[lever]]
kind = "letter"
name = "brittany"
intensity = 0.5
start = 2027-02-01
waves = [2027-03-01, 2027-09-06]
cost = { value = 0.9 }
[lever.target]
age_from = 60
email = false
regions = ["Bretagne"]
[[lever]]
kind = "media"
bursts = [{ start = 2027-03-01, weeks = 4 }]
"""


@pytest.mark.parametrize("lang", ["en", "fr"])
@pytest.mark.parametrize("name", catalogue())
def test_every_scenario_is_described(name: str, lang: str) -> None:
    scenario = load_scenario(name)
    text = markdown(scenario, load_costs(), SPAN, lang)
    assert text.startswith("# ")
    assert len(re.findall("^## ", text, re.M)) == len(scenario.levers)
    assert text.count("| --- | --- |") == len(scenario.levers)
    assert all(line.count("|") == 3 for line in text.splitlines() if line.startswith("|"))
    assert not re.search(r"None|True|False|\{", text)


def test_levers_doses_dates_whom_and_prices() -> None:
    text = markdown(parse_scenario(MINE, source="mine.toml"), load_costs(), SPAN, "en").replace("\u00a0", " ")
    assert text.startswith("# Mine \\| yours\n")
    for line in (
        "| Yearly change of the documents deposited, from the last published rate on | +20 % |",
        "## Letters (brittany)",
        "| Days | 1 Feb 2027 – 31 Dec 2027 |",
        "| Waves begin on | 1 Mar 2027, 6 Sep 2027 |",
        "| Share of the target written to | 50 % |",
        "| Whom it aims at | 60 years and over; without an e-mail address on file; Bretagne |",
        "| Price: letter, each | 0.9 €, set in the scenario |",
        "| Campaigns by date, instead of every_weeks and weeks_on_air | 1 Mar 2027 (4 weeks) |",
        "| Price: one national media campaign | 2,100,000 [1,000,000; 5,000,000] €, by analogy |",
    ):
        assert line in text, line


def test_shares_are_per_cent_and_lengths_have_their_unit() -> None:
    said = {
        name: markdown(load_scenario(name), load_costs(), SPAN, "fr")
        for name in ("pharmacists", "media", "doctors-fee")
    }
    assert "une proposition | 3,3 % |" in said["pharmacists"]
    assert "| Durée de chaque campagne, en semaines | 4 |" in said["media"]
    assert "ou rémunérés | 100 % |" in said["doctors-fee"]
    assert "every_weeks" not in "".join(said.values())
