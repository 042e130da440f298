"""Every published answer as a line of the comparison: whom it was asked of, and what role it plays for the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from calibration.facts.observed import load_choices
from calibration.survey.instrument import CSA, DNS, NOT_MODELLED

Status = Literal["fitted", "not fitted", "imposed", "not modelled"]
Base = Literal[
    "all", "adults", "knows", "users", "says_activated", "not_activated", "visitors", "non_users"
]  # words of ``text.toml``, section survey_base
FITTED = frozenset((choice.survey, choice.key) for choice in load_choices() if choice.fitted)
"""(survey, key) of the answers that the parameters in use were fitted to (``likelihood.csv``)."""
IMPOSED = frozenset(
    (DNS, key) for key in ("no_use", "time", "information", "ready", "could_recommend", "intends_to_recommend")
)
"""Put in: prevalences solved for (``model.prevalence``), and the constant intention to recommend."""
BARRIERS = ("no_use", "time", "information")


@dataclass(frozen=True)
class Line:
    """One line: a published answer, or one of two readings of its base."""

    survey: str
    key: str
    base: Base
    """Whom it is taken to be asked of."""


def status(line: Line, barrier_base: str = "non_activated") -> Status:
    """Role of a line for the parameters in use.

    ``barrier_base`` is the structural choice: prevalences are solved for on that base, and the answer of the other
    one is then a prediction.
    """
    row = (line.survey, line.key)
    if row in NOT_MODELLED:
        return "not modelled"
    if row in IMPOSED and (line.key not in BARRIERS or (line.base == "visitors") == (barrier_base == "visitors")):
        return "imposed"
    return "fitted" if row in FITTED else "not fitted"


LINES = (
    Line(CSA, "aware", "all"),
    Line(CSA, "activated", "all"),
    Line(CSA, "after_email", "says_activated"),
    Line(CSA, "after_professional", "says_activated"),
    Line(CSA, "informed_by_professional", "knows"),
    Line(CSA, "does_not_recall_email", "all"),
    Line(DNS, "aware", "all"),
    Line(DNS, "used", "all"),
    Line(DNS, "activated", "all"),
    Line(DNS, "visited_only", "users"),
    Line(DNS, "no_use", "not_activated"),
    Line(DNS, "no_use", "visitors"),
    Line(DNS, "time", "not_activated"),
    Line(DNS, "time", "visitors"),
    Line(DNS, "information", "not_activated"),
    Line(DNS, "information", "visitors"),
    Line(DNS, "ready", "non_users"),
    Line(DNS, "could_recommend", "says_activated"),
    Line(DNS, "intends_to_recommend", "says_activated"),
    Line(DNS, "heard_doctor", "knows"),
    Line(DNS, "heard_pharmacist", "knows"),
    Line(DNS, "trusts", "all"),
    Line("Odoxa 2022", "intends_to_activate", "adults"),
)
"""In the order in which they are shown; every row of ``surveys.csv`` once, barriers by both bases."""
