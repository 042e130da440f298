"""General practitioners who recommend the service more often."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from model.engine.practice import doctor_propensity
from model.engine.records import Run
from model.levers.base import ADVICE, Campaign, Doctor, Lever, Person, is_targeted, overlap
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
    through = Channel.DOCTOR

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

    def eases(self) -> int:
        return 0

    @property
    def fee(self) -> bool:
        return self.means == "fee"

    @property
    def keep(self) -> float:
        """All contacts: the dose chooses doctors."""
        return 1.0

    def exposure(self, status_quo: Weekly) -> Floats:
        return self.levels(len(status_quo.growth)) / WEEKS_PER_YEAR

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        return {"uptake": self.uptake, "factor": self.factor, "recruits": self.recruits}

    def reach(self, campaign: Campaign, owner: Person, recipient: Person) -> float:
        if not owner.doctor:
            return 0.0
        extra = self.extra_advice(campaign, owner.doctor)
        return min(extra, campaign.room_to_advise(owner, owner.doctor)) if extra > 0.0 else 0.0

    def extra_advice(self, campaign: Campaign, doctor: Doctor) -> float:
        """The twin: what taking part adds to a doctor's chance of recommending, at full ramp."""
        if campaign.draw(SELECTION, doctor.number) >= self.uptake * self.dose:
            return 0.0
        recruited = campaign.draw(SELECTION, doctor.number, 1) < self.recruits
        return rules.extra_propensity(doctor.propensity, doctor.level, self.factor, recruited)

    def enrols(self, campaign: Campaign, patient: Person, week: int) -> bool:
        """Doctors who take part come little by little where there is a ramp."""
        doctor = patient.doctor
        return doctor is not None and campaign.draw(SELECTION, doctor.number) < self.uptake * campaign.dose(week)


@inlined
def participates(r: Run, lever: Int, doctor: Int) -> bool:
    """Whether a doctor takes part in a lever."""
    return uniform(r.levers[lever].keys[SELECTION], doctor, 0) < r.levers[lever].uptake * r.levers[lever].dose


@inlined
def extra_propensity(r: Run, lever: Int, doctor: Int) -> float:
    """What a lever adds to a doctor's chance of recommending, at full ramp."""
    if not participates(r, lever, doctor):
        return 0.0
    own = doctor_propensity(r.world, doctor)
    level = rules.recommender_level(
        uniform(r.world.keys[_LEVEL], doctor, 0), r.world.recommending_doctors, r.world.recommendation_rate
    )
    recruited = uniform(r.levers[lever].keys[SELECTION], doctor, 1) < r.levers[lever].recruits
    return rules.extra_propensity(own, level, r.levers[lever].factor, recruited)


@inlined
def extra_recommendations(r: Run, lever: Int, i: Int) -> float:
    """Recommendations per contact that a doctors' lever adds for a person at full ramp. Own and added ones of all
    levers together are at most one a contact: a lever gets what those of lower codes leave that work in some same week.
    """
    doctor = r.people[i].doctor
    if doctor == _NO_DOCTOR:
        return 0.0
    extra = extra_propensity(r, lever, doctor)
    if extra <= 0.0:
        return 0.0
    g, room = r.levers[lever], 1.0 - doctor_propensity(r.world, doctor)
    for other in range(r.levers.shape[0]):
        h = r.levers[other]
        earlier = h.effect == ADVICE and h.code < g.code and overlap(h.start, h.end, g.start, g.end)
        if earlier and is_targeted(r, other, i):
            room -= extra_propensity(r, other, doctor)
    return min(extra, max(room, 0.0))
