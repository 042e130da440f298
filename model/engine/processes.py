"""The contacts that reach a person through processes and messages, of the status quo and of levers, are noted."""

from __future__ import annotations

from math import log

import numpy as np

from model.engine.agenda import ENDS, KNOWS, Mailing, Stretch, forget, gain_at, note, occurs, week_in
from model.engine.completion import can_get, earlier_messages, first_reminded, identity, message_week, stopped_by
from model.engine.people import (
    OPPOSES,
    answered,
    band_end,
    child_reminder_week,
    has_flag,
    lasting_gain,
    notice_week,
    reminder_week,
    traits_of,
    visit_hazard,
)
from model.engine.programme import BASE_MEDIA, DOCTOR, INVITATION, MENTION, NOTICE, REMINDER, SPONTANEOUS
from model.engine.programme import DOCUMENT as BASE_DOCUMENT
from model.engine.responses import is_followed
from model.engine.sources import base_process, lever_process
from model.engine.turns import CHILD, CHILDHOOD, OWN, WARD, childhood_turn, own_turn, reached_through
from model.levers.base import ADVICE, DOCUMENT, MESSAGE, SUGGESTION, VISIT, is_targeted
from model.levers.messages import mailbox_owner
from model.population.attributes import EMAIL
from model.terms import rules
from model.terms.ages import DOCUMENTS, GP_CONTACTS, STAYS
from model.terms.jit import inlined, kernel
from model.terms.keyed import ARRIVAL, SUCCESS, Decision, bits_of, person_word, uniform, uniform_of
from model.terms.spells import LEVELS, end_week, level_of, passed_by
from model.terms.tables import INVITATION_DELAY
from model.terms.weeks import NEVER

_NEVER, _FIRST, _GROWS, _EMAIL = np.int64(NEVER), np.int64(0), np.bool_(True), np.int64(EMAIL)
_PROCESSES = np.array((BASE_DOCUMENT, DOCTOR, MENTION, BASE_MEDIA, SPONTANEOUS), np.int64)
"""In the order in which contacts of one week take place, after messages. Children have the first three."""
_EAGERNESS = np.int64(Decision.SPELL_EAGERNESS)


@inlined
def spells_of(r, draft, i):
    """Write a person's spells of eagerness within the run, and eagerness times access in each, into the draft."""
    word, base = person_word(r.world.keys[_EAGERNESS], i), lasting_gain(r.people, r.world, i)
    number, passed, week, most = 0, 0.0, np.int64(0), 0.0
    while week < r.world.weeks:
        bits = bits_of(word, number)
        passed = passed_by(bits, r.world.lengths, r.world.eagerness_spell, passed)
        week = end_week(number, passed)
        draft.end[number], draft.gain[number] = week, base * r.world.levels[level_of(bits)]
        most = max(most, draft.gain[number])
        number += 1
    draft.gain[draft.end.shape[0]] = most


@inlined
def note_process(r, draft, turn, process):
    """Note the contacts of one process: walk through the spells of gain and need and the age bands, and let contacts
    come where the exposure passes the sum of keyed exponentials."""
    if process.factor <= 0.0 or process.keep <= 0.0:
        return
    k = _FIRST if turn.mode == OWN else CHILDHOOD
    arrivals, need = person_word(process.keys[ARRIVAL], turn.owner), process.need
    u = uniform_of(arrivals, k)
    if u >= most_exposure(r, draft, turn, process):  # -log(1 - u) >= u: most people, at the price of one hash
        return
    spells = person_word(r.world.keys[max(need, 0)], turn.owner)
    passed, since, week, place = -log(1.0 - u), 0.0, turn.start, first_place(turn, process)
    of_gain, number, ended, until, rank = 0, np.int64(0), 0.0, _NEVER, np.int64(0)
    changes = place_end(r, turn, process, place)
    if need >= 0:
        until = _FIRST
    while week < min(turn.stop, draft.bound[ENDS]):
        while changes <= week:
            place += 1
            changes = place_end(r, turn, process, place)
        while until <= week:
            bits = bits_of(spells, number)
            ended = passed_by(bits, r.world.lengths, r.world.need_spell, ended)
            until, rank = end_week(number, ended), level_of(bits)
            number += 1
        while draft.end[of_gain] <= week:
            of_gain += 1
        gain, stop = draft.gain[of_gain], min(until, changes, turn.stop)
        factor = process.factor * r.world.rates[process.rate, place]
        if process.gains:
            factor, stop = factor * gain, min(stop, draft.end[of_gain])
        if need >= 0:
            factor *= r.world.need_levels[process.first + process.stride * place + rank]
        more = since + factor * (process.cum[stop] - process.cum[week])
        if passed <= more:
            stretch = Stretch(week, stop, factor, gain, since)
            while passed <= more:
                if note_arrival(r, draft, turn, process, stretch, k, passed):
                    return
                k += 1
                passed -= log(1.0 - uniform_of(arrivals, k))
        since, week = more, stop


