"""Compiled counting for ``model.counting.census``: one pass over a range of persons each, into arrays zeroed by the
caller."""

from __future__ import annotations

import numpy as np

from model.engine.completion import can_get
from model.engine.people import (
    INFORMATION,
    NO_USE,
    TIME,
    band_end,
    band_in,
    child_reminder_week,
    has_barrier_in,
    has_flag,
    majority_week,
    notice_week,
    notices,
    reminder_week,
)
from model.engine.people import ready as is_ready
from model.levers.base import DOCUMENT, INVITATION, MESSAGE, is_targeted
from model.levers.doctors import participates
from model.levers.messages import wave_week
from model.levers.newborns import newborn_week
from model.levers.relatives import invited_week
from model.population.attributes import EMAIL, EXCLUDED
from model.terms.ages import DOCUMENTS
from model.terms.jit import inlined, kernel
from model.terms.keyed import Decision, bits_of, person_word
from model.terms.spells import end_week, level_of, passed_by
from model.terms.tables import INVITATION_DELAY
from model.terms.weeks import NEVER

LIVING, ADULTS, AWARE, VISITED, ACTIVATED, ACTIVATED_LIVING, ACTIVATED_MINORS, EXPOSED = range(8)
"""Rows of the stocks counted; EXPOSED are adults not activated who notice mass messages."""
STOCKS, STAGES = 8, 4
DOCUMENT_UNIT = 2.0**-16
"""Unit of relative document rates while they are added up: whole numbers, so that the order can't matter."""
_EMAIL, _EXCLUDED, _DOCUMENTS = np.int64(EMAIL), np.int64(EXCLUDED), np.int64(Decision.SPELL_DOCUMENTS)


@inlined
def _between(counts, row, first, end, last):
    """Add one person present at the start of weeks ``first`` .. ``end`` - 1 to a row of differences."""
    first, end = max(first, 0), min(end, last + 1)
    if first < end:
        counts[row, first] += 1
        counts[row, end] -= 1


@kernel
def stocks(r, low, high, last, counts):
    """Differences over weeks of every stock, int64 [STOCKS, last + 2]: cumulate along the weeks."""
    for i in range(low, high):
        entry, leave, majority = np.int64(r.people[i].entry), np.int64(r.people[i].exit), majority_week(r.people, i)
        adult, done = max(entry, majority), np.int64(r.state[i].activated) + 1
        _between(counts, LIVING, entry, leave, last)
        _between(counts, ADULTS, adult, leave, last)
        _between(counts, AWARE, max(adult, np.int64(r.state[i].aware) + 1), leave, last)
        _between(counts, VISITED, np.int64(r.state[i].visited) + 1, last + 1, last)
        _between(counts, ACTIVATED, done, last + 1, last)
        _between(counts, ACTIVATED_LIVING, done, leave, last)
        _between(counts, ACTIVATED_MINORS, done, min(leave, majority), last)
        if notices(r.world, i):
            _between(counts, EXPOSED, adult, min(leave, done), last)


@inlined
def _is_notified(r, who):
    """Whether notices of documents reach a mailbox and are noticed there."""
    return who >= 0 and has_flag(r.people, who, _EMAIL) and notices(r.world, who)


@inlined
def _brings_documents(r, lever, i):
    """Whether a lever brings a person more documents."""
    return r.levers[lever].effect == DOCUMENT and is_targeted(r, lever, i)


@kernel
def document_weights(r, low, high, last, weights):
    """Differences over weeks of the sum of document rates, int64 [1 + 2 levers, last + 2], in ``DOCUMENT_UNIT``.

    Row 0: who can be notified and is not activated; of each lever l that brings documents, 1 + l: those of them whom it
    aims at; 1 + levers + l: everybody alive whom it aims at.
    """
    for i in range(low, high):
        minor = majority_week(r.people, i) > np.int64(r.people[i].entry)
        child = minor and _is_notified(r, np.int64(r.people[i].guardian))
        own, aimed = _is_notified(r, i), False
        for lever in range(r.levers.shape[0]):
            aimed = aimed or _brings_documents(r, lever, i)
        if child or own or aimed:
            _rate_weights(r, i, last, child, own, weights)


