"""Activated people are invited to recommend the service to their relatives."""

from __future__ import annotations

from typing import Literal

from model import levers
from model.terms.outcome import LeverUse
from scenarios.lever_schemas.base import Charge, Effects, Span, Targeted, at_least_one


class Relatives(Targeted):
    """``kind = "relatives"``; the target selects the activated people who are invited."""

    paid_once = True
    kind: Literal["relatives"]

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Relatives:
        """Boost as drawn."""
        return levers.Relatives(boost=at_least_one(effects["relatives_boost"]), **self.common(span, ordinal))

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """One price a campaign, however many are invited; levers that begin together are one campaign."""
        item, campaign = "one campaign of invitations to activated users", f"from {self.start}"
        return (Charge(lever="relatives", item=item, quantity=use.bursts * self.part, own=self.cost, shared=campaign),)
