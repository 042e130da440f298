"""The words of plans, effects and sensitivities, in French and English (``planning/text.toml``)."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

import pandas as pd

from foundation.language.numbers import typeset
from foundation.language.text import group_label, price_words
from foundation.language.text import label as scenario_label
from scenarios.compare.tables import write_csv as write_as_is
from scenarios.lever_schemas.words import lever_word

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


def lever_title(name: str, kind: str, lang: str) -> str:
    """A lever as a reader names it; one of a kind that has several shows its own name too."""
    if name in words()["lever"]:
        return label(f"lever.{name}", lang)
    title = lever_word(kind, lang)
    if title is None:
        return name
    return title if name in (kind, f"doctors-{kind}") else f"{title} ({name})"


def header(column: str, lang: str) -> str:
    """A column's name in words: ``cost_p50`` is "coût (millions d'euros), médiane" in French."""
    base, _, end = column.rpartition("_")
    known = words()["column"]
    if lang == "fr" and end in words()["quantile"] and base in known:
        return f"{label(f'column.{base}', lang)}, {label(f'quantile.{end}', lang)}"
    return label(f"column.{column}", lang) if lang == "fr" and column in known else column


def write_csv(table: pd.DataFrame, path: Path, lang: str) -> None:
    """A table for a spreadsheet, in one step: English with commas and the column names of the frame, French with
    semicolons, decimal commas and French headers."""
    shown = table
    if lang == "fr":
        shown = table.copy()
        if {"dimension", "group"} <= set(shown.columns):
            pairs = zip(shown["dimension"], shown["group"], strict=True)
            shown["group"] = [group_label(str(dimension), str(group), lang) for dimension, group in pairs]
            shown["dimension"] = [scenario_label(f"dimension.{dimension}", lang) for dimension in shown["dimension"]]
        if "price_status" in shown:
            shown["price_status"] = [price_words(found, lang) for found in shown["price_status"]]
        shown = shown.rename(columns={name: header(str(name), lang) for name in shown.columns})
        # The common writer translates groups of the columns it knows: here everything is translated already.
        shown = shown.rename(columns={"group": "groupe"})
    write_as_is(shown, path, lang)
