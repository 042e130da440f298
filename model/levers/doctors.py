"""General practitioners who recommend the service more often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from model.engine.people import RATE_UNIT, doctor_propensity
from model.engine.records import Run
from model.levers.base import ADVICE, Campaign, Doctor, Lever, Person
from model.population.attributes import NO_DOCTOR, Int
from model.terms import rules
from model.terms.channels import Channel
from model.terms.jit import inlined
from model.terms.keyed import SELECTION, Decision, uniform
from model.terms.shapes import Floats
from model.terms.tables import Weekly
from model.terms.weeks import WEEKS_PER_YEAR

_NO_DOCTOR, _LEVEL = np.int64(NO_DOCTOR), np.int64(Decision.DOCTOR_LEVEL)
_SLOTS = {"training": 4, "prompt": 5, "fee": 6}


@dataclass(frozen=True, kw_only=True)
class Doctors(Lever):
    """More recommendations by GPs: a doctor who takes part recommends ``factor`` times as often."""

    effect = ADVICE

    means: Literal["training", "prompt", "fee"]
    uptake: float = 1.0
    """Share of doctors who take part at dose 1 (dose multiplies it)."""
    factor: float
    """At least 1."""
    recruits: float = 0.0
    """Share of the participating doctors who never recommended and start to, at the average recommender's rate."""

    @property
    def slot(self) -> int:
        return _SLOTS[self.means]

    @property
    def through(self) -> Channel:
        return Channel.DOCTOR

    @property
    def keep(self) -> float:
        """All contacts: the dose chooses doctors."""
        return 1.0

    def exposure(self, status_quo: Weekly) -> Floats:
        return self.levels(len(status_quo.growth)) / WEEKS_PER_YEAR

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        return {"uptake": self.uptake, "factor": self.factor, "recruits": self.recruits}

    def reach(self, campaign: Campaign, owner: Person, recipient: Person) -> float:
        return owner.gp_contacts * self.extra_advice(campaign, owner.doctor) if owner.doctor else 0.0

    def extra_advice(self, campaign: Campaign, doctor: Doctor) -> float:
        """The twin: what taking part adds to a doctor's chance of recommending, at full ramp."""
        if campaign.draw(SELECTION, doctor.number) >= self.uptake * self.dose:
            return 0.0
        recruited = campaign.draw(SELECTION, doctor.number, 1) < self.recruits
        return rules.extra_propensity(doctor.propensity, doctor.level, self.factor, recruited)


@inlined
def participates(r: Run, lever: Int, doctor: Int) -> bool:
    """Whether a doctor takes part in a lever."""
    return uniform(r.levers[lever].keys[SELECTION], doctor, 0) < r.levers[lever].uptake * r.levers[lever].dose


@inlined
def extra_recommendations(r: Run, lever: Int, i: Int) -> float:
    """Recommendations per year that a doctors' lever adds for a person at full ramp."""
    doctor = r.people[i].doctor
    if doctor == _NO_DOCTOR or not participates(r, lever, doctor):
        return 0.0
    own = doctor_propensity(r.world, doctor)
    level = rules.recommender_level(
        uniform(r.world.keys[_LEVEL], doctor, 0), r.world.recommending_doctors, r.world.recommendation_rate
    )
    recruited = uniform(r.levers[lever].keys[SELECTION], doctor, 1) < r.levers[lever].recruits
    return r.people[i].gp_rate * RATE_UNIT * rules.extra_propensity(own, level, r.levers[lever].factor, recruited)
