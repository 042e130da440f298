"""``mes plan``, ``mes effects``, ``mes sensitivity``: what a user can get wrong, and small runs from end to end."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import Result

from foundation.errors import UserError
from planning.mix.study import markdown as of_guide
from tests.cli.test_bad_input import refused

Mes = Callable[..., Result]
SMALL = ("--people", 3000, "--draws", 4, "--workers", 1)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("plan",), ("--budget",)),
        (("plan", "--budget", "sixty"), ("sixty", "60M")),
        (("plan", "--budget=-5M"), ("-5M", "more than 0")),
        (("plan", "--budget", "0"), ("more than 0",)),
        (("plan", "--budget", "1,500"), ("two ways",)),
        (("plan", "--budget", "60"), ("'60' is 60 euros", "60M")),
        (("plan", "--budget", "60M", "--target", "400M"), ("400 million", "69 million insured")),
        (("plan", "--budget", "60M", "--until", "2027-13-01"), ("--until", "2027-13-01", "no date")),
        (("plan", "--budget", "60M", "--levers", "email,smss"), ("smss", 'did you mean "sms"')),
        (("plan", "--budget", "60M", "--levers", ""), ("names no lever", "email")),
        (("plan", "--budget", "60M", "--within", "statu-quo"), ("statu-quo", 'did you mean "status-quo"')),
        (("plan", "--budget", "60M", "--within", "status-quo"), ("nothing to plan with",)),
        (("plan", "--budget", "60M", "--probability", "1.5"), ("--probability: 1.5",)),
        (("plan", "--budget", "60M", "--minutes", "much"), ("--minutes", "much")),
        (("plan", "--budget", "60M", "--target", "-3"), ("--target", "-3")),
        (("plan", "--budget", "60M", "--until", "2030-01-01"), ("2030-01-01",)),
        (("plan", "--budget", "60M", "--draws", "2"), ("--draws: 2", "needed 4 to")),
        (("plan", "--budget", "60M", "--draws", "100000"), ("--draws: 100000",)),
        (("plan", "--budget", "60M", "--resume"), ("--resume", "--out")),
        (("plan", "--budget", "60M", "--resume", "--out", "r"), ("no such run folder",)),
        (("effects", "--people", "0"), ("--people: 0",)),
        (("effects", "--until", "31/12/2027"), ("--until",)),
        (("sensitivity", "no-such-folder"), ("no-such-folder", "not a run folder")),
        (("sensitivity", ".", "--value", "0"), ("--value: 0",)),
        (("sensitivity", ".", "--value", "3", "--budget", "6M"), ("one of them",)),
        (("sensitivity", ".", "--budget", "lots"), ("--budget", "lots")),
    ],
)
def test_bad_arguments(mes: Mes, arguments: tuple[str, ...], words: tuple[str, ...], tmp_path: Path) -> None:
    refused(mes(*arguments), *words)
    assert list(tmp_path.iterdir()) == []


def test_more_money_than_levers(mes: Mes, tmp_path: Path) -> None:
    refused(mes("plan", "--budget", "1bn", "--levers", "email,newborn", *SMALL), "more than the levers can spend")
    assert not (tmp_path / "runs").exists()


def test_a_lever_that_reaches_nobody(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "old.toml").write_text(
        '[title]\nen = "x"\n[[lever]]\nkind = "letter"\n[lever.target]\nage_from = 118\n[[lever]]\nkind = "email"\n'
    )
    refused(mes("plan", "--budget", "1M", "--within", "./old.toml", *SMALL), "lever letter", "reaches nobody")


def test_an_empty_group(mes: Mes) -> None:
    few = ("--people", 40, "--draws", 4, "--workers", 1)
    refused(mes("plan", "--budget", "100k", "--levers", "email", "--fair", *few), "group", "empty", "--people")


@pytest.mark.slow
def test_a_small_plan_from_end_to_end(mes: Mes, tmp_path: Path) -> None:
    options = ("--budget", "2 M€", "--levers", "email,sms,newborn", "--quick", *SMALL, "--out", "p")
    result = mes("plan", *options, "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["fair"] is False
    assert len(document["search_draws"]) + len(document["fresh_draws"]) == 4
    folder = tmp_path / "p"
    assert json.loads((folder / "plan.json").read_text())["result"] == document["result"]
    assert [path.name for path in (folder / "pictures").glob("frontier.*.png")] == ["frontier.en.png"]
    frontier = pd.read_parquet(folder / "frontier.parquet")
    asked = frontier[frontier["role"] == "asked"].iloc[0]
    assert asked["search_cost_mean"] <= 2.0
    _runs_as_it_stands(mes, folder, pd.read_parquet(folder / "plan_draws.parquet"))
    refused(mes("plan", *options), "exists")
    with pytest.raises(UserError, match="a plan of the country; the guide shows one of a region"):
        of_guide(folder, "en")
    assert mes("plot", "p", "--lang", "fr").exit_code == 0
    again = mes("plan", *options, "--resume", "--json")
    assert json.loads(again.stdout)["result"] == document["result"]


def _runs_as_it_stands(mes: Mes, folder: Path, draws: pd.DataFrame) -> None:
    """``plan.toml`` gives the very numbers of the plan on the same draws."""
    assert mes("run", folder / "plan.toml", *SMALL, "--out", "r").exit_code == 0
    outcomes = pd.read_parquet(folder.parent / "r" / "outcomes.parquet").set_index(["scenario", "draw"])
    planned = draws[(draws["role"] == "frontier") & (draws["name"] == "2")].set_index("draw")
    for draw, row in planned.iterrows():
        run = outcomes.loc[("plan", draw)]
        assert run["additional_millions"] == pytest.approx(row["additional_millions"], abs=1e-9)
        assert run["cost_millions_eur"] == pytest.approx(row["cost_millions_eur"], rel=1e-9)


@pytest.mark.slow
def test_effects_from_end_to_end(mes: Mes, tmp_path: Path) -> None:
    result = mes("effects", "--people", 3000, "--draws", 2, "--workers", 1, "--out", "e", "--json")
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert {row["channel"] for row in document["channels"]} >= {"notice", "document", "doctor", "peer", "email"}
    table = pd.read_parquet(tmp_path / "e" / "effects.parquet")
    # What channels are given, and who was activated before the launch, add up to the stock.
    sums = table.groupby(["draw", "day"]).agg(attributed=("attributed", "sum"), activated=("activated", "first"))
    rest = sums["activated"] - sums["attributed"]
    assert rest.between(0.0, 0.6).all()
    assert rest.unstack("day").round(9).nunique(axis=1).eq(1).all()  # sums of floats in two orders
    assert mes("plot", "e").exit_code == 0
    assert "effet du retrait" in (tmp_path / "e" / "effects.fr.csv").read_text(encoding="utf-8-sig")


def test_an_option_is_known_by_its_old_name_too(mes: Mes) -> None:
    for old, new in (("--by", "--until"), ("--by=2027-13-01", "--until")):
        result = mes("plan", "--budget", "60M", old, *["2027-13-01"] * ("=" not in old))
        assert result.exit_code == 2
        notice, error = result.stderr.splitlines()
        assert notice == f"mes: {old.partition('=')[0]}: is called {new} now"
        assert error.startswith(f"mes: {new}: '2027-13-01' is no date")
    assert "--counts" in mes("calibrate", "--out", "c", "--targets", "no.csv", "--lang", "fr").stderr
