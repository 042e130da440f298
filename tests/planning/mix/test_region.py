"""A plan for one region: what its levers cost, by hand, and how what is small is told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.text import Text

from calibration.facts.inputs import load_demography
from model.population.region import part_of
from planning.mix.pictures import PICTURES
from planning.mix.question import Space, load_space
from planning.mix.results import frames
from planning.mix.simulate import Task, simulate
from planning.mix.study import plan_document, plan_text
from planning.mix.tables import headline, sentences, tables
from scenarios.draw import price
from scenarios.language.files import load_scenario, parse_scenario
from scenarios.language.resolve import Within, taken_in
from tests.planning.made_up import manifest, plan

SHARE = part_of(load_demography(), "Bretagne")


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    """One draw of the country and of Bretagne, in one process and with the same settings: campaigns at half and at full
    intensity, invitations, and the shipped campaigns at half."""
    from calibration.draws.files import load_draws
    from calibration.region.law import believed
    from cli.options import Lang
    from cli.runs.request import Request, experiment_of
    from scenarios.language.schema import scaled

    request = Request(command="plan", seed=1, lang=Lang.en, people=1000, draws=1)
    space = load_space(levers=["media", "relatives"])
    (draw,) = load_draws(1)
    experiment = experiment_of(request, [load_scenario("status-quo"), space.scenario], every=1)
    (own,) = believed([draw], experiment.demography, "Bretagne")
    own = replace(own, parameters=draw.parameters)  # a level of 0, so that nothing but the people differs
    there = Space(scenario=taken_in(space.scenario, "Bretagne", experiment.demography))
    alone = replace(experiment, region=Within(region="Bretagne", share=SHARE))
    mixes, media = np.array([[0, 50], [0, 100], [100, 0]]), load_scenario("media")  # levers in the order of the file
    found: dict[str, Any] = {"draw": draw, "items": experiment.costs}
    for name, one, place, drawn in (("country", experiment, space, draw), ("Bretagne", alone, there, own)):
        shipped = media if name == "country" else taken_in(media, "Bretagne", experiment.demography)
        found[name] = simulate(
            Task(experiment=one, space=place, draw=drawn, mixes=mixes, scenarios=(scaled(shipped, 0.5),))
        )
    return found


def test_a_lever_costs_the_region_s_share_at_any_intensity(answers: dict[str, Any]) -> None:
    """Two campaigns in the year 2027, at the price of the draw; by hand."""
    (item,) = (item for item in answers["items"] if item.lever == "media")
    unit = price(item.value, item.low, item.high, answers["draw"].cost_uniforms[item.key]) / 1e6
    country, own = (answers[name].results["cost"].to_numpy()[1:] for name in ("country", "Bretagne"))
    assert country[:2] == pytest.approx([unit, 2 * unit])
    assert own[:2] == pytest.approx([SHARE * unit, 2 * SHARE * unit])
    assert own[[0, 1, 3]] == pytest.approx(SHARE * country[[0, 1, 3]])
    assert own[2] < 0.1 * country[2]
    assert own[3] == pytest.approx(SHARE * unit), "a strategy of the catalogue at half its intensity"
    assert country[3] > 10 * own[3], "negative control: the country pays all of it"


def test_one_process_plans_for_a_region_and_for_the_country(answers: dict[str, Any]) -> None:
    """Histories that are kept are those of their people."""
    country, own = (answers[name].results["activated"].iloc[0] for name in ("country", "Bretagne"))
    assert 1.0 < own < 2.5
    assert 25.0 < country < 50.0


def test_what_is_small_is_told_in_thousands() -> None:
    found = plan(shipped=[load_scenario("media")])
    tidy, country = frames(found), manifest(found)
    region = manifest(found, region="Bretagne", region_share=SHARE, level=None)
    adds = tidy["frontier"].set_index("role").loc["asked", "additional_p50"]
    for lang, thousand, heads in (
        ("en", "thousand", ("Additional (thousands)", "Without it (thousands)", "Cost (k€)", "Adds (thousands)")),
        ("fr", "millier", ("En plus (milliers)", "Sans lui (milliers)", "Coût (k€)", "Ajoute (milliers)")),
    ):
        own, whole = (list(sentences(tidy, one, lang)) for one in (region, country))
        assert headline(tidy, region, lang).startswith("Bretagne · ")
        assert f"{1000 * adds:.0f}"[-3:] in own[0]
        assert thousand in own[0].split(":")[0]
        assert all(thousand in line for line in own if "±" in line or "regret" in line.lower())
        assert not any(thousand in line for line in whole), "negative control"
        shown = {str(column.header) for table in tables(tidy, region, lang) for column in table.columns}
        assert set(heads) <= shown
        assert not set(heads) & {str(c.header) for table in tables(tidy, country, lang) for c in table.columns}
        figure = PICTURES["frontier"](tidy, region, lang)
        words = " ".join(text.get_text() for text in figure.findobj(Text))
        assert f"({thousand}s)" in words
        assert "Bretagne" in words
        assert figure.axes[0].get_ylim()[1] > 1000
        assert PICTURES["frontier"](tidy, country, lang).axes[0].get_ylim()[1] < 10
    region["plan"]["shared"] = ["media", "simplify"]
    told = " ".join(sentences(tidy, region, "en"))
    assert "its share of what is bought for the whole country: " in told
    assert "bought for the whole country" not in " ".join(sentences(tidy, country, "en")), "negative control"
    document = plan_document(tidy, region)
    assert document["region"] == "Bretagne"
    assert document["unit"].startswith("millions of persons, euros and minutes of Bretagne;")
    assert document["result"]["additional_p50"] == pytest.approx(adds, rel=1e-5), "numbers of files are in millions"
    whole = plan_document(tidy, country)
    assert whole["region"] is None
    assert "of the whole country" in whole["unit"]


def test_the_file_of_the_mix_says_how_to_run_it() -> None:
    found = plan()
    level = {"folder": "my runs/level", "sha256": "0"}
    own = manifest(found, region="Provence-Alpes-Côte d'Azur et Corse", region_share=0.08, level=level)
    text = plan_text(found, own)
    assert """--region 'Provence-Alpes-Côte d'"'"'Azur et Corse' --level 'my runs/level'""" in text
    assert "thousand by" in text
    assert "--region" not in plan_text(found, manifest(found))
    scenario = parse_scenario(text, source="plan.toml")
    assert all(table.part == 1.0 for table in scenario.levers)
