"""The words of tables and pictures, in French and English (``foundation/language/text.toml``)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from foundation.language.numbers import typeset

LANGUAGES = ("en", "fr")
WORDS = Path(__file__).with_suffix(".toml")


@cache
def words() -> dict[str, dict[str, dict[str, str]]]:
    """Section, key, language: the plain text."""
    return tomllib.loads(WORDS.read_text(encoding="utf-8"))


def label(key: str, lang: str, **values: object) -> str:
    """The text of ``"section.key"`` with its values filled in, typeset.

    Raises:
        KeyError: no such key or language, or a value is missing.
    """
    section, _, name = key.partition(".")
    return typeset(words()[section][name][lang].format(**values), lang)


def group_label(dimension: str, group: str, lang: str) -> str:
    """A group as a reader names it; a region keeps its official name unless ``text.toml`` translates it."""
    if dimension == "age_band":
        return _age_label(group, lang)
    if group in words().get(dimension, {}):
        return typeset(words()[dimension][group][lang], lang)
    return typeset(group, lang)


def group_title(dimension: str, group: str, lang: str) -> str:
    """A group with its dimension where the name alone would puzzle."""
    name = group_label(dimension, group, lang)
    return f"{label('dimension.age_band', lang)} {name}" if dimension == "age_band" else name


def _age_label(band: str, lang: str) -> str:
    if band.endswith("+"):
        return label("age_band.over", lang, low=band[:-1])
    low, _, high = band.partition("-")
    return label("age_band.years", lang, low=low, high=high) if high else band


def price_letters(statuses: str, lang: str) -> str:
    """The letters of the statuses of prices, as ``scenarios.compare.statuses`` joins them; a published price has
    none."""
    letters = words()["price_letter"]
    return "".join(label(f"price_letter.{status}", lang) for status in statuses.split(", ") if status in letters)


def price_words(statuses: str, lang: str) -> str:
    """The same in words: ``supposé, dérivé``."""
    return ", ".join(label(f"price_status.{status}", lang) for status in statuses.split(", ") if status)


def scenario_titles(manifest: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Name to title of each scenario of a run; of two with the same title both show their name as well."""
    given = manifest.get("titles") or {entry["name"]: entry["title"] for entry in manifest["scenarios"]}
    titles = {name: typeset(title[lang], lang) for name, title in given.items()}
    shown = list(titles.values())
    return {name: title if shown.count(title) == 1 else f"{title} ({name})" for name, title in titles.items()}
