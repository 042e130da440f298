"""Digital advisers and counters who accompany people one by one."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from model import levers
from model.terms.outcome import LeverUse
from scenarios.lever_schemas.base import Charge, Effects, Span, Targeted


class Assisted(Targeted):
    """``kind = "assisted"``: a capacity for the whole country, of which ``intensity`` is used."""

    kind: Literal["assisted"]
    capacity_per_week: int = Field(strict=True, ge=1, le=1_000_000)

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Assisted:
        """Chance of success as drawn."""
        return levers.Assisted(
            capacity=self.capacity_per_week * self.part,
            success=effects["assisted_activation"],
            **self.common(span, ordinal),
        )

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """One price a person accompanied, whether the person activates or not."""
        return (Charge(lever="assisted", item="per person accompanied", quantity=use.contacts, own=self.cost),)
