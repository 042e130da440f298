"""Compiled: what an adult can truthfully answer at the start of a week, as bits; counts of people by bits."""

from __future__ import annotations

import numpy as np

from model.engine.people import INFORMATION, NO_USE, TIME, has_barrier, has_flag, majority_week, notice_week, notices
from model.engine.people import ready as is_ready
from model.engine.records import ACCOMPANIED, HEARD_DOCTOR, HEARD_HOSPITAL, HEARD_PHARMACIST
from model.population.population import ACCOUNT, EMAIL, EXCLUDED, PILOT
from model.terms.channels import Channel
from model.terms.jit import kernel

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
    if marks & HEARD_DOCTOR:
        bits |= DOCTOR
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
def trait_bits(r, i):
    """Barriers and readiness."""
    bits = SEES_NO_USE if has_barrier(r.world, i, NO_USE) else np.int64(0)
    if has_barrier(r.world, i, TIME):
        bits |= LACKS_TIME
    if has_barrier(r.world, i, INFORMATION):
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
            cells[np.int64(has_flag(r.people, i, _EXCLUDED)), bits | trait_bits(r, i)] += 1
