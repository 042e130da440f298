"""A simpler sign-up."""

from __future__ import annotations

from dataclasses import dataclass

from model.levers.base import INFORMATION, TIME, Lever
from model.terms.shapes import Floats


@dataclass(frozen=True, kw_only=True)
class Simplify(Lever):
    """A simpler sign-up: removes shares of the stops at a visit (times dose and ramp)."""

    slot = 12

    information: float
    time: float

    def eases(self) -> int:
        return INFORMATION | TIME

    def removes(self, weeks: int) -> tuple[Floats, Floats]:
        level = self.levels(weeks) * self.dose
        return level * self.information, level * self.time