@inlined
def _rate_weights(r, i, last, child, own, weights):
    """What a person adds to ``weights``, spell by spell and band by band; ``child``, ``own``: notified as a minor, as
    an adult."""
    word, number, passed, week = person_word(r.world.keys[_DOCUMENTS], i), np.int64(0), 0.0, np.int64(0)
    leave, band = min(np.int64(r.people[i].exit), last + 1), band_in(r.people, r.world, i, week)
    while week < leave:
        bits = bits_of(word, number)
        passed = passed_by(bits, r.world.lengths, r.world.need_spell, passed)
        level, until = r.world.need_levels[r.world.document_first + level_of(bits)], end_week(number, passed)
        while week < min(until, leave):
            stop = min(until, leave, band_end(r.people, r.world, i, band))
            rate = np.int64(r.world.rates[DOCUMENTS, band] * level / DOCUMENT_UNIT + 0.5)
            _spell_weights(r, i, week, stop, rate, child, own, weights)
            week, band = stop, band + (band_end(r.people, r.world, i, band) <= stop)
        number += 1


@inlined
def _spell_weights(r, i, start, stop, rate, child, own, weights):
    """What a person adds in weeks of one rate."""
    first, majority, done = (
        max(np.int64(r.people[i].entry), start),
        majority_week(r.people, i),
        np.int64(r.state[i].activated) + 1,
    )
    if child:
        _notified_weights(r, i, first, min(stop, done, majority), rate, weights)
    if own:
        _notified_weights(r, i, max(first, majority), min(stop, done), rate, weights)
    for lever in range(r.levers.shape[0]):
        if first < stop and _brings_documents(r, lever, i):
            _add(weights, 1 + r.levers.shape[0] + lever, first, stop, rate)


@inlined
def _notified_weights(r, i, first, end, rate, weights):
    """What a person adds in the weeks ``first`` .. ``end`` - 1 in which notices reach them."""
    if first < end:
        _add(weights, 0, first, end, rate)
        for lever in range(r.levers.shape[0]):
            if _brings_documents(r, lever, i):
                _add(weights, 1 + lever, first, end, rate)


@inlined
def _add(weights, row, first, end, rate):
    """Add a rate in the weeks ``first`` .. ``end`` - 1 to differences."""
    weights[row, first] += rate
    weights[row, end] -= rate


@inlined
def _sent(r, i, week, first, last):
    """Whether a person is there, of age for it and not activated when a message is sent."""
    return first <= week < min(np.int64(r.people[i].exit), last) and r.state[i].activated >= week


@kernel
def messages(r, low, high, last, counts):
    """Messages sent before week ``last``, by week: notices, reminders, and those of each lever, [2 + levers, last]."""
    for i in range(low, high):
        entry = np.int64(r.people[i].entry)
        adult = max(entry, majority_week(r.people, i))
        if entry > 0 and r.people[i].birth_week == r.people[i].entry:
            if _sent(r, i, entry + INVITATION_DELAY, entry, last):
                counts[0, entry + INVITATION_DELAY] += 1
        else:
            week = notice_week(r.people, r.world, i)
            if _sent(r, i, week, adult, last):
                counts[0, week] += 1
        week = reminder_week(r.people, r.world, i)
        if _sent(r, i, week, adult, last):
            counts[1, week] += 1
        week = child_reminder_week(r.people, r.world, i)
        if _sent(r, i, week, entry, last):
            counts[1, week] += 1
        for lever in range(r.levers.shape[0]):
            if is_targeted(r, lever, i):
                _lever_messages(r, lever, i, adult, last, counts[2 + lever])


@inlined
def _lever_messages(r, lever, i, adult, last, sent):
    """Add the messages or invitations of one lever to one person to ``sent`` [last]."""
    effect, entry = r.levers[lever].effect, np.int64(r.people[i].entry)
    if effect == MESSAGE and r.levers[lever].at_birth:
        week = newborn_week(r, lever, i)
        if _sent(r, i, week, entry, last):
            sent[week] += 1
    elif effect == MESSAGE:
        for wave in range(r.levers[lever].n_waves):
            week = wave_week(r, lever, i, wave)
            who = i if week >= adult else np.int64(r.people[i].guardian)
            if who >= 0 and _sent(r, i, week, entry, last) and can_get(r, lever, who):
                sent[week] += who == i or not _is_covered(r, lever, i, who, wave, week)
    elif effect == INVITATION and r.state[i].activated < last:
        week, done = invited_week(r, lever, i), np.int64(r.state[i].activated) + 1
        if week < NEVER and adult <= done:
            week = max(week, done)
            if week < min(last, r.levers[lever].end, np.int64(r.people[i].exit)):
                sent[week] += 1


