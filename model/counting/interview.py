"""Compiled: what can be said of one person at the start of a week, and counts of people by it.

What an adult could truthfully answer, as bits; how far somebody not activated has come; traits.
"""

from __future__ import annotations

import numpy as np

from model.counting.tally import person_at
from model.engine.agenda import STOPPED as FATE_STOPPED
from model.engine.completion import identity, is_sure, stopped_by
from model.engine.people import (
    INFORMATION,
    NO_USE,
    TIME,
    access,
    gain_in,
    has_barrier_in,
    has_flag,
    majority_week,
    notice_week,
    notices,
    opposes,
)
from model.engine.people import ready as is_ready
from model.engine.practice import mention_week
from model.engine.records import ACCOMPANIED, HEARD_DOCTOR, HEARD_HOSPITAL, HEARD_PHARMACIST, LAST_STOP, LAST_STOP_SHIFT
from model.population.attributes import ACCOUNT, EMAIL, EXCLUDED, PILOT
from model.terms.channels import Channel
from model.terms.jit import inlined, kernel
from model.terms.weeks import WEEKS

AWARE, VISITED, ACTIVATED, HAS_ACCOUNT, DOCTOR, PHARMACIST, PROFESSIONAL, RECALLS = 1 << np.arange(8)
"""Knows the service; has visited but not activated; has activated; has an insurance account online; heard of the
service from a doctor, a pharmacist, any professional; recalls the launch notice by e-mail."""
BY_NOTICE, BY_EMAIL, BY_DOCTOR, BY_PROFESSIONAL = 1 << np.arange(8, 12)
"""What led to the activation: a notice; a notice by e-mail; a doctor; any professional."""
SEES_NO_USE, LACKS_TIME, LACKS_INFORMATION, READY = 1 << np.arange(12, 16)
"""Barriers, and whether ready on a doctor's recommendation."""
CELLS = 1 << 16
_EMAIL, _EXCLUDED, _ACCOUNT, _PILOT = np.int64(EMAIL), np.int64(EXCLUDED), np.int64(ACCOUNT), np.int64(PILOT)
_ANY = HEARD_DOCTOR | HEARD_PHARMACIST | HEARD_HOSPITAL | ACCOMPANIED
_C_NOTICE, _C_DOCTOR, _C_PHARMACIST = int(Channel.NOTICE), int(Channel.DOCTOR), int(Channel.PHARMACIST)
_C_HOSPITAL, _C_ASSISTED = int(Channel.HOSPITAL), int(Channel.ASSISTED)
_NOBODY = np.int64(-1)


@kernel
def has_got_notice(r, i, week):
    """Whether the notice of creation has been sent to a person, who had not activated by then, before a week."""
    if has_flag(r.people, i, _PILOT) and r.people[i].entry == 0 and majority_week(r.people, i) <= 0:
        return True
    sent = notice_week(r.people, r.world, i)
    return sent < week and r.state[i].activated >= sent


@kernel
def stage_bits(r, i, week):
    """Knows, has visited, has activated. Who has activated knows, a child taken along by the guardian too."""
    if r.state[i].activated < week:
        return AWARE | ACTIVATED
    bits = AWARE if r.state[i].aware < week else np.int64(0)
    return bits | (AWARE | VISITED) if r.state[i].visited < week else bits


@kernel
def source_bits(r, i, week):
    """The account, and through what the person has heard of the service."""
    bits = HAS_ACCOUNT if has_flag(r.people, i, _ACCOUNT) else np.int64(0)
    marks = np.int64(r.state[i].marks)
    if marks & HEARD_DOCTOR or mention_week(r.people, r.world, i) < week:
        bits |= DOCTOR | PROFESSIONAL
    if marks & HEARD_PHARMACIST:
        bits |= PHARMACIST
    if marks & _ANY:
        bits |= PROFESSIONAL
    if has_flag(r.people, i, _EMAIL) and notices(r.world, i) and has_got_notice(r, i, week):
        bits |= RECALLS
    return bits


