"""What happens to a person besides contacts that count: coming, going, coming of age, and messages not noticed."""

from __future__ import annotations

from collections.abc import Iterator

from model.engine.records import BEFORE
from model.terms.channels import Channel
from model.terms.weeks import NEVER
from model.twin.people import Person
from scenarios.story.events import Event
from scenarios.story.replay import Narrated


def whole_story(person: Narrated) -> list[Event]:
    """Events of a life in order, milestones and unnoticed messages included."""
    week = person.model.week
    events = [*person.events, *_milestones(person), *_unnoticed(person), *_awareness(person)]
    return sorted((event for event in events if event.week < week), key=_order)


def _order(event: Event) -> tuple[int, bool]:
    """By week; what a contact leads to comes after what the week begins with."""
    return event.week, event.kind not in ("joins", "coming_of_age", "pilot", "knew", "household", "mentioned", "mass")


def _milestones(person: Person) -> Iterator[Event]:
    if person.entry > 0:
        yield Event(week=person.entry, kind="joins")
    if person.came_as_child and person.entry < person.majority < person.exit and person.majority > 0:
        yield Event(week=person.majority, kind="coming_of_age")
    if person.exit < NEVER:
        yield Event(week=person.exit, kind="leaves")
    if person.activated == BEFORE:
        yield Event(week=BEFORE, kind="pilot")


def _awareness(person: Narrated) -> Iterator[Event]:
    """How the person came to know the service, where no listed contact says it."""
    said = any(event.first for event in person.events)
    if person.aware == NEVER or said or person.activated == BEFORE:
        return
    if person.aware == BEFORE:
        yield Event(week=BEFORE, kind="knew")
    elif not any(event.week == person.aware and event.outcome == "activated" for event in person.events):
        grown = person.came_as_child and person.aware == max(person.majority, 0)
        mentioned = person.aware < person.first_aware()
        yield Event(week=person.aware, kind="mentioned" if mentioned else "household" if grown else "mass")


def _unnoticed(person: Narrated) -> Iterator[Event]:
    """Messages sent to somebody who does not notice mass messages, while present and not activated."""
    if person.notices:
        return
    start, stop = max(person.entry, person.majority), min(person.exit, person.activated)
    sent = [
        (person.notice_week(), Channel.NOTICE, "base"),
        (person.reminder_week(), Channel.EMAIL, "base"),
    ]
    for campaign in person.model.campaigns:
        if person.email or campaign.channel not in (Channel.EMAIL, Channel.SMS):
            sent += [(week, campaign.channel, campaign.lever.name) for week, _ in campaign.letters(person)]
    for week, channel, process in sent:
        if start <= week < stop:
            yield Event(week=week, kind="unnoticed", channel=channel.name.lower(), process=process)
