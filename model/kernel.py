"""One week, and many: the loops over persons. Everything that happens in a loop is in ``processes`` and ``completion``.

Threads own ranges of persons. A thread writes only the records of its own range and its own box of letters; it reads
of others only what can't change in the week (who was activated before it). So results don't depend on their number.
"""

from __future__ import annotations

import numpy as np

from model.channels import Channel
from model.completion import activate, identity, peer_success, recommend, visit
from model.jit import kernel
from model.keyed import uniform
from model.people import access, first_aware, majority_week, opposes, pilot_activated, traits_of
from model.programme import ASSISTED, PEER, RELATIVES, SUCCESS
from model.records import ACCOMPANIED, BEFORE, NOBODY, TELL
from model.turns import plan_person, plan_person_levers, scan
from model.weeks import NEVER

_C_PEER, _C_ASSISTED, _C_GUARDIAN = np.int64(Channel.PEER), np.int64(Channel.ASSISTED), np.int64(Channel.GUARDIAN)
_C_NOTICE, _PEER = np.int64(Channel.NOTICE), np.int64(PEER)
_PLANNING, _ALONE = np.bool_(False), np.int64(0)
BLOCK = 64
"""Persons whose due weeks are compared at once."""


@kernel
def begin(r, thread, low, high):
    """Records at the start of week 0: who knows, who was activated in the pilot, what comes first."""
    for i in range(low, high):
        traits = traits_of(r.w, i)
        r.reach[i].traits = traits
        r.s[i].aware = first_aware(r.p, r.w, i)
        if pilot_activated(r.p, r.w, i):
            r.s[i].activated = BEFORE
            r.s[i].visited = BEFORE
            r.s[i].aware = BEFORE
            r.s[i].channel = _C_NOTICE
        else:
            plan_person(r, thread, i, traits)


@kernel
def admit(r, thread, low, high, week):
    """Let levers that begin in ``week`` or later join: next contacts, and invitations to those already activated."""
    inviting = False
    for lever in range(r.g.shape[0]):
        inviting = inviting or r.g[lever].kind == RELATIVES
    for i in range(low, high):
        if r.s[i].activated == NEVER:
            plan_person_levers(r, thread, i, week - 1)
        elif inviting and majority_week(r.p, i) <= r.s[i].activated and r.p[i].exit > week:
            recommend(r, thread, i, np.int64(r.s[i].activated), week)


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
                if mine and r.p[target].entry <= week < r.p[target].exit and r.s[target].activated >= week:
                    receive(r, thread, target, np.int64(letter.source), kind, week)
                place = letter.following


@kernel
def receive(r, thread, i, source, kind, week):
    """One letter to a person not activated before this week."""
    if opposes(r.w, i):
        return
    minor = majority_week(r.p, i) > week
    if kind != TELL:
        if minor and r.s[i].activated > week:
            r.desks[thread].contacts[week, _C_GUARDIAN] += 1
            r.desks[thread].visits[week, _C_GUARDIAN] += 1
            activate(r, thread, i, week, _C_GUARDIAN)
        return
    if minor:
        return
    r.desks[thread].contacts[week, _C_PEER] += 1
    if r.s[i].aware > week:
        r.s[i].aware = week
    if peer_success(r.w, source, i, week, access(r.p, r.w, i)):
        visit(r, thread, i, week, _C_PEER, identity(_PEER, _ALONE, source), _PLANNING)


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
    for lever in range(r.g.shape[0]):
        if r.g[lever].kind != ASSISTED:
            continue
        first, last = r.g[lever].queue_start, r.g[lever].queue_end - r.g[lever].queue_start
        while r.served[lever, 1] < int(r.g[lever].quota[week + 1]) and r.served[lever, 0] < last:
            i = np.int64(r.queue[first + r.served[lever, 0]])
            present = r.p[i].entry <= week < r.p[i].exit and majority_week(r.p, i) <= week
            if present and r.s[i].activated >= week and not r.s[i].marks & ACCOMPANIED:
                accompany(r, thread, lever, i, week)
                r.served[lever, 1] += 1
            r.served[lever, 0] += 1


@kernel
def accompany(r, thread, lever, i, week):
    """An adviser and a person: no access factor, no barrier, the measured chance that someone accompanied activates."""
    r.desks[thread].contacts[week, _C_ASSISTED] += 1
    r.s[i].marks |= ACCOMPANIED
    if r.s[i].aware > week:
        r.s[i].aware = week
    if opposes(r.w, i) or uniform(r.g[lever].keys[SUCCESS], i, 0) >= r.g[lever].pull:
        return
    r.desks[thread].visits[week, _C_ASSISTED] += 1
    activate(r, thread, i, week, _C_ASSISTED)


@kernel
def contacts(r, thread, low, high, week):
    """Handle everybody who is due this week."""
    due = r.due
    for first in range(low, high, BLOCK):
        last = min(first + BLOCK, high)
        found = 0
        for i in range(first, last):
            found += due[i] == week
        if found:
            for i in range(first, last):
                if due[i] == week:
                    scan(r, thread, i, week)


@kernel
def share_of_week(r, thread, low, high, week):
    """One thread's part of one week."""
    deliver(r, thread, low, high, week)
    contacts(r, thread, low, high, week)


@kernel
def weeks_alone(r, week, until, least_free):
    """Weeks ``week`` to ``until`` - 1 on one thread; stops early when less than ``least_free`` letters are free.
    Returns the week reached."""
    n = r.due.shape[0]
    while week < until and r.letters.shape[1] - r.desks[0].used >= least_free:
        serve(r, _ALONE, week)
        share_of_week(r, _ALONE, _ALONE, n, week)
        sweep(r, week)
        week += 1
    return week
