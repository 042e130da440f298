"""General practitioners in the readable twin."""

from __future__ import annotations

from typing import ClassVar

import mesa

from model.terms import rules
from model.terms.keyed import Decision
from model.terms.spells import LEVELS
from model.twin.surroundings import Numbering, Surroundings


class Doctor(mesa.Agent):
    """A general practitioner with patients in the sample."""

    _ids: ClassVar[Numbering] = Numbering()
    model: Surroundings

    def __init__(self, model: Surroundings, number: int) -> None:
        super().__init__(model)
        self.number = number
        self.patients: list[mesa.Agent] = []
        share, rate = model.rates.recommending_doctors, model.rates.recommendation_rate
        u_recommends = model.draw(Decision.DOCTOR_RECOMMENDS, number)
        u_level = model.draw(Decision.DOCTOR_LEVEL, number)
        self.propensity = rules.doctor_propensity(u_recommends, u_level, share, rate)
        """Chance per consultation of recommending the service to a patient not activated."""
        self.level = rules.recommender_level(u_level, share, rate)
        """What the propensity is, or once recruited would be."""
        mention = model.lengths[int(model.draw(Decision.DOCTOR_MENTIONS, number) * LEVELS)]
        self.mentions = min(1.0, model.rates.mention_rate * mention)
        """Chance per consultation of speaking of the service."""
