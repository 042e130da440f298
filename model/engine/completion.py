"""What follows a visit: barriers, activation, and the letters that an activated person sends."""

from __future__ import annotations

import numpy as np

from model.engine.people import (
    INFORMATION,
    NO_USE,
    OTHER,
    RATE_UNIT,
    TIME,
    eagerness,
    has_barrier,
    has_flag,
    majority_week,
    notices,
)
from model.engine.programme import DOCUMENTS, MESSAGES, NEWBORNS, RELATIVES, SELECTION, TIMING
from model.engine.records import ACCOMPANIED, LAST_STOP, LAST_STOP_SHIFT, TELL, TOGETHER
from model.population.population import EMAIL
from model.terms import rules
from model.terms.channels import Channel
from model.terms.jit import inlined, kernel
from model.terms.keyed import Decision, uniform
from model.terms.tables import INVITATION_DELAY
from model.terms.weeks import NEVER

_STOP_NO_USE, _STOP_TIME = np.int64(Decision.STOP_NO_USE), np.int64(Decision.STOP_TIME)
_STOP_INFORMATION, _STOP_OTHER = np.int64(Decision.STOP_INFORMATION), np.int64(Decision.STOP_OTHER)
_INTENDS, _TELLS, _TELL_DELAY = np.int64(Decision.INTENDS), np.int64(Decision.TELLS), np.int64(Decision.TELL_DELAY)
_TOGETHER, _PEER_SUCCESS = np.int64(Decision.TOGETHER), np.int64(Decision.PEER_SUCCESS)
_NOT_REDRAWN, _NOT_YET = np.uint64(0), np.int64(0)
_NEVER = np.int64(NEVER)
_FULL_ACCESS = np.float64(1.0)
_EMAIL = np.int64(EMAIL)
_OTHER_MARKS = np.int64(~LAST_STOP & 0xFF)
_BY_EMAIL, _BY_SMS = np.int64(Channel.EMAIL), np.int64(Channel.SMS)


@inlined
def identity(code, k, owner):
    """One word for one contact: process, occurrence and whose contact it is. Keys what is drawn anew at each visit."""
    return (np.uint64(code) << np.uint64(48)) ^ (np.uint64(k) << np.uint64(32)) ^ (np.uint64(owner) + np.uint64(1))


@kernel
def documents_received(r, i, week):
    """Documents deposited for a person by the start of a week: the expected number at the person's own rate."""
    entry = min(np.int64(r.p[i].entry), week)
    exposure = r.w.cum_received[week] - r.w.cum_received[entry]
    for lever in range(r.g.shape[0]):
        if r.g[lever].kind == DOCUMENTS and is_targeted(r, lever, i):
            exposure += r.g[lever].received[week] - r.g[lever].received[entry]
    return r.p[i].document_rate * RATE_UNIT * exposure


@inlined
def wave_week(r, lever, i, wave):
    """Week in which a person gets one wave of a message lever; NEVER if not in its dose or not there."""
    first = r.g[lever].waves[wave]
    dose = r.g[lever].dose * rules.ramp(first, r.g[lever].start, r.g[lever].end, r.g[lever].ramp)
    if uniform(r.g[lever].keys[SELECTION], i, 0) >= dose:
        return _NEVER
    week = rules.spread_week(first, r.g[lever].spread, uniform(r.g[lever].keys[TIMING], i, wave))
    return week if r.p[i].entry <= week < r.p[i].exit else _NEVER


@inlined
def newborn_week(r, lever, child):
    """Week of the letter to the parents of a child born during the lever; NEVER if none is sent."""
    week = np.int64(r.p[child].birth_week) + INVITATION_DELAY
    dose = r.g[lever].dose * rules.ramp(week, r.g[lever].start, r.g[lever].end, r.g[lever].ramp)
    born_here = r.p[child].entry > 0 and r.p[child].birth_week == r.p[child].entry
    if not born_here or uniform(r.g[lever].keys[SELECTION], child, 0) >= dose:
        return NEVER
    return week


@inlined
def is_targeted(r, lever, i):
    """Whether a lever aims at a person."""
    return (r.aims[i] >> np.uint32(lever)) & np.uint32(1) != 0


