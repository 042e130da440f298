"""A region from the command line: its level from a file of counts, runs of it, what regions differ in."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import Result

SMALL = ("--people", 2000, "--draws", 4, "--workers", 1)
FIT = ("--people", 3000, "--draws", 60, "--workers", 1)
COUNTS = (
    "date,activated_millions,error_millions,region\n2024-06-30,0.78,0.05,Bretagne\n2025-12-31,1.30,0.06,Bretagne\n"
    "2025-12-31,23.5,0.5,\n2025-12-31,1.31,0.05,Normandie\n"
)
Mes = Callable[..., Result]


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from typer.testing import CliRunner

    from cli.main import app

    folder = tmp_path_factory.mktemp("level")
    (folder / "counts.csv").write_text(COUNTS)
    words = ("calibrate", "--region", "Bretagne", "--counts", folder / "counts.csv", "--out", folder / "bretagne", *FIT)
    found = CliRunner().invoke(app, [*map(str, words), "--pictures", "none"])
    assert found.exit_code == 0, found.output
    assert "Nothing speaks against" in found.stdout
    assert "2 counts of the file are not used" in found.stdout
    return folder / "bretagne"


def test_a_level_is_a_folder_that_can_be_verified_and_shown(level: Path, mes: Mes) -> None:
    assert mes("verify", level).exit_code == 0
    document = json.loads((level / "level.json").read_text())
    assert document["region"] == "Bretagne"
    assert [row["quantity"] for row in document["results"]] == ["level", "growth_factor", *["activated_millions"] * 2]
    last = document["results"][2]["after"]
    assert 1.2 < last["p05"] < 1.30 < last["p95"] < 1.4
    assert document["results"][2]["before"]["p95"] - document["results"][2]["before"]["p05"] > last["p95"] - last["p05"]
    assert document["verdict"] == ["sound", "untold"]
    assert mes("plot", level).exit_code == 0
    assert (level / "pictures" / "level.en.png").is_file()


def test_the_same_fit_again_gives_the_same_draws(level: Path, mes: Mes) -> None:
    few = ("--people", 1000, "--draws", 12, "--workers", 1, "--pictures", "none", "--json")
    made = []
    for region, seed, out in (("Bretagne", 1, "one"), ("bretagne", 1, "again"), ("Bretagne", 2, "other")):
        counts = ("--counts", level.parent / "counts.csv")
        found = mes("calibrate", "--region", region, *counts, *few, "--seed", seed, "--out", out)
        assert found.exit_code == 0, found.output
        made.append(pd.read_parquet(Path(out) / "level.parquet"))
    assert made[0].equals(made[1])
    assert not made[0].equals(made[2]), "negative control"
    assert json.loads(found.stdout)["unit"].startswith("millions of activated profiles of the region")


def test_a_run_with_the_level_goes_on_from_the_counts(level: Path, mes: Mes) -> None:
    found = mes("run", "letters-with-code", "--level", level, *SMALL, "--out", "run", "--pictures", "none")
    assert found.exit_code == 0, found.output
    assert "Bretagne" in found.stdout.splitlines()[0]
    assert "level fitted to its counts" in found.stdout.replace("\n", " ")
    assert "Additional (thousands)" in found.stdout
    manifest = json.loads(Path("run/manifest.json").read_text())
    assert manifest["region"] == "Bretagne"
    assert manifest["continued"] is True
    assert [stock["date"] for stock in manifest["stock_targets"]] == ["2024-06-30", "2025-12-31"]
    assert manifest["target_millions"] == 2.02  # 40 M of 68.6 M, for 3.5 M
    assert "When the target of 2.02 million is reached" in " ".join(found.stdout.split())
    weekly = pd.read_parquet("run/weekly.parquet")
    assert weekly["living"].between(3.2e6, 3.7e6).all()
    at_count = weekly[(weekly["week"] == 205) & (weekly["scenario"] == "status-quo")]["activated"] / 1e6
    assert at_count.between(1.1, 1.5).all()
    groups = pd.read_parquet("run/groups.parquet")
    assert set(groups[groups["dimension"] == "region"]["group"]) == {"Bretagne"}
    assert mes("verify", "run").exit_code == 0
    reached = mes("run", "status-quo", "--level", level, *SMALL, "--target", "0.9M").stderr
    assert "Bretagne had reached it by 2025-12-31, as its counts say; give more than 1.24 million" in reached
    other = mes("run", "status-quo", "--level", "run", *SMALL)
    assert other.exit_code == 2
    assert "run is no folder of `mes calibrate --region`" in other.stderr
    for words in (("report", "run"), ("sensitivity", "run", "--out", "s")):
        refused = mes(*words)
        assert refused.exit_code == 2
        assert "is of Bretagne alone" in refused.stderr
    clash = mes("run", "status-quo", "--region", "Normandie", "--level", level, *SMALL)
    assert clash.exit_code == 2
    assert "is of Bretagne, not of Normandie" in clash.stderr


def test_a_region_of_which_nothing_is_known_is_at_the_level_believed(mes: Mes) -> None:
    found = mes("compare", "media", "--region", "Bretagne", *SMALL, "--out", "run", "--json", "--pictures", "none")
    assert found.exit_code == 0, found.output
    document = json.loads(found.stdout)
    assert document["region"] == "Bretagne"
    assert document["level"] is None
    assert document["region_share"] == pytest.approx(0.0506, abs=1e-4)
    assert document["unit"].startswith("persons of Bretagne")
    assert json.loads(Path("run/manifest.json").read_text())["continued"] is False
    country = mes("compare", "media", *SMALL, "--out", "country", "--json", "--pictures", "none")
    whole, own = (json.loads(one.stdout)["scenarios"][1] for one in (country, found))
    share = own["cost_millions_eur"]["p50"] / whole["cost_millions_eur"]["p50"]
    assert share == pytest.approx(document["region_share"], rel=1e-3)  # costs are rounded in the document
    assert json.loads(country.stdout)["region"] is None
    mixed = mes("compare", "run", "country", "--out", "both")
    assert mixed.exit_code == 2


def test_all_are_all_of_the_region() -> None:
    from dataclasses import replace

    from calibration.facts.inputs import insured_at_launch
    from cli.options import Lang
    from cli.regions.asked import regional
    from cli.runs.request import Request, experiment_of
    from scenarios.language.files import load_scenario

    request = Request(command="run", seed=1, lang=Lang.en, region="Bretagne", people=insured_at_launch())
    found = regional(request, experiment_of(request, [load_scenario("media")], 1))
    assert found.settings.people == 3_443_050
    assert regional(replace(request, region=None), found) is found


def test_the_twin_takes_a_region_too(mes: Mes) -> None:
    words = ("run", "status-quo", "--region", "Bretagne", "--people", 300, "--draws", 1, "--pictures", "none")
    for engine in ("fast", "mesa"):
        assert mes(*words, "--engine", engine, "--out", engine, "--workers", 1).exit_code == 0
    one, other = (pd.read_parquet(f"{engine}/weekly.parquet") for engine in ("fast", "mesa"))
    assert one["activated"].equals(other["activated"])


def test_regions_differ_by_something(mes: Mes) -> None:
    found = mes("regions", "--people", 1000, "--draws", 2, "--workers", 1, "--out", "regions", "--lang", "fr")
    assert found.exit_code == 0, found.output
    assert "Aucun comptage régional" in found.stdout
    document = json.loads(Path("regions/regions.json").read_text())
    assert len(document["regions"]) == 26
    assert {row["switch"] for row in document["drivers"]} >= {"as_is", "exclusion", "all", "level"}
    assert mes("verify", "regions").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "status-quo", "--region", "PACA"), 'within "Provence-Alpes-Côte d\'Azur et Corse"'),
        (("run", "status-quo", "--region", "La Réunion"), 'within "Outre-mer (DROM)"'),
        (("run", "status-quo", "--region", "Bretange"), 'did you mean "Bretagne"?'),
        (("run", "status-quo", "--region", "Texas"), "no region 'Texas'; allowed: Auvergne-Rhône-Alpes"),
        (("run", "status-quo", "--level", "nowhere"), "nowhere"),
        (("run", "status-quo", "--region", "Bretagne", "--people", "4000000"), "Bretagne has 3443050 insured"),
        (("calibrate", "--region", "Bretagne", "--out", "x"), "name the file of its counts with --counts"),
        (("calibrate", "--region", "Bretagne", "--out", "x", "--counts", "c.csv", "--waves", "2"), "--waves"),
        (("calibrate", "--posterior", "x", "--out", "y"), "--posterior: of use with --region only"),
        (("calibrate", "--region", "Grand Est", "--out", "x", "--counts", "c.csv"), "no count of Grand Est"),
        (("calibrate", "--region", "Bretagne", "--out", "x", "--counts", "big.csv"), "has 3.4 million insured"),
    ],
)
def test_what_cannot_be_done_is_said(mes: Mes, words: tuple[str, ...], said: str) -> None:
    Path("c.csv").write_text(COUNTS)
    Path("big.csv").write_text("date,activated_millions,error_millions\n2025-12-31,13.5,0.1\n")
    found = mes(*words)
    assert found.exit_code == 2, found.output
    assert said in " ".join(found.stderr.split())
    assert not Path("x").exists()


FEW = ("--people", 1000, "--draws", 4, "--workers", 1, "--pictures", "none")
PLAN = (
    *("plan", "--budget", "2027=60k,2028=150k", "--until", "2028-12-31", "--quick", "--levers", "media,relatives"),
    *FEW,
)


def test_a_plan_with_the_level_goes_on_from_the_counts(level: Path, mes: Mes) -> None:
    made = mes(*PLAN, "--level", level, "--out", "own", "--json")
    assert made.exit_code == 0, made.stderr
    document = json.loads(made.stdout)
    assert document["level"]["folder"] == str(level)
    manifest = json.loads(Path("own/manifest.json").read_text())
    assert manifest["continued"] is True
    assert [stock["date"] for stock in manifest["stock_targets"]] == ["2024-06-30", "2025-12-31"]
    assert f"--region Bretagne --level {level}" in Path("own/plan.toml").read_text()
    other = mes(*PLAN, "--region", "Bretagne", "--out", "own", "--resume")
    assert other.exit_code == 2
    assert "level" in other.stderr
    reached = mes(*PLAN, "--level", level, "--target", "1.2M")
    assert reached.exit_code == 2
    assert "Bretagne had reached it by 2025-12-31, as its counts say" in reached.stderr


def test_a_plan_for_a_region_from_end_to_end(mes: Mes) -> None:
    made = mes(*PLAN, "--region", "Bretagne", "--out", "own", "--json")
    assert made.exit_code == 0, made.stderr
    document = json.loads(made.stdout)
    assert document["region"] == "Bretagne"
    assert document["region_share"] == pytest.approx(0.0506, abs=1e-4)
    assert document["level"] is None
    assert document["target_millions"] == 2.02
    assert document["prices"]
    assert sum(row["search_cost_mean"] <= row["ceiling_millions_eur"] for row in document["years"]) == 2
    assert 0 < document["most_that_can_be_spent_millions_eur"] < 3
    assert mes("verify", "own").exit_code == 0
    assert json.loads(Path("own/manifest.json").read_text())["plan"]["shared"] == ["relatives", "media"]
    draws = pd.read_parquet("own/plan_draws.parquet")
    status_quo = draws.loc[draws["role"] == "status-quo", "activated_millions"]
    assert status_quo.between(1.0, 3.0).all()
    again = mes(*PLAN, "--region", "Bretagne", "--out", "own", "--resume", "--json")
    assert json.loads(again.stdout)["result"] == document["result"]
    for words in ((), ("--region", "Normandie")):
        other = mes(*PLAN, *words, "--out", "own", "--resume")
        assert other.exit_code == 2
        assert "region" in other.stderr
    run = mes("run", "own/plan.toml", "--region", "Bretagne", "--until", "2028-12-31", *FEW, "--out", "run")
    assert run.exit_code == 0, run.stderr
    outcomes = pd.read_parquet("run/outcomes.parquet").set_index(["scenario", "draw"])
    planned = draws[(draws["role"] == "frontier") & (draws["name"] == "0.21")].set_index("draw")
    for draw, row in planned.iterrows():
        assert outcomes.loc[("plan", draw), "cost_millions_eur"] == pytest.approx(row["cost_millions_eur"], rel=1e-9)
        added = outcomes.loc[("plan", draw), "additional_millions"]
        assert added == pytest.approx(row["additional_millions"], abs=1e-9)
    country = mes("compare", "media", "--until", "2028-12-31", *FEW, "--out", "country")
    assert country.exit_code == 0, country.stderr
    report = mes("report", "country", "--plan", "own")
    assert report.exit_code == 2
    assert "own: is of Bretagne alone" in report.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--region", "Bretange"), 'did you mean "Bretagne"?'),
        (("--region", "Bretagne", "--target", "19M"), "--target: 19 million; Bretagne has 3.4 million insured"),
        (("--region", "Bretagne", "--people", "4000000"), "Bretagne has 3443050 insured"),
        (("--level", "nowhere"), "nowhere"),
        (("--region", "Bretagne", "--within", "./south.toml"), "lever letter: its regions leave Bretagne out"),
        (("--region", "Bretagne", "--structure", "average"), "average"),
    ],
)
def test_what_cannot_be_planned_is_said(mes: Mes, words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    head = '[title]\nen = "x"\n[[lever]]\nkind = "email"\n[[lever]]\nkind = "letter"\n'
    (tmp_path / "south.toml").write_text(f'{head}[lever.target]\nregions = ["Occitanie"]\n')
    found = mes("plan", "--budget", "100k", *words)
    assert found.exit_code == 2, found.output
    assert said in " ".join(found.stderr.split())
    assert not (tmp_path / "runs").exists()


def test_a_target_of_a_region_is_held_to_its_own_people(mes: Mes) -> None:
    """Not to the counts of the country, which are larger than any target that a region can have."""
    bretagne = ("run", "status-quo", "--region", "Bretagne", *SMALL, "--pictures", "none")
    found = mes(*bretagne, "--target", "2.2M", "--out", "run")
    assert found.exit_code == 0, found.output
    assert json.loads(Path("run/manifest.json").read_text())["target_millions"] == 2.2
    for target in ("30M", "users=5M"):
        refused = mes(*bretagne, "--target", target)
        assert (refused.exit_code, "million; Bretagne has 3.4 million insured" in refused.stderr) == (2, True)


def test_what_a_file_lacks_and_what_is_of_no_use_is_said(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "counts.csv").write_text(COUNTS + "2025-12-31,1.32,0.05,Occitanie\n")
    asked = ("calibrate", "--counts", tmp_path / "counts.csv", "--out", tmp_path / "level")
    assert "there are counts of: Bretagne, Normandie, Occitanie\n" in mes(*asked, "--region", "Grand Est").stderr
    assert "draws of a region are in level.parquet" in mes(*asked, "--region", "Bretagne", "--netcdf").stderr
