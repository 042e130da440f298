"""A busy world: every channel, barrier and lever at work among a few hundred people, for twin and engine alike."""

from __future__ import annotations

from dataclasses import fields
from functools import lru_cache
from typing import Any

import numpy as np

from calibration.facts.inputs import load_history
from model import levers as lv
from model.adoption import AdoptionModel
from model.population.building import build_population
from model.population.population import Population
from model.terms.channels import Channel
from model.terms.inputs import History
from model.terms.parameters import Drivers, Parameters, People, Practice, Prevalence, Pulls, Stops, WordOfMouth
from model.terms.structure import Structure
from model.terms.weeks import WEEKS
from model.twin.reference import ReferenceModel
from tests.model.law import demography

SEEDS = (1, 2, 3, 4, 5)
PEOPLE = 600
POLICY = 205
STATE = ("aware", "visited", "activated", "channel", "marks")
FLOWS = ("contacts", "visits", "activations", "by_process")

BUSY = Parameters(
    people=People(
        eagerness_shape=0.8,
        notices=0.7,
        access=0.4,
        child_together=0.3,
        eagerness_spell=1.0,
        need_spell=0.5,
        barrier_spell=0.7,
        age_slope=0.1,
    ),
    pulls=Pulls(notice=0.3, document=0.02, peer=0.5, spontaneous=0.04, media=0.05, reminder=0.4, mention=0.2),
    drivers=Drivers(trend=0.2, step=1.5, shocks=(0.5, -0.5, 0.3) * 4, document_shocks=(0.4, -0.2) * 6),
    practice=Practice(recommendation_rate=0.05, recommending_doctors=0.5, follow_through=0.5),
    word_of_mouth=WordOfMouth(intention=0.5, tell=0.5),
    stops=Stops(no_use=0.9, time=0.7, information=0.8, other=0.9, use_erosion=0.06),
    prevalence=Prevalence(no_use=0.5, time=0.4, information=0.45, other=0.35, ready=0.6),
)
"""Every channel pulls hard enough to activate some of a few hundred people, every barrier stops many."""
_SPAN: dict[str, Any] = {"start": POLICY, "end": WEEKS}


@lru_cache
def levers() -> tuple[lv.Lever, ...]:
    """Levers of every kind, with doses, ramps, targets and repeats, from the week of the policy on."""
    waves = (POLICY, POLICY + 26, POLICY + 52)
    return (
        lv.Messages(
            name="email", channel=Channel.EMAIL, waves=waves, pull=0.9, fatigue=0.6, inherits_growth=True, **_SPAN
        ),
        lv.Messages(
            name="email 2",
            ordinal=1,
            channel=Channel.EMAIL,
            waves=(POLICY + 8,),
            pull=0.5,
            dose=0.9,
            target=lv.Target(age_to=17),
            **_SPAN,
        ),
        lv.Messages(name="sms", channel=Channel.SMS, waves=waves[1:], pull=0.5, fatigue=0.7, spread=2, **_SPAN),
        lv.Messages(
            name="letter",
            channel=Channel.LETTER,
            waves=waves,
            pull=0.6,
            carries_code=True,
            dose=0.8,
            child_code_helps=0.5,
            ramp=30,
            **_SPAN,
        ),
        lv.Newborns(name="newborns", pull=1.5, dose=0.9, target=lv.Target(age_from=18, age_to=45), **_SPAN),
        lv.Doctors(name="training", means="training", uptake=0.6, factor=3.0, recruits=0.5, ramp=20, **_SPAN),
        lv.Doctors(name="prompt", means="prompt", uptake=0.9, factor=2.0, dose=0.7, **_SPAN),
        lv.Doctors(
            name="fee", means="fee", factor=4.0, recruits=0.3, target=lv.Target(age_from=40), start=POLICY + 9, end=290
        ),
        lv.Documents(name="documents", dose=2.0, ramp=10, inherits_growth=True, **_SPAN),
        lv.Counter(name="pharmacist", channel=Channel.PHARMACIST, pull=0.2, dose=0.6, **_SPAN),
        lv.Counter(name="hospital", channel=Channel.HOSPITAL, pull=1.5, inherits_growth=True, **_SPAN),
        lv.Media(name="media", bursts=((POLICY + 4, 6), (POLICY + 60, 6)), pull=0.05, dose=2.0, **_SPAN),
        lv.Assisted(
            name="assisted",
            capacity=60_000.0,
            success=0.6,
            ramp=8,
            target=lv.Target(offline=True, age_from=18),
            **_SPAN,
        ),
        lv.Assisted(name="counter", ordinal=1, capacity=30_000.0, success=0.4, target=lv.Target(illness=True), **_SPAN),
        lv.Simplify(name="simplify", information=0.5, time=0.4, ramp=30, **_SPAN),
        lv.Relatives(name="relatives", boost=1.8, dose=0.8, start=POLICY, end=POLICY + 30),
    )


@lru_cache
def history() -> History:
    return load_history()


@lru_cache
def people(seed: int) -> Population:
    return build_population(demography(), people=PEOPLE, seed=seed)


def build(kind: type, seed: int, structure: Structure | None = None, **more: Any) -> Any:
    given = {"demography": demography(), "history": history(), "structure": structure, "seed": seed, **more}
    return kind(people(seed), BUSY, **given)


def campaign(kind: type, seed: int, structure: Structure | None = None) -> Any:
    """A model with all levers, at the end of the run."""
    model = build(kind, seed, structure)
    model.advance(POLICY)
    branch = model.branch(levers())
    branch.advance(WEEKS)
    return branch


@lru_cache
def engine(seed: int, structure: Structure | None = None) -> AdoptionModel:
    return campaign(AdoptionModel, seed, structure)


@lru_cache
def started(seed: int) -> ReferenceModel:
    """The readable twin at the week of the policy, to branch from, which leaves it as it is."""
    model: ReferenceModel = build(ReferenceModel, seed)
    model.advance(POLICY)
    return model


@lru_cache
def twin(seed: int) -> ReferenceModel:
    """It with all levers at the end of the run, to be looked at: who breaks a rule takes a ``campaign``."""
    branch = started(seed).branch(levers())
    branch.advance(WEEKS)
    return branch


def differences(fast: Any, twin: Any) -> list[str]:
    """What differs between two models."""
    found = [name for name in STATE if not np.array_equal(fast.run.state[name], twin.run.state[name])]
    total = {name: (fast.run.desks[name].sum(axis=0), twin.run.desks[name].sum(axis=0)) for name in FLOWS}
    found += [name for name, (one, other) in total.items() if not np.array_equal(one, other)]
    if not np.array_equal(fast.run.served[:, 1:], twin.run.served[:, 1:]):
        found.append("accompanied")
    one, other = fast.outcome(), twin.outcome()
    for field in fields(one):
        if not np.all(np.equal(getattr(one, field.name), getattr(other, field.name))):
            found.append(f"outcome.{field.name}")
    return found