@kernel
def supplied(r, i, week):
    """Whether a contact has supplied the missing information: an adviser, or a noticed letter with a code."""
    if r.s[i].marks & ACCOMPANIED:
        return True
    for lever in range(r.g.shape[0]):
        if not r.g[lever].carries_code or not notices(r.w, i):
            continue
        if r.g[lever].kind == MESSAGES and is_targeted(r, lever, i) and can_get(r, lever, i):
            for wave in range(r.g[lever].n_waves):
                if majority_week(r.p, i) <= wave_week(r, lever, i, wave) <= week:
                    return True
        if letters_for_wards(r, lever, i, week):
            return True
    return False


@kernel
def letters_for_wards(r, lever, i, week):
    """Whether a guardian has got a letter with a code on behalf of a child."""
    for edge in range(r.p[i].tie_start, r.p[i + 1].tie_start):
        if r.tie[edge] >= 0:
            return False  # wards come first
        child = np.int64(~r.tie[edge])
        if not is_targeted(r, lever, child):
            continue
        if r.g[lever].kind == NEWBORNS and newborn_week(r, lever, child) <= week:
            return True
        if r.g[lever].kind == MESSAGES:
            for wave in range(r.g[lever].n_waves):
                sent = wave_week(r, lever, child, wave)
                if sent <= week and sent < majority_week(r.p, child) and can_get(r, lever, i):
                    return True
    return False


@kernel
def stopped_by(r, i, week, contact, by_doctor):
    """The barrier that stops this visit (NO_USE, TIME, INFORMATION, OTHER), or -1 if none does."""
    lasting = contact if r.w.redrawn else _NOT_REDRAWN
    if not by_doctor and has_barrier(r.w, i, NO_USE):
        chance = rules.no_use_stop(r.w.stop_no_use, r.w.use_erosion, documents_received(r, i, week))
        if uniform(r.w.keys[_STOP_NO_USE], i, lasting) < chance:
            return NO_USE
    stop = rules.softened(r.w.stop_time, r.w.soft_time[week])
    if has_barrier(r.w, i, TIME) and uniform(r.w.keys[_STOP_TIME], i, contact) < stop:
        return TIME
    stop = rules.softened(r.w.stop_information, r.w.soft_information[week] if r.w.information_is_item else 0.0)
    stopped = has_barrier(r.w, i, INFORMATION) and uniform(r.w.keys[_STOP_INFORMATION], i, lasting) < stop
    if stopped and not (r.w.information_is_item and supplied(r, i, week)):
        return INFORMATION
    if has_barrier(r.w, i, OTHER) and uniform(r.w.keys[_STOP_OTHER], i, lasting) < r.w.stop_other:
        return OTHER
    return -1


@kernel
def send(r, thread, week, target, source, kind):
    """Put a letter into the box of a later week."""
    if week > r.w.weeks:
        return
    desk, box = r.desks[thread], r.letters[thread]
    place = desk.free
    if place >= 0:
        desk.free = box[place].following
    elif desk.fresh < box.shape[0]:
        place = desk.fresh
        desk.fresh += 1
    else:
        desk.lost += 1
        return
    desk.used += 1
    box[place].target = target
    box[place].source = source
    box[place].kind = kind
    box[place].following = desk.head[week]
    desk.head[week] = place


@kernel
def peer_success(w, source, target, week, access):
    """Whether being told by ``source`` leads ``target`` to the site."""
    hazard = w.pull_peer * eagerness(w, target) * access * w.growth[week]
    return uniform(w.keys[_PEER_SUCCESS], source, target) < rules.visit_chance(hazard)


@kernel
def tell_ties(r, thread, i, first):
    """Tell ties from week ``first`` on. What can have no consequence is left out before the tie's memory is touched:
    the tie notices mass messages (so knows already) and would not visit even with full access."""
    weeks = r.w.weeks
    for edge in range(r.p[i].tie_start, r.p[i + 1].tie_start):
        tie = np.int64(r.tie[edge])
        if tie < 0 or uniform(r.w.keys[_TELLS], i, tie) >= r.w.tell:
            continue
        week = rules.spread_week(first, rules.TELLING_WEEKS, uniform(r.w.keys[_TELL_DELAY], i, tie))
        if week < weeks and (not notices(r.w, tie) or peer_success(r.w, i, tie, week, _FULL_ACCESS)):
            send(r, thread, week, tie, i, TELL)


