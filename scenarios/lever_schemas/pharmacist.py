"""Suggestions at the pharmacy counter."""

from __future__ import annotations

from typing import Literal

from model import levers
from model.terms.channels import Channel
from model.terms.outcome import LeverUse
from scenarios.lever_schemas.base import Effects, Pulling, Span, rate_of_chance
from scenarios.lever_schemas.prices import Charge


class Pharmacist(Pulling):
    """``kind = "pharmacist"``: ``intensity`` is the share of visits that bring a suggestion."""

    kind: Literal["pharmacist"]

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Counter:
        """The chance drawn, as a rate."""
        return levers.Counter(
            channel=Channel.PHARMACIST, pull=rate_of_chance(effects["pharmacist_pull"]), **self.common(span, ordinal)
        )

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """A fee for every activation of the channel."""
        return (Charge(lever="pharmacist", item="fee per activation", quantity=use.activations, own=self.cost),)
