"""The status quo in the readable twin: which processes and messages reach a person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from model.engine.programme import BASE_MEDIA, DOCTOR, DOCUMENT, INVITATION, NOTICE, REMINDER, SPONTANEOUS
from model.terms.channels import Channel
from model.twin.contacts import CHILDHOOD, Clock, Effect, Mailing, Source

if TYPE_CHECKING:
    from model.twin.people import Person


def own_sources(person: Person) -> Iterator[Source]:
    """An adult's sources, in the order in which the contacts of a week come."""
    start, stop = max(person.entry, person.majority), min(person.exit, person.model.weeks)
    if start < stop:
        yield from audible(base_messages(person, start, stop))
        yield from audible(base_processes(person, person, start, stop))
        for campaign in person.model.campaigns:
            yield from audible(campaign.sources(person, person, start, stop))


def childhood_sources(child: Person) -> Iterator[Source]:
    """A minor's sources: what is meant for a child goes to the guardian, while there is one."""
    guardian, weeks = child.guardian, child.model.weeks
    if guardian is None or not child.came_as_child:
        return
    start, stop = child.entry, min(child.exit, child.majority, guardian.exit, weeks)
    if start < stop:
        yield from audible(base_invitation(child, guardian, stop))
        yield from audible(base_processes(child, guardian, start, stop))
        for campaign in child.model.campaigns:
            yield from audible(campaign.sources(child, guardian, start, stop))


def audible(sources: Iterator[Source]) -> Iterator[Source]:
    """Leave out the clocks that never ring."""
    return (source for source in sources if not (isinstance(source, Clock) and source.silent))


def base_messages(person: Person, start: int, stop: int) -> Iterator[Source]:
    """The notice of creation and the reminder of 2024-25."""
    letters = (
        (NOTICE, Channel.NOTICE, person.notice_week(), notice_pull(person)),
        (REMINDER, Channel.EMAIL, person.reminder_week(), person.model.rates.pull_reminder),
    )
    for code, channel, sent, pull in letters:
        if person.notices and start <= sent < stop:
            yield Mailing(**common(person, person, code, channel, "message", pull), sent=sent)


def base_invitation(child: Person, guardian: Person, stop: int) -> Iterator[Source]:
    """The invitation of a newborn's parents."""
    sent = child.invitation_week()
    if guardian.notices and sent < stop:
        described = common(child, guardian, INVITATION, Channel.NOTICE, "message", notice_pull(guardian))
        yield Mailing(**described, sent=sent, occurrence=CHILDHOOD)


def notice_pull(person: Person) -> float:
    """Notices come by e-mail or, to those who can't be reached, by letter."""
    rates = person.model.rates
    return rates.pull_notice if person.email else rates.pull_notice_letter


def base_processes(owner: Person, recipient: Person, start: int, stop: int) -> Iterator[Source]:
    """Documents, the own GP's recommendations, national media, and visits without any contact."""
    tables, rates, adult = owner.model.tables, owner.model.rates, owner is recipient
    sensitivity = recipient.eagerness * recipient.access
    span: dict[str, Any] = {"start": start, "stop": stop}
    if recipient.notices and recipient.email:
        factor = sensitivity * owner.document_rate
        described = common(owner, recipient, DOCUMENT, Channel.DOCUMENT, "document", rates.pull_document)
        yield from clock(described, factor, tables.cum_document, span)
    described = common(owner, recipient, DOCTOR, Channel.DOCTOR, "advice")
    yield from clock(described, owner.recommendations_per_year(), tables.cum_years, span)
    if adult and recipient.notices:
        described = common(owner, recipient, BASE_MEDIA, Channel.MEDIA, "visit")
        yield from clock(described, sensitivity, tables.cum_media, span)
    if adult:
        described = common(owner, recipient, SPONTANEOUS, Channel.SPONTANEOUS, "visit")
        yield from clock(described, sensitivity, tables.cum_spontaneous, span)


def clock(described: dict[str, Any], factor: float, table: list[float], span: dict[str, Any]) -> Iterator[Clock]:
    """A process of the status quo, unless it can't reach the person."""
    if factor > 0.0:
        yield Clock(**described, factor=factor, table=table, **span)


def common(
    owner: Person, recipient: Person, code: int, channel: Channel, effect: Effect, pull: float = 0.0
) -> dict[str, Any]:
    """What every source of the status quo says of itself."""
    return {
        "owner": owner,
        "recipient": recipient,
        "code": code,
        "channel": channel,
        "effect": effect,
        "pull": pull,
        "keys": owner.model.process_keys[code],
    }
