"""Messages sent in waves: e-mails, SMS and letters by post, which can carry a sign-in code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, Strict, ValidationInfo, field_validator

from model import levers
from model.terms.channels import Channel
from model.terms.outcome import LeverUse
from model.terms.weeks import week_of
from scenarios.lever_schemas.base import Charge, Effects, Pulling, Span

Day = Annotated[date, Strict()]
MOST_WAVES = 64
"""Limit of the engine (``model.engine.programme``)."""


class MessagesTable(Pulling):
    """When waves go out: every so many weeks, or on given dates, or once at the start."""

    channel: ClassVar[Literal[Channel.EMAIL, Channel.SMS, Channel.LETTER]]
    prior: ClassVar[str]
    """Of the pull."""
    item: ClassVar[str] = "per message"
    """Of the price."""

    every_weeks: int | None = Field(default=None, strict=True, ge=1, le=308)
    times: int | None = Field(default=None, strict=True, ge=1, le=100)
    waves: tuple[Day, ...] | None = Field(default=None, min_length=1)
    spread_weeks: int = Field(default=4, strict=True, ge=1, le=26, validate_default=True)

    @field_validator("times")
    @classmethod
    def _with_rhythm(cls, times: int | None, info: ValidationInfo) -> int | None:
        if times is not None and info.data.get("every_weeks", 0) is None:
            raise ValueError("needs every_weeks beside it")
        return times

    @field_validator("waves")
    @classmethod
    def _alone_and_inside(cls, waves: tuple[date, ...] | None, info: ValidationInfo) -> tuple[date, ...] | None:
        if waves and info.data.get("every_weeks") is not None:
            raise ValueError("write either every_weeks or waves, not both")
        check_inside(waves or (), info)
        return waves

    @field_validator("spread_weeks")
    @classmethod
    def _no_overlap(cls, spread: int, info: ValidationInfo) -> int:
        gap, ramp = shortest_gap(info.data), info.data.get("ramp_weeks", 0)
        if ramp > 1 and gap is None:
            share = f"1/{ramp} of the target"
            raise ValueError(f"with ramp_weeks = {ramp} a single wave would go to {share} only; leave ramp_weeks out")
        if gap is not None and spread > gap:
            raise ValueError(f"a wave would still go out when the next begins, {gap} weeks later")
        return spread

    def dates(self) -> Iterator[tuple[str, date]]:
        """Start, end and the dates of waves."""
        yield from super().dates()
        for rank, day in enumerate(self.waves or (), 1):
            yield f"waves[{rank}]", day

    def first_day(self, policy_start: date) -> date:
        """That of the first wave."""
        return min(self.waves) if self.waves else super().first_day(policy_start)

    def wave_weeks(self, span: Span) -> tuple[int, ...]:
        """First week of each wave."""
        start, end = self.weeks(span)
        if self.waves:
            return tuple(sorted(week_of(day) for day in self.waves))
        return tuple(range(start, end, self.every_weeks or end))[: self.times]

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Messages:
        """Pull and fatigue as drawn."""
        return levers.Messages(
            channel=self.channel,
            waves=self.wave_weeks(span)[:MOST_WAVES],  # more than there may be to the horizon lie beyond it
            spread=self.spread_weeks,
            pull=effects[self.prior],
            fatigue=effects["fatigue"],
            **self.common(span, ordinal),
        )

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """One price a message."""
        return (Charge(lever=self.kind, item=self.item, quantity=use.contacts, own=self.cost),)


class Email(MessagesTable):
    """``kind = "email"``; the pull of each further e-mail falls, those of 2024-25 counted (F129). One is worth what a
    reminder of 2024-25 is at its date: service growth counts unless ``inherits_growth = false``."""

    inherits_growth: bool = Field(default=True, strict=True)
    channel = Channel.EMAIL
    prior = "reminder_pull"
    kind: Literal["email"]


class Sms(MessagesTable):
    """``kind = "sms"``."""

    channel = Channel.SMS
    prior = "sms_pull"
    kind: Literal["sms"]


class Letter(MessagesTable):
    """``kind = "letter"``; a letter about children goes to their guardian."""

    channel = Channel.LETTER
    prior = "letter_pull"
    item = "per letter"
    kind: Literal["letter"]
    carries_code: bool = Field(default=True, strict=True)

    def common(self, span: Span, ordinal: int) -> dict[str, Any]:
        """As for any lever, with the code."""
        return {**super().common(span, ordinal), "carries_code": self.carries_code}

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Messages:
        """With the chance that a child's code helps the guardian, as drawn."""
        return replace(super().resolve(span, effects, ordinal), child_code_helps=effects["child_code_helps"])


def check_inside(days: tuple[date, ...], info: ValidationInfo) -> None:
    """Refuses days before the lever's start or after its end."""
    start, end = info.data.get("start"), info.data.get("end")
    early = [f"{day} is before start ({start})" for day in days if start is not None and day < start]
    late = [f"{day} is after end ({end})" for day in days if end is not None and day > end]
    if early or late:
        raise ValueError("; ".join(early + late))


def shortest_gap(table: dict[str, Any]) -> int | None:
    """Weeks between the two waves nearest to each other, ``None`` when there is only one."""
    weeks = sorted(week_of(day) for day in table.get("waves") or ())
    gaps = [later - earlier for earlier, later in pairwise(weeks)]
    return min(gaps) if gaps else table.get("every_weeks")
