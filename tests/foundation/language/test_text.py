"""Words and numbers in both languages."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from foundation.language.numbers import compact, day, interval, month, number, percent, typeset, with_interval
from foundation.language.text import LANGUAGES, group_label, label, scenario_titles, words
from model.terms.channels import Channel
from model.terms.outcome import DIMENSIONS

ROOT = Path(__file__).parents[3]
ROOMS = ("foundation", "scenarios", "calibration", "report")
FILES = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]


def test_every_text_is_there_in_both_languages() -> None:
    for section, texts in words().items():
        for key, text in texts.items():
            assert set(text) == set(LANGUAGES), f"{section}.{key}"
            assert all(text.values())
            fields = [sorted(re.findall(r"{(\w+)}", text[lang])) for lang in LANGUAGES]
            assert fields[0] == fields[1], f"{section}.{key}: not the same values"


def test_every_text_that_the_code_asks_for_exists() -> None:
    asked = {key for file in FILES for key in re.findall(r'label\(\s*"(\w+\.\w+)"', file.read_text(encoding="utf-8"))}
    assert len(asked) > 30
    for key in asked:
        section, name = key.split(".")
        assert name in words()[section], key


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        label("common.nothing", "en")


def test_all_channels_and_dimensions_have_words() -> None:
    assert set(words()["channel"]) == {channel.name.lower() for channel in Channel}
    assert set(words()["dimension"]) == set(DIMENSIONS)


def test_groups() -> None:
    assert group_label("age_band", "16-17", "en") == "16–17"
    assert group_label("age_band", "75+", "fr") == "75 et plus"
    assert group_label("digital_exclusion", "yes", "fr") == "exclus du numérique"
    assert group_label("region", "Provence-Alpes-Côte d'Azur et Corse", "fr") == "Provence-Alpes-Côte d’Azur et Corse"
    assert group_label("region", "Bretagne", "en") == "Bretagne"


def test_titles_come_from_either_form_of_manifest_and_differ() -> None:
    entries = [{"name": n, "title": {"en": "Media", "fr": "Médias : TV"}} for n in ("a", "a@two")]
    assert scenario_titles({"scenarios": entries}, "en") == {"a": "Media (a)", "a@two": "Media (a@two)"}
    titles = {"a": {"en": "Media", "fr": "Médias : TV"}}
    assert scenario_titles({"titles": titles}, "fr") == {"a": "Médias\u00a0: TV"}


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


def test_french_texts_have_french_spaces() -> None:
    for section, texts in words().items():
        for key, text in texts.items():
            shown = typeset(text["fr"], "fr")
            assert not re.search(r"[^\s\u00a0\u202f][;!?»]|[^\s\u00a0\u202f]:(?!/)| [;:!?%»]|« |'", shown), (
                f"{section}.{key}: {shown}"
            )
