"""Inputs as a reader names them."""

from __future__ import annotations

from functools import cache

from planning.sensitivity.inputs import DUMMY, PRICE
from planning.text import label, words
from scenarios.lever_schemas.words import effect_word, item_word, lever_word


@cache
def input_title(name: str, lang: str) -> str:
    """An input in words; one that has none keeps its name."""
    if name == DUMMY:
        return label("sensitivity.dummy", lang)
    if name.startswith(PRICE):
        price = name.removeprefix(PRICE)
        lever, _, item = price.partition("/")
        known = lever_word("doctors" if lever == "doctor" else lever, lang)
        return label("input.price", lang, lever=known or lever, item=item_word(price, lang) or item)
    key = name.replace(".", "_")
    return label(f"input.{key}", lang) if key in words()["input"] else effect_word(name, lang) or name
