"""Inputs as a reader names them."""

from __future__ import annotations

from functools import cache

from foundation.language.text import label as scenario_label
from foundation.language.text import words as scenario_words
from planning.sensitivity.inputs import DUMMY, PRICE
from planning.text import label, words


@cache
def input_title(name: str, lang: str) -> str:
    """An input in words; one that has none keeps its name."""
    if name == DUMMY:
        return label("sensitivity.dummy", lang)
    if name.startswith(PRICE):
        lever, _, item = name.removeprefix(PRICE).partition("/")
        return label("input.price", lang, lever=_lever(lever, lang), item=_item(item, lang))
    key = name.replace(".", "_")
    return label(f"input.{key}", lang) if key in words()["input"] else name


def _lever(lever: str, lang: str) -> str:
    word = "doctors" if lever == "doctor" else lever
    return scenario_label(f"lever.{word}", lang) if word in scenario_words()["lever"] else lever


def _item(item: str, lang: str) -> str:
    key = item.replace(",", "").replace(" ", "_").replace("-", "_")
    return label(f"item.{key}", lang) if key in words()["item"] else item
