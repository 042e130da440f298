"""Whose contacts are looked for, and when: the person's own as an adult, a minor's through the guardian, those of
wards."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from model.engine.people import NOTICES, band_end, band_in, majority_week, pilot_activated
from model.terms.jit import inlined
from model.terms.weeks import NEVER

OWN, WARD, CHILD = np.arange(3)
"""Whose contact: the person's own; a child's, seen by the guardian; a child's, seen by the child."""


CHILDHOOD = np.int64(4096)
"""Occurrences of a person's childhood are numbered from here, so that majority begins its own."""


class Turn(NamedTuple):
    """Whose contacts are looked for, and when."""

    mode: int
    """OWN, WARD or CHILD."""
    owner: int
    """Whose contacts."""
    i: int
    """Who answers: the owner, or the guardian."""
    start: int
    stop: int
    """Weeks in which the owner can have them: start <= week < stop."""
    since: int
    """First week of interest."""
    notices: bool
    """Whether ``i`` notices mass messages; the gain of ``i`` is in the draft."""
    ends: bool
    """Whether a contact that is sure to activate ``i`` ends the search."""
    band: int
    """Age band of the owner in the first of these weeks."""
    last_band: int
    """In the last of them."""


@inlined
def own_turn(r, i, traits, since, ends):
    """A person's own contacts: from the 18th birthday on."""
    start, stop = (
        max(np.int64(r.people[i].entry), majority_week(r.people, i)),
        min(np.int64(r.people[i].exit), r.world.weeks),
    )
    band = band_in(r.people, r.world, i, start)
    return Turn(OWN, i, i, start, stop, since, traits & NOTICES != 0, ends, band, last_band(r, i, band, stop))


@inlined
def childhood_turn(r, mode, child, traits, since, ends):
    """A minor's contacts, which go to the guardian, of known ``traits``; none for who came of age before coming."""
    i, entry, majority = (
        np.int64(r.people[child].guardian),
        np.int64(r.people[child].entry),
        majority_week(r.people, child),
    )
    stop = min(np.int64(r.people[child].exit), np.int64(r.people[i].exit), majority, r.world.weeks)
    band = band_in(r.people, r.world, child, entry)
    return Turn(
        mode,
        child,
        i,
        entry,
        stop,
        since,
        traits & NOTICES != 0,
        ends and mode == WARD,
        band,
        last_band(r, child, band, stop),
    )


@inlined
def last_band(r, owner, band, stop):
    """Age band in the week before ``stop`` of somebody who was in ``band`` earlier."""
    while band_end(r.people, r.world, owner, band) < stop:
        band += 1
    return band


@inlined
def reached_through(r, mode, owner, through_levers):
    """Whether contacts of ``owner`` are wanted: a minor needs a guardian; a ward activated before needs none."""
    if mode == OWN:
        return True
    if r.people[owner].guardian < 0:
        return False
    if mode == CHILD:
        return True
    return r.state[owner].activated == NEVER if through_levers else not pilot_activated(r.people, r.world, owner)
