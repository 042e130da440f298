"""A letter to the parents of each newborn."""

from __future__ import annotations

from typing import Literal

from model import levers
from model.terms.outcome import LeverUse
from scenarios.lever_schemas.base import Charge, Effects, Pulling, Span


class Newborn(Pulling):
    """``kind = "newborn"``; comes on top of the invitations of the status quo; the target's ages are the parents'."""

    kind: Literal["newborn"]

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Newborns:
        """The pull of a letter with a code, as drawn."""
        return levers.Newborns(
            pull=effects["letter_pull"], child_code_helps=effects["child_code_helps"], **self.common(span, ordinal)
        )

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """One price a letter."""
        return (Charge(lever="newborn", item="letter to the parents", quantity=use.contacts, own=self.cost),)
