"""Through which processes contacts reach a person: those of the status quo and those of levers."""

from __future__ import annotations

import numpy as np

from model.arrivals import ADVISED, DIRECT, OWN, SUGGESTED, THINNED, Mailing, Process
from model.channels import Channel
from model.completion import can_get, earlier_messages, newborn_week, wave_week
from model.jit import inlined
from model.keyed import Decision, uniform
from model.people import (
    RATE_UNIT,
    counter_visits_per_year,
    doctor_propensity,
    has_flag,
    notice_week,
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
    SUCCESS,
)
from model.responses import CHILDHOOD, message, poisson, tempts
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


@inlined
def base_message(r, turn, code):
    """The notice or the reminder of an adult, or the invitation of a newborn's parents: as ``message``."""
    pull = r.w.pull_notice if has_flag(r.p, turn.i, _EMAIL) else r.w.pull_notice_letter
    channel, k, success = _C_NOTICE, _FIRST, r.w.base[code, SUCCESS]
    if code == REMINDER:
        channel, pull = _C_EMAIL, r.w.pull_reminder
    elif code == INVITATION:
        k = CHILDHOOD
    if not turn.notices or not tempts(r, turn, success, k, pull, _GROWS):
        return _NEVER
    sent = _NEVER
    if code == NOTICE:
        sent = notice_week(r.p, r.w, turn.i)
    elif code == REMINDER:
        sent = reminder_week(r.p, r.w, turn.i)
    elif r.p[turn.owner].entry > 0 and r.p[turn.owner].birth_week == r.p[turn.owner].entry:
        sent = np.int64(r.p[turn.owner].birth_week) + INVITATION_DELAY
    return message(r, turn, Mailing(sent, np.int64(code), k, success, channel, pull, _GROWS))


@inlined
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


@inlined
def base_contact(r, turn, code):
    """Contacts of one process of the status quo this week, then the week of the next; -1 if activated."""
    if code in (NOTICE, REMINDER, INVITATION):
        return base_message(r, turn, code)
    return poisson(r, turn, base_process(r, turn, code))


@inlined
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


@inlined
def participates(r, lever, doctor):
    """Whether a doctor takes part in a lever."""
    return uniform(r.g[lever].keys[SELECTION], doctor, 0) < r.g[lever].uptake * r.g[lever].dose


@inlined
def extra_recommendations(r, lever, i):
    """Recommendations per year that a doctors' lever adds for a person at full ramp."""
    doctor = r.p[i].doctor
    if doctor == _NO_DOCTOR or not participates(r, lever, doctor):
        return 0.0
    own = doctor_propensity(r.w, doctor)
    level = recommender_level(uniform(r.w.keys[_LEVEL], doctor, 0), r.w.recommending_doctors, r.w.recommendation_rate)
    recruited = uniform(r.g[lever].keys[SELECTION], doctor, 1) < r.g[lever].recruits
    return r.p[i].gp_rate * RATE_UNIT * extra_propensity(own, level, r.g[lever].factor, recruited)


@inlined
def lever_messages(r, turn, lever):
    """Messages of one lever this week, then the week of the next; -1 if activated."""
    g, soonest = r.g[lever], _NEVER
    for wave in range(1 if g.kind == NEWBORNS else g.n_waves):
        if not tempts(r, turn, g.keys[SUCCESS], wave, g.pull, g.inherits_growth):
            continue
        pull = g.pull
        if g.kind == NEWBORNS:
            sent = newborn_week(r, lever, turn.owner) if turn.mode != OWN else _NEVER
        else:
            sent = wave_week(r, lever, turn.owner, wave)
            if g.fatigue < 1.0 and turn.t <= sent < turn.stop:
                reminded = reminder_week(r.p, r.w, turn.i)
                pull *= g.fatigue ** earlier_messages(r, turn.owner, g.channel, sent, reminded)
        mailing = Mailing(sent, g.code, np.int64(wave), g.keys[SUCCESS], g.channel, pull, g.inherits_growth)
        week = message(r, turn, mailing)
        if week < 0:
            return week
        soonest = min(soonest, week)
    return soonest


@inlined
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


@inlined
def lever_contact(r, turn, lever):
    """Contacts of one lever this week, then the week of the next; -1 if activated."""
    kind = r.g[lever].kind
    if kind in (MESSAGES, NEWBORNS):
        if turn.notices and can_get(r, lever, turn.i):
            return lever_messages(r, turn, lever)
    elif kind in (DOCTORS, COUNTER, DOCUMENTS) or (kind == MEDIA and turn.mode == OWN):
        return poisson(r, turn, lever_process(r, turn, lever))
    return _NEVER
