"""General practitioners who recommend more often."""

from __future__ import annotations

from typing import Literal

from pydantic import ValidationInfo, field_validator

from model import levers
from model.terms.outcome import LeverUse
from scenarios.lever_schemas.base import Charge, Effects, Price, Span, Targeted, at_least_one

PER_YEAR = "training and prompting, per doctor and year"
ONE_OFF = "prompt in the practice software, one-off"
FEE = "fee per activation"
MINUTES = "minutes per recommendation"
MINUTE = "one minute of a GP consultation"


class Doctors(Targeted):
    """``kind = "doctors"``, by one of three means."""

    kind: Literal["doctors"]
    means: Literal["training", "prompt", "fee"]
    one_off_cost: Price | None = None

    @field_validator("one_off_cost")
    @classmethod
    def _of_a_prompt(cls, cost: Price | None, info: ValidationInfo) -> Price | None:
        if cost is not None and info.data.get("means", "prompt") != "prompt":
            raise ValueError('only means = "prompt" has a one-off cost')
        return cost

    @property
    def like(self) -> str:
        """Each means has draws of its own."""
        return f"{self.kind} by {self.means}"

    def resolve(self, span: Span, effects: Effects, ordinal: int) -> levers.Doctors:
        """Those offered a training may decline it; a prompt or a fee reaches all whom the intensity covers.

        The prior of ``recruits`` speaks of doctors trained or prompted: a fee makes nobody begin, *assumed*.
        """
        return levers.Doctors(
            means=self.means,
            uptake=effects["training_uptake"] if self.means == "training" else 1.0,
            factor=at_least_one(effects[f"{self.means}_effect"]),
            recruits=0.0 if self.means == "fee" else effects["recruits"],
            **self.common(span, ordinal),
        )

    def charges(self, use: LeverUse) -> tuple[Charge, ...]:
        """A fee for each activation that falls under the lever, or doctor-years; a prompt is developed once."""
        if self.means == "fee":
            return (Charge(lever="doctor", item=FEE, quantity=use.activations, own=self.cost),)
        yearly = Charge(lever="doctor", item=PER_YEAR, quantity=use.doctor_years, own=self.cost)
        if self.means == "training":
            return (yearly,)
        own, shared = self.one_off_cost, "development"
        return yearly, Charge(lever="doctor", item=ONE_OFF, quantity=self.part, own=own, shared=shared, once=True)
