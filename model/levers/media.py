"""National media campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.levers.base import VISIT, Campaign, Lever, Person
from model.terms.channels import Channel
from model.terms.shapes import Floats
from model.terms.tables import Weekly


@dataclass(frozen=True, kw_only=True)
class Media(Lever):
    """National media: ``dose`` weeks' worth of a national campaign per week (1 = on air, may exceed 1), in bursts."""

    effect = VISIT
    slot = 10
    through = Channel.MEDIA
    adults_only = True

    bursts: tuple[tuple[int, int], ...]
    """(first week, number of weeks) of each time on air."""
    pull: float

    def eases(self) -> int:
        return 0

    def exposure(self, status_quo: Weekly) -> Floats:
        weeks = len(status_quo.growth)
        on_air = np.zeros(weeks)
        for first, count in self.bursts:
            on_air[max(first, 0) : max(first + count, 0)] = 1.0
        level = self.levels(weeks) * max(1.0, self.dose)
        return np.asarray(level * self.pull * on_air * self.growing(status_quo))

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        return {"pull": self.pull}

    def campaigns_before(self, week: int) -> int:
        return sum(1 for first, _ in self.bursts if self.start <= first < min(self.end, week))

    def on_air(self, weeks: int) -> Floats:
        level = np.zeros(weeks)
        for first, count in self.bursts:
            level[first : first + count] += self.dose
        return level

    def reach(self, campaign: Campaign, owner: Person, recipient: Person) -> float:
        return 1.0 if recipient.notices else 0.0
