"""Digital advisers and counters who accompany people one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.levers.base import HELP, Lever
from model.terms.channels import Channel
from model.terms.tables import Weekly, cumulated


@dataclass(frozen=True, kw_only=True)
class Assisted(Lever):
    """Advisers accompany people one by one, in keyed order of priority; ``dose`` is the share of ``capacity`` used."""

    effect = HELP
    slot = 11
    through = Channel.ASSISTED

    capacity: float
    """People a week, for the whole country."""
    success: float
    """Chance that a person accompanied activates."""

    def eases(self) -> int:
        return 0

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        level = self.levels(len(status_quo.growth))
        return {"success": self.success, "quota": cumulated(level * self.dose * self.capacity / weight)}
