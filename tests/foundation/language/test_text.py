"""Words and numbers in both languages."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from foundation.language.numbers import (
    NARROW,
    agreed,
    compact,
    day,
    exact,
    in_figures,
    interval,
    month,
    number,
    percent,
    short,
    typeset,
    with_interval,
)
from foundation.language.text import Words, header, label


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        label("common.nothing", "en")


def test_a_room_says_its_own_words_before_those_below(tmp_path: Path) -> None:
    (tmp_path / "words.toml").write_text('[common]\nquick = { en = "{n} mine", fr = "{n} : mien" }\n', encoding="utf-8")
    room = Words(str(tmp_path / "__init__.py"), label)
    assert room("common.quick", "fr", n=1) == "1\u00a0: mien"
    assert room("quantile.p50", "en") == "median"
    assert "quantile.p50" in room
    assert "quantile.p51" not in room
    with pytest.raises(KeyError):
        room("common.quick", "en")
    with pytest.raises(KeyError):
        room("common.nothing", "en")


def test_a_column_has_words_or_keeps_its_name(tmp_path: Path) -> None:
    texts = '[column]\nx = { en = "ex", fr = "ixe" }\nx_low = { en = "low ex", fr = "bas d\'ixe" }\n'
    (tmp_path / "words.toml").write_text(texts, encoding="utf-8")
    room = Words(str(tmp_path / "__init__.py"), label)
    assert header("x_p50", "fr", room) == "ixe, médiane"
    assert header("x_low", "fr", room) == "bas d’ixe"
    assert header("y_p50", "fr", room) == "y_p50"


def test_numbers() -> None:
    assert number(1234567.891, 2, "en") == "1,234,567.89"
    assert number(1234567.891, 2, "fr") == "1\u202f234\u202f567,89"
    assert number(-0.5, 1, "fr") == "−0,5"
    assert number(-0.001, 2, "en") == "0.00", "no minus before zero"
    assert number(0.5, 1, "en", sign=True) == "+0.5"
    assert number(None, 1, "en") == number(float("inf"), 1, "en") == "–"
    assert [compact(value, "en") for value in (0.1234, 1.234, 12.34, 123.4, 12345.6)] == [
        "0.12", "1.23", "12.3", "123", "12,346",
    ]  # fmt: skip
    assert percent(0.153, "fr") == "15\u202f%"


def test_figures_of_messages() -> None:
    shown = ("23.634", "1e-06", "50,000", "1,234.5", "-0.9", "5e+15", "1e308", "0.6.0", "x")
    told = (
        "23,634",
        "0,000001",
        "50\u202f000",
        "1\u202f234,5",
        "-0,9",
        f"5{5 * f'{NARROW}000'}",
        "1e308",
        "0.6.0",
        "x",
    )
    assert tuple(in_figures(one, "fr") for one in shown) == told
    assert tuple(in_figures(one, "en") for one in shown) == shown
    assert in_figures(2.5, "fr") == "2,5"
    assert in_figures("1000000", "fr") == f"1{NARROW}000{NARROW}000"
    assert [in_figures(one, "fr") for one in ("2027", "8765", "00012345")] == ["2027", "8765", "00012345"]


def test_millions_agree_with_their_number() -> None:
    said = {"2,94 million": "2,94 millions", "1,99 millions": "1,99 million", "0 millions": "0 million",
            "2,94 ± 0,04 million": "2,94 ± 0,04 millions", "1\u202f000\u00a0million": "1\u202f000\u00a0millions",
            "2,9</data>\u00a0million": "2,9</data>\u00a0millions",
            "1,72 milliers": "1,72 millier", "36,2 ± 3,44 millier": "36,2 ± 3,44 milliers",
            "[0,8 ; 3,0] millions": "[0,8 ; 3,0] millions"}  # fmt: skip
    assert {text: agreed(text, "fr") for text in said} == said
    assert agreed("2.94 million", "en") == "2.94 million"


def test_a_number_that_somebody_has_set_keeps_its_decimals() -> None:
    assert [short(value, "en") for value in (40.0, 40.5, 2.02, 0.3, 3.44305)] == ["40", "40.5", "2.02", "0.3", "3.4"]


def test_a_target_keeps_all_its_digits() -> None:
    shown = {
        40.0: "40",
        1.825: "1,825",
        37.125: "37,125",
        0.185: "0,185",
        1000 * 0.0951: "95,1",
        12.3456789: "12,3456789",
    }
    assert {value: exact(value, "fr") for value in shown} == shown


def test_intervals() -> None:
    assert interval(0.85, 1.6, 2, "en") == "[0.85;\u00a01.60]"
    assert interval(0.85, 1.6, 2, "fr") == "[0,85\u202f;\u00a01,60]"
    assert with_interval(0.85, 1.2, 1.6, "en") == "1.20\u00a0[0.85;\u00a01.60]"
    assert with_interval(8.0, 12.0, None, "en") == "12.0\u00a0[8.0;\u00a0–]"
    assert with_interval(None, None, None, "en") == "–"


def test_dates() -> None:
    assert day("2024-10-07", "en") == "7\u00a0Oct\u00a02024"
    assert day(date(2026, 1, 1), "fr") == "1er\u00a0janv.\u00a02026"
    assert day(date(2027, 8, 31), "fr") == "31\u00a0août\u00a02027"
    assert month("2027-02-03", "fr") == "févr.\u00a02027"


def test_typography() -> None:
    assert typeset("Coût : 15 % ; « l'effet » !", "fr") == "Coût\u00a0: 15\u202f%\u202f; «\u00a0l’effet\u00a0»\u202f!"
    assert typeset("doctors' time: 15 %", "en") == "doctors’ time: 15\u202f%"