@inlined
def most_exposure(r, draft, turn, process):
    """No less than the exposure of the turn's owner to a process, rounding included."""
    most = process.factor * (process.cum[turn.stop] - process.cum[turn.start]) * 1.000001
    if process.gains:
        most *= draft.gain[draft.end.shape[0]]
    return most * most_rate(r, turn, process)


@inlined
def most_rate(r, turn, process):
    """The largest rate, and level of need, that the turn's owner may have."""
    most, last = 0.0, turn.last_band if follows_age(process) else _FIRST + (process.rate == STAYS)
    for place in range(first_place(turn, process), last + 1):
        rate = r.world.rates[process.rate, place]
        if process.need >= 0:
            rate *= r.world.need_levels[process.first + process.stride * place + LEVELS - 1]
        most = max(most, rate)
    return most


@inlined
def follows_age(process):
    """Whether the rates of a process are those of age bands."""
    return process.rate == GP_CONTACTS or process.rate == DOCUMENTS


@inlined
def first_place(turn, process):
    """Place in the rates of a process from which on the owner of a turn has them."""
    return turn.band if follows_age(process) else _FIRST


@inlined
def place_end(r, turn, process, place):
    """First week in which the owner no longer has a place in the rates: that of the next band, or of illness."""
    if follows_age(process):
        return band_end(r.people, r.world, turn.owner, place)
    return np.int64(r.people[turn.owner].ill_from) if process.rate == STAYS and place == 0 else _NEVER


@inlined
def note_arrival(r, draft, turn, process, stretch, k, passed):
    """Note one contact, if it takes place and can do anything; True if later ones can't matter."""
    week = week_in(process, stretch, passed)
    if turn.mode != CHILD and week >= draft.bound[ENDS]:
        return True
    if week < turn.since or not occurs(process, turn, k):
        return False
    if not (process.thinned and is_candidate_only(r, turn, process, stretch.gain, k, week)):
        note_contact(r, draft, turn, process.number, k, week)
    return False


@inlined
def note_contact(r, draft, turn, number, k, week):
    """Note one contact; if it is sure to activate the person who answers, unless that has happened before, contacts
    of later weeks can't matter: the search ends."""
    note(draft, week, turn.owner, k, number, turn.mode)
    if turn.ends and week < draft.bound[ENDS] and (number != SPONTANEOUS or draft.bound[KNOWS] <= week):
        draft.bound[KNOWS] = min(draft.bound[KNOWS], week)
        if surely_activates(r, turn.i, turn.owner, number, k, week):
            draft.bound[ENDS] = week + 1


@kernel
def surely_activates(r, i, owner, code, k, week):
    """Whether a contact of the status quo, which reaches a person who knows the service, leads through all barriers.
    Levers can only make it likelier: they soften barriers and supply what is missing."""
    if code == DOCTOR and not is_followed(r, np.int64(-1), i, owner, k, week):
        return False
    return stopped_by(r, i, week, identity(code, k, owner), code == DOCTOR) < 0


@inlined
def is_candidate_only(r, turn, process, gain, k, week):
    """Whether a candidate for a visit is none after all."""
    hazard = visit_hazard(r.world, process.pull, gain, process.grows, week)
    return rules.is_thinned_out(hazard, uniform(process.keys[SUCCESS], turn.owner, k))


@inlined
def tempts(r, draft, turn, success, k, pull, grows):
    """Whether a message might lead to the site in the best of weeks: most would not, whatever week they come in."""
    most = rules.most_visits(pull * draft.gain[draft.end.shape[0]] * (r.world.growth_most if grows else 1.0))
    return uniform(success, turn.owner, k) < most


@inlined
def leads(r, draft, turn, mailing):
    """Whether a message leads to the site: to be asked only of one that is sent in the weeks of the turn."""
    hazard = visit_hazard(r.world, mailing.pull, gain_at(draft, mailing.sent), mailing.grows, mailing.sent)
    return uniform(mailing.success, turn.owner, mailing.k) < rules.visit_chance(hazard)


@inlined
def note_message(r, draft, turn, mailing):
    """Note a message that will lead to the site."""
    sent = mailing.sent
    if sent < turn.start or sent >= turn.stop or sent < turn.since:
        return
    if leads(r, draft, turn, mailing):
        note_contact(r, draft, turn, mailing.number, mailing.k, sent)


