"""What follows a visit: barriers, activation, and the letters that an activated person sends."""

from __future__ import annotations

import numpy as np

from model.engine.agenda import PASSES, STOPPED
from model.engine.people import (
    INFORMATION,
    NO_USE,
    OTHER,
    TIME,
    barrier_spell,
    document_exposure,
    gain_in,
    has_barrier,
    has_flag,
    majority_week,
    notice_week,
    notices,
)
from model.engine.records import ACCOMPANIED, LAST_STOP, LAST_STOP_SHIFT, TELL, TOGETHER
from model.levers.base import DOCUMENT, is_targeted
from model.levers.messages import wave_week
from model.levers.newborns import newborn_week
from model.levers.relatives import invited_week
from model.population.attributes import EMAIL
from model.terms import rules
from model.terms.channels import Channel
from model.terms.jit import inlined, kernel
from model.terms.keyed import ARRIVAL, Decision, uniform
from model.terms.weeks import NEVER

_STOP_NO_USE, _STOP_TIME = np.int64(Decision.STOP_NO_USE), np.int64(Decision.STOP_TIME)
_STOP_INFORMATION, _STOP_OTHER = np.int64(Decision.STOP_INFORMATION), np.int64(Decision.STOP_OTHER)
_INTENDS, _TELLS, _TELL_DELAY = np.int64(Decision.INTENDS), np.int64(Decision.TELLS), np.int64(Decision.TELL_DELAY)
_TOGETHER, _PEER_SUCCESS = np.int64(Decision.TOGETHER), np.int64(Decision.PEER_SUCCESS)
_NOT_YET = np.int64(0)
_1, _2, _3 = np.arange(1, 4)
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
    entry = min(np.int64(r.people[i].entry), week)
    documents = document_exposure(r.people, r.world, i, r.world.cum_received, entry, week)
    for lever in range(r.levers.shape[0]):
        if r.levers[lever].effect == DOCUMENT and is_targeted(r, lever, i):
            documents += document_exposure(r.people, r.world, i, r.levers[lever].received, entry, week)
    return documents


@inlined
def message_week(r, lever, owner, wave):
    """Week of one message of a lever about a person; NEVER if none is sent."""
    if r.levers[lever].at_birth:
        return newborn_week(r, lever, owner)
    return wave_week(r, lever, owner, wave)


@kernel
def supplied(r, i, week):
    """Whether a contact has supplied the missing information: an adviser, or a noticed letter with a code."""
    if r.state[i].marks & ACCOMPANIED:
        return True
    for lever in range(r.levers.shape[0]):
        if not r.levers[lever].carries_code or not notices(r.world, i):
            continue
        if is_targeted(r, lever, i) and can_get(r, lever, i):
            for wave in range(r.levers[lever].n_waves):
                sent = message_week(r, lever, i, wave)
                if majority_week(r.people, i) <= sent and rules.code_works(sent, week):
                    return True
        if letters_for_wards(r, lever, i, week):
            return True
    return False


@kernel
def letters_for_wards(r, lever, i, week):
    """Whether a guardian has got a code on behalf of a child that helps the guardian and still works."""
    for edge in range(r.people[i].tie_start, r.people[i + 1].tie_start):
        if r.tie[edge] >= 0:
            return False  # wards come first, so that a guardian's loop ends before the many ties
        child = np.int64(~r.tie[edge])
        if not is_targeted(r, lever, child) or not can_get(r, lever, i):
            continue
        if uniform(r.levers[lever].keys[ARRIVAL], child, 0) >= r.levers[lever].child_code_helps:
            continue
        for wave in range(r.levers[lever].n_waves):
            sent = message_week(r, lever, child, wave)
            if sent < majority_week(r.people, child) and rules.code_works(sent, week):
                return True
    return False


@kernel
def holds_notice_code(r, i, week):
    """Whether the code of an adult's own notice of creation still works: it supplies the missing information (F122)."""
    return notices(r.world, i) and rules.code_works(notice_week(r.people, r.world, i), week)


@inlined
def is_sure(r, i, fate):
    """Whether a visit ends as is known of it: levers and advisers ease some barriers, and make none stop more."""
    if fate <= PASSES:
        return fate == PASSES
    barrier = np.int64(fate) - STOPPED
    if r.world.eased >> barrier & 1 != 0:
        return False
    return barrier != INFORMATION or r.state[i].marks & ACCOMPANIED == 0


@inlined
def drawn_for_good(world, i, decision, spell, contact):
    """Draw that decides whether a barrier that is there stops a visit: once a spell of it, or anew at each visit."""
    return uniform(world.keys[decision], i, contact if world.redrawn else np.uint64(spell))


@inlined
def stopped_by(r, i, week, contact, by_doctor):
    """The barrier that stops this visit (NO_USE, TIME, INFORMATION, OTHER), or -1 if none does."""
    no_use, time = barrier_spell(r.world, i, NO_USE, week), barrier_spell(r.world, i, TIME, week)
    information, other = barrier_spell(r.world, i, INFORMATION, week), barrier_spell(r.world, i, OTHER, week)
    return stopped_in(r, i, no_use, time, information, other, week, contact, by_doctor)


