"""What a lever is charged for, and unit prices that a scenario sets itself."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

DEAREST = 1e9
"""Euros; above it a price is a typing error."""


class Price(BaseModel):
    """``[lever.cost]``: a unit price of the author's own, in euros, instead of that of ``calibration/data/costs.csv``.

    Without ``low`` and ``high`` the price is taken as certain.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

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
