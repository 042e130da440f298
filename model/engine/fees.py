"""Fees: which lever pays for an activation after a recommendation."""

from __future__ import annotations

import numpy as np

from model.levers.base import ADVICE, dose_in, is_targeted
from model.population.attributes import NO_DOCTOR
from model.terms.jit import inlined, kernel
from model.terms.keyed import SELECTION, TIMING, uniform

_NO_DOCTOR = np.int64(NO_DOCTOR)


@kernel
def pay(r, thread, by, patient, week, channel):
    """Count an activation after a recommendation to a patient for the first lever of the scenario whose fee it falls
    under: the lever aims at the patient, and either the recommendation is its own (lever ``by``; below 0: one of the
    status quo), or who recommends is enrolled."""
    for lever in range(r.levers.shape[0]):
        concerned = r.levers[lever].fee and r.levers[lever].channel == channel and is_targeted(r, lever, patient)
        if concerned and (lever == by or is_enrolled(r, lever, patient, week)):
            r.desks[thread].fees[lever] += 1
            return


@inlined
def is_enrolled(r, lever, patient, week):
    """Whether who recommends the service to a patient in a week is paid by a lever: the own GP takes part by then, or
    the visit to the counter is among the share covered."""
    if r.levers[lever].effect != ADVICE:
        return uniform(r.levers[lever].keys[TIMING], patient, week) < dose_in(r, lever, week)
    doctor = np.int64(r.people[patient].doctor)
    if doctor == _NO_DOCTOR:
        return False
    enrolled = r.levers[lever].uptake * dose_in(r, lever, week)
    return uniform(r.levers[lever].keys[SELECTION], doctor, 0) < enrolled
