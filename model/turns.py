"""A person's turn: the contacts of one week through whatever may reach the person, and the week of the next.

Nearly all processes never bring a contact to nearly all persons. Which may is found out once (``plan``, at the start of
the run; ``plan_levers``, when levers join) and kept as one bit a process, so that a turn looks at few.
"""

from __future__ import annotations

import numpy as np

from model.arrivals import CHILD, OWN, WARD, Turn
from model.completion import is_targeted
from model.jit import inlined, kernel
from model.people import NOTICES, OPPOSES, gain_of, majority_week, traits_of
from model.processes import base_contact, lever_contact
from model.programme import BASE_MEDIA, DOCTOR, DOCUMENT, INVITATION, NOTICE, REMINDER, SPONTANEOUS
from model.weeks import NEVER

_NEVER, _NONE, _NO_LEVERS = np.int64(NEVER), np.int64(0), np.uint32(0)
_ACTING, _PLANNING = np.bool_(True), np.bool_(False)


@inlined
def own_turn(r, thread, i, traits, t, act):
    """A person's own contacts: from the 18th birthday on."""
    start, stop = max(np.int64(r.p[i].entry), majority_week(r.p, i)), min(np.int64(r.p[i].exit), r.w.weeks)
    return Turn(thread, OWN, i, i, start, stop, t, act, traits & NOTICES != 0, gain_of(r.p, r.w, i, traits))


@inlined
def childhood_turn(r, thread, mode, child, traits, t, act):
    """A minor's contacts, which go to the guardian, of known ``traits``; none for who came of age before coming."""
    i, entry, majority = np.int64(r.p[child].guardian), np.int64(r.p[child].entry), majority_week(r.p, child)
    stop = min(np.int64(r.p[child].exit), np.int64(r.p[i].exit), majority, r.w.weeks)
    return Turn(thread, mode, child, i, entry, stop, t, act, traits & NOTICES != 0, gain_of(r.p, r.w, i, traits))


@inlined
def levers_of(r, i):
    """Bits of the levers through which a contact may come."""
    return r.live[i] if r.g.shape[0] > 0 else _NO_LEVERS


@kernel
def contacts_of(r, turn, codes, levers):
    """Contacts of the turn's owner this week through the processes in ``codes`` and ``levers`` (bits), then the week of
    the next; -1 if activated."""
    soonest = _NEVER
    if turn.start >= turn.stop:
        return _NEVER
    for code in (NOTICE, REMINDER, INVITATION, DOCUMENT, DOCTOR, BASE_MEDIA, SPONTANEOUS):
        if codes >> code & 1:
            week = base_contact(r, turn, code)
            if week < 0:
                return week
            soonest = min(soonest, week)
    for lever in range(r.g.shape[0]):
        if levers >> np.uint32(lever) & np.uint32(1):
            week = lever_contact(r, turn, lever)
            if week < 0:
                return week
            soonest = min(soonest, week)
    return soonest


@kernel
def scan(r, thread, i, t):
    """Handle a person's contacts of week ``t``: a minor's, the person's own, those of the wards; note the next week."""
    soonest, reach, levers = _NEVER, r.reach[i], levers_of(r, i)
    guardian = np.int64(r.p[i].guardian)
    if guardian >= 0 and t < majority_week(r.p, i) and (reach.childhood or levers):
        turn = childhood_turn(r, thread, CHILD, i, np.int64(r.reach[guardian].traits), t, _ACTING)
        soonest = contacts_of(r, turn, np.int64(reach.childhood), levers)
        if soonest < 0:
            return
    traits = np.int64(reach.traits)
    if reach.own or levers:
        week = contacts_of(r, own_turn(r, thread, i, traits, t, _ACTING), np.int64(reach.own), levers)
        if week < 0:
            return
        soonest = min(soonest, week)
    for edge in range(r.p[i].tie_start, r.p[i + 1].tie_start):
        if r.tie[edge] >= 0:
            break  # wards come first
        child = np.int64(~r.tie[edge])
        codes, levers = np.int64(r.reach[child].childhood), levers_of(r, child)
        if codes or levers:
            week = contacts_of(r, childhood_turn(r, thread, WARD, child, traits, t, _ACTING), codes, levers)
            if week < 0:
                return
            soonest = min(soonest, week)
    r.due[i] = soonest


@inlined
def plan(r, turn, codes):
    """Week of the first contact through the processes ``codes`` of the status quo, and one bit for each that brings
    one."""
    bits, soonest = _NONE, _NEVER
    if turn.start < turn.stop:
        for code in codes:
            week = base_contact(r, turn, code)
            bits |= np.int64(week < NEVER) << code
            soonest = min(soonest, week)
    return soonest, bits


@kernel
def plan_person(r, thread, i, traits):
    """Note through what a person may be reached, in childhood and later, and when first."""
    guardian, soonest, childhood = np.int64(r.p[i].guardian), _NEVER, _NONE
    if guardian >= 0:
        above = traits_of(r.w, guardian)
        if above & OPPOSES == 0:
            turn = childhood_turn(r, thread, CHILD, i, above, np.int64(-1), _PLANNING)
            soonest, childhood = plan(r, turn, (INVITATION, DOCUMENT, DOCTOR))
    r.reach[i].childhood = childhood
    if traits & OPPOSES == 0:
        turn = own_turn(r, thread, i, traits, np.int64(-1), _PLANNING)
        week, own = plan(r, turn, (NOTICE, REMINDER, DOCUMENT, DOCTOR, BASE_MEDIA, SPONTANEOUS))
        r.reach[i].own = own
        r.due[i] = min(soonest, week)


@inlined
def plan_levers(r, turn):
    """Week of the first contact through levers, and one bit for each that brings one."""
    bits, soonest = _NO_LEVERS, _NEVER
    if turn.start < turn.stop:
        for lever in range(r.g.shape[0]):
            if is_targeted(r, lever, turn.owner):
                week = lever_contact(r, turn, lever)
                bits |= np.uint32(week < NEVER) << np.uint32(lever)
                soonest = min(soonest, week)
    return soonest, bits


@kernel
def plan_person_levers(r, thread, i, t):
    """Note through which levers a person not activated may be reached, and when first."""
    guardian, soonest, childhood, traits = np.int64(r.p[i].guardian), _NEVER, _NO_LEVERS, np.int64(r.reach[i].traits)
    if guardian >= 0 and r.reach[guardian].traits & OPPOSES == 0:
        above = np.int64(r.reach[guardian].traits)
        soonest, childhood = plan_levers(r, childhood_turn(r, thread, CHILD, i, above, t, _PLANNING))
    r.live[i] = childhood
    if traits & OPPOSES == 0:
        week, own = plan_levers(r, own_turn(r, thread, i, traits, t, _PLANNING))
        r.live[i] |= own
        r.due[i] = min(soonest, week, np.int64(r.due[i]))


@kernel
def announce(r, t, base):
    """Let guardians know when contacts on behalf of a ward first come: through levers, or through the status quo."""
    for child in range(r.due.shape[0]):
        guardian = np.int64(r.p[child].guardian)
        if guardian < 0 or r.s[guardian].activated != NEVER or r.reach[guardian].traits & OPPOSES:
            continue
        codes = np.int64(r.reach[child].childhood) if base else _NONE
        levers = _NO_LEVERS if base else levers_of(r, child)
        if codes or levers:
            turn = childhood_turn(r, 0, WARD, child, np.int64(r.reach[guardian].traits), t, _PLANNING)
            r.due[guardian] = min(np.int64(r.due[guardian]), contacts_of(r, turn, codes, levers))
