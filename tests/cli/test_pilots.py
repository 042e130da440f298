"""``mes pilot``, ``mes learn`` and ``--effects``: small, with what a user can get wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from calibration.draws.effects import read_effects, recorded, with_effects
from calibration.draws.files import load_draws
from cli import pilots
from cli.commands.effects import _study
from cli.main import app
from cli.options import Lang
from cli.pilots import _print_pilot
from foundation.errors import UserError
from foundation.store.manifest import read
from planning.sensitivity.study import Choice

Mes = Callable[..., Result]
HEAD = "lever,arm,n,activated,weeks\n"
ARMS = HEAD + "letter,control,10000,330,13\nletter,treated,10000,800,13\n"
SMALL = ("--people", "2000", "--draws", "3", "--workers", "1", "--pictures", "none")


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run on what is believed beforehand."""
    folder = tmp_path_factory.mktemp("pilots") / "plain"
    done = CliRunner().invoke(app, ["run", "letters-with-code", *SMALL, "--out", str(folder)])
    assert done.exit_code == 0, done.stderr
    return folder


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The response from few people and draws: what is looked at is the command."""
    monkeypatch.setattr("cli.pilots.SAMPLE", 1000)
    monkeypatch.setattr("cli.pilots.DRAWS", 2)
    monkeypatch.setattr("planning.pilots.worth.WIDTHS", 20)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            ("A randomised pilot of letters (letter): 2,000 people, 13 weeks", "pull of a letter with a code", "wide"),
        ),
        (
            "fr",
            ("Un essai pilote randomisé, courriers postaux (letter) : 2 000 personnes", "loi a priori", "large de 0,"),
        ),
    ],
)
def test_a_pilot_says_what_it_would_teach(mes: Mes, lang: str, words: tuple[str, ...]) -> None:
    result = mes("pilot", "letter", "--people", "2000", "--lang", lang)
    assert result.exit_code == 0, result.stderr
    said = " ".join(result.stdout.replace("\u202f", " ").replace("\u00a0", " ").split())
    for word in words:
        assert word in said


def test_a_larger_pilot_teaches_more(mes: Mes) -> None:
    """As JSON; and the same seed gives the same."""
    documents = [json.loads(mes("pilot", "sms", "--people", str(n), "--json").stdout) for n in (200, 200_000, 200)]
    widths = [document["after"]["width"] for document in documents]
    assert widths[1] < widths[0] <= 1.1 * documents[0]["before"]["width"]
    assert documents[0] == documents[2]


def test_a_pilot_is_valued_with_a_comparison(mes: Mes, tmp_path: Path) -> None:
    """Of few draws nothing can be told from noise: no number is shown as if it could."""
    made = mes("compare", "status-quo", "letters-with-code", "media", *SMALL, "--out", "c")
    assert made.exit_code == 0, made.stderr
    for lang, noise, today in (
        ("en", "Worth: within noise", "Chosen today: "),
        ("fr", "dans le bruit", "Choix d’aujourd’hui"),
    ):
        result = mes("pilot", "letter", "--people", "2000", "--run", "c", "--lang", lang)
        assert result.exit_code == 0, result.stderr
        said = " ".join(result.stdout.split())
        assert noise in said
        assert today in said
        assert "0.000" not in said
        assert ("(noise: fewer than 1,000 activations)" if lang == "en" else "moins de 1 000 activations)") in said
    value = json.loads(mes("pilot", "letter", "--people", "2000", "--run", "c", "--json").stdout)["value"]
    assert value["strategy_today"] in ("status-quo", "letters-with-code", "media")
    assert value["budget_millions_eur"] == 60.0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pilot", "email"), ("'email' is no lever whose people can be randomised", "allowed: sms, letter")),
        (("pilot", "lettr"), ('did you mean "letter"',)),
        (("pilot", "letter", "--people", "3"), ("--people: 3; needed 20 to 100,000,000",)),
        (("pilot", "letter", "--weeks", "0"), ("--weeks: 0; needed 1 to 102",)),
        (("pilot", "letter", "--seed", "-1"), ("--seed: -1",)),
        (("pilot", "letter", "--budget", "5M"), ("--budget: of use with --run only",)),
        (("pilot", "letter", "--run", "nowhere", "--people", "100"), ("nowhere",)),
        (("learn", "no.csv"), ("no.csv: there is no such file",)),
        (("run", "media", "--effects", "no.json"), ("no.json",)),
        (("pilot",), ("Missing argument 'LEVER'",)),
        (("learn",), ("Missing argument 'FILE'",)),
    ],
)
def test_slips_are_one_message(mes: Mes, words: tuple[str, ...], said: tuple[str, ...]) -> None:
    result = mes(*words)
    assert result.exit_code == 2, result.stderr
    for word in said:
        assert word in result.stderr
    assert "Traceback" not in result.stderr


def test_all_problems_of_a_file_of_results_are_told_at_once(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text(HEAD + "leter,treat,10000,330000000000,13\nletter,control,x,990,103\n")
    result = mes("learn", "bad.csv")
    assert result.exit_code == 2
    assert [line.removeprefix("mes: ").split(":")[0] for line in result.stderr.splitlines()] == [
        "bad.csv, line 2, lever", "bad.csv, line 2, arm", "bad.csv, line 2, activated",
        "bad.csv, line 3, n", "bad.csv, line 3, weeks",
    ]  # fmt: skip
    assert "a whole number up to 102" in result.stderr, "what --weeks of mes pilot allows"
    assert "100 000 000" in mes("learn", "bad.csv", "--lang", "fr").stderr.replace("\u202f", " ")


@pytest.mark.usefixtures("undrawn")
@pytest.mark.parametrize(("lang", "words"), [("en", "8.00 % of the treated"), ("fr", "8,00 % des personnes traitées")])
def test_a_result_is_learned_and_taken_by_run(mes: Mes, tmp_path: Path, plain: Path, lang: str, words: str) -> None:
    (tmp_path / "results.csv").write_text(ARMS)
    result = mes("learn", "results.csv", "--anyway", "--out", "learned.json", "--lang", lang)
    assert result.exit_code == 0, result.stderr
    assert words in result.stdout.replace("\u202f", " ")
    again = mes("learn", "results.csv", "--out", "learned.json")
    assert (again.exit_code, "exists already" in again.stderr) == (2, True)
    done = mes("run", "letters-with-code", *SMALL, "--effects", "learned.json", "--out", "learned", "--lang", lang)
    assert done.exit_code == 0, done.stderr
    assert "learned.json" in read(tmp_path / "learned")["effects"]
    gains = [pd.read_parquet(one / "outcomes.parquet")["additional_millions"] for one in (plain, tmp_path / "learned")]
    assert not gains[0].equals(gains[1])
    assert "learned.json" in done.stdout, "the table says so"
    (law,) = read(tmp_path / "learned")["learned"]
    assert law["name"] == "letter_pull"
    assert law["p05"] < law["p50"] < law["p95"]
    told = json.loads(mes("compare", "learned", "--json").stdout)
    assert told["effects"] == read(tmp_path / "learned")["effects"]
    assert told["learned_effects"] == [{key: law[key] for key in ("name", "p05", "p50", "p95")}]
    report = mes("report", "learned", "--out", "r.html", "--lang", lang)
    assert report.exit_code == 0, report.stderr
    page = (tmp_path / "r.html").read_text()
    source = {"en": "trials of your own: learned.json", "fr": "vos essais\u00a0: learned.json"}[lang]
    assert source in page, "not the prior, which the draws no longer follow"


def test_sensitivity_takes_what_was_simulated(mes: Mes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Learned effects at the rank of each draw, and drivers that the scenario fixes; not what the prior says."""
    monkeypatch.setattr("planning.sensitivity.study.FEWEST", 3)
    (tmp_path / "results.csv").write_text(ARMS)
    assert mes("learn", "results.csv", "--anyway", "--out", "l.json").exit_code == 0
    drivers = "[drivers]\ndocuments_per_year = 0.0\n"
    (tmp_path / "x.toml").write_text(f'[title]\nen = "X"\n{drivers}[[lever]]\nkind = "letter"\n')
    small = ("--people", "300", "--draws", "3", "--workers", "1", "--pictures", "none")
    done = mes("run", "x.toml", *small, "--effects", "l.json", "--out", "c")
    assert done.exit_code == 0, done.stderr
    drawn = _study(tmp_path / "c", Choice(value=30.0, budget=None), None).drawn
    draws = load_draws(3)
    taught = with_effects(draws, read_effects(tmp_path / "l.json"))
    assert drawn["letter_pull"].tolist() == [draw.effects["letter_pull"] for draw in taught]
    assert drawn["letter_pull"].tolist() != [draw.effects["letter_pull"] for draw in draws], "negative control"
    assert drawn["sms_pull"].tolist() == [draw.effects["sms_pull"] for draw in draws]
    assert not [name for name in drawn if name.startswith("drivers.document_shocks")], "the same on all draws"
    assert [name for name in drawn if name.startswith("drivers.shocks")]
    for lang in ("en", "fr"):
        told = mes("sensitivity", "c", "--out", f"s-{lang}", "--pictures", "none", "--lang", lang)
        assert (told.exit_code, "(l.json)" in told.stdout) == (0, True), told.stderr
    document = json.loads((tmp_path / "s-fr" / "sensitivity.json").read_text())
    assert [law["name"] for law in document["learned_effects"]] == ["letter_pull"]
    laws = [{key: law[key] for key in law if key != "quantiles"} for law in read(tmp_path / "c")["learned"]]
    with pytest.raises(UserError, match="by an earlier version"):
        recorded(tmp_path / "c", laws)


