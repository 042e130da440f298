"""Whose contacts reach a person: the person's own as an adult, a minor's through the guardian, those of wards."""

from __future__ import annotations

import numpy as np

from model.engine.arrivals import CHILD, OWN, WARD, Turn
from model.engine.people import NOTICES, OPPOSES, gain_of, majority_week, pilot_activated, traits_of
from model.engine.processes import note_base, note_levers
from model.terms.jit import inlined
from model.terms.weeks import NEVER


@inlined
def own_turn(r, i, traits, since):
    """A person's own contacts: from the 18th birthday on."""
    start, stop = (
        max(np.int64(r.people[i].entry), majority_week(r.people, i)),
        min(np.int64(r.people[i].exit), r.world.weeks),
    )
    return Turn(OWN, i, i, start, stop, since, traits & NOTICES != 0, gain_of(r.people, r.world, i, traits))


@inlined
def childhood_turn(r, mode, child, traits, since):
    """A minor's contacts, which go to the guardian, of known ``traits``; none for who came of age before coming."""
    i, entry, majority = (
        np.int64(r.people[child].guardian),
        np.int64(r.people[child].entry),
        majority_week(r.people, child),
    )
    stop = min(np.int64(r.people[child].exit), np.int64(r.people[i].exit), majority, r.world.weeks)
    return Turn(mode, child, i, entry, stop, since, traits & NOTICES != 0, gain_of(r.people, r.world, i, traits))


@inlined
def reached_through(r, mode, owner, since, through_levers):
    """Whether contacts of ``owner`` are wanted: a minor needs a guardian; a ward activated before needs none."""
    if mode == OWN:
        return True
    if r.people[owner].guardian < 0:
        return False
    if mode == CHILD:
        return True
    return r.state[owner].activated == NEVER if through_levers else not pilot_activated(r.people, r.world, owner)


@inlined
def note_person(r, draft, i, traits, since, through_levers):
    """Note all contacts that may reach a person not activated: in childhood, the person's own, and those of wards."""
    if traits & OPPOSES:
        return
    first, end = np.int64(r.people[i].tie_start), np.int64(r.people[i + 1].tie_start)
    for edge in range(first - 2, end):
        mode = CHILD if edge == first - 2 else OWN if edge == first - 1 else WARD
        if mode == WARD and r.tie[edge] >= 0:
            break  # wards come first
        owner = np.int64(~r.tie[edge]) if mode == WARD else i
        if not reached_through(r, mode, owner, since, through_levers):
            continue
        if mode == OWN:
            turn = own_turn(r, i, traits, since)
        else:
            above = traits_of(r.world, np.int64(r.people[owner].guardian)) if mode == CHILD else traits
            if above & OPPOSES:
                continue
            turn = childhood_turn(r, mode, owner, above, since)
        if through_levers:
            note_levers(r, draft, turn)
        else:
            note_base(r, draft, turn)
