"""Through which processes contacts reach a person: those of the status quo and those of levers; and the scan of one
person's week, which goes through all of them.
"""

from __future__ import annotations

import numpy as np

from model import rules
from model.arrivals import ADVISED, CHILD, DIRECT, OWN, SUGGESTED, THINNED, WARD, Mailing, Process, Turn
from model.channels import Channel
from model.completion import can_get, earlier_messages, is_targeted, newborn_week, wave_week
from model.jit import kernel
from model.keyed import Decision, uniform
from model.people import (
    RATE_UNIT,
    access,
    counter_visits_per_year,
    doctor_propensity,
    eagerness,
    has_flag,
    majority_week,
    notice_week,
    notices,
    recommendations_per_year,
    reminder_week,
)
from model.population import EMAIL, NO_DOCTOR
from model.programme import (
    BASE_MEDIA,
    COUNTER,
    DOCTOR,
    DOCTORS,
    DOCUMENT,
    DOCUMENTS,
    INVITATION,
    MEDIA,
    MESSAGES,
    NEWBORNS,
    NOTICE,
    REMINDER,
    SELECTION,
    SPONTANEOUS,
    SUCCESS,
)
from model.responses import CHILDHOOD, message, poisson, visit_hazard
from model.rules import extra_propensity, recommender_level
from model.tables import INVITATION_DELAY
from model.weeks import NEVER

_INVITATION, _NOTICE, _REMINDER = np.int64(INVITATION), np.int64(NOTICE), np.int64(REMINDER)
_NEVER, _NO_PULL, _ALL = np.int64(NEVER), np.float64(0.0), np.float64(1.0)
_FIRST, _GROWS = np.int64(0), np.bool_(True)
_EMAIL, _NO_DOCTOR, _LEVEL = np.int64(EMAIL), np.int64(NO_DOCTOR), np.int64(Decision.DOCTOR_LEVEL)
_C_NOTICE, _C_DOCUMENT, _C_DOCTOR = np.int64(Channel.NOTICE), np.int64(Channel.DOCUMENT), np.int64(Channel.DOCTOR)
_C_MEDIA, _C_SPONTANEOUS, _C_EMAIL = np.int64(Channel.MEDIA), np.int64(Channel.SPONTANEOUS), np.int64(Channel.EMAIL)
_C_HOSPITAL = np.int64(Channel.HOSPITAL)


@kernel
def base_messages(r, turn):
    """The notice and the reminder of an adult, or the invitation of a newborn's parents."""
    i, owner = turn.i, turn.owner
    if not turn.notices:
        return _NEVER
    pull = r.w.pull_notice if has_flag(r.p, i, _EMAIL) else r.w.pull_notice_letter
    if turn.mode != OWN:
        if r.p[owner].entry == 0 or r.p[owner].birth_week != r.p[owner].entry:
            return _NEVER
        sent, success = np.int64(r.p[owner].birth_week) + INVITATION_DELAY, r.w.base[INVITATION, SUCCESS]
        return message(r, turn, Mailing(sent, _INVITATION, CHILDHOOD, success, _C_NOTICE, pull, _GROWS))
    sent, success = notice_week(r.p, r.w, i), r.w.base[NOTICE, SUCCESS]
    soonest = message(r, turn, Mailing(sent, _NOTICE, _FIRST, success, _C_NOTICE, pull, _GROWS))
    if soonest < 0:
        return soonest
    sent, success = reminder_week(r.p, r.w, i), r.w.base[REMINDER, SUCCESS]
    return min(
        soonest, message(r, turn, Mailing(sent, _REMINDER, _FIRST, success, _C_EMAIL, r.w.pull_reminder, _GROWS))
    )