def test_a_trial_that_nobody_would_have_expected_needs_a_word(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "swapped.csv").write_text(HEAD + "letter,treated,10000,330,13\nletter,control,10000,990,13\n")
    refused = mes("learn", "swapped.csv")
    assert (refused.exit_code, "swapped arms" in refused.stderr.replace("\n", " ")) == (2, True)
    assert not (tmp_path / "learned-letter.json").exists()
    result = mes("learn", "swapped.csv", "--anyway")
    assert (result.exit_code, "WARNING" in result.stdout) == (0, True)
    assert (tmp_path / "learned-letter.json").is_file()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_later_of_two_that_contradict_each_other_is_refused(mes: Mes, tmp_path: Path, lang: str) -> None:
    """In either order; both are learned with --anyway, and the law is the same."""
    (tmp_path / "a.csv").write_text(HEAD + "letter,control,40000,1320,13\nletter,treated,40000,2600,13\n")
    (tmp_path / "b.csv").write_text(HEAD + "letter,control,40000,1300,13\nletter,treated,40000,1420,13\n")
    laws = []
    for first, second in (("a", "b"), ("b", "a")):
        assert mes("learn", f"{first}.csv", "--anyway", "--out", f"{first}.json").exit_code == 0
        both = ("learn", f"{second}.csv", "--effects", f"{first}.json", "--out", f"{first}{second}.json")
        refused = mes(*both, "--lang", lang)
        assert refused.exit_code == 2
        said = " ".join(refused.stderr.replace("\u202f", " ").split())
        assert f"{first}.json" in said
        assert {"en": "--anyway learns from both", "fr": "--anyway apprend des deux"}[lang] in said
        assert mes(*both, "--anyway").exit_code == 0
        laws.append(read_effects(tmp_path / f"{first}{second}.json").quantiles["letter_pull"])
    assert laws[0] == pytest.approx(laws[1], rel=1e-6)


