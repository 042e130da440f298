"""Reminder text messages."""

from __future__ import annotations

from typing import Literal

from model import levers
from model.terms.channels import Channel
from model.terms.outcome import LeverUse
from scenarios.lever_schemas.base import Effects, Span
from scenarios.lever_schemas.messages import MessagesTable
from scenarios.lever_schemas.prices import Charge


class Sms(MessagesTable):
    """``kind = "sms"``."""

    kind: Literal["sms"]

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Messages:
        """Pull and fatigue as drawn."""
        return levers.Messages(
            channel=Channel.SMS,
            waves=self.wave_weeks(span),
            spread=self.spread_weeks,
            pull=effects["sms_pull"],
            fatigue=effects["fatigue"],
            **self.common(span, ordinal),
        )

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """One price a message."""
        return (Charge(lever="sms", item="per message", quantity=use.contacts, own=self.cost),)