@kernel
def trigger_bits(r, i, week):
    """What led to the activation."""
    channel = np.int64(r.state[i].channel)
    if r.state[i].activated >= week:
        return np.int64(0)
    if channel == _C_NOTICE:
        return BY_NOTICE | BY_EMAIL if has_flag(r.people, i, _EMAIL) else BY_NOTICE
    if channel == _C_DOCTOR:
        return BY_DOCTOR | BY_PROFESSIONAL
    by_other = channel in (_C_PHARMACIST, _C_HOSPITAL, _C_ASSISTED)
    return BY_PROFESSIONAL if by_other else np.int64(0)


@kernel
def trait_bits(r, i, week):
    """Barriers and readiness in a week."""
    bits = SEES_NO_USE if has_barrier_in(r.world, i, NO_USE, week) else np.int64(0)
    if has_barrier_in(r.world, i, TIME, week):
        bits |= LACKS_TIME
    if has_barrier_in(r.world, i, INFORMATION, week):
        bits |= LACKS_INFORMATION
    return bits | READY if is_ready(r.world, i) else bits


@kernel
def answer_bits(r, i, week):
    """Everything about a living adult but ``trait_bits``; -1 for anybody else."""
    if not (r.people[i].entry <= week < r.people[i].exit and majority_week(r.people, i) <= week):
        return _NOBODY
    return stage_bits(r, i, week) | source_bits(r, i, week) | trigger_bits(r, i, week)


@kernel
def count(r, week, having, lacking, counts):
    """Add to ``counts`` [2, fields] the adults with all bits of ``having`` and none of ``lacking`` [fields].

    Row 0: not digitally excluded; row 1: excluded.
    """
    for i in range(r.state.shape[0]):
        bits = answer_bits(r, i, week)
        if bits < 0:
            continue
        row = np.int64(has_flag(r.people, i, _EXCLUDED))
        for field in range(having.shape[0]):
            counts[row, field] += (bits & having[field]) == having[field] and (bits & lacking[field]) == 0


@kernel
def tabulate(r, week, cells):
    """Add every adult to ``cells`` [2, CELLS], traits included; rows as in ``count``."""
    for i in range(r.state.shape[0]):
        bits = answer_bits(r, i, week)
        if bits >= 0:
            cells[np.int64(has_flag(r.people, i, _EXCLUDED)), bits | trait_bits(r, i, week)] += 1


LIVING, IS_ACTIVATED, REFUSED, GUARDIAN, CHILD, UNAWARE, NOT_VISITED, STOPPED = range(8)
"""Columns of a count of where people are held up (``model.terms.outcome.OBSTACLES``)."""
PASSES = STOPPED + 4
"""Stopped at the last visit, and nothing would stop another one now."""
HAS, HAS_NONE = PASSES + 1, PASSES + 5
TRIAL = np.int64(32767)
"""Process code of a visit that is only asked about: no contact of the model has it."""
_FIRST, _LAST, _BY_NOBODY = np.int64(0), np.int64(WEEKS - 1), np.bool_(False)


NOT_THERE = np.uint16(15)
"""Column of who is no member; how a person stands is one word: the column, the barriers, whether nothing would stop a
visit."""
_COLUMN, _BARRIERS, _PASSES = np.int64(15), np.int64(4), np.int64(8)
_MET, _STOP, _ASKED = np.int64(16), np.int64(5), np.int64(256)
"""In the word of what is known of a person in a week without levers, beside the four barriers: that they have been
looked at; where it stands which of them would stop a visit, 0 if none, otherwise one more; and that this has been."""


@kernel
def stand(r, low, high, only, since, week, known, found):
    """Write how each member of fixed groups stands at the start of a week into ``found`` [n], a word each, but for
    whether they would pass (``pass_now``).

    ``known`` [n] is what worlds of the same people and history share, 0 at first, and is added to.
    """
    for rank in range(low, high):
        i = person_at(only, rank)
        if not _is_member(r, i, since, week):
            found[i] = NOT_THERE
        elif r.state[i].activated < week:
            found[i] = IS_ACTIVATED
        else:
            place = np.int64(obstacle(r, i, week))
            barriers = _barriers_known(r, i, week, known) if place >= UNAWARE else np.int64(0)
            found[i] = place | barriers << _BARRIERS


@kernel
def pass_now(r, low, high, only, week, known, found):
    """Mark in ``found`` [n] who was stopped at the last visit and would not be now."""
    for rank in range(low, high):
        i = person_at(only, rank)
        word = np.int64(found[i]) & ~(1 << _PASSES)
        if STOPPED <= word & _COLUMN < NOT_THERE and r.state[i].visited < week:
            word |= np.int64(_stop_known(r, i, week, known) < 0) << _PASSES
        found[i] = word


