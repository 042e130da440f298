"""A simpler sign-up."""

from __future__ import annotations

from typing import Literal

from model import levers
from model.terms.outcome import LeverUse
from scenarios.lever_schemas.base import Charge, Effects, LeverTable, Span


class Simplify(LeverTable):
    """``kind = "simplify"``; without target: everybody meets the same sign-up."""

    paid_once = True
    kind: Literal["simplify"]

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Simplify:
        """Shares of the stops that it removes, as drawn."""
        return levers.Simplify(
            information=effects["simplify_information"], time=effects["simplify_time"], **self.common(span, ordinal)
        )

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """Development is paid once, whatever the intensity."""
        item, shared = "one-off development", "development"
        return (Charge(lever="simplify", item=item, quantity=self.part, own=self.cost, shared=shared, once=True),)