@inlined
def stopped_in(r, i, no_use, time, information, other, week, contact, by_doctor):
    """The same for who knows the spell of each barrier that holds."""
    w = r.world
    met = np.int64(has_barrier(w, i, NO_USE, no_use)) | np.int64(has_barrier(w, i, TIME, time)) << _1
    met |= np.int64(has_barrier(w, i, INFORMATION, information)) << _2 | np.int64(has_barrier(w, i, OTHER, other)) << _3
    if met == 0:  # asked for together, so that none waits for the one before
        return -1
    if met & 1 and not by_doctor and sees_no_use(r, i, no_use, week, contact):
        return NO_USE
    if met & 2 and uniform(w.keys[_STOP_TIME], i, contact) < rules.softened(w.stop_time, w.soft_time[week]):
        return TIME
    if met & 4 and lacks_information(r, i, information, week, contact):
        return INFORMATION
    return OTHER if met & 8 and drawn_for_good(w, i, _STOP_OTHER, other, contact) < w.stop_other else -1


@inlined
def sees_no_use(r, i, spell, week, contact):
    """Whether seeing no use, which a person does, stops a visit: the less so, the more documents there are."""
    u, most = drawn_for_good(r.world, i, _STOP_NO_USE, spell, contact), r.world.stop_no_use
    if u >= most:
        return False  # documents can't make it likelier
    return u < rules.no_use_stop(most, r.world.use_erosion, documents_received(r, i, week))


@inlined
def lacks_information(r, i, spell, week, contact):
    """Whether missing information, which a person lacks, stops a visit: not if a contact has supplied it."""
    is_item = r.world.information_is_item
    stop = rules.softened(r.world.stop_information, r.world.soft_information[week] if is_item else 0.0)
    if drawn_for_good(r.world, i, _STOP_INFORMATION, spell, contact) >= stop:
        return False
    return not (is_item and (holds_notice_code(r, i, week) or supplied(r, i, week)))


@kernel
def send(r, thread, week, target, source, kind):
    """Put a letter into the box of a later week."""
    if week > r.world.weeks:
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
def peer_success(people, world, source, target, week):
    """Whether being told by ``source`` leads ``target`` to the site."""
    hazard = world.pull_peer * gain_in(people, world, target, week) * world.growth[week]
    return uniform(world.keys[_PEER_SUCCESS], source, target) < rules.visit_chance(hazard)


@kernel
def tell_ties(r, thread, i, first):
    """Tell ties from week ``first`` on. What can have no consequence is left out: the tie notices mass messages (so
    knows already) and would not visit."""
    weeks = r.world.weeks
    for edge in range(r.people[i].tie_start, r.people[i + 1].tie_start):
        tie = np.int64(r.tie[edge])
        if tie < 0 or uniform(r.world.keys[_TELLS], i, tie) >= r.world.tell:
            continue
        week = rules.spread_week(first, rules.TELLING_WEEKS, uniform(r.world.keys[_TELL_DELAY], i, tie))
        if week < weeks and (not notices(r.world, tie) or peer_success(r.people, r.world, i, tie, week)):
            send(r, thread, week, tie, i, TELL)


@kernel
def recommend(r, thread, i, activated, since):
    """Word of mouth of an activated adult, from the week after. ``since`` > 0 leaves out what was told before: only
    those whom an invitation wins over, for activations older than the levers."""
    if not r.world.word_of_mouth:
        return
    u = uniform(r.world.keys[_INTENDS], i, 0)
    if u < r.world.intention:
        if since <= activated:
            tell_ties(r, thread, i, activated + 1)
        return
    first = np.int64(NEVER)
    for lever in range(r.levers.shape[0]):
        week = max(invited_week(r, lever, i), activated + 1)
        if week < r.levers[lever].end and u < rules.boosted(r.world.intention, r.levers[lever].boost):
            first = min(first, week)
    if first < NEVER:
        tell_ties(r, thread, i, first)


@kernel
def activate(r, thread, i, week, channel):
    """Record an activation; adults take their children along and tell their ties, both from the week after."""
    r.state[i].activated, r.state[i].channel = week, channel
    if r.state[i].visited > week:
        r.state[i].visited = week
    r.desks[thread].activations[week, channel] += 1
    if majority_week(r.people, i) > week:
        return
    for edge in range(r.people[i].tie_start, r.people[i + 1].tie_start):
        if r.tie[edge] >= 0:
            break  # wards come first
        child = np.int64(~r.tie[edge])
        if uniform(r.world.keys[_TOGETHER], child, 0) < r.world.child_together:
            send(r, thread, week + 1, child, i, TOGETHER)
    recommend(r, thread, i, week, _NOT_YET)


@kernel
def visit(r, thread, i, week, channel, contact, by_doctor, fate):
    """A person visits the site; True if this activates. Otherwise the barrier that stopped them is remembered.

    ``fate``: what is known of the visit's end already (``model.engine.agenda``).
    """
    r.desks[thread].visits[week, channel] += 1
    if r.state[i].visited > week:
        r.state[i].visited = week
    if r.state[i].aware > week:
        r.state[i].aware = week
    if r.state[i].activated <= week:
        return False
    stop = np.int64(fate) - STOPPED if is_sure(r, i, fate) else stopped_by(r, i, week, contact, by_doctor)
    if stop >= 0:
        r.state[i].marks = (np.int64(r.state[i].marks) & _OTHER_MARKS) | ((stop + 1) << LAST_STOP_SHIFT)
        return False
    activate(r, thread, i, week, channel)
    return True


@inlined
def can_get(r, lever, i):
    """Whether a message of a lever can reach a person: e-mails and SMS need reachability."""
    by_wire = r.levers[lever].channel == _BY_EMAIL or r.levers[lever].channel == _BY_SMS
    return not by_wire or has_flag(r.people, i, _EMAIL)