@inlined
def _barriers_known(r, i, week, known):
    """The barriers of a person in a week, a bit each."""
    if np.int64(known[i]) & _MET == 0:
        bits = _MET
        for barrier in range(4):
            bits |= np.int64(has_barrier_in(r.world, i, np.int64(barrier), week)) << barrier
        known[i] |= np.uint16(bits)
    return np.int64(known[i]) & 15


@inlined
def _stop_known(r, i, week, known):
    """The barrier that would stop a person in a week, -1 if none. What it is without levers is asked once; with them
    again only where they may have changed it."""
    stop = (np.int64(known[i]) >> _STOP & 7) - 1
    if np.int64(known[i]) & _ASKED != 0 and is_sure(r, i, FATE_STOPPED + stop):
        return stop
    stop = would_stop(r, i, week)
    if r.world.eased == 0 and r.state[i].marks & ACCOMPANIED == 0:
        known[i] |= np.uint16(_ASKED | (stop + 1) << _STOP)
    return stop


@kernel
def standing(r, low, high, only, codes, found, counts):
    """Add members of fixed groups, who stand as ``found`` [n] says, to ``counts`` [dimension, column, group]; whether
    they would pass is counted by ``passing``."""
    for rank in range(low, high):
        i = person_at(only, rank)
        if found[i] == NOT_THERE:
            continue
        place, barriers = np.int64(found[i]) & _COLUMN, np.int64(found[i]) >> _BARRIERS & 15
        _add(codes, i, LIVING, counts)
        _add(codes, i, place, counts)
        if place < UNAWARE:
            continue
        for barrier in range(4):
            if barriers >> barrier & 1 != 0:
                _add(codes, i, HAS + barrier, counts)
        if barriers == 0:
            _add(codes, i, HAS_NONE, counts)


@kernel
def passing(r, low, high, only, codes, found, counts):
    """Add the members who would pass, as ``found`` [n] says, to ``counts`` [dimension, group]."""
    for rank in range(low, high):
        i = person_at(only, rank)
        if np.int64(found[i]) >> _PASSES != 0:
            for dimension in range(codes.shape[0]):
                counts[dimension, codes[dimension, i]] += 1


@inlined
def _is_member(r, i, since, week):
    """Whether a member of the groups of week ``since`` is there in a week."""
    return r.people[i].entry <= since < r.people[i].exit and week < r.people[i].exit


@kernel
def _add(codes, i, column, counts):
    for dimension in range(codes.shape[0]):
        counts[dimension, column, codes[dimension, i]] += 1


@kernel
def obstacle(r, i, week):
    """How far a living person not activated has come by the start of a week: a column from REFUSED on."""
    if opposes(r.world, i):
        return REFUSED
    if majority_week(r.people, i) > week:
        guardian = np.int64(r.people[i].guardian)
        return CHILD if guardian >= 0 and r.state[guardian].activated < week else GUARDIAN
    if r.state[i].aware >= week:
        return UNAWARE
    if r.state[i].visited >= week:
        return NOT_VISITED
    return STOPPED + ((np.int64(r.state[i].marks) & LAST_STOP) >> LAST_STOP_SHIFT) - 1


@kernel
def would_stop(r, i, week):
    """The barrier that would stop a person who came back to the site this week, not on a doctor's recommendation; -1 if
    none."""
    return np.int64(stopped_by(r, i, min(week, _LAST), identity(TRIAL, _FIRST, i), _BY_NOBODY))


@kernel
def fill_traits(r, rows, week, table):
    """Traits of some persons in a week, [row, trait]: notices, eagerness, ready, opposed, the four barriers."""
    for k in range(rows.shape[0]):
        i = rows[k]
        table[k, 0] = notices(r.world, i)
        table[k, 1] = gain_in(r.people, r.world, i, week) / access(r.people, r.world, i)
        table[k, 2] = is_ready(r.world, i)
        table[k, 3] = opposes(r.world, i)
        for barrier in range(4):
            table[k, 4 + barrier] = has_barrier_in(r.world, i, np.int64(barrier), week)
