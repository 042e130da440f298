"""Through which processes contacts reach a person, those of the status quo and those of levers; and whose: the
person's own as an adult, a minor's through the guardian, those of wards."""

from __future__ import annotations

import numpy as np

from model.engine.agenda import CHILD, CHILDHOOD, OWN, WARD, Mailing, Process, Turn, arrival, exposure_left, note
from model.engine.completion import can_get, earlier_messages, message_week
from model.engine.people import (
    NOTICES,
    OPPOSES,
    RATE_UNIT,
    counter_visits_per_year,
    gain_of,
    has_flag,
    majority_week,
    notice_week,
    pilot_activated,
    recommendations_per_year,
    reminder_week,
    traits_of,
    visit_hazard,
)
from model.engine.programme import BASE_MEDIA, DOCTOR, INVITATION, NOTICE, REMINDER, SPONTANEOUS
from model.engine.programme import DOCUMENT as BASE_DOCUMENT
from model.levers.base import ADVICE, DOCUMENT, MESSAGE, SUGGESTION, VISIT, is_targeted
from model.levers.doctors import extra_recommendations
from model.levers.messages import mailbox_owner
from model.population.attributes import EMAIL
from model.terms import rules
from model.terms.channels import Channel
from model.terms.jit import inlined
from model.terms.keyed import ARRIVAL, SUCCESS, person_word, uniform, uniform_of
from model.terms.tables import INVITATION_DELAY
from model.terms.weeks import NEVER

_NEVER, _NO_PULL, _ALL = np.int64(NEVER), np.float64(0.0), np.float64(1.0)
_FIRST, _GROWS = np.int64(0), np.bool_(True)
_EMAIL, _C_HOSPITAL = np.int64(EMAIL), np.int64(Channel.HOSPITAL)
_PROCESSES = np.array((BASE_DOCUMENT, DOCTOR, BASE_MEDIA, SPONTANEOUS), np.int64)
"""In the order in which contacts of one week take place, after messages. Children have the first two."""


@inlined
def note_process(r, draft, turn, process):
    """Note the contacts of one process."""
    available, k, passed = exposure_left(turn, process), _FIRST if turn.mode == OWN else CHILDHOOD, _NO_PULL
    if available <= 0.0:
        return
    word = person_word(process.keys[ARRIVAL], turn.owner)
    u = uniform_of(word, k)
    while u < available:  # -log(1 - u) >= u: most people, most processes, at the price of one hash
        week, k, passed = arrival(process, turn, word, u, k, passed, available)
        if week >= _NEVER:
            return
        if not (process.thinned and is_candidate_only(r, turn, process, k, week)):
            note(draft, week, turn.owner, k, process.number, turn.mode)
        k += 1
        u = uniform_of(word, k)


@inlined
def is_candidate_only(r, turn, process, k, week):
    """Whether a candidate for a visit is none after all."""
    hazard = visit_hazard(r.world, process.pull, turn.gain, process.grows, week)
    return rules.is_thinned_out(hazard, uniform(process.keys[SUCCESS], turn.owner, k))


@inlined
def tempts(r, turn, success, k, pull, grows):
    """Whether a message might lead to the site in the best of weeks: most would not, whatever week they come in."""
    most = rules.most_visits(pull * turn.gain * (r.world.growth_most if grows else 1.0))
    return uniform(success, turn.owner, k) < most


@inlined
def note_message(r, draft, turn, mailing):
    """Note a message that will lead to the site."""
    sent = mailing.sent
    if sent < turn.start or sent >= turn.stop or sent < turn.since:
        return
    hazard = visit_hazard(r.world, mailing.pull, turn.gain, mailing.grows, sent)
    if uniform(mailing.success, turn.owner, mailing.k) < rules.visit_chance(hazard):
        note(draft, sent, turn.owner, mailing.k, mailing.number, turn.mode)


@inlined
def note_base(r, draft, turn):
    """Note all contacts of a turn's owner in the status quo."""
    if turn.start >= turn.stop:
        return
    adult = turn.mode == OWN
    if turn.notices:
        for code in range(NOTICE if adult else INVITATION, (REMINDER if adult else INVITATION) + 1):
            note_base_message(r, draft, turn, code)
    for place in range(4 if adult else 2):
        note_process(r, draft, turn, base_process(r, turn, _PROCESSES[place]))


@inlined
def note_base_message(r, draft, turn, code):
    """The notice or the reminder of an adult, or the invitation of a newborn's parents."""
    pull = r.world.pull_notice if has_flag(r.people, turn.i, _EMAIL) else r.world.pull_notice_letter
    k, success = _FIRST, r.world.base[code, SUCCESS]
    if code == REMINDER:
        pull = r.world.pull_reminder
    elif code == INVITATION:
        k = CHILDHOOD
    if not tempts(r, turn, success, k, pull, _GROWS):
        return
    sent = _NEVER
    if code == NOTICE:
        sent = notice_week(r.people, r.world, turn.i)
    elif code == REMINDER:
        sent = reminder_week(r.people, r.world, turn.i)
    elif r.people[turn.owner].entry > 0 and r.people[turn.owner].birth_week == r.people[turn.owner].entry:
        sent = np.int64(r.people[turn.owner].birth_week) + INVITATION_DELAY
    note_message(r, draft, turn, Mailing(sent, np.int64(code), k, success, pull, _GROWS))