def test_a_trial_is_not_counted_twice_in_another_form(mes: Mes, tmp_path: Path) -> None:
    (tmp_path / "one.csv").write_text(ARMS)
    french = "Levier;Bras;Effectif;Activés;Semaines\ncourrier;témoin;10 000;330;13\ncourrier;traité;10 000;800;13\n"
    (tmp_path / "again.csv").write_text(french)
    assert mes("learn", "one.csv", "--anyway", "--out", "one.json").exit_code == 0
    refused = mes("learn", "again.csv", "--effects", "one.json", "--out", "two.json")
    assert (refused.exit_code, "with the same counts already" in refused.stderr) == (2, True)
    assert not (tmp_path / "two.json").exists()
    assert mes("learn", "again.csv", "--effects", "one.json", "--out", "two.json", "--anyway").exit_code == 0


@pytest.mark.parametrize(
    ("value", "floor", "low", "wanted"),
    [
        (0.0003, 0.0, 0.0001, "within noise.*(noise: fewer than 1,000 activations)"),
        (0.02, 0.0312, 0.001, "within noise.*(noise: up to 31.2 thousand activations)"),
        (
            0.02,
            0.0002,
            0.001,
            "add 8.00 thousand activations on.*exactly: 20.0 [1.0; 30.0] thousand.*fewer than 1,000 act",
        ),
        (
            0.02,
            0.003,
            0.001,
            "add 8.00 thousand activations on.*exactly: 20.0 [1.0; 30.0] thousand.*up to 3.00 thousand act",
        ),
    ],
)
def test_what_a_pilot_is_worth_is_told_in_thousands(
    value: float, floor: float, low: float, wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    law = {"p05": 1.0, "p50": 2.0, "p95": 3.0, "width": 2.0}
    perfect = {"value": value, "floor": floor, "low": low, "high": 0.03}
    document = {
        "lever": "letter", "effect": "letter_pull", "people": 2000, "weeks": 13, "baseline": 0.02, "status": "proxy",
        "learned": None, "before": law, "after": {"width": 1.0, "width_p05": 0.9, "width_p95": 1.1},
        "value": {"budget_millions_eur": 60.0, "title_today": "Media", "millions": 0.4 * value, "millions_eur": 1.0,
                  "perfect": perfect},
    }  # fmt: skip
    _print_pilot(document, Lang.en)
    said = " ".join(capsys.readouterr().out.replace("\u00a0", " ").split())
    assert re.search(".*".join(map(re.escape, wanted.split(".*"))), said), said


@pytest.mark.parametrize(
    ("treated", "mean", "weeks", "title", "gap"),
    [
        (1, 0.0290, 1, "1 personne traitée, 1 témoin, 1 semaine", "points"),
        (1000, -0.45, 13, "1 000 personnes traitées, 1 000 témoins, 13 semaines", "points"),
        (1000, 0.0145, 13, "13 semaines", "point"),
    ],
)
def test_what_a_trial_counts_agrees_in_french(
    treated: int, mean: float, weeks: int, title: str, gap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    monkeypatch.setattr(pilots, "_tell", told.append)
    law = {"p05": 0.1, "p50": 0.2, "p95": 0.3, "width": 0.2}
    trial = {"treated": treated, "control": treated, "treated_activated": 1, "control_activated": 0}
    found = {
        "trial": trial, "lever": "letter", "weeks": weeks, "effect": "letter_effect", "before": law, "after": law,
        "difference": {"mean": mean, "p05": mean - 0.01, "p95": mean + 0.01}, "surprise": 1.0, "file": "f.json",
    }  # fmt: skip
    monkeypatch.setattr("calibration.parameter_line", lambda name, lang: name)
    pilots._print_learned(found, Lang.fr)
    assert told[0].replace("\u202f", " ").endswith(title)
    (line,) = (one for one in told if "écart" in one)
    assert re.search(rf"\] {gap} \(", line.replace("\u00a0", " "))
