"""What a contact does: who it concerns, whether it leads to the site, and which lever pays for an activation after it.

A child's contact goes to the guardian. It is looked at twice: with the guardian (mode WARD: the guardian, if not yet
activated, may visit) and with the child (mode CHILD: an activated guardian, if led to the site, activates the child).
"""

from __future__ import annotations

import numpy as np

from model.engine.agenda import IGNORED, UNKNOWN, fate_of, mode_of
from model.engine.completion import activate, identity, visit
from model.engine.people import access, gain_in, ready, visit_hazard
from model.engine.programme import BASE_MEDIA, DOCTOR, DOCUMENT, INVITATION, MENTION, NOTICE, REMINDER, SPONTANEOUS
from model.engine.records import HEARD_DOCTOR, HEARD_HOSPITAL, HEARD_PHARMACIST
from model.engine.turns import CHILD, OWN, WARD
from model.levers.base import ADVICE, BASE_PROCESSES, SUGGESTION, dose_in, is_targeted
from model.population.attributes import NO_DOCTOR
from model.terms import rules
from model.terms.channels import Channel
from model.terms.jit import inlined, kernel
from model.terms.keyed import SELECTION, SUCCESS, TIMING, uniform
from model.terms.weeks import NEVER

_NO_DOCTOR = np.int64(NO_DOCTOR)
_C_DOCTOR, _C_PHARMACIST = np.int64(Channel.DOCTOR), np.int64(Channel.PHARMACIST)
_CHANNELS = np.zeros(BASE_PROCESSES, np.int64)
"""Through which channel each process of the status quo comes."""
_CHANNELS[[NOTICE, REMINDER, INVITATION]] = Channel.NOTICE, Channel.EMAIL, Channel.NOTICE
_CHANNELS[[DOCUMENT, DOCTOR, MENTION]] = Channel.DOCUMENT, Channel.DOCTOR, Channel.DOCTOR
_CHANNELS[[BASE_MEDIA, SPONTANEOUS]] = Channel.MEDIA, Channel.SPONTANEOUS


@inlined
def meets(r, thread, mode, i, week, channel, code):
    """A face-to-face contact: always noticed, so the person knows the service from now on."""
    r.desks[thread].contacts[week, channel] += 1
    r.desks[thread].by_process[code] += 1
    if mode == CHILD:
        return  # an activated guardian knows; another thread may own that record
    if r.state[i].aware > week:
        r.state[i].aware = week
    if channel == _C_DOCTOR:
        r.state[i].marks |= HEARD_DOCTOR
    elif channel == _C_PHARMACIST:
        r.state[i].marks |= HEARD_PHARMACIST
    else:
        r.state[i].marks |= HEARD_HOSPITAL


@inlined
def concerns(r, mode, owner, i, week):
    """Whether a contact can do anything: not with who is activated, and a child's concerns the child once the guardian
    is activated, the guardian until then."""
    if r.state[i if mode == WARD else owner].activated != NEVER:
        return False
    return mode != CHILD or r.state[i].activated < week


@inlined
def is_followed(r, lever, i, owner, k, week):
    """Whether a doctor's recommendation, or a suggestion at a counter, leads a person to the site."""
    if lever < 0 or r.levers[lever].effect == ADVICE:
        reach = access(r.people, r.world, i)
        chance = rules.follow_chance(
            r.world.reading, ready(r.world, i), r.world.ready_share, r.world.follow_through, reach
        )
    else:
        gain = gain_in(r.people, r.world, i, week)
        chance = rules.visit_chance(
            visit_hazard(r.world, r.levers[lever].pull, gain, r.levers[lever].inherits_growth, week)
        )
    return uniform(r.world.base[DOCTOR, SUCCESS] if lever < 0 else r.levers[lever].keys[SUCCESS], owner, k) < chance


@inlined
def take_place(r, thread, contact, of_lever, week):
    """One contact. That of a message, or of a document, is noted only if it leads to the site."""
    owner, mode, k, process = np.int64(contact.owner), mode_of(contact), np.int64(contact.k), np.int64(contact.process)
    fate = fate_of(contact)
    i = owner if mode == OWN else np.int64(r.people[owner].guardian)
    if not concerns(r, mode, owner, i, week):
        return
    lever, code = np.int64(-1), process
    if of_lever:
        lever, code = process, r.levers[process].code
    channel = r.levers[lever].channel if of_lever else _CHANNELS[code]
    recommended = (r.levers[lever].effect in (ADVICE, SUGGESTION)) if of_lever else code == DOCTOR
    if recommended:
        meets(r, thread, mode, i, week, channel, code)
        if fate == IGNORED or (fate == UNKNOWN and not is_followed(r, lever, i, owner, k, week)):
            return
    elif not of_lever and code == SPONTANEOUS:
        if r.state[i].aware > week:
            return
        r.desks[thread].contacts[week, channel] += 1
    if mode == CHILD:
        r.desks[thread].visits[week, channel] += 1
        activate(r, thread, owner, week, channel)
        activated = True
    else:
        if channel == _C_DOCTOR:
            r.state[i].marks |= HEARD_DOCTOR
        by_doctor = recommended and channel == _C_DOCTOR
        activated = visit(r, thread, i, week, channel, identity(code, k, owner), by_doctor, fate)
    if recommended and activated:
        pay(r, thread, lever, owner, week, channel)


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
