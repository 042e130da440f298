"""What is asked: every published answer as a line, and its role for the parameters."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Literal

from calibration.facts.targets import DNS, SURVEYS, Base, SurveyItem, load_survey_items
from calibration.survey.instrument import RECOMMENDING, RULES

Status = Literal["fitted", "not fitted", "imposed", "not modelled"]
BARRIERS = ("no_use", "time", "information")


@dataclass(frozen=True)
class Line:
    """A line of the comparison: a published answer, or one of two readings of its base."""

    survey: str
    key: str
    base: Base
    """Whom it is taken to be asked of."""


@cache
def lines() -> tuple[Line, ...]:
    """In the order in which they are shown: by survey, every row of ``surveys.csv`` once, barriers by both bases."""
    found = []
    order = {name: place for place, name in enumerate(SURVEYS)}
    for item in sorted(load_survey_items(), key=lambda item: order.get(item.survey, len(order))):
        found.append(Line(item.survey, item.key, item.base))
        if item.key in BARRIERS:
            found.append(Line(item.survey, item.key, "visitors"))
    return tuple(found)


def imposed(survey: str, key: str) -> bool:
    """Prevalences solved for (``model.prevalence``), and the constant intention to recommend."""
    rule = RULES.get((survey, key))
    return key in RECOMMENDING if rule is None else rule.number is None


def compared(item: SurveyItem) -> bool:
    """Whether a published answer is one that parameters decide on: neither imposed nor outside the model."""
    return (item.survey, item.key) in RULES and not imposed(item.survey, item.key)


def status(line: Line, fitted: Collection[tuple[str, str]], barrier_base: str = "non_activated") -> Status:
    """Role of a line for the parameters in use, which were fitted to the answers ``fitted`` (survey, key).

    ``barrier_base`` is the structural choice: prevalences are solved for on that base, and the answer of the other
    one is then a prediction.
    """
    row = line.survey, line.key
    if row in NOT_MODELLED:
        return "not modelled"
    if imposed(*row) and (line.key not in BARRIERS or (line.base == "visitors") == (barrier_base == "visitors")):
        return "imposed"
    return "fitted" if row in fitted else "not fitted"


NOT_MODELLED: dict[tuple[str, str], dict[str, str]] = {
    (DNS, "heard_pharmacist"): {
        "en": "no pharmacist speaks of the service in the status quo: counters are a lever only",
        "fr": "aucun pharmacien ne parle du service dans le statu quo : le comptoir n'existe que comme levier",
    },
    (DNS, "trusts"): {
        "en": "people have no trust in the model: nothing in it depends on it",
        "fr": "la confiance n'existe pas dans le modèle : rien n'en dépend",
    },
    ("Odoxa 2022", "intends_to_activate"): {
        "en": "an intention, and its base is unknown; intentions are traits only where a doctor recommends",
        "fr": "une intention, de base inconnue ; le modèle n'a d'intentions que devant un médecin qui recommande",
    },
}
"""Rows of ``surveys.csv`` without a process in the model, and why (survey, key): language: text."""