@kernel
def base_process(r, turn, code):
    """One process of the status quo; its factor is 0 for whom it can't reach."""
    i, owner = turn.i, turn.owner
    keys, channel, response, pull, cum = r.w.base[code], _C_SPONTANEOUS, DIRECT, _NO_PULL, r.w.cum_spontaneous
    factor = turn.gain
    if code == DOCTOR:
        channel, response, cum = _C_DOCTOR, ADVISED, r.w.cum_years
        factor = recommendations_per_year(r.p, r.w, owner)
    elif code == DOCUMENT:
        channel, response, pull, cum = _C_DOCUMENT, THINNED, r.w.pull_document, r.w.cum_document
        factor *= r.p[owner].document_rate * RATE_UNIT
        if not turn.notices or not has_flag(r.p, i, _EMAIL):
            factor = 0.0
    elif code == BASE_MEDIA:
        channel, cum = _C_MEDIA, r.w.cum_media
        if not turn.notices:
            factor = 0.0
    return Process(np.int64(code), keys, _ALL, channel, factor, cum, response, pull, _GROWS)


@kernel
def base_processes(r, turn):
    """Contacts of the status quo this week, then the week of the next; -1 if activated."""
    soonest = base_messages(r, turn)
    if soonest < 0:
        return soonest
    for code in (DOCUMENT, DOCTOR, BASE_MEDIA, SPONTANEOUS):
        if turn.mode != OWN and code in (BASE_MEDIA, SPONTANEOUS):
            continue
        week = poisson(r, turn, base_process(r, turn, code))
        if week < 0:
            return week
        soonest = min(soonest, week)
    return soonest


@kernel
def lever_factor(r, turn, lever):
    """A person's factor on the exposure to a lever that works as a process; 0 if out of reach."""
    kind, owner = r.g[lever].kind, turn.owner
    if kind == COUNTER:
        return counter_visits_per_year(r.p, r.w, owner, r.g[lever].channel == _C_HOSPITAL)
    if kind == DOCTORS:
        return extra_recommendations(r, lever, owner)
    if not turn.notices or (kind == DOCUMENTS and not has_flag(r.p, turn.i, _EMAIL)):
        return 0.0
    return turn.gain * r.p[owner].document_rate * RATE_UNIT if kind == DOCUMENTS else turn.gain


@kernel
def participates(r, lever, doctor):
    """Whether a doctor takes part in a lever."""
    return uniform(r.g[lever].keys[SELECTION], doctor, 0) < r.g[lever].uptake * r.g[lever].dose


@kernel
def extra_recommendations(r, lever, i):
    """Recommendations per year that a doctors' lever adds for a person at full ramp."""
    doctor = r.p[i].doctor
    if doctor == _NO_DOCTOR or not participates(r, lever, doctor):
        return 0.0
    own = doctor_propensity(r.w, doctor)
    level = recommender_level(uniform(r.w.keys[_LEVEL], doctor, 0), r.w.recommending_doctors, r.w.recommendation_rate)
    recruited = uniform(r.g[lever].keys[SELECTION], doctor, 1) < r.g[lever].recruits
    return r.p[i].gp_rate * RATE_UNIT * extra_propensity(own, level, r.g[lever].factor, recruited)


@kernel
def tempts(r, turn, g, sent, wave):
    """Whether a message would lead to the site but for fatigue: most would not, and need no count of earlier ones."""
    chance = rules.visit_chance(visit_hazard(r, turn, g.pull, g.inherits_growth, sent))
    return uniform(g.keys[SUCCESS], turn.owner, wave) < chance


@kernel
def lever_messages(r, turn, lever):
    """Messages of one lever this week, then the week of the next; -1 if activated."""
    g, soonest, reminded = r.g[lever], _NEVER, reminder_week(r.p, r.w, turn.i)
    for wave in range(1 if g.kind == NEWBORNS else g.n_waves):
        pull = g.pull
        if g.kind == NEWBORNS:
            sent = newborn_week(r, lever, turn.owner) if turn.mode != OWN else _NEVER
        else:
            sent = wave_week(r, lever, turn.owner, wave)
            if sent < turn.t or sent >= turn.stop or not tempts(r, turn, g, sent, wave):
                continue
            if g.fatigue < 1.0:
                pull *= g.fatigue ** earlier_messages(r, turn.owner, g.channel, sent, reminded)
        mailing = Mailing(sent, g.code, np.int64(wave), g.keys[SUCCESS], g.channel, pull, g.inherits_growth)
        week = message(r, turn, mailing)
        if week < 0:
            return week
        soonest = min(soonest, week)
    return soonest


