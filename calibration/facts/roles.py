"""Which prior plays which part: in the status quo, in levers, or in the survey only."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from model.terms.parameters import Parameters, People, Practice, Prevalence, Pulls, Stops, WordOfMouth
from scenarios.lever_schemas.words import effect_names

_PATHS = {
    "notice_pull": (Pulls, "notice"),
    "letter_notice_ratio": (Pulls, "letter_notice_ratio"),
    "reminder_pull": (Pulls, "reminder"),
    "document_pull": (Pulls, "document"),
    "document_scale": (Pulls, "document_scale"),
    "peer_pull": (Pulls, "peer"),
    "spontaneous_rate": (Pulls, "spontaneous"),
    "media_pull": (Pulls, "media"),
    "service_growth": (Pulls, "growth"),
    "recommendation_rate": (Practice, "recommendation_rate"),
    "recommending_doctors": (Practice, "recommending_doctors"),
    "follow_through": (Practice, "follow_through"),
    "eagerness_shape": (People, "eagerness_shape"),
    "notices": (People, "notices"),
    "access": (People, "access"),
    "child_together": (People, "child_together"),
    "tell": (WordOfMouth, "tell"),
    "stop_no_use": (Stops, "no_use"),
    "stop_time": (Stops, "time"),
    "stop_information": (Stops, "information"),
    "stop_other": (Stops, "other"),
    "use_erosion": (Stops, "use_erosion"),
    "other_reason": (Prevalence, "other"),
}
"""Prior to the class and the field of ``model.terms.parameters``."""
STATUS_QUO = tuple(_PATHS)
"""What the simulator of the status quo takes."""
SHARED = ("reminder_pull", "media_pull")
"""Of the status quo and, with the same value in a draw, the effects of levers of the same kind."""
EFFECTS = (*SHARED, *effect_names())
"""What levers do; no stock informs them, apart from ``SHARED``."""
SURVEY = ("overclaim_activated_dns2023", "overclaim_activated_csa2022", "overclaim_used")
"""How people answer; used by the survey as an instrument only."""
DISCREPANCY = "discrepancy"
"""What the model can't reproduce in the stocks; part of the likelihood only."""
FREE = (*STATUS_QUO, *SURVEY, DISCREPANCY)
"""Free parameters of the calibration; one column each in the posterior's file."""


def check_names(given: Collection[str], needed: Sequence[str] = STATUS_QUO) -> None:
    """Raises ``ValueError`` unless ``given`` holds exactly the names ``needed``."""
    missing, unknown = [n for n in needed if n not in given], [n for n in given if n not in needed]
    problems = [f"{word}: {', '.join(names)}" for word, names in (("missing", missing), ("unknown", unknown)) if names]
    if problems:
        raise ValueError(f"parameter values, {'; '.join(problems)}; needed: {', '.join(needed)}")


def to_parameters(values: Mapping[str, float]) -> Parameters:
    """The model's parameters from one value for each name of ``STATUS_QUO``.

    Prevalences other than ``other_reason`` keep the surveyed shares: they are solved for later.

    Raises:
        ValueError: a name is missing or unknown.
    """
    check_names(values)
    groups: dict[type[Any], dict[str, float]] = {}
    for name, (group, field) in _PATHS.items():
        groups.setdefault(group, {})[field] = float(values[name])
    return Parameters(
        people=People(**groups[People]),
        pulls=Pulls(**groups[Pulls]),
        practice=Practice(**groups[Practice]),
        word_of_mouth=WordOfMouth(**groups[WordOfMouth]),
        stops=Stops(**groups[Stops]),
        prevalence=Prevalence(**groups[Prevalence]),
    )
