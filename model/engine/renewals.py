"""A person's spells are written down before contacts are looked for: one after another, so that no draw waits for the
end of another, and only those that hold in some week."""

from __future__ import annotations

import numpy as np

from model.engine.agenda import ENDINGS, WHOSE
from model.engine.people import barrier_spell, barrier_word, lasting_gain
from model.terms.jit import inlined
from model.terms.keyed import Decision, bits_of, person_word
from model.terms.spells import end_week, level_of, passed_by

_EAGERNESS = np.int64(Decision.SPELL_EAGERNESS)


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
