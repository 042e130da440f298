"""What reaches a person of the readable twin: the messages and processes of the status quo, and those of levers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model.engine.programme import BASE_MEDIA, DOCTOR, DOCUMENT, INVITATION, MENTION, NOTICE, REMINDER, SPONTANEOUS
from model.terms.channels import Channel
from model.twin.contacts import (
    CHILDHOOD,
    NO_NEED,
    Clock,
    Common,
    Effect,
    Mailing,
    Need,
    Source,
    Span,
    audible,
    document_need,
    gp_need,
)
from model.twin.levers import Campaign
from model.twin.traits import Insured


def base_messages(person: Insured, start: int, stop: int) -> Iterator[Source]:
    """The notice of creation and the reminder of 2024-25."""
    sent = person.notice_week()
    delay = person.answered(0, 0)
    if person.notices and start <= sent < stop and sent + delay < stop:
        described = common(person, person, NOTICE, Channel.NOTICE, "message", notice_pull(person))
        yield Mailing(**described, sent=sent, delay=delay)
    sent = person.reminder_week()
    if person.notices and start <= sent < stop:
        described = common(person, person, REMINDER, Channel.EMAIL, "message", person.model.rates.pull_reminder)
        yield Mailing(**described, sent=sent)


def base_invitation(child: Insured, guardian: Insured, stop: int) -> Iterator[Source]:
    """The invitation of a newborn's parents."""
    sent, delay = child.invitation_week(), child.answered(0, CHILDHOOD)
    if guardian.notices and sent < stop and sent + delay < stop:
        described = common(child, guardian, INVITATION, Channel.NOTICE, "message", notice_pull(guardian))
        yield Mailing(**described, sent=sent, delay=delay, occurrence=CHILDHOOD)


def child_reminder(child: Insured, guardian: Insured, start: int, stop: int) -> Iterator[Source]:
    """The reminder of 2024-25 about a child: of use once the guardian is activated; before, they get their own."""
    sent = child.child_reminder_week()
    if guardian.notices and start <= sent < stop:
        pull = child.model.rates.pull_reminder
        described = common(child, guardian, REMINDER, Channel.EMAIL, "message", pull)
        yield Mailing(**described, sent=sent, occurrence=CHILDHOOD)


def notice_pull(person: Insured) -> float:
    """Notices come by e-mail or, to those who can't be reached, by letter."""
    rates = person.model.rates
    return rates.pull_notice if person.email else rates.pull_notice_letter


def base_processes(owner: Insured, recipient: Insured, start: int, stop: int) -> Iterator[Source]:
    """Documents, the own GP's recommendations and mentions, national media, and visits without any contact."""
    tables, rates, adult = owner.model.tables, owner.model.rates, owner is recipient
    span: Span = {"start": start, "stop": stop}
    if recipient.notices and recipient.email:
        described = common(owner, recipient, DOCUMENT, Channel.DOCUMENT, "document", rates.pull_document)
        yield from clock(described, 1.0, tables.cum_document, span, gains=True, need=document_need(owner))
    described = common(owner, recipient, DOCTOR, Channel.DOCTOR, "advice")
    yield from clock(described, owner.recommendation_chance(), tables.cum_years, span, need=gp_need(owner))
    described = common(owner, recipient, MENTION, Channel.DOCTOR, "document", rates.pull_mention)
    yield from clock(described, owner.mention_chance(), tables.cum_mention, span, gains=True, need=gp_need(owner))
    if adult and recipient.notices:
        described = common(owner, recipient, BASE_MEDIA, Channel.MEDIA, "visit")
        yield from clock(described, 1.0, tables.cum_media, span, gains=True)
    if adult:
        described = common(owner, recipient, SPONTANEOUS, Channel.SPONTANEOUS, "visit")
        yield from clock(described, 1.0, tables.cum_spontaneous, span, gains=True)


def clock(
    described: Common, factor: float, table: list[float], span: Span, *, gains: bool = False, need: Need = NO_NEED
) -> Iterator[Clock]:
    """A process of the status quo, unless it can't reach the person."""
    if factor > 0.0:
        yield Clock(**described, factor=factor, gains=gains, table=table, **need, **span)


def common(
    owner: Insured, recipient: Insured, code: int, channel: Channel, effect: Effect, pull: float = 0.0
) -> Common:
    """What every source of the status quo says of itself."""
    return {
        "owner": owner,
        "recipient": recipient,
        "code": code,
        "channel": channel,
        "effect": effect,
        "pull": pull,
        "grows": True,
        "keys": owner.model.process_keys[code],
    }


def own_sources(person: Insured, campaigns: Sequence[Campaign]) -> Iterator[Source]:
    """An adult's sources, in the order in which the contacts of a week come."""
    start, stop = max(person.entry, person.majority), min(person.exit, person.model.weeks)
    if start < stop:
        yield from audible(base_messages(person, start, stop))
        yield from audible(base_processes(person, person, start, stop))
        for campaign in campaigns:
            yield from audible(campaign.sources(person, person, start, stop))


def childhood_sources(child: Insured, campaigns: Sequence[Campaign]) -> Iterator[Source]:
    """A minor's sources: what is meant for a child goes to the guardian, while there is one."""
    guardian, weeks = child.guardian, child.model.weeks
    if guardian is None or not child.came_as_child:
        return
    start, stop = child.entry, min(child.exit, child.majority, guardian.exit, weeks)
    if start < stop:
        yield from audible(base_invitation(child, guardian, stop))
        yield from audible(child_reminder(child, guardian, start, stop))
        yield from audible(base_processes(child, guardian, start, stop))
        for campaign in campaigns:
            yield from audible(campaign.sources(child, guardian, start, stop))
