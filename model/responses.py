"""What a contact does: who it concerns, whether it leads to the site, and the contacts of one process in a week.

A child's contact goes to the guardian. It is looked at twice: with the guardian (mode WARD: the guardian, if not yet
activated, may visit) and with the child (mode CHILD: an activated guardian, if led to the site, activates the child).
"""

from __future__ import annotations

import numpy as np

from model import rules
from model.arrivals import ADVISED, CHILD, DIRECT, OWN, THINNED, arrival
from model.channels import Channel
from model.completion import activate, identity, visit
from model.jit import inlined
from model.keyed import uniform
from model.people import access, ready
from model.programme import SUCCESS
from model.records import HEARD_DOCTOR, HEARD_HOSPITAL, HEARD_PHARMACIST
from model.weeks import NEVER

CHILDHOOD = np.int64(4096)
"""Occurrences of a person's childhood are numbered from here, so that majority begins its own."""
_NEVER, _ACTIVATED, _FIRST, _UNPASSED = np.int64(NEVER), np.int64(-1), np.int64(0), np.float64(0.0)
_C_DOCTOR, _C_SPONTANEOUS = np.int64(Channel.DOCTOR), np.int64(Channel.SPONTANEOUS)
_C_PHARMACIST = np.int64(Channel.PHARMACIST)


@inlined
def meets(r, thread, mode, i, week, channel, code):
    """A face-to-face contact: always noticed, so the person knows the service from now on."""
    r.desks[thread].contacts[week, channel] += 1
    r.desks[thread].by_process[code] += 1
    if mode == CHILD:
        return  # an activated guardian knows; another thread may own that record
    if r.s[i].aware > week:
        r.s[i].aware = week
    if channel == _C_DOCTOR:
        r.s[i].marks |= HEARD_DOCTOR
    elif channel == _C_PHARMACIST:
        r.s[i].marks |= HEARD_PHARMACIST
    else:
        r.s[i].marks |= HEARD_HOSPITAL


@inlined
def led_to_site(r, turn, week, channel, contact):
    """The person (the guardian for a ward) visits; True if the person whose scan this is has been activated."""
    if turn.mode == CHILD:
        r.desks[turn.thread].visits[week, channel] += 1
        activate(r, turn.thread, turn.owner, week, channel)
        return True
    return visit(r, turn.thread, turn.i, week, channel, contact, channel == _C_DOCTOR)


@inlined
def concerns(r, turn, week):
    """A child's contact concerns the child once the guardian is activated, the guardian until then."""
    if turn.mode == CHILD:
        return r.s[turn.i].activated < week
    return r.s[turn.i].activated >= week


@inlined
def success_chance(r, turn, process, week):
    """Chance that a contact of a process leads a person to the site."""
    if process.response == ADVISED:
        i, reach = turn.i, access(r.p, r.w, turn.i)
        return rules.follow_chance(r.w.reading, ready(r.w, i), r.w.ready_share, r.w.follow_through, reach)
    hazard = visit_hazard(r, turn, process.pull, process.grows, week)
    return rules.thinning(hazard) if process.response == THINNED else rules.visit_chance(hazard)


@inlined
def visit_hazard(r, turn, pull, grows, week):
    """pull x eagerness x access x growth of a noticed contact."""
    growth = r.w.growth[week] if grows else 1.0
    return pull * turn.gain * growth


@inlined
def visit_most(r, turn, pull, grows):
    """An upper bound of the chance that a message leads to the site."""
    return rules.most_visits(pull * turn.gain * (r.w.growth_most if grows else 1.0))


@inlined
def respond(r, turn, process, k):
    """What the k-th contact of a process does this week; True if it activates the person whose scan this is."""
    week, i, channel = turn.t, turn.i, process.channel
    spontaneous = channel == _C_SPONTANEOUS
    if not concerns(r, turn, week) or (spontaneous and r.s[i].aware > week):
        return False
    if process.response >= ADVISED:
        meets(r, turn.thread, turn.mode, i, week, channel, process.code)
    elif spontaneous:
        r.desks[turn.thread].contacts[week, channel] += 1
    draw = uniform(process.keys[SUCCESS], turn.owner, k)
    if process.response != DIRECT and draw >= success_chance(r, turn, process, week):
        return False
    return led_to_site(r, turn, week, channel, identity(process.code, k, turn.owner))


@inlined
def poisson(r, turn, process):
    """Contacts of one process in the turn's week, then the week of the next; -1 if the person was activated."""
    first = _FIRST if turn.mode == OWN else CHILDHOOD
    after = turn.t - 1 if turn.act else turn.t
    week, k, passed = arrival(process, turn, first, _FIRST, _UNPASSED, after)
    while week == turn.t and turn.act:
        if respond(r, turn, process, first + k):
            return _ACTIVATED
        week, k, passed = arrival(process, turn, first, k + 1, passed, after)
    return week


@inlined
def tempts(r, turn, success, k, pull, grows):
    """Whether a message might lead to the site in the best of weeks: most would not, whatever week they come in."""
    return uniform(success, turn.owner, k) < visit_most(r, turn, pull, grows)


@inlined
def message(r, turn, mailing):
    """One noticed message: what ``poisson`` returns."""
    sent = mailing.sent
    if sent < turn.start or sent >= turn.stop or sent < turn.t or (sent == turn.t and not turn.act):
        return _NEVER
    hazard = visit_hazard(r, turn, mailing.pull, mailing.grows, sent)
    if uniform(mailing.success, turn.owner, mailing.k) >= rules.visit_chance(hazard):
        return _NEVER
    if sent > turn.t:
        return sent
    contact = identity(mailing.code, mailing.k, turn.owner)
    if concerns(r, turn, sent) and led_to_site(r, turn, sent, mailing.channel, contact):
        return _ACTIVATED
    return _NEVER
