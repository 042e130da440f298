"""Whose contacts are looked for, and when: the person's own as an adult, a minor's through the guardian, those of
wards; and what is written into a draft of a person before they are: the spells that hold in some week, one after
another, so that no draw waits for the end of another.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from model.engine.agenda import ENDINGS, WHOSE
from model.engine.people import (
    NOTICES,
    band_end,
    band_in,
    barrier_spell,
    barrier_word,
    lasting_gain,
    majority_week,
    pilot_activated,
)
from model.terms.jit import inlined
from model.terms.keyed import Decision, bits_of, person_word
from model.terms.spells import end_week, level_of, passed_by
from model.terms.weeks import NEVER

OWN, WARD, CHILD = np.arange(3)
"""Whose contact: the person's own; a child's, seen by the guardian; a child's, seen by the child."""
CHILDHOOD = np.int64(4096)
"""Occurrences of a person's childhood are numbered from here, so that majority begins its own."""
_EAGERNESS = np.int64(Decision.SPELL_EAGERNESS)


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
    start = max(np.int64(r.people[i].entry), majority_week(r.people, i))
    stop = min(np.int64(r.people[i].exit), r.world.weeks)
    band = band_in(r.people, r.world, i, start)
    return Turn(OWN, i, i, start, stop, since, traits & NOTICES != 0, ends, band, last_band(r, i, band, stop))


@inlined
def childhood_turn(r, mode, child, traits, since, ends):
    """A minor's contacts, which go to the guardian, of known ``traits``; none for who came of age before coming."""
    i, entry = np.int64(r.people[child].guardian), np.int64(r.people[child].entry)
    majority = majority_week(r.people, child)
    stop = min(np.int64(r.people[child].exit), np.int64(r.people[i].exit), majority, r.world.weeks)
    band = band_in(r.people, r.world, child, entry)
    notices, sure = traits & NOTICES != 0, ends and mode == WARD
    return Turn(mode, child, i, entry, stop, since, notices, sure, band, last_band(r, child, band, stop))


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


@inlined
def write_eagerness(r, draft, i):
    """Write a person's spells of eagerness within the run, and eagerness times access in each, into the draft."""
    word, base = person_word(r.world.keys[_EAGERNESS], i), lasting_gain(r.people, r.world, i)
    number, kept, passed, week, most = 0, 0, 0.0, np.int64(0), 0.0
    while week < r.world.weeks:
        bits = bits_of(word, number)
        passed = passed_by(bits, r.world.lengths, r.world.eagerness_spell, passed)
        until, gain = end_week(number, passed), base * r.world.levels[level_of(bits)]
        draft.end[kept], draft.gain[kept] = until, gain
        kept += until > week
        most, week, number = max(most, gain), until, number + 1
    draft.gain[draft.end.shape[0]] = most


@inlined
def write_need(r, draft, need, owner, stop):
    """Write a person's spells of a need, of those weeks before ``stop``, into the draft; the highest level."""
    word, number, kept, passed, week = person_word(r.world.keys[need], owner), 0, 0, 0.0, np.int64(0)
    highest = np.int64(0)
    while week < stop:
        bits = bits_of(word, number)
        passed = passed_by(bits, r.world.lengths, r.world.need_spell, passed)
        until, level = end_week(number, passed), level_of(bits)
        draft.need_end[kept], draft.need_level[kept] = until, level
        kept += until > week
        highest, week, number = max(highest, level), until, number + 1
    return highest


@inlined
def write_barriers(r, draft, i):
    """Write when the first spells of a person's barriers end, in weeks with fractions, into the draft."""
    for barrier in range(4):
        word, passed = barrier_word(r.world, i, barrier), 0.0
        for number in range(ENDINGS):
            passed = passed_by(bits_of(word, number), r.world.lengths, r.world.barrier_spell, passed)
            draft.barrier[barrier, number] = passed
    draft.bound[WHOSE] = i


@inlined
def barrier_at(r, draft, i, barrier, week):
    """Number of the spell of a barrier that holds in a week, of the person whose barriers are in the draft."""
    spell = np.int64(0)
    for number in range(ENDINGS):  # counted rather than searched: without a branch
        spell += draft.barrier[barrier, number] < week
    return spell if spell < ENDINGS else barrier_spell(r.world, i, barrier, week)


@inlined
def spell_at(ends, week):
    """Place of the spell that holds in a week among those written down."""
    place = np.int64(0)
    while ends[place] <= week:
        place += 1
    return place


@inlined
def gain_at(draft, week):
    """Eagerness times access, in a week, of the person who answers."""
    return draft.gain[spell_at(draft.end, week)]