@inlined
def note_notice(r, draft, turn, mailing):
    """Note a notice that will lead to the site, some weeks after it was sent."""
    if mailing.sent < turn.start or mailing.sent >= turn.stop:
        return
    week = answered(r.world, turn.owner, mailing.k, mailing.sent)
    if week < turn.stop and leads(r, draft, turn, mailing):
        note_contact(r, draft, turn, mailing.number, mailing.k, week)


@inlined
def note_base(r, draft, turn):
    """Note all contacts of a turn's owner in the status quo."""
    if turn.start >= turn.stop:
        return
    adult = turn.mode == OWN
    if turn.notices:
        note_first_notice(r, draft, turn, adult)
        if turn.mode != WARD:
            note_reminder(r, draft, turn, adult)
    for place in range(5 if adult else 3):
        note_process(r, draft, turn, base_process(r, turn, _PROCESSES[place]))


@inlined
def note_first_notice(r, draft, turn, adult):
    """The notice of an adult, or the invitation of a newborn's parents."""
    code, k = (NOTICE, _FIRST) if adult else (INVITATION, CHILDHOOD)
    pull = r.world.pull_notice if has_flag(r.people, turn.i, _EMAIL) else r.world.pull_notice_letter
    success = r.world.base[code, SUCCESS]
    if not tempts(r, draft, turn, success, k, pull, _GROWS):
        return
    sent = _NEVER
    if adult:
        sent = notice_week(r.people, r.world, turn.i)
    elif r.people[turn.owner].entry > 0 and r.people[turn.owner].birth_week == r.people[turn.owner].entry:
        sent = np.int64(r.people[turn.owner].birth_week) + INVITATION_DELAY
    note_notice(r, draft, turn, Mailing(sent, np.int64(code), k, success, pull, _GROWS))


@inlined
def note_reminder(r, draft, turn, adult):
    """The reminder of 2024-25: an adult's own, or a guardian's about a child when the guardian is activated (one who is
    not gets their own)."""
    success, k = r.world.base[REMINDER, SUCCESS], _FIRST if adult else CHILDHOOD
    if not tempts(r, draft, turn, success, k, r.world.pull_reminder, _GROWS):
        return
    sent = reminder_week(r.people, r.world, turn.i) if adult else child_reminder_week(r.people, r.world, turn.owner)
    note_message(r, draft, turn, Mailing(sent, np.int64(REMINDER), k, success, r.world.pull_reminder, _GROWS))


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
        if not tempts(r, draft, turn, g.keys[SUCCESS], wave, g.pull, g.inherits_growth):
            continue
        pull = g.pull
        sent = message_week(r, lever, turn.owner, wave)
        if turn.mode == WARD and not g.at_birth and mailbox_owner(r, lever, turn.i, wave)[0] != turn.owner:
            continue  # the household gets one message a wave
        if rules.tires(g.fatigue) and turn.since <= sent < turn.stop:
            pull *= rules.pull_left(g.fatigue, earlier_messages(r, turn.i, lever, sent, first_reminded(r, turn.i)))
        mailing = Mailing(sent, np.int64(lever), np.int64(wave), g.keys[SUCCESS], pull, g.inherits_growth)
        note_message(r, draft, turn, mailing)


@inlined
def note_person(r, draft, i, traits, since, through_levers, ends):
    """Note all contacts that may reach a person not activated: in childhood, the person's own, and those of wards.

    ``ends``: the first that is sure to activate the person ends the search, and ``r.sure`` gets its week.
    """
    draft.bound[ENDS], draft.bound[KNOWS] = _NEVER, np.int64(r.state[i].aware)
    if through_levers:
        draft.bound[ENDS] = np.int64(r.sure[i]) + 1
    noted = draft.total[0]
    if traits & OPPOSES:
        return
    first, end, answers = np.int64(r.people[i].tie_start), np.int64(r.people[i + 1].tie_start), np.int64(-1)
    for edge in range(first - 2, end):
        mode = CHILD if edge == first - 2 else OWN if edge == first - 1 else WARD
        if mode == WARD and r.tie[edge] >= 0:
            break  # wards come first
        owner = np.int64(~r.tie[edge]) if mode == WARD else i
        if not reached_through(r, mode, owner, through_levers):
            continue
        if mode == OWN:
            turn = own_turn(r, i, traits, since, ends)
        else:
            above = traits_of(r.world, np.int64(r.people[owner].guardian)) if mode == CHILD else traits
            if above & OPPOSES:
                continue
            turn = childhood_turn(r, mode, owner, above, since, ends)
        if turn.start < turn.stop and turn.i != answers:
            answers = turn.i
            spells_of(r, draft, answers)
        if through_levers:
            note_levers(r, draft, turn)
        else:
            note_base(r, draft, turn)
    if ends and draft.bound[ENDS] < _NEVER:
        r.sure[i] = draft.bound[ENDS] - 1
        forget(draft, noted, CHILD)
