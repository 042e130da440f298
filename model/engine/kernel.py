"""One week, and many: the loops over persons. Everything that happens in a loop is in ``processes`` and ``completion``.

Threads own ranges of persons. A thread writes only the records of its own range and its own box of letters; it reads
of others only what can't change in the week (who was activated before it). So results don't depend on their number.
"""

from __future__ import annotations

import numpy as np

from model.engine.agenda import UNKNOWN, mode_of
from model.engine.completion import activate, identity, peer_success, recommend, visit
from model.engine.people import first_aware, majority_week, opposes, pilot_activated, traits_of
from model.engine.practice import mention_week
from model.engine.programme import PEER
from model.engine.records import ACCOMPANIED, BEFORE, NOBODY, TELL, prefetch
from model.engine.responses import take_place
from model.engine.search import asked_of, note_person
from model.engine.turns import WARD
from model.levers.base import HELP
from model.terms import rules
from model.terms.channels import NO_CHANNEL, Channel
from model.terms.jit import inlined, kernel
from model.terms.keyed import SUCCESS, uniform
from model.terms.weeks import NEVER

_C_PEER, _C_ASSISTED, _C_GUARDIAN = np.int64(Channel.PEER), np.int64(Channel.ASSISTED), np.int64(Channel.GUARDIAN)
_C_NOTICE, _PEER = np.int64(Channel.NOTICE), np.int64(PEER)
AHEAD = 8
"""How many contacts ahead a person's memory is asked for: persons are far apart, and each would be waited for. Fewer
and the memory has not come when the contact takes place; many more and it has left the nearest cache again."""
_THESE, _NONE, _GO_ON = True, None, False
_BY_DOCTOR, _ALONE, _AT_LAUNCH = np.bool_(False), np.int64(0), np.int64(0)


@kernel
def begin(r, draft, low, high, ends):
    """Records at the start of week 0: who knows, who was activated in the pilot; and everybody's contacts to come, up
    to the one that is sure to activate if ``ends``."""
    for i in range(low, high):
        traits, state = traits_of(r.world, i), r.state[i]
        state.aware, state.visited, state.activated = first_aware(r.people, r.world, i), NEVER, NEVER
        state.channel, state.marks, r.sure[i] = NO_CHANNEL, 0, NEVER
        if state.aware > max(np.int64(r.people[i].entry), majority_week(r.people, i), _AT_LAUNCH):
            state.aware = min(state.aware, mention_week(r.people, r.world, i))
        if pilot_activated(r.people, r.world, i):
            state.aware, state.visited, state.activated, state.channel = BEFORE, BEFORE, BEFORE, _C_NOTICE
        else:
            note_person(r, draft, i, traits, _AT_LAUNCH, _THESE, _NONE, ends)


@kernel
def admit(r, draft, low, high, week, bits):
    """Contacts to come through the levers of some bits, which begin in ``week`` or later."""
    levers = asked_of(r, bits)
    for i in range(low, high):
        if r.state[i].activated == NEVER and is_aimed(r, i, levers.noted):
            note_person(r, draft, i, traits_of(r.world, i), week, _NONE, levers, _GO_ON)


@inlined
def is_aimed(r, i, bits):
    """Whether one of some levers aims at a person or a ward: of the others not even traits need be known."""
    if r.aims[i] & bits != 0:
        return True
    for edge in range(r.people[i].tie_start, r.people[i + 1].tie_start):
        if r.tie[edge] >= 0:
            return False  # wards come first
        if r.aims[np.int64(~r.tie[edge])] & bits != 0:
            return True
    return False


@kernel
def invite(r, thread, low, high, week):
    """Invitations to those already activated, of levers that begin in ``week`` or later."""
    for i in range(low, high):
        done = np.int64(r.state[i].activated)
        if done != NEVER and majority_week(r.people, i) <= done and r.people[i].exit > week:
            recommend(r, thread, i, done, week)


@kernel
def deliver(r, thread, low, high, week):
    """Letters that arrive this week, first the children taken along, then the ties told."""
    for kind in range(2):
        for box in range(r.desks.shape[0]):
            place = r.desks[box].head[week]
            while place >= 0:
                letter = r.letters[box, place]
                target = np.int64(letter.target)
                mine = low <= target < high and letter.kind == kind
                if (
                    mine
                    and r.people[target].entry <= week < r.people[target].exit
                    and r.state[target].activated >= week
                ):
                    receive(r, thread, target, np.int64(letter.source), kind, week)
                place = letter.following


@kernel
def receive(r, thread, i, source, kind, week):
    """One letter to a person not activated before this week. What a visit meets after being told is drawn by person and
    week, not by who tells: several ties may tell somebody in a week, and letters lie in no order."""
    if opposes(r.world, i):
        return
    minor = majority_week(r.people, i) > week
    if kind != TELL:
        if minor and r.state[i].activated > week:
            r.desks[thread].contacts[week, _C_GUARDIAN] += 1
            r.desks[thread].visits[week, _C_GUARDIAN] += 1
            activate(r, thread, i, week, _C_GUARDIAN)
        return
    if minor:
        return
    r.desks[thread].contacts[week, _C_PEER] += 1
    if r.state[i].aware > week:
        r.state[i].aware = week
    if peer_success(r.people, r.world, source, i, week):
        visit(r, thread, i, week, _C_PEER, identity(_PEER, week, i), _BY_DOCTOR, UNKNOWN)


