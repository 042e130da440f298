"""Suggestions at the pharmacy counter, and at hospital admission and discharge."""

from __future__ import annotations

from typing import ClassVar, Literal

from model import levers
from model.terms.channels import Channel
from model.terms.outcome import LeverUse
from scenarios.lever_schemas.base import Charge, Effects, Pulling, Span, rate_of_chance


class CounterTable(Pulling):
    """``intensity`` is the share of visits to the counter, or of stays, that bring a suggestion."""

    channel: ClassVar[Literal[Channel.PHARMACIST, Channel.HOSPITAL]]

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Counter:
        """The chance drawn, as a rate."""
        pull = rate_of_chance(effects[f"{self.kind}_pull"])
        return levers.Counter(channel=self.channel, pull=pull, **self.common(span, ordinal))

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """A fee for each activation that falls under the lever."""
        return (Charge(lever=self.kind, item="fee per activation", quantity=use.activations, own=self.cost),)


class Pharmacist(CounterTable):
    """``kind = "pharmacist"``."""

    channel = Channel.PHARMACIST
    kind: Literal["pharmacist"]


class Hospital(CounterTable):
    """``kind = "hospital"``."""

    channel = Channel.HOSPITAL
    kind: Literal["hospital"]