@kernel
def invited_week(r, lever, i):
    """Week from which an activated person invited to recommend does so; NEVER if not invited."""
    if r.g[lever].kind != RELATIVES or not is_targeted(r, lever, i):
        return NEVER
    week = rules.spread_week(r.g[lever].start, rules.TELLING_WEEKS, uniform(r.g[lever].keys[TIMING], i, 0))
    dose = r.g[lever].dose * rules.ramp(week, r.g[lever].start, r.g[lever].end, r.g[lever].ramp)
    return week if week < r.g[lever].end and uniform(r.g[lever].keys[SELECTION], i, 0) < dose else NEVER


@kernel
def recommend(r, thread, i, activated, since):
    """Word of mouth of an activated adult, from the week after. ``since`` > 0 leaves out what was told before: only
    those whom an invitation wins over, for activations older than the levers."""
    if not r.w.word_of_mouth:
        return
    u = uniform(r.w.keys[_INTENDS], i, 0)
    if u < r.w.intention:
        if since <= activated:
            tell_ties(r, thread, i, activated + 1)
        return
    first = np.int64(NEVER)
    for lever in range(r.g.shape[0]):
        week = invited_week(r, lever, i)
        if week < NEVER and u < min(1.0, r.w.intention * r.g[lever].factor):
            first = min(first, max(week, activated + 1))
    if first < NEVER:
        tell_ties(r, thread, i, first)


@kernel
def activate(r, thread, i, week, channel):
    """Record an activation; adults take their children along and tell their ties, both from the week after."""
    r.s[i].activated, r.s[i].channel = week, channel
    if r.s[i].visited > week:
        r.s[i].visited = week
    r.desks[thread].activations[week, channel] += 1
    if majority_week(r.p, i) > week:
        return
    for edge in range(r.p[i].tie_start, r.p[i + 1].tie_start):
        if r.tie[edge] >= 0:
            break  # wards come first
        child = np.int64(~r.tie[edge])
        if uniform(r.w.keys[_TOGETHER], child, 0) < r.w.child_together:
            send(r, thread, week + 1, child, i, TOGETHER)
    recommend(r, thread, i, week, _NOT_YET)


@kernel
def visit(r, thread, i, week, channel, contact, by_doctor):
    """A person visits the site; True if this activates. Otherwise the barrier that stopped them is remembered."""
    r.desks[thread].visits[week, channel] += 1
    if r.s[i].visited > week:
        r.s[i].visited = week
    if r.s[i].aware > week:
        r.s[i].aware = week
    if r.s[i].activated <= week:
        return False
    stop = stopped_by(r, i, week, contact, by_doctor)
    if stop >= 0:
        r.s[i].marks = (np.int64(r.s[i].marks) & _OTHER_MARKS) | ((stop + 1) << LAST_STOP_SHIFT)
        return False
    activate(r, thread, i, week, channel)
    return True


@inlined
def earlier_messages(r, i, channel, week, reminded):
    """Messages a person has got through a channel before a week, the 2024-25 reminder included: they tire."""
    count = 1 if channel == _BY_EMAIL and reminded < week else 0
    for lever in range(r.g.shape[0]):
        if r.g[lever].kind != MESSAGES or r.g[lever].channel != channel or not is_targeted(r, lever, i):
            continue
        for wave in range(r.g[lever].n_waves):
            if wave_week(r, lever, i, wave) < week:
                count += 1
    return count


@inlined
def can_get(r, lever, i):
    """Whether a message of a lever can reach a person: e-mails and SMS need reachability."""
    by_wire = r.g[lever].channel == _BY_EMAIL or r.g[lever].channel == _BY_SMS
    return not by_wire or has_flag(r.p, i, _EMAIL)