@kernel
def sweep(r, week):
    """Return the letters that arrived this week to the free lists."""
    for box in range(r.desks.shape[0]):
        desk = r.desks[box]
        place = desk.head[week]
        while place >= 0:
            letter = r.letters[box, place]
            following = letter.following
            letter.following = desk.free
            desk.free = place
            desk.used -= 1
            place = following
        desk.head[week] = NOBODY


@kernel
def serve(r, thread, week):
    """Advisers accompany the next people in the queue, up to this week's capacity."""
    for lever in range(r.levers.shape[0]):
        if r.levers[lever].effect != HELP:
            continue
        first, last = r.levers[lever].queue_start, r.levers[lever].queue_end - r.levers[lever].queue_start
        capacity = r.levers[lever].quota[week + 1]
        while rules.has_capacity(r.served[lever, 1], capacity) and r.served[lever, 0] < last:
            i = np.int64(r.queue[first + r.served[lever, 0]])
            present, accompanied = r.people[i].entry <= week < r.people[i].exit, r.state[i].marks & ACCOMPANIED != 0
            if rules.awaits_adviser(week, present, majority_week(r.people, i), r.state[i].activated, accompanied):
                accompany(r, thread, lever, i, week)
                r.served[lever, 1] += 1
            r.served[lever, 0] += 1


@kernel
def accompany(r, thread, lever, i, week):
    """An adviser and a person: no access factor, no barrier, the measured chance that someone accompanied activates."""
    r.desks[thread].contacts[week, _C_ASSISTED] += 1
    r.state[i].marks |= ACCOMPANIED
    if r.state[i].aware > week:
        r.state[i].aware = week
    if opposes(r.world, i) or uniform(r.levers[lever].keys[SUCCESS], i, 0) >= r.levers[lever].success:
        return
    r.desks[thread].visits[week, _C_ASSISTED] += 1
    activate(r, thread, i, week, _C_ASSISTED)


@inlined
def person_of(r, contact):
    """The person in whose turn a contact takes place."""
    return np.int64(r.people[contact.owner].guardian if mode_of(contact) == WARD else contact.owner)


@inlined
def comes_first(r, one, other):
    """Whether a contact of the status quo takes place before one of a lever."""
    i, j = person_of(r, one), person_of(r, other)
    if i != j or mode_of(one) != WARD or mode_of(other) != WARD:
        return i < j or (i == j and (mode_of(one) != WARD or mode_of(other) == WARD))
    return one.owner <= other.owner


@kernel
def merge(r, part, begins, numbers, heads, contact, begin):
    """Merge contacts of levers that lie in ``part`` lever after lever, sorted each, where ``begins`` [lever, block,
    week] says; ``numbers`` are those of the levers in ascending order, ``heads`` [lever] is written over."""
    place, levers = np.int64(0), numbers.shape[0]
    for block in range(begin.shape[0]):
        for week in range(begin.shape[1] - 1):
            begin[block, week] = place
            left = np.int64(0)
            for lever in range(levers):
                heads[lever] = begins[lever, block, week]
                left += begins[lever, block, week + 1] - heads[lever]
            while left > 0:
                first = np.int64(-1)
                for lever in range(levers):
                    if heads[lever] == begins[lever, block, week + 1]:
                        continue
                    if first < 0 or not comes_first(r, part[heads[first]], part[heads[lever]]):
                        first = np.int64(lever)
                contact[place] = part[heads[first]]
                contact[place].process = numbers[first]
                heads[first] += 1
                place, left = place + 1, left - 1
        begin[block, begin.shape[1] - 1] = place


@kernel
def contacts(r, base, more, thread, first, last, week):
    """What takes place this week in the blocks ``first`` .. ``last`` - 1: contacts of the status quo and of levers."""
    for block in range(first, last):
        a, a_end, b, b_end = base.begin[block, week], base.begin[block, week + 1], np.int64(0), np.int64(0)
        if more.begin.shape[0] > 0:
            b, b_end = more.begin[block, week], more.begin[block, week + 1]
        while a < a_end or b < b_end:
            of_lever = a == a_end or (b < b_end and not comes_first(r, base.contact[a], more.contact[b]))
            contact = more.contact[b] if of_lever else base.contact[a]
            if not of_lever and a + AHEAD < a_end:
                ahead = np.int64(base.contact[a + AHEAD].owner)
                prefetch(r.state, ahead)
                prefetch(r.people, ahead)
            a, b = a + (not of_lever), b + of_lever
            take_place(r, thread, contact, of_lever, week)


@kernel
def weeks_alone(r, base, more, week, until, least_free):
    """Weeks ``week`` to ``until`` - 1 on one thread; stops early when less than ``least_free`` letters are free.
    Returns the week reached."""
    n, blocks = r.state.shape[0], base.begin.shape[0]
    while week < until and r.letters.shape[1] - r.desks[0].used >= least_free:
        serve(r, _ALONE, week)
        deliver(r, _ALONE, _ALONE, n, week)
        contacts(r, base, more, _ALONE, _ALONE, blocks, week)
        sweep(r, week)
        week += 1
    return week


@kernel
def share_of_week(r, base, more, thread, blocks, low, high, week):
    """One thread's part of one week: the persons ``low`` .. ``high`` - 1, who are those of its ``blocks``."""
    deliver(r, thread, low, high, week)
    contacts(r, base, more, thread, thread * blocks, (thread + 1) * blocks, week)
