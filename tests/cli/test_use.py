"""Targets on users from the command line."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import mes
from cli.main import app
from foundation.errors import UserError
from foundation.language.text import in_language
from foundation.store.manifest import read
from foundation.store.store import nothing_finished
from scenarios.compare.comparison import _refuse_since_launch, refuse_target
from web.explorer import folder_document

SMALL = ("--people", "2000", "--draws", "3", "--workers", "1", "--pictures", "none")


def called(*words: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(app, list(words))
    return found.exit_code, found.stdout, found.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("use") / "run"
    code, _, told = called("run", "simplified-signup", *SMALL, "--target", "users=2.5M", "--json", "--out", str(out))
    assert code == 0, told
    return out


def test_the_target_is_on_users(folder: Path) -> None:
    manifest, outcomes = read(folder), pd.read_parquet(folder / "outcomes.parquet")
    assert (manifest["target_on"], manifest["target_millions"]) == ("users", 2.5)
    table = pd.read_parquet(folder / "users.parquet")
    users = table.groupby(["scenario", "draw"])["users"]
    for (scenario, draw), months in users:
        row = outcomes[(outcomes["scenario"] == scenario) & (outcomes["draw"] == draw)].iloc[0]
        assert row["reached"] == (months.iloc[-1] >= 2.5e6), "at the horizon"
        ahead = table[(table["scenario"] == scenario) & (table["draw"] == draw) & (table["month"] >= "2027-01")]
        there = ahead["month"][ahead["users"] >= 2.5e6]
        if len(there):
            assert str(row["reached_date"])[:7] == there.iloc[0], "not the peak at launch"
            assert (date.fromisoformat(row["reached_date"]) + timedelta(days=1)).day == 1
        else:
            assert str(row["reached_date"]) > "2027-12-31" or pd.isna(row["reached_date"])
        assert row["monthly_users_millions"] == pytest.approx(months.iloc[-1] / 1e6)


def test_results_are_those_of_a_target_on_profiles(folder: Path, tmp_path: Path) -> None:
    code, said, _ = called("run", "simplified-signup", *SMALL, "--json", "--out", str(tmp_path / "plain"))
    assert code == 0
    one, other = (pd.read_parquet(path / "outcomes.parquet") for path in (folder, tmp_path / "plain"))
    same = [name for name in one.columns if name not in ("reached", "reached_date")]
    pd.testing.assert_frame_equal(one[same], other[same])
    document = json.loads(said)
    assert document["target_on"] == "activated"
    assert document["at_horizon"]["lasting_users_millions"]["p50"] > 0


def test_the_report_is_of_users_and_pictures_draw_no_line(folder: Path) -> None:
    code, _, told = called("report", str(folder), "--lang", "fr")
    assert code == 0, told
    assert "utilisateurs mensuels" in (folder / "report.fr.html").read_text(encoding="utf-8")
    code, _, told = called("plot", str(folder), "--workers", "1")
    assert code == 0, told
    assert (folder / "pictures" / "use.en.png").is_file()


@pytest.mark.parametrize(("text", "said"), [("user=5M", 'did you mean "users"?'), ("clicks=5M", "allowed: activated")])
def test_another_target_is_refused(text: str, said: str, tmp_path: Path) -> None:
    code, _, told = called("run", "media", "--target", text, "--out", str(tmp_path / "x"))
    assert code == 2
    assert said in told
    assert not (tmp_path / "x").exists()


def test_a_plan_on_users(tmp_path: Path) -> None:
    words = ("--budget", "5M", "--levers", "simplify,documents", "--people", "1000", "--draws", "6", "--workers", "1")
    more = ("--pictures", "none", "--target", "users=4M", "--quick", "--json", "--out", str(tmp_path / "plan"))
    code, said, told = called("plan", *words, *more)
    assert code == 0, told
    document = json.loads(said)
    assert document["target_on"] == "users"
    assert document["choices"]["maximised"] == "mean additional monthly users"
    draws = pd.read_parquet(tmp_path / "plan" / "plan_draws.parquet")
    quo = draws.loc[draws["role"] == "status-quo", "activated_millions"]
    assert quo.between(1.0, 12.0).all(), "users, not profiles"


def test_a_forecast_is_of_profiles() -> None:
    code, _, told = called("forecast", "--target", "users=5M")
    assert code == 2
    assert "activated profiles" in told


def test_draws_of_ones_own_are_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from calibration.draws import use

    monkeypatch.setattr(use, "_shipped", dict)
    code, said, _ = called("run", "media", *SMALL, "--out", str(tmp_path / "run"))
    assert code == 0
    assert "not counted" in said
    code, _, told = called("run", "media", *SMALL, "--target", "users=5M", "--out", str(tmp_path / "users"))
    assert code == 2
    assert "no posterior of use" in told


def test_what_is_of_profiles_only_refuses_users(folder: Path) -> None:
    """A line at five million users would have been drawn among activated profiles."""
    code, _, told = called("forecast", "--target", "users=5M")
    assert (code, "--target: this command is of activated profiles" in told) == (2, True)


def test_the_page_opens_a_folder_whose_target_is_on_users(folder: Path) -> None:
    """It says so, and the chart of profiles has no line for it (tests/web/browser)."""
    answer = folder_document(folder, "en")["answer"]
    assert (answer["settings"]["target_on"], answer["settings"]["target_millions"]) == ("users", 2.5)
    assert answer["use"]["scenarios"]["simplified-signup"]["shown"]["monthly"]


def test_a_folder_whose_target_was_reached_already_is_refused() -> None:
    """By the counts that the run knew; a bound on the target itself counts as reached, 25 million does not."""
    counts = [
        {"date": "2021-12-31", "millions": 90.0, "low_millions": 90.0, "kind": "initial"},
        {"date": "2026-01-29", "millions": 24.5, "low_millions": 24.0, "kind": "headline"},
    ]
    refuse_target(Path("r"), {"target_millions": 24.5, "stock_targets": counts})
    with pytest.raises(UserError, match="r: the target of 24 million profiles was reached already: 24 million or more"):
        refuse_target(Path("r"), {"target_millions": 24.0, "stock_targets": counts})
    with pytest.raises(UserError, match="reached already"):
        mes.compare(["media"], people=1000, draws=1, target="8M")


def test_a_folder_whose_dates_are_of_the_launch_is_refused(folder: Path) -> None:
    manifest, outcomes = read(folder), pd.read_parquet(folder / "outcomes.parquet")
    _refuse_since_launch(folder, manifest, outcomes)
    for earlier in (outcomes.assign(reached_date="2022-03-13"), outcomes.assign(reached=~outcomes["reached"])):
        with pytest.raises(UserError, match="of an earlier version"):
            _refuse_since_launch(folder, manifest, earlier)


@pytest.mark.parametrize(("command", "lang"), [("run", "en"), ("compare", "fr"), ("plan", "en")])
def test_a_horizon_by_which_no_month_is_over_is_refused(tmp_path: Path, command: str, lang: str) -> None:
    words = {"run": ("media",), "compare": ("media",), "plan": ("--budget", "9M")}[command]
    dates = ("--policy-start", "2022-01-31", "--until")
    code, _, told = called(command, *words, *dates, "2022-02-21", "--lang", lang, "--out", str(tmp_path / "x"))
    assert code == 2
    assert {"en": "no month is over by then", "fr": "aucun mois n’est alors terminé"}[lang] in told
    assert "2022-02-22" in told or "22 févr. 2022" in told
    assert not (tmp_path / "x").exists()


def test_the_least_horizon_with_users_is_computed(tmp_path: Path) -> None:
    dates = ("--policy-start", "2022-01-31", "--until", "2022-02-22")
    code, _, told = called("run", "media", *SMALL, *dates, "--out", str(tmp_path / "x"))
    assert code == 0, told


def test_that_nothing_came_through_is_french() -> None:
    failed = [{"draw": 1, "error": "ValueError: x", "traceback": ""}]
    said = in_language(str(nothing_finished(Path("b1"), failed, "draw")), "fr")
    assert (
        said.replace("\u202f", " ").replace("\u00a0", " ") == "b1 : aucun tirage n’a abouti ; tirage 1 : ValueError: x"
    )
    for unit in ("run", "quantity"):
        assert unit not in in_language(str(nothing_finished(Path("b1"), [{unit: 1, "error": "x"}], unit)), "fr")
