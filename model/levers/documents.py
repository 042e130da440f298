"""More documents deposited by professionals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from model.levers.base import DOCUMENT, NO_USE, Campaign, Lever, Person
from model.terms.channels import Channel
from model.terms.shapes import Floats
from model.terms.tables import Weekly, cumulated


@dataclass(frozen=True, kw_only=True)
class Documents(Lever):
    """More documents deposited: ``dose`` times the status quo's rate are added (1 doubles it; may exceed 1)."""

    effect = DOCUMENT
    slot = 7
    through = Channel.DOCUMENT

    def eases(self) -> int:
        return NO_USE  # who has documents sees some use

    def exposure(self, status_quo: Weekly) -> Floats:
        carried = np.diff(status_quo.cum_document) / status_quo.growth
        level = self.levels(len(status_quo.growth))
        return np.asarray(level * max(1.0, self.dose) * carried * self.growing(status_quo))

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        level = self.levels(len(status_quo.growth))
        return {"received": cumulated(level * self.dose * np.diff(status_quo.cum_received))}

    def reach(self, campaign: Campaign, owner: Person, recipient: Person) -> float:
        return 1.0 if recipient.notices and recipient.email else 0.0
