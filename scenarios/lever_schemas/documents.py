"""More documents deposited by professionals."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from model import levers
from model.terms.outcome import LeverUse
from scenarios.lever_schemas.base import Charge, Effects, Pulling, Span


class Documents(Pulling):
    """``kind = "documents"``: ``intensity`` is the addition relative to the status quo (1 doubles the documents)."""

    kind: Literal["documents"]
    intensity: float = Field(default=1.0, strict=True, ge=0, le=5)
    inherits_growth: bool = Field(default=True, strict=True)
    """On, because the added documents are of the same kind as those that the growth was fitted on."""

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Documents:
        """The pull is that of the status quo's documents, already drawn with the parameters."""
        return levers.Documents(**self.common(span, ordinal))

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """One price an additional document."""
        return (Charge(lever="documents", item="per additional document", quantity=use.contacts, own=self.cost),)
