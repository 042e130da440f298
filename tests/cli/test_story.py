"""``mes story``: lives in both languages, as JSON, and clear errors."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date

import pytest
from typer.testing import Result

from model.terms.weeks import monday, week_of

Mes = Callable[..., Result]
FEW = ("--people", "1500")
POLICY = week_of(date(2027, 1, 4))


@pytest.fixture
def told(mes: Mes) -> Callable[..., dict]:  # type: ignore[type-arg]
    """``told(12, "--seed", 2)`` gives the document."""

    def tell(*arguments: object) -> dict:  # type: ignore[type-arg]
        result = mes("story", *arguments, *FEW, "--json")
        assert result.exit_code == 0, result.stderr
        return json.loads(result.stdout)  # type: ignore[no-any-return]

    return tell


def test_a_life_as_json(told: Callable[..., dict]) -> None:  # type: ignore[type-arg]
    document = told(700, "--scenario", "mix-broad")
    assert (document["person"], document["real"], document["scenario"]) == (700, False, "mix-broad")
    weeks = [event["week"] for event in document["events"]]
    assert weeks == sorted(weeks)
    for event in document["events"]:
        assert event["date"] == (monday(event["week"]).isoformat() if event["week"] >= 0 else None)
        assert event["sentence"]
    ended = [event["week"] for event in document["events"] if event["outcome"] == "activated"]
    assert ended == [week for week in [document["record"]["activated"]] if week is not None and week >= 0]


def test_the_same_person_has_the_same_history_under_another_scenario(told: Callable[..., dict]) -> None:  # type: ignore[type-arg]
    one, other = (told(650, "--scenario", name) for name in ("status-quo", "mix-broad"))
    before = [[e["sentence"] for e in document["events"] if e["week"] < POLICY] for document in (one, other)]
    assert before[0] == before[1]
    assert told(650, "--seed", "2")["traits"] != one["traits"]


@pytest.mark.parametrize(("lang", "title"), [("en", "Simulated person 620"), ("fr", "Personne simulée n°\u00a0620")])
def test_a_life_in_words(mes: Mes, lang: str, title: str) -> None:
    result = mes("story", 620, *FEW, "--lang", lang)
    assert result.exit_code == 0, result.stderr
    assert title in result.stdout
    assert ("Nobody real" if lang == "en" else "Personne fictive") in result.stdout
    assert "{" not in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((99_999_999, *FEW), "person 99999999: allowed: 0 to"),
        (("x", *FEW), "Invalid value for 'ID'"),
        ((1, *FEW, "--draw", "100000"), "draws = 100001"),
        ((1, *FEW, "--draw", "-1"), "--draw: -1; needed"),
        ((1, *FEW, "--scenario", "mix-brod"), "mix-broad"),
    ],
)
def test_what_is_wrong_is_said(mes: Mes, arguments: tuple[object, ...], message: str) -> None:
    result = mes("story", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_who_it_is_not_is_said_whole_on_a_narrow_screen(lang: str, mes: Mes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    shown = " ".join(mes("story", "12", *FEW, "--lang", lang).stdout.split())
    assert ("seed 1, 1,500 people" if lang == "en" else "graine 1, 1 500 personnes") in shown
