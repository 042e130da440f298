"""A contact that reaches a person is noted; one that is sure to activate ends the search for later ones.

Of messages (notices, reminders, those of levers) only those are noted that will lead to the site.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from model.engine.agenda import ENDS, IGNORED, KNOWS, PASSES, STOPPED, UNKNOWN, WHOSE, note
from model.engine.completion import identity, message_week, stopped_in
from model.engine.people import (
    INFORMATION,
    NO_USE,
    OTHER,
    TIME,
    answered,
    child_reminder_week,
    has_flag,
    notice_week,
    reminder_week,
    visit_hazard,
)
from model.engine.programme import DOCTOR, INVITATION, NOTICE, REMINDER, SPONTANEOUS
from model.engine.responses import is_followed
from model.engine.turns import CHILDHOOD, WARD, barrier_at, gain_at, write_barriers
from model.levers.messages import mailbox_owner
from model.population.attributes import EMAIL
from model.terms import rules
from model.terms.channels import Channel
from model.terms.jit import inlined, kernel
from model.terms.keyed import SUCCESS, uniform
from model.terms.tables import INVITATION_DELAY
from model.terms.weeks import NEVER

_NEVER, _FIRST, _GROWS, _EMAIL = np.int64(NEVER), np.int64(0), np.bool_(True), np.int64(EMAIL)
_BY_EMAIL = np.int64(Channel.EMAIL)


@inlined
def note_contact(r, draft, turn, number, k, week):
    """Note one contact; if it is sure to activate the person who answers, unless that has happened before, contacts
    of later weeks can't matter: the search ends."""
    fate = UNKNOWN
    if turn.ends and week < draft.bound[ENDS] and (number != SPONTANEOUS or draft.bound[KNOWS] <= week):
        draft.bound[KNOWS] = min(draft.bound[KNOWS], week)
        fate = fate_met(r, draft, turn.i, turn.owner, number, k, week)
        if fate == PASSES:
            draft.bound[ENDS] = week + 1
    note(draft, week, turn.owner, k, number, turn.mode, fate)


@kernel
def fate_met(r, draft, i, owner, code, k, week):
    """Fate of a contact of the status quo that reaches a person who knows the service. Levers can't stop who passes all
    barriers: they soften barriers and supply what is missing."""
    if code == DOCTOR and not is_followed(r, np.int64(-1), i, owner, k, week):
        return IGNORED
    if draft.bound[WHOSE] != i:
        write_barriers(r, draft, i)
    no_use, time = barrier_at(r, draft, i, NO_USE, week), barrier_at(r, draft, i, TIME, week)
    information, other = barrier_at(r, draft, i, INFORMATION, week), barrier_at(r, draft, i, OTHER, week)
    contact = identity(code, k, owner)
    return STOPPED + stopped_in(r, i, no_use, time, information, other, week, contact, code == DOCTOR)


class Mailing(NamedTuple):
    """A message to one person."""

    sent: int
    number: int
    """As of a process."""
    k: int
    success: int
    """Key of the draw that decides whether it leads to the site."""
    pull: float
    grows: bool


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
def first_reminded(r, i):
    """Week of the first reminder of 2024-25 in an adult's mailbox, about the adult or a ward; NEVER if none came."""
    week = reminder_week(r.people, r.world, i)
    for edge in range(r.people[i].tie_start, r.people[i + 1].tie_start):
        if r.tie[edge] >= 0:
            break  # wards come first
        week = min(week, child_reminder_week(r.people, r.world, np.int64(~r.tie[edge])))
    return week


@inlined
def earlier_messages(r, i, lever, week, reminded):
    """Messages that have come to an adult's mailbox through the channel of a lever before one of this lever in a week:
    about the adult or about wards, those of levers of lower codes in the same week, and the campaign of 2024-25, once
    if ``reminded`` is before the week. They tire."""
    count = 1 if r.levers[lever].channel == _BY_EMAIL and reminded < week else 0
    for other in range(r.levers.shape[0]):
        if not r.levers[other].tires or r.levers[other].channel != r.levers[lever].channel:
            continue
        before = week + (r.levers[other].code < r.levers[lever].code)
        for wave in range(r.levers[other].n_waves):
            count += mailbox_owner(r, other, i, wave)[1] < before
    return count
