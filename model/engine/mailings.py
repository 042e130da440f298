"""The messages that will lead to the site are noted: notices, reminders, and those of levers."""

from __future__ import annotations

import numpy as np

from model.engine.agenda import Mailing, gain_at
from model.engine.completion import earlier_messages, first_reminded, message_week
from model.engine.noting import note_contact
from model.engine.people import (
    answered,
    child_reminder_week,
    has_flag,
    notice_week,
    reminder_week,
    visit_hazard,
)
from model.engine.programme import INVITATION, NOTICE, REMINDER
from model.engine.turns import CHILDHOOD, WARD
from model.levers.messages import mailbox_owner
from model.population.attributes import EMAIL
from model.terms import rules
from model.terms.jit import inlined
from model.terms.keyed import SUCCESS, uniform
from model.terms.tables import INVITATION_DELAY
from model.terms.weeks import NEVER

_NEVER, _FIRST, _GROWS, _EMAIL = np.int64(NEVER), np.int64(0), np.bool_(True), np.int64(EMAIL)


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