@inlined
def _is_covered(r, lever, child, guardian, wave, week):
    """Whether the household gets the message about a minor as another: the guardian's own, or an earlier ward's."""
    if is_targeted(r, lever, guardian) and r.state[guardian].activated >= week:
        own = wave_week(r, lever, guardian, wave)
        if majority_week(r.people, guardian) <= own < NEVER:
            return True
    for edge in range(r.people[guardian].tie_start, r.people[guardian + 1].tie_start):
        other = np.int64(~r.tie[edge])
        if r.tie[edge] >= 0 or other == child:
            return False
        if is_targeted(r, lever, other) and r.state[other].activated >= week:
            sent = wave_week(r, lever, other, wave)
            if sent < min(majority_week(r.people, other), NEVER):
                return True
    return False


@kernel
def participants(r, lever, low, high, takes_part):
    """Whether each of the doctors low .. high - 1 takes part in a lever, into ``takes_part`` [doctor]."""
    for doctor in range(low, high):
        takes_part[doctor] = participates(r, lever, doctor)


@inlined
def _stages(r, i, first, end, last, counts, group):
    """Add one person, of a group in weeks ``first`` .. ``end`` - 1, to differences [STAGES, group, last + 2]."""
    state = r.state[i]
    _between(counts[0], group, first, end, last)
    _between(counts[1], group, max(first, np.int64(state.aware) + 1), end, last)
    _between(counts[2], group, max(first, np.int64(state.visited) + 1), end, last)
    _between(counts[3], group, max(first, np.int64(state.activated) + 1), end, last)


@kernel
def groups(r, low, high, codes, last, counts):
    """Differences over weeks of the living, aware, visited and activated, int64 [STAGES, group, last + 2], by groups
    that stay as they are: ``codes`` [n]."""
    for i in range(low, high):
        _stages(r, i, np.int64(r.people[i].entry), np.int64(r.people[i].exit), last, counts, np.int64(codes[i]))


@kernel
def bands(r, low, high, start, last, counts):
    """As ``groups``, by age band, of which one begins ``start`` [bands + 1] weeks after birth, when the last ends."""
    for i in range(low, high):
        entry, leave, birth = np.int64(r.people[i].entry), np.int64(r.people[i].exit), np.int64(r.people[i].birth_week)
        for band in range(start.shape[0] - 1):
            first, end = max(entry, birth + start[band]), min(leave, birth + start[band + 1])
            if first < end and first <= last:
                _stages(r, i, first, end, last, counts, band)


@kernel
def illness(r, low, high, last, counts):
    """As ``groups``, without and with a long-term illness, which may begin during the run."""
    for i in range(low, high):
        entry, leave, ill = np.int64(r.people[i].entry), np.int64(r.people[i].exit), np.int64(r.people[i].ill_from)
        _stages(r, i, entry, min(leave, ill), last, counts, 0)
        _stages(r, i, max(entry, ill), leave, last, counts, 1)


@kernel
def surveyed(r, low, high, week, visitors, barriers, non_users):
    """Adults online not activated at the start of a week: [number, no use, time, information], [number, ready]."""
    for i in range(low, high):
        present = r.people[i].entry <= week < r.people[i].exit and majority_week(r.people, i) <= week
        if not present or r.state[i].activated < week or has_flag(r.people, i, _EXCLUDED):
            continue
        non_users[0] += 1
        non_users[1] += is_ready(r.world, i)
        if visitors and r.state[i].visited >= week:
            continue
        barriers[0] += 1
        barriers[1] += has_barrier_in(r.world, i, NO_USE, week)
        barriers[2] += has_barrier_in(r.world, i, TIME, week)
        barriers[3] += has_barrier_in(r.world, i, INFORMATION, week)