@inlined
def base_process(r, turn, code):
    """One process of the status quo; its factor is 0 for whom it can't reach."""
    i, owner = turn.i, turn.owner
    thinned, pull, factor = code == BASE_DOCUMENT, _NO_PULL, turn.gain
    cum, guide = r.world.cum_spontaneous, r.world.guide_spontaneous
    if code == DOCTOR:
        cum, guide, factor = r.world.cum_years, r.world.guide_years, recommendations_per_year(r.people, r.world, owner)
    elif code == BASE_DOCUMENT:
        pull, cum, guide = r.world.pull_document, r.world.cum_document, r.world.guide_document
        factor *= r.people[owner].document_rate * RATE_UNIT
        if not turn.notices or not has_flag(r.people, i, _EMAIL):
            factor = 0.0
    elif code == BASE_MEDIA:
        cum, guide = r.world.cum_media, r.world.guide_media
        if not turn.notices:
            factor = 0.0
    return Process(np.int64(code), r.world.base[code], _ALL, factor, cum, guide, thinned, pull, _GROWS)


@inlined
def note_levers(r, draft, turn):
    """Note all contacts of a turn's owner through levers."""
    if turn.start >= turn.stop:
        return
    for lever in range(r.levers.shape[0]):
        if is_targeted(r, lever, turn.owner):
            effect = r.levers[lever].effect
            if effect == MESSAGE:
                if turn.notices and can_get(r, lever, turn.i):
                    note_lever_messages(r, draft, turn, lever)
            elif effect in (VISIT, DOCUMENT, ADVICE, SUGGESTION) and (
                turn.mode == OWN or not r.levers[lever].adults_only
            ):
                note_process(r, draft, turn, lever_process(r, turn, lever))


@inlined
def note_lever_messages(r, draft, turn, lever):
    """Note the messages of one lever."""
    g = r.levers[lever]
    for wave in range(g.n_waves):
        if not tempts(r, turn, g.keys[SUCCESS], wave, g.pull, g.inherits_growth):
            continue
        pull = g.pull
        sent = message_week(r, lever, turn.owner, wave)
        if turn.mode == WARD and not g.at_birth and mailbox_owner(r, lever, turn.i, wave)[0] != turn.owner:
            continue  # the household gets one message a wave
        if rules.tires(g.fatigue) and turn.since <= sent < turn.stop:
            reminded = reminder_week(r.people, r.world, turn.i)
            pull *= rules.pull_left(g.fatigue, earlier_messages(r, turn.i, lever, sent, reminded))
        mailing = Mailing(sent, np.int64(lever), np.int64(wave), g.keys[SUCCESS], pull, g.inherits_growth)
        note_message(r, draft, turn, mailing)


@inlined
def lever_process(r, turn, lever):
    """One lever that works as a process."""
    g, thinned = r.levers[lever], r.levers[lever].effect == DOCUMENT
    pull = r.world.pull_document if thinned else g.pull
    factor = lever_factor(r, turn, lever)
    return Process(np.int64(lever), g.keys, g.keep, factor, g.cum, g.guide, thinned, pull, g.inherits_growth)


@inlined
def lever_factor(r, turn, lever):
    """A person's factor on the exposure to a lever that works as a process; 0 if out of reach."""
    effect, owner = r.levers[lever].effect, turn.owner
    if effect == SUGGESTION:
        return counter_visits_per_year(r.people, r.world, owner, r.levers[lever].channel == _C_HOSPITAL)
    if effect == ADVICE:
        return extra_recommendations(r, lever, owner)
    if not turn.notices or (effect == DOCUMENT and not has_flag(r.people, turn.i, _EMAIL)):
        return 0.0
    return turn.gain * r.people[owner].document_rate * RATE_UNIT if effect == DOCUMENT else turn.gain


@inlined
def own_turn(r, i, traits, since):
    """A person's own contacts: from the 18th birthday on."""
    start, stop = (
        max(np.int64(r.people[i].entry), majority_week(r.people, i)),
        min(np.int64(r.people[i].exit), r.world.weeks),
    )
    return Turn(OWN, i, i, start, stop, since, traits & NOTICES != 0, gain_of(r.people, r.world, i, traits))


@inlined
def childhood_turn(r, mode, child, traits, since):
    """A minor's contacts, which go to the guardian, of known ``traits``; none for who came of age before coming."""
    i, entry, majority = (
        np.int64(r.people[child].guardian),
        np.int64(r.people[child].entry),
        majority_week(r.people, child),
    )
    stop = min(np.int64(r.people[child].exit), np.int64(r.people[i].exit), majority, r.world.weeks)
    return Turn(mode, child, i, entry, stop, since, traits & NOTICES != 0, gain_of(r.people, r.world, i, traits))


@inlined
def reached_through(r, mode, owner, since, through_levers):
    """Whether contacts of ``owner`` are wanted: a minor needs a guardian; a ward activated before needs none."""
    if mode == OWN:
        return True
    if r.people[owner].guardian < 0:
        return False
    if mode == CHILD:
        return True
    return r.state[owner].activated == NEVER if through_levers else not pilot_activated(r.people, r.world, owner)


@inlined
def note_person(r, draft, i, traits, since, through_levers):
    """Note all contacts that may reach a person not activated: in childhood, the person's own, and those of wards."""
    if traits & OPPOSES:
        return
    first, end = np.int64(r.people[i].tie_start), np.int64(r.people[i + 1].tie_start)
    for edge in range(first - 2, end):
        mode = CHILD if edge == first - 2 else OWN if edge == first - 1 else WARD
        if mode == WARD and r.tie[edge] >= 0:
            break  # wards come first
        owner = np.int64(~r.tie[edge]) if mode == WARD else i
        if not reached_through(r, mode, owner, since, through_levers):
            continue
        if mode == OWN:
            turn = own_turn(r, i, traits, since)
        else:
            above = traits_of(r.world, np.int64(r.people[owner].guardian)) if mode == CHILD else traits
            if above & OPPOSES:
                continue
            turn = childhood_turn(r, mode, owner, above, since)
        if through_levers:
            note_levers(r, draft, turn)
        else:
            note_base(r, draft, turn)
