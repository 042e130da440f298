"""Structural alternatives: readings of the evidence that the data do not decide between.

The first value of each is the default. Every alternative is reachable from the command line
(``--structure key=value``) and is named in the outputs.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args, get_type_hints

Reading = Literal["trait", "each_time", "naive"]
Barriers = Literal["lasting", "redrawn"]
Association = Literal["independent", "associated", "exclusive"]
BarrierBase = Literal["non_activated", "visitors"]
Information = Literal["item", "content"]
Driver = Literal["both", "documents", "growth"]
WordOfMouth = Literal["on", "off"]
Traits = Literal["renewed", "lifelong"]


@dataclass(frozen=True, kw_only=True)
class Structure:
    """One choice for each structural question of the model (see ``docs/odd.md``)."""

    reading: Reading = "trait"
    """The 57 % "would use it on a doctor's recommendation": a trait of persons (``trait``), a chance at each
    recommendation times follow-through (``each_time``), or a chance to act each time (``naive``)."""
    barriers: Barriers = "lasting"
    """Whether "no use", "missing information" and "another reason" stop a person for good or anew at each visit."""
    association: Association = "independent"
    """How barriers go together: independent, positively associated (one shared draw in two), or exclusive."""
    barrier_base: BarrierBase = "non_activated"
    """Whom the surveyed barrier shares describe: all not activated, or the visitors who stopped."""
    information: Information = "item"
    """"Missing information": an item needed to sign up, which a contact can supply, or content the service lacked."""
    driver: Driver = "both"
    """What may carry the growth of 2024: documents and service growth, documents alone (g = 0), or growth alone
    (documents stay at their rate of January 2023)."""
    word_of_mouth: WordOfMouth = "on"
    traits: Traits = "renewed"
    """Whether document and GP rates, eagerness and barriers hold for a spell and are then drawn anew, or for life.
    People grow older under both: what follows age (``model.terms.ages``) changes with birthdays."""

    def __post_init__(self) -> None:
        for field, allowed in self.choices().items():
            if getattr(self, field) not in allowed:
                raise ValueError(f"structure: {field} = {getattr(self, field)!r}; allowed: {', '.join(allowed)}")

    @classmethod
    @cache
    def choices(cls) -> dict[str, tuple[str, ...]]:
        """Field name to its allowed values."""
        return {field: get_args(hint) for field, hint in get_type_hints(cls).items()}
