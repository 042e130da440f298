"""Media campaigns."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from model import levers
from model.terms.outcome import LeverUse
from model.terms.weeks import week_of
from scenarios.lever_schemas.base import FROZEN, Charge, Effects, Pulling, Span
from scenarios.lever_schemas.messages import check_inside

LONGEST = 52
USUAL = 4
"""Weeks on air where the scenario doesn't say, *assumed*."""


class Burst(BaseModel):
    """Some weeks on air."""

    model_config = FROZEN

    start: date = Field(strict=True)
    weeks: int = Field(strict=True, ge=1, le=LONGEST)


class Media(Pulling):
    """``kind = "media"``: on air every so many weeks, or on given dates, or once at the start."""

    kind: Literal["media"]
    every_weeks: int | None = Field(default=None, strict=True, ge=1, le=308)
    weeks_on_air: int | None = Field(default=None, strict=True, ge=1, le=LONGEST)
    bursts: tuple[Burst, ...] | None = Field(default=None, min_length=1)

    @field_validator("weeks_on_air")
    @classmethod
    def _fits(cls, weeks: int | None, info: ValidationInfo) -> int | None:
        gap = info.data.get("every_weeks")
        if weeks is not None and gap is not None and weeks > gap:
            raise ValueError(f"a burst would still be on air when the next begins, {gap} weeks later")
        return weeks

    @field_validator("bursts")
    @classmethod
    def _alone_and_inside(cls, bursts: tuple[Burst, ...] | None, info: ValidationInfo) -> tuple[Burst, ...] | None:
        if bursts and (info.data.get("every_weeks") or info.data.get("weeks_on_air")):
            raise ValueError("write either bursts, or every_weeks and weeks_on_air, not both")
        check_inside(tuple(burst.start for burst in bursts or ()), info)
        check_apart(bursts or ())
        return bursts

    def dates(self) -> Iterator[tuple[str, date]]:
        """Start, end and the first day of each burst."""
        yield from super().dates()
        for rank, burst in enumerate(self.bursts or (), 1):
            yield f"bursts[{rank}].start", burst.start

    def burst_weeks(self, span: Span) -> tuple[tuple[int, int], ...]:
        """(first week, weeks) of each burst, cut off where the lever ends."""
        start, end = self.weeks(span)
        if self.bursts:
            pairs = sorted((week_of(burst.start), burst.weeks) for burst in self.bursts)
        else:
            length = self.weeks_on_air or min(USUAL, self.every_weeks or USUAL)
            pairs = [(week, length) for week in range(start, end, self.every_weeks or end)]
        return tuple((week, min(length, end - week)) for week, length in pairs)

    def campaign_days(self, policy_start: date, count: int) -> tuple[date, ...]:
        """Of bursts their own; of a rhythm every so many weeks after the first day."""
        if self.bursts:
            return tuple(sorted(burst.start for burst in self.bursts))[:count]
        first = self.first_day(policy_start)
        return tuple(first + k * timedelta(weeks=self.every_weeks or 0) for k in range(count))

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Media:
        """Pull as drawn, per week on air."""
        return levers.Media(bursts=self.burst_weeks(span), pull=effects["media_pull"], **self.common(span, ordinal))

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """Half the intensity buys half a campaign; a region pays its share of it."""
        quantity = use.bursts * self.intensity * self.part
        return (Charge(lever="media", item="one national campaign", quantity=quantity, own=self.cost),)


def check_apart(bursts: tuple[Burst, ...]) -> None:
    """Refuses a burst that begins while another is on air."""
    for earlier, later in pairwise(sorted(bursts, key=lambda burst: burst.start)):
        if week_of(later.start) < week_of(earlier.start) + earlier.weeks:
            raise ValueError(f"the burst of {later.start} begins while that of {earlier.start} is on air")
