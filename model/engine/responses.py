"""What a contact does: who it concerns, and whether it leads to the site.

A child's contact goes to the guardian. It is looked at twice: with the guardian (mode WARD: the guardian, if not yet
activated, may visit) and with the child (mode CHILD: an activated guardian, if led to the site, activates the child).
"""

from __future__ import annotations

import numpy as np

from model.engine.completion import activate, identity, visit
from model.engine.fates import IGNORED, UNKNOWN, fate_of, mode_of
from model.engine.fees import pay
from model.engine.people import access, gain_in, ready, visit_hazard
from model.engine.programme import BASE_MEDIA, DOCTOR, DOCUMENT, INVITATION, MENTION, NOTICE, REMINDER, SPONTANEOUS
from model.engine.records import HEARD_DOCTOR, HEARD_HOSPITAL, HEARD_PHARMACIST
from model.engine.turns import CHILD, OWN, WARD
from model.levers.base import ADVICE, BASE_PROCESSES, SUGGESTION
from model.terms import rules
from model.terms.channels import Channel
from model.terms.jit import inlined
from model.terms.keyed import SUCCESS, uniform
from model.terms.weeks import NEVER

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
