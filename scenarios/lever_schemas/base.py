"""What every ``[[lever]]`` table has, whatever its kind; what a lever is charged for; prices that a scenario sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import ceil, log1p
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from model import levers
from model.terms.outcome import LeverUse
from model.terms.weeks import position, week_of
from scenarios.language.regions import REGIONS, nearest_region

FROZEN = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
Effects = Mapping[str, float]
"""How well levers work in one draw, by the names of ``calibration/data/priors.csv``."""
OLDEST = 120
ADULT = 18
DEAREST = 1e9
"""Euros; above it a price is a typing error."""


class Price(BaseModel):
    """``[lever.cost]``: a unit price of the author's own, in euros, instead of that of ``calibration/data/costs.csv``.

    Without ``low`` and ``high`` the price is taken as certain.
    """

    model_config = FROZEN

    value: float = Field(strict=True, ge=0, le=DEAREST)
    low: float | None = Field(default=None, strict=True, ge=0, le=DEAREST)
    high: float | None = Field(default=None, strict=True, ge=0, le=DEAREST)

    @field_validator("low")
    @classmethod
    def _below(cls, low: float | None, info: ValidationInfo) -> float | None:
        if low is not None and low > info.data.get("value", low):
            raise ValueError(f"above value ({info.data['value']:g})")
        return low

    @field_validator("high")
    @classmethod
    def _above(cls, high: float | None, info: ValidationInfo) -> float | None:
        if high is not None and high < info.data.get("value", high):
            raise ValueError(f"below value ({info.data['value']:g})")
        return high

    def bounds(self) -> tuple[float, float, float]:
        """(value, low, high)."""
        low = self.value if self.low is None else self.low
        high = self.value if self.high is None else self.high
        return self.value, low, high


@dataclass(frozen=True, kw_only=True)
class Charge:
    """So many units of one row of ``costs.csv``."""

    lever: str
    """The word in the column ``lever``."""
    item: str
    quantity: float
    own: Price | None = None
    """The scenario's price, where it sets one."""
    shared: str | None = None
    """What is paid once a scenario: of the charges of one item that share the same word, the first."""
    once: bool = False
    """Whether it is paid when the lever starts, whatever is done afterwards."""


def known_region(region: str) -> str:
    """The region itself; an error for one that the data don't have."""
    if region in REGIONS:
        return region
    names = ", ".join(f'"{name}"' for name in REGIONS)
    raise PydanticCustomError("scenario", "unknown region", {"allowed": names, "suggestion": nearest_region(region)})


def rate_of_chance(chance: float) -> float:
    """The pull, a rate, of which one contact leads an average person to the site with this chance (0..1)."""
    return -log1p(-chance)


Region = Annotated[str, AfterValidator(known_region)]


@dataclass(frozen=True, kw_only=True)
class Span:
    """From the day policy starts to the horizon."""

    policy_start: date
    until: date

    @property
    def last(self) -> int:
        """The week after the last one simulated: results are stocks at the start of the day ``until``."""
        return ceil(position(self.until))


class TargetTable(BaseModel):
    """``[lever.target]``: whom the lever aims at, by what an insurer's files hold; nothing written means everybody."""

    model_config = FROZEN

    age_from: int | None = Field(default=None, strict=True, ge=0, le=OLDEST)
    age_to: int | None = Field(default=None, strict=True, ge=0, le=OLDEST)
    regions: tuple[Region, ...] | None = Field(default=None, min_length=1)
    email: bool | None = Field(default=None, strict=True)
    illness: bool | None = Field(default=None, strict=True)
    offline: bool | None = Field(default=None, strict=True)

    @field_validator("age_to")
    @classmethod
    def _after_age_from(cls, last: int | None, info: ValidationInfo) -> int | None:
        first = info.data.get("age_from")
        if first is not None and last is not None and last < first:
            raise ValueError(f"below age_from ({first})")
        return last

    @field_validator("offline")
    @classmethod
    def _can_be_somebody(cls, offline: bool | None, info: ValidationInfo) -> bool | None:
        if offline and info.data.get("email"):
            raise ValueError("nobody is offline and has an e-mail address; leave email or offline out")
        if offline and (info.data.get("age_to") or OLDEST) < ADULT:
            raise ValueError(f"stands for adults: nobody up to age_to ({info.data['age_to']}) is meant")
        return offline

    def resolve(self) -> levers.Target:
        """The same restriction in the model's terms."""
        return levers.Target(**self.model_dump())


