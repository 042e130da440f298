"""Letters by post, which can carry a sign-in code."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from model import levers
from model.terms.channels import Channel
from model.terms.outcome import LeverUse
from scenarios.lever_schemas.base import Effects, Span
from scenarios.lever_schemas.messages import MessagesTable
from scenarios.lever_schemas.prices import Charge


class Letter(MessagesTable):
    """``kind = "letter"``; a letter about children goes to their guardian."""

    kind: Literal["letter"]
    carries_code: bool = Field(default=True, strict=True)

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Messages:
        """Pull and fatigue as drawn."""
        return levers.Messages(
            channel=Channel.LETTER,
            waves=self.wave_weeks(span),
            spread=self.spread_weeks,
            pull=effects["letter_pull"],
            fatigue=effects["fatigue"],
            carries_code=self.carries_code,
            **self.common(span, ordinal),
        )

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """One price a letter."""
        return (Charge(lever="letter", item="per letter", quantity=use.contacts, own=self.cost),)
