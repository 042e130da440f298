"""Inputs and studies in words."""

from __future__ import annotations

from functools import cache

from calibration import parameter_word, shock_word
from calibration.facts.priors import prior_of
from foundation.language.numbers import typeset
from planning.sensitivity import label
from planning.sensitivity.indices import DUMMY, PRICE, study_titles
from scenarios.lever_schemas import price_word


def study_title(study: str, lang: str) -> str:
    """A study in words."""
    titles = study_titles()
    return typeset(titles[study][lang], lang) if study in titles else label(f"information.{study}", lang)


@cache
def input_title(name: str, lang: str) -> str:
    """An input in words; one that has none keeps its name."""
    if name == DUMMY:
        return label("sensitivity.dummy", lang)
    if name.startswith(PRICE):
        price = name.removeprefix(PRICE)
        return label("input.price", lang, what=price_word(price, lang) or price)
    base, _, place = name.rpartition(".")
    if base == "drivers.shocks":
        return shock_word(int(place), lang)
    if place.isdecimal():  # one of many alike, counted from 1 for readers
        return label(f"input.{base.replace('.', '_')}", lang, number=int(place) + 1)
    return parameter_word(prior_of(name), lang) or name
