"""Compiled counting for ``model.counting.census``: what has been sent and deposited.

As in ``model.counting.tally``, one pass over a range of persons each, ``only`` those asked for; nothing here asks for
the state of another person but what levers send to the mailbox of a guardian.
"""

from __future__ import annotations

import numpy as np

from model.counting.tally import person_at
from model.engine.completion import can_get
from model.engine.people import (
    band_end,
    band_in,
    child_reminder_week,
    has_flag,
    majority_week,
    notice_week,
    notices,
    reminder_week,
)
from model.levers.base import DOCUMENT, INVITATION, MESSAGE, is_targeted
from model.levers.messages import wave_week
from model.levers.newborns import newborn_week
from model.levers.relatives import invited_week
from model.population.attributes import EMAIL
from model.terms.inputs import DOCUMENTS
from model.terms.jit import inlined, kernel
from model.terms.keyed import Decision, bits_of, person_word
from model.terms.spells import end_week, level_of, passed_by
from model.terms.tables import INVITATION_DELAY
from model.terms.weeks import NEVER

DOCUMENT_UNIT = 2.0**-16
"""Unit of relative document rates while they are added up: whole numbers, so that the order can't matter."""
_EMAIL, _DOCUMENTS = np.int64(EMAIL), np.int64(Decision.SPELL_DOCUMENTS)


@inlined
def _is_notified(r, who):
    """Whether notices of documents reach a mailbox and are noticed there."""
    return who >= 0 and has_flag(r.people, who, _EMAIL) and notices(r.world, who)


@inlined
def _brings_documents(r, lever, i):
    """Whether a lever brings a person more documents."""
    return r.levers[lever].effect == DOCUMENT and is_targeted(r, lever, i)


@kernel
def notified_documents(r, low, high, only, last, weights):
    """Differences over weeks of the sum of document rates, int64 [1, last + 2], in ``DOCUMENT_UNIT``: of who can be
    notified and is not activated."""
    for rank in range(low, high):
        i = person_at(only, rank)
        child, own = _is_ward_notified(r, i), _is_notified(r, i)
        if child or own:
            _rate_weights(r, i, last, child, own, False, weights)


@kernel
def lever_documents(r, low, high, only, last, weights):
    """As ``notified_documents``, int64 [2 levers, last + 2]. Of each lever l that brings documents, l: those whom it
    aims at and who can be notified; levers + l: everybody alive whom it aims at."""
    for rank in range(low, high):
        i, aimed = person_at(only, rank), False
        for lever in range(r.levers.shape[0]):
            aimed = aimed or _brings_documents(r, lever, i)
        if aimed:
            _rate_weights(r, i, last, _is_ward_notified(r, i), _is_notified(r, i), True, weights)


@inlined
def _is_ward_notified(r, i):
    """Whether notices of documents about somebody who is a minor, at least at first, are noticed by the guardian."""
    return majority_week(r.people, i) > np.int64(r.people[i].entry) and _is_notified(r, np.int64(r.people[i].guardian))


@inlined
def _rate_weights(r, i, last, child, own, by_lever, weights):
    """What a person adds to ``weights``, spell by spell and band by band; ``child``, ``own``: notified as a minor, as
    an adult; ``by_lever``: to the rows of levers."""
    word, number, passed, week = person_word(r.world.keys[_DOCUMENTS], i), np.int64(0), 0.0, np.int64(0)
    leave, band = min(np.int64(r.people[i].exit), last + 1), band_in(r.people, r.world, i, week)
    while week < leave:
        bits = bits_of(word, number)
        passed = passed_by(bits, r.world.lengths, r.world.need_spell, passed)
        level, until = r.world.need_levels[r.world.document_first + level_of(bits)], end_week(number, passed)
        while week < min(until, leave):
            stop = min(until, leave, band_end(r.people, r.world, i, band))
            rate = np.int64(r.world.rates[DOCUMENTS, band] * level / DOCUMENT_UNIT + 0.5)
            _spell_weights(r, i, week, stop, rate, child, own, by_lever, weights)
            week, band = stop, band + (band_end(r.people, r.world, i, band) <= stop)
        number += 1


@inlined
def _spell_weights(r, i, start, stop, rate, child, own, by_lever, weights):
    """What a person adds in weeks of one rate."""
    first, majority = max(np.int64(r.people[i].entry), start), majority_week(r.people, i)
    done = np.int64(r.state[i].activated) + 1
    if child:
        _notified_weights(r, i, first, min(stop, done, majority), rate, by_lever, weights)
    if own:
        _notified_weights(r, i, max(first, majority), min(stop, done), rate, by_lever, weights)
    for lever in range(r.levers.shape[0] if by_lever else 0):
        if first < stop and _brings_documents(r, lever, i):
            _add(weights, r.levers.shape[0] + lever, first, stop, rate)


@inlined
def _notified_weights(r, i, first, end, rate, by_lever, weights):
    """What a person adds in the weeks ``first`` .. ``end`` - 1 in which notices reach them."""
    if first >= end:
        return
    if not by_lever:
        _add(weights, 0, first, end, rate)
        return
    for lever in range(r.levers.shape[0]):
        if _brings_documents(r, lever, i):
            _add(weights, lever, first, end, rate)


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
def campaign_messages(r, low, high, only, last, counts):
    """Notices and reminders of the status quo sent before week ``last``, by week, [2, last]."""
    for rank in range(low, high):
        i = person_at(only, rank)
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


@kernel
def lever_messages(r, low, high, only, last, counts):
    """Messages and invitations of each lever sent before week ``last``, by week, [levers, last]."""
    for rank in range(low, high):
        i = person_at(only, rank)
        adult = max(np.int64(r.people[i].entry), majority_week(r.people, i))
        for lever in range(r.levers.shape[0]):
            if is_targeted(r, lever, i):
                _lever_messages(r, lever, i, adult, last, counts[lever])


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
