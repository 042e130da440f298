"""Suggestions at the pharmacy counter, and at hospital admission and discharge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from model.levers.base import SUGGESTION, Campaign, Lever, Person
from model.terms.channels import Channel
from model.terms.keyed import TIMING
from model.terms.shapes import Floats
from model.terms.tables import Weekly
from model.terms.weeks import WEEKS_PER_YEAR

_SLOTS = {Channel.PHARMACIST: 8, Channel.HOSPITAL: 9}


@dataclass(frozen=True, kw_only=True)
class Counter(Lever):
    """Suggestions by pharmacists, or at hospital admission and discharge; ``dose`` is the chance that one visit to the
    counter (or one stay) brings a suggestion."""

    effect = SUGGESTION

    channel: Literal[Channel.PHARMACIST, Channel.HOSPITAL]
    pull: float

    @property
    def slot(self) -> int:
        return _SLOTS[self.channel]

    def eases(self) -> int:
        return 0

    @property
    def fee(self) -> bool:
        """Of every activation that follows a suggestion."""
        return True

    @property
    def through(self) -> Channel:
        return self.channel

    def exposure(self, status_quo: Weekly) -> Floats:
        return self.levels(len(status_quo.growth)) / WEEKS_PER_YEAR

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        return {"pull": self.pull}

    def reach(self, campaign: Campaign, owner: Person, recipient: Person) -> float:
        return owner.counter_visits(self.channel)

    def enrols(self, campaign: Campaign, patient: Person, week: int) -> bool:
        """The dose is a share of visits: whether that of a patient in a week is among them is drawn."""
        return campaign.draw(TIMING, patient.number, week) < campaign.dose(week)
