"""The page without a browser: its words, its files, and that nothing in them could run what a person wrote."""

from __future__ import annotations

import json
import re
from datetime import date
from itertools import chain
from pathlib import Path

import pytest

from calibration.facts.inputs import load_costs
from foundation.language.text import LANGUAGES
from scenarios.lever_schemas.base import Span
from web.catalogue import catalogue_document
from web.page import STATIC, label, render, spoken

TEMPLATE = STATIC.parent / "page.html.j2"
SCRIPTS = sorted(STATIC.glob("*.js"))
MOST_LINES = 300
SETTINGS = {
    "version": "0",
    "target_millions": 40.0,
    "target_on": "activated",
    "structures": [],
    "folder": "</script><b>",
}
MARKUP = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\(|Function\("
)
"""What would make markup or code of a text."""


def asked() -> set[str]:
    """Keys, or beginnings of keys, that scripts and template ask for."""
    sections = "|".join(label.own)
    text = "\n".join(file.read_text("utf-8") for file in SCRIPTS)
    template = TEMPLATE.read_text("utf-8")
    found = set(re.findall(rf"[\"`]((?:{sections})\.\w+)", text))
    found |= {f"{section}.{key}" for section, key in re.findall(r'said\.(\w+)(?:\.|\[")(\w+)', template)}
    return found | {f"page.{key}" for key in re.findall(r'\bpage(?:\.|\[")(\w+)', template)}


def exists(key: str) -> bool:
    section, _, name = key.partition(".")
    return any(one == name or (name.endswith("_") and one.startswith(name)) for one in label.own[section])


def fields() -> set[str]:
    """Keys of everything that can be composed."""
    span = Span(policy_start=date(2027, 1, 4), until=date(2027, 12, 31))
    found = catalogue_document(span, load_costs(), "en")
    lists = [found[part] for part in ("common", "target", "price", "burst", "drivers")]
    return {field["key"] for field in chain(*lists, *(kind["fields"] for kind in found["kinds"]))}


def test_every_word_that_is_asked_for_exists() -> None:
    assert len(asked()) > 150
    assert [key for key in asked() if not exists(key)] == []
    assert not exists("compose.no_such_word")


def test_every_word_is_asked_for() -> None:
    downloads = re.findall(r"for what in \((.*?)\)", TEMPLATE.read_text("utf-8"))[0]
    called = asked() | {f"field.{key}" for key in fields()} | {f"keep.{what}" for what in re.findall(r"\w+", downloads)}
    known = {f"{section}.{key}" for section in label.own for key in label.own[section]}
    begun = tuple(key for key in called if key.endswith("_"))
    assert [key for key in sorted(known - called) if not key.startswith(begun)] == []


def test_every_field_has_a_short_label() -> None:
    assert fields() - set(label.own["field"]) - {"means", "target", "weeks"} == set()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_settings_and_words_are_data_in_the_page(lang: str) -> None:
    text = render(lang, SETTINGS)
    data = re.findall(r'<script type="application/json" id="(\w+)">(.*?)</script>', text)
    assert {name: json.loads(content) for name, content in data} == {"settings": SETTINGS, "words": spoken(lang)}
    assert "built-in" not in text, "a word that is the name of a method"
    assert "{" not in re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL)


@pytest.mark.parametrize("file", [*SCRIPTS, TEMPLATE, *STATIC.glob("*.css")], ids=lambda file: file.name)
def test_files_are_short_and_make_no_markup_of_texts(file: Path) -> None:
    text = file.read_text("utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    assert not MARKUP.search(text)
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", text), "nothing from elsewhere"


def test_the_template_runs_no_script_of_its_own() -> None:
    text = TEMPLATE.read_text("utf-8")
    assert re.findall(r"<script(?![^>]*(src=|application/json))", text) == []
    assert re.findall(r"\son\w+=", text) == []
    assert MARKUP.search("box.innerHTML = title")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sources_of_effects_and_prices_are_said_in_the_language(lang: str) -> None:
    """Documents and their days; what is recorded for one language is for the other."""
    span = Span(policy_start=date(2027, 1, 4), until=date(2027, 12, 31))
    rows = [
        (row.get("name") or row["title"], row["source"])
        for kind in catalogue_document(span, load_costs(), lang)["kinds"]
        for row in (*kind["effects"], *kind["prices"])
    ]
    told = [source for _, source in rows if source]
    assert len(told) > 10
    by_name = dict(rows)
    assert by_name["letter_pull"] == "AEA RCT Registry, 2016"
    assert by_name["media_pull"] == "", "nothing is known, and nothing is said"
    words = "calcul sur des chiffres publiés" if lang == "fr" else "computed from published figures"
    assert by_name["reminder_pull"].startswith(words)