class LeverTable(BaseModel):
    """Keys common to all kinds. Fields are ordered so that each can be checked against those before it."""

    model_config = FROZEN
    paid_once: ClassVar[bool] = False
    """Whether it costs the same at any intensity above 0, so that a plan buys it whole or not at all."""

    kind: str
    name: str | None = Field(default=None, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    start: date | None = Field(default=None, strict=True)
    end: date | None = Field(default=None, strict=True)
    ramp_weeks: int = Field(default=0, strict=True, ge=0, le=104)
    intensity: float = Field(default=1.0, strict=True, ge=0, le=1)
    cost: Price | None = None
    _part: float | None = PrivateAttr(default=None)

    @property
    def part(self) -> float:
        """Of what is bought for all whom the lever aims at, the share of the people simulated: 1 of the country, that
        of a region if it is taken alone, 0 where the lever leaves the region out."""
        return 1.0 if self._part is None else self._part

    @property
    def works(self) -> bool:
        """Whether it does anything, and costs anything."""
        return self.intensity > 0 and self.part > 0

    def taken(self, part: float | None) -> Self:
        """The same lever among the people of one region alone; ``None``: as its file has it, of the country."""
        other = self.model_copy()
        other._part = part
        return other

    @field_validator("end")
    @classmethod
    def _after_start(cls, end: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("start")
        if start is not None and end is not None and end < start:
            raise ValueError(f"before start ({start})")
        return end

    @property
    def label(self) -> str:
        """The name, or the kind where no name is given."""
        return self.name or self.kind

    def dates(self) -> Iterator[tuple[str, date]]:
        """Every date the table names, with its key."""
        for key, day in (("start", self.start), ("end", self.end)):
            if day is not None:
                yield key, day

    def weeks(self, span: Span) -> tuple[int, int]:
        """First week, and the week after the last: the week that holds ``end`` belongs to the lever."""
        end = min(week_of(self.end) + 1, span.last) if self.end else span.last
        return week_of(self.start or span.policy_start), end

    def first_day(self, policy_start: date) -> date:
        """The day as written before which nothing is paid for: the week that holds it begins earlier."""
        return self.start or policy_start

    def campaign_days(self, policy_start: date, count: int) -> tuple[date, ...]:
        """Days as written on which its first campaigns, so many, begin."""
        return (self.first_day(policy_start),) * count

    @property
    def like(self) -> str:
        """Levers that are alike share the keys of their draws, by rank."""
        return self.kind

    def common(self, span: Span, ordinal: int) -> dict[str, Any]:
        """What goes into any ``model.levers.Lever``."""
        start, end = self.weeks(span)
        target = self.target.resolve() if isinstance(self, Targeted) else levers.Target()
        if self._part is not None:  # all people are those of the region
            target = replace(target, regions=None)
        return {
            "name": self.label,
            "ordinal": ordinal,
            "start": start,
            "end": end,
            "ramp": self.ramp_weeks,
            "dose": self.intensity if self.works else 0.0,
            "target": target,
        }

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Lever:
        """The lever of one draw."""
        raise NotImplementedError(self.kind)

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """What public money pays for, given what the run used."""
        raise NotImplementedError(self.kind)


class Targeted(LeverTable):
    """A lever that can aim at some of the insured."""

    target: TargetTable = TargetTable()


class Pulling(Targeted):
    """A lever whose contacts have a pull, so that service growth may multiply it."""

    inherits_growth: bool = Field(default=False, strict=True)

    def common(self, span: Span, ordinal: int) -> dict[str, Any]:
        """As for any lever, with service growth."""
        return {**super().common(span, ordinal), "inherits_growth": self.inherits_growth}


def at_least_one(effect: float) -> float:
    """A factor drawn below 1 counts as 1: a campaign is taken never to make people recommend less, *assumed*."""
    return max(1.0, effect)