@kernel
def lever_process(r, turn, lever):
    """One lever that works as a process."""
    g, response, pull = r.g[lever], SUGGESTED, r.g[lever].pull
    if g.kind == DOCUMENTS:
        response, pull = THINNED, r.w.pull_document
    elif g.kind == DOCTORS:
        response = ADVISED
    elif g.kind == MEDIA:
        response = DIRECT
    factor = lever_factor(r, turn, lever)
    return Process(g.code, g.keys, g.keep, g.channel, factor, g.cum, response, pull, g.inherits_growth)


@kernel
def lever_processes(r, turn):
    """Contacts of the levers this week, then the week of the next; -1 if activated."""
    soonest = _NEVER
    for lever in range(r.g.shape[0]):
        kind, week = r.g[lever].kind, _NEVER
        if not is_targeted(r, lever, turn.owner):
            continue
        if kind in (MESSAGES, NEWBORNS):
            if turn.notices and can_get(r, lever, turn.i):
                week = lever_messages(r, turn, lever)
        elif kind in (DOCTORS, COUNTER, DOCUMENTS) or (kind == MEDIA and turn.mode == OWN):
            week = poisson(r, turn, lever_process(r, turn, lever))
        if week < 0:
            return week
        soonest = min(soonest, week)
    return soonest


@kernel
def contacts_of(r, turn, base):
    """All contacts of the turn's owner this week, then the week of the next; -1 if activated.

    Without ``base``, only those of levers.
    """
    if turn.start >= turn.stop:
        return _NEVER
    soonest = base_processes(r, turn) if base else _NEVER
    if soonest < 0 or r.g.shape[0] == 0:
        return soonest
    return min(soonest, lever_processes(r, turn))


@kernel
def scan(r, thread, i, t, act, base):
    """Handle a person's contacts of week ``t`` (if ``act``) and note the next week in which one may matter.

    Without ``base``, contacts of levers join those already noted.
    """
    entry, leave, majority = np.int64(r.p[i].entry), min(np.int64(r.p[i].exit), r.w.weeks), majority_week(r.p, i)
    soonest, guardian = _NEVER, np.int64(r.p[i].guardian)
    if majority > entry and t < majority and guardian >= 0:
        stop = min(leave, majority, np.int64(r.p[guardian].exit))
        heard, gain = notices(r.w, guardian), eagerness(r.w, guardian) * access(r.p, r.w, guardian)
        soonest = contacts_of(r, Turn(thread, CHILD, i, guardian, entry, stop, t, act, heard, gain), base)
        if soonest < 0:
            return
    heard, gain = notices(r.w, i), eagerness(r.w, i) * access(r.p, r.w, i)
    week = contacts_of(r, Turn(thread, OWN, i, i, max(entry, majority), leave, t, act, heard, gain), base)
    if week < 0:
        return
    soonest = min(soonest, week)
    for edge in range(r.p[i].tie_start, r.p[i + 1].tie_start):
        if r.tie[edge] >= 0:
            break  # wards come first
        child = np.int64(~r.tie[edge])
        stop, born = min(leave, np.int64(r.p[child].exit), majority_week(r.p, child)), np.int64(r.p[child].entry)
        week = contacts_of(r, Turn(thread, WARD, child, i, born, stop, t, act, heard, gain), base)
        if week < 0:
            return
        soonest = min(soonest, week)
    r.due[i] = soonest if base else min(soonest, np.int64(r.due[i]))
