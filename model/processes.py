"""When contacts reach a person, and what each does.

A process of contacts is Poisson: the k-th contact comes when the person's exposure, factor x cum, first passes the sum
of k + 1 keyed exponentials. Processes are superposed, never rescaled: a lever adds its own and re-times no other.
Messages come in a keyed week instead. Both are recomputed from their keys whenever needed, so that a person's record
holds only the next week in which something may happen.

A child's contact goes to the guardian. It is scanned twice: with the guardian (mode WARD: the guardian, if not yet
activated, may visit) and with the child (mode CHILD: an activated guardian, if led to the site, activates the child).
"""

from __future__ import annotations

from math import log1p

import numpy as np

from model import rules
from model.channels import Channel
from model.completion import (
    activate,
    can_get,
    earlier_messages,
    identity,
    is_targeted,
    newborn_week,
    visit,
    wave_week,
)
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
    ready,
    recommendations_per_year,
    reminder_week,
)
from model.population import EMAIL, NO_DOCTOR
from model.programme import (
    ARRIVAL,
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
from model.records import HEARD_DOCTOR, HEARD_HOSPITAL, HEARD_PHARMACIST
from model.rules import extra_propensity, recommender_level
from model.tables import INVITATION_DELAY
from model.weeks import NEVER

OWN, WARD, CHILD = np.arange(3)
"""Whose contact: the person's own; a child's, seen by the guardian; a child's, seen by the child."""
DIRECT, THINNED, ADVISED, SUGGESTED = np.arange(4)
"""What an arrival is: a visit; a candidate for one; a doctor's recommendation; a suggestion at a counter."""
CHILDHOOD = 4096
"""Occurrences of a person's childhood are numbered from here, so that majority begins its own."""
_INVITATION, _NOTICE, _REMINDER = np.int64(INVITATION), np.int64(NOTICE), np.int64(REMINDER)
_NEVER, _UNPASSED, _ALL = np.int64(NEVER), np.float64(0.0), np.float64(1.0)
_FIRST, _CHILDHOOD, _GROWS = np.int64(0), np.int64(CHILDHOOD), np.bool_(True)
_EMAIL, _NO_DOCTOR = np.int64(EMAIL), np.int64(NO_DOCTOR)
_RECOMMENDS, _LEVEL = np.int64(Decision.DOCTOR_RECOMMENDS), np.int64(Decision.DOCTOR_LEVEL)
_C_NOTICE, _C_DOCUMENT, _C_DOCTOR = np.int64(Channel.NOTICE), np.int64(Channel.DOCUMENT), np.int64(Channel.DOCTOR)
_C_MEDIA, _C_SPONTANEOUS, _C_EMAIL = np.int64(Channel.MEDIA), np.int64(Channel.SPONTANEOUS), np.int64(Channel.EMAIL)
_C_PHARMACIST, _C_HOSPITAL = np.int64(Channel.PHARMACIST), np.int64(Channel.HOSPITAL)


@kernel
def week_passed(cum, exposure):
    """First week at whose end the exposure is reached: the smallest w with cum[w + 1] >= exposure."""
    low, high = 0, cum.shape[0] - 1
    while low < high:
        middle = (low + high) // 2
        if cum[middle] >= exposure:
            high = middle
        else:
            low = middle + 1
    return low - 1


@kernel
def arrival(keys, keep, owner, first, k, passed, factor, cum, start, after, stop):
    """The next contact of a process after week ``after``: (week, k, passed), week NEVER if none before ``stop``.

    ``k`` is the occurrence to try next, ``passed`` the sum of the exponentials of those before it. A share ``keep`` of
    contacts, chosen by key, takes place: a weaker lever leaves some out and moves none.
    """
    available = factor * (cum[stop] - cum[start])
    if available <= 0.0 or keep <= 0.0:
        return _NEVER, k, passed
    u = uniform(keys[ARRIVAL], owner, first + k)
    if u >= available:  # -log(1 - u) >= u: most people, most processes, at the price of one hash
        return _NEVER, k, passed
    while True:
        passed -= log1p(-u)
        if passed > available:
            return _NEVER, k, passed
        exposure = cum[start] + passed / factor
        if cum[after + 1] < exposure and (keep >= 1.0 or uniform(keys[SELECTION], owner, first + k) < keep):
            week = week_passed(cum, exposure)
            return (week, k, passed) if week < stop else (_NEVER, k, passed)
        k += 1
        u = uniform(keys[ARRIVAL], owner, first + k)


@kernel
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


@kernel
def led_to_site(r, thread, mode, owner, i, week, channel, contact):
    """The person (the guardian for a ward) visits; True if the person whose scan this is has been activated."""
    if mode == CHILD:
        r.desks[thread].visits[week, channel] += 1
        activate(r, thread, owner, week, channel)
        return True
    return visit(r, thread, i, week, channel, contact, channel == _C_DOCTOR)


@kernel
def concerns(r, mode, i, week):
    """A child's contact concerns the child once the guardian is activated, the guardian until then."""
    if mode == CHILD:
        return r.s[i].activated < week
    return r.s[i].activated >= week


@kernel
def respond(r, thread, mode, owner, i, week, channel, code, k, success, response, pull, grows):
    """What one arrival does; True if it activates the person whose scan this is."""
    if not concerns(r, mode, i, week):
        return False
    if channel == _C_SPONTANEOUS and r.s[i].aware > week:
        return False
    if response >= ADVISED:
        meets(r, thread, mode, i, week, channel, code)
    elif response == DIRECT and channel == _C_SPONTANEOUS:
        r.desks[thread].contacts[week, channel] += 1
    if response != DIRECT:
        growth = r.w.growth[week] if grows else 1.0
        hazard = pull * eagerness(r.w, i) * access(r.p, r.w, i) * growth
        if response == ADVISED:
            chance = rules.follow_chance(
                r.w.reading, ready(r.w, i), r.w.ready_share, r.w.follow_through, access(r.p, r.w, i)
            )
        else:
            chance = rules.thinning(hazard) if response == THINNED else rules.visit_chance(hazard)
        if uniform(success, owner, k) >= chance:
            return False
    contact = identity(code, k, owner)
    return led_to_site(r, thread, mode, owner, i, week, channel, contact)


@kernel
def poisson(
    r, thread, mode, owner, i, start, stop, t, act,
    code, keys4, keep, channel, factor, cum, response, pull, grows,
):  # fmt: skip
    """Contacts of one process in week ``t`` (if ``act``), then the week of the next; -1 if the person was activated."""
    first = _FIRST if mode == OWN else _CHILDHOOD
    after = t - 1 if act else t
    week, k, passed = arrival(keys4, keep, owner, first, _FIRST, _UNPASSED, factor, cum, start, after, stop)
    while week == t and act:
        if respond(
            r, thread, mode, owner, i, t, channel, code, first + k, keys4[SUCCESS],
            response, pull, grows,
        ):  # fmt: skip
            return -1
        week, k, passed = arrival(keys4, keep, owner, first, k + 1, passed, factor, cum, start, t - 1, stop)
    return week


@kernel
def message(r, thread, mode, owner, i, start, stop, t, act, sent, code, k, success, channel, pull, grows):
    """One noticed message of week ``sent``: what ``poisson`` returns."""
    if sent < start or sent >= stop or sent < t or (sent == t and not act):
        return NEVER
    growth = r.w.growth[sent] if grows else 1.0
    hazard = pull * eagerness(r.w, i) * access(r.p, r.w, i) * growth
    if uniform(success, owner, k) >= rules.visit_chance(hazard):
        return NEVER
    if sent > t:
        return sent
    contact = identity(code, k, owner)
    if concerns(r, mode, i, t) and led_to_site(r, thread, mode, owner, i, t, channel, contact):
        return -1
    return NEVER


@kernel
def base_messages(r, thread, mode, owner, i, start, stop, t, act):
    """The notice and the reminder of an adult, or the invitation of a newborn's parents."""
    if not notices(r.w, i):
        return NEVER
    notice_pull = r.w.pull_notice if has_flag(r.p, i, _EMAIL) else r.w.pull_notice_letter
    if mode != OWN:
        if r.p[owner].entry == 0 or r.p[owner].birth_week != r.p[owner].entry:
            return NEVER
        sent = np.int64(r.p[owner].birth_week) + INVITATION_DELAY
        return message(
            r, thread, mode, owner, i, start, stop, t, act, sent, _INVITATION, _CHILDHOOD,
            r.w.base[INVITATION, SUCCESS], _C_NOTICE, notice_pull, _GROWS,
        )  # fmt: skip
    soonest = message(
        r, thread, mode, owner, i, start, stop, t, act, notice_week(r.p, r.w, i), _NOTICE, _FIRST,
        r.w.base[NOTICE, SUCCESS], _C_NOTICE, notice_pull, _GROWS,
    )  # fmt: skip
    if soonest < 0:
        return soonest
    week = message(
        r, thread, mode, owner, i, start, stop, t, act, reminder_week(r.p, r.w, i),
        _REMINDER, _FIRST, r.w.base[REMINDER, SUCCESS], _C_EMAIL, r.w.pull_reminder, _GROWS,
    )  # fmt: skip
    return min(soonest, week)


@kernel
def base_processes(r, thread, mode, owner, i, start, stop, t, act):
    """Contacts of the status quo in week ``t``, then the week of the next; -1 if activated."""
    soonest = base_messages(r, thread, mode, owner, i, start, stop, t, act)
    if soonest < 0:
        return soonest
    for code in (DOCUMENT, DOCTOR, BASE_MEDIA, SPONTANEOUS):
        if code == DOCTOR:
            channel, response, pull, cum = _C_DOCTOR, ADVISED, _UNPASSED, r.w.cum_years
            factor = recommendations_per_year(r.p, r.w, owner)
        else:
            if (mode != OWN and code != DOCUMENT) or (code != SPONTANEOUS and not notices(r.w, i)):
                continue
            if code == DOCUMENT and not has_flag(r.p, i, _EMAIL):
                continue
            factor = eagerness(r.w, i) * access(r.p, r.w, i)
            channel, response, pull, cum = _C_SPONTANEOUS, DIRECT, _UNPASSED, r.w.cum_spontaneous
            if code == BASE_MEDIA:
                channel, cum = _C_MEDIA, r.w.cum_media
            elif code == DOCUMENT:
                channel, response, pull, cum = _C_DOCUMENT, THINNED, r.w.pull_document, r.w.cum_document
                factor *= r.p[owner].document_rate * RATE_UNIT
        week = poisson(
            r, thread, mode, owner, i, start, stop, t, act,
            code, r.w.base[code], _ALL, channel, factor, cum, response, pull, _GROWS,
        )  # fmt: skip
        if week < 0:
            return week
        soonest = min(soonest, week)
    return soonest


@kernel
def lever_factor(r, lever, owner, i):
    """A person's factor on the exposure to a lever that works as a process; 0 if out of reach."""
    kind = r.g[lever].kind
    if kind == COUNTER:
        return counter_visits_per_year(r.p, r.w, owner, r.g[lever].channel == _C_HOSPITAL)
    if kind == DOCTORS:
        return extra_recommendations(r, lever, owner)
    if not notices(r.w, i) or (kind == DOCUMENTS and not has_flag(r.p, i, _EMAIL)):
        return 0.0
    factor = eagerness(r.w, i) * access(r.p, r.w, i)
    return factor * r.p[owner].document_rate * RATE_UNIT if kind == DOCUMENTS else factor


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
def lever_messages(r, thread, mode, owner, i, start, stop, t, act, lever, reminded):
    """Messages of one lever in week ``t``, then the week of the next; -1 if activated."""
    soonest = np.int64(NEVER)
    for wave in range(1 if r.g[lever].kind == NEWBORNS else r.g[lever].n_waves):
        pull = r.g[lever].pull
        if r.g[lever].kind == NEWBORNS:
            sent = newborn_week(r, lever, owner) if mode != OWN else _NEVER
        else:
            sent = wave_week(r, lever, owner, wave)
            if sent >= t and sent < stop and r.g[lever].fatigue < 1.0:
                pull *= r.g[lever].fatigue ** earlier_messages(r, owner, r.g[lever].channel, sent, reminded)
        week = message(
            r, thread, mode, owner, i, start, stop, t, act, sent,
            r.g[lever].code, wave, r.g[lever].keys[SUCCESS], r.g[lever].channel, pull, r.g[lever].inherits_growth,
        )  # fmt: skip
        if week < 0:
            return week
        soonest = min(soonest, week)
    return soonest


@kernel
def lever_processes(r, thread, mode, owner, i, start, stop, t, act):
    """Contacts of the levers in week ``t``, then the week of the next; -1 if activated."""
    soonest = np.int64(NEVER)
    for lever in range(r.g.shape[0]):
        kind = r.g[lever].kind
        week = np.int64(NEVER)
        if not is_targeted(r, lever, owner):
            continue
        if kind in (MESSAGES, NEWBORNS):
            if notices(r.w, i) and can_get(r, lever, i):
                reminded = reminder_week(r.p, r.w, i)
                week = lever_messages(r, thread, mode, owner, i, start, stop, t, act, lever, reminded)
        elif kind in (DOCTORS, COUNTER, DOCUMENTS, MEDIA):
            if mode != OWN and kind == MEDIA:
                continue
            response, pull = SUGGESTED, r.g[lever].pull
            if kind == DOCUMENTS:
                response, pull = THINNED, r.w.pull_document
            elif kind == DOCTORS:
                response = ADVISED
            elif kind == MEDIA:
                response = DIRECT
            week = poisson(
                r, thread, mode, owner, i, start, stop, t, act,
                r.g[lever].code, r.g[lever].keys, r.g[lever].keep, r.g[lever].channel, lever_factor(r, lever, owner, i),
                r.g[lever].cum, response, pull, r.g[lever].inherits_growth,
            )  # fmt: skip
        if week < 0:
            return week
        soonest = min(soonest, week)
    return soonest


@kernel
def contacts_of(r, thread, mode, owner, i, start, stop, t, act, base):
    """All contacts of ``owner`` in week ``t``, answered by ``i``; then the week of the next; -1 if activated.

    Without ``base``, only those of levers.
    """
    if start >= stop:
        return _NEVER
    soonest = base_processes(r, thread, mode, owner, i, start, stop, t, act) if base else _NEVER
    if soonest < 0 or r.g.shape[0] == 0:
        return soonest
    week = lever_processes(r, thread, mode, owner, i, start, stop, t, act)
    return min(soonest, week)


@kernel
def scan(r, thread, i, t, act, base):
    """Handle a person's contacts of week ``t`` (if ``act``) and note the next week in which one may matter.

    Without ``base``, contacts of levers join those already noted.
    """
    weeks = r.w.weeks
    entry, leave, majority = np.int64(r.p[i].entry), min(np.int64(r.p[i].exit), weeks), majority_week(r.p, i)
    soonest = np.int64(NEVER)
    guardian = np.int64(r.p[i].guardian)
    if majority > entry and t < majority and guardian >= 0:
        stop = min(leave, majority, np.int64(r.p[guardian].exit))
        soonest = contacts_of(r, thread, CHILD, i, guardian, entry, stop, t, act, base)
        if soonest < 0:
            return
    start = max(entry, majority)
    week = contacts_of(r, thread, OWN, i, i, start, leave, t, act, base)
    if week < 0:
        return
    soonest = min(soonest, week)
    for edge in range(r.p[i].tie_start, r.p[i + 1].tie_start):
        if r.tie[edge] >= 0:
            break  # wards come first
        child = np.int64(~r.tie[edge])
        stop, born = min(leave, np.int64(r.p[child].exit), majority_week(r.p, child)), np.int64(r.p[child].entry)
        week = contacts_of(r, thread, WARD, child, i, born, stop, t, act, base)
        if week < 0:
            return
        soonest = min(soonest, week)
    r.due[i] = soonest if base else min(soonest, np.int64(r.due[i]))
