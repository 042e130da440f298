"""A life in words: traits, events (coming, going, coming of age and messages not noticed among them) and the end, in
French and English; and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date

from foundation.language.numbers import day, number
from model.engine.records import BEFORE
from model.population.population import age_at
from model.terms.channels import Channel
from model.terms.inputs import GP_CONTACTS
from model.terms.weeks import NEVER, monday
from model.twin.people import Person
from model.twin.traits import BARRIERS
from scenarios.story import label
from scenarios.story.replay import Event, Narrated
from scenarios.words import group_label

BASE_EMAIL = ("email", "base")
"""The reminder of 2024-25 is the only e-mail of the status quo after the notice."""


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
    sent = [(person.notice_week(), Channel.NOTICE, "base"), (person.reminder_week(), Channel.EMAIL, "base")]
    for campaign in person.model.campaigns:
        if person.email or campaign.channel not in (Channel.EMAIL, Channel.SMS):
            sent += [(week, campaign.channel, campaign.lever.name) for week, _ in campaign.letters(person)]
    for week, channel, process in sent:
        if start <= week < stop:
            yield Event(week=week, kind="unnoticed", channel=channel.name.lower(), process=process)


def traits(person: Narrated, lang: str) -> list[str]:
    """Who it is, a line a trait."""
    return [line for line in _traits(person, lang) if line]


def _traits(person: Narrated, lang: str) -> Iterator[str]:
    population, n = person.model.population, person.number
    first = max(person.entry, 0)
    age, male = int(age_at(person.birth_week, first)), bool(population.sex[n])
    kind = ("boy" if male else "girl") if age < 18 else ("man" if male else "woman")
    about = {
        "sex": label(f"trait.{kind}", lang),
        "region": group_label("region", population.regions[int(population.region[n])], lang),
    }
    if person.born_here:
        yield label("trait.newborn", lang, day=day(monday(person.entry), lang), **about)
    else:
        yield label("trait.age", lang, age=label("trait.years", lang, years=age), **about)
    if person.entry > 0 and not person.born_here:
        yield label("trait.joins", lang, day=day(monday(person.entry), lang))
    yield label("trait.opposed", lang) if person.opposed else ""
    yield label("trait.excluded", lang) if person.excluded else ""
    yield label("trait.email" if person.email else "trait.no_email", lang)
    yield label("trait.ill", lang) if person.ill_from <= first else ""
    contacts = number(person.model.tables.rates[GP_CONTACTS][person.band(first)], 1, lang)
    doctor = person.doctor
    yield (
        label("trait.doctor", lang, doctor=doctor.number, contacts=contacts)
        if doctor
        else label("trait.no_doctor", lang)
    )
    yield label(
        "trait.documents", lang, count=number(person.documents_received(min(person.model.week, person.exit)), 0, lang)
    )
    yield label("trait.notices" if person.notices else "trait.not_notices", lang)
    eagerness = person.gain(first) / person.access
    yield label("trait.eagerness", lang, value=number(eagerness, 2, lang))
    yield label("trait.ready" if person.ready else "trait.not_ready", lang)
    there = barriers_at(person, first)
    barriers = ", ".join(label(f"barrier.{name}", lang) for name in label.own["barrier"] if name in there)
    yield label("trait.barriers", lang, barriers=barriers) if barriers else label("trait.no_barriers", lang)
    if person.guardian is not None and person.is_minor(0):
        yield label("trait.guardian", lang, number=person.guardian.number)
    yield label("trait.circle", lang, wards=len(person.wards), ties=len(person.ties))
    yield label("trait.recommends", lang) if person.intends_to_recommend() else ""


def barriers_at(person: Narrated, week: int) -> list[str]:
    """Names of the barriers that stand before a person in a week; they may change from spell to spell."""
    return [name for name in BARRIERS if person.has(name, week)]


def sentence(event: Event, lang: str) -> str:
    """What happens in an event."""
    if event.kind in ("joins", "coming_of_age", "leaves", "pilot", "knew", "household", "mentioned", "mass"):
        return label(f"event.{event.kind}", lang)
    what = _what(event, lang)
    if event.owner is not None:
        what = label("event.for_child", lang, what=what, owner=event.owner)
    if event.kind == "unnoticed":
        return label("event.unnoticed", lang, what=what)
    if event.kind in ("tells", "together"):
        return what
    parts = [what, *([label("event.first", lang)] if event.first else []), _outcome(event, lang)]
    separator = "\u202f; " if lang == "fr" else "; "
    return separator.join(part for part in parts if part)


def _what(event: Event, lang: str) -> str:
    if event.kind in ("told", "tells", "together", "advised"):
        return label(f"event.{event.kind}", lang, by=event.by)
    if event.channel == "notice" and event.owner is not None:
        return label("event.invitation", lang)
    if (event.channel, event.process) == BASE_EMAIL:
        return label("event.reminder", lang)
    if event.mentioned:
        return label("event.mention", lang, doctor=event.doctor)
    return label(f"event.{event.channel}", lang, doctor=event.doctor, lever=event.process)


def _outcome(event: Event, lang: str) -> str:
    if event.kind == "advised":
        return label("outcome.activated_helped" if event.outcome == "activated" else "outcome.refused", lang)
    if event.outcome == "stopped":
        return label("outcome.stopped", lang, barrier=label(f"barrier.{event.barrier}", lang))
    return label(f"outcome.{event.outcome}", lang)


def ending(person: Narrated, until: date, lang: str) -> str:
    """What became of the person, in a sentence."""
    week, shown = person.model.week, day(until, lang)
    if person.activated == BEFORE:
        return label("end.pilot", lang)
    if person.activated < NEVER:
        channel = label(f"channel.{Channel(person.channel).name.lower()}", lang)
        return label("end.activated", lang, day=day(monday(person.activated), lang), channel=channel)
    if person.opposed:
        return label("end.refused", lang)
    if person.exit <= week:
        return label("end.left", lang)
    if person.is_minor(week):
        return label("end.minor", lang, until=shown)
    if stops := [event for event in person.events if event.outcome == "stopped"]:
        barrier = label(f"barrier.{stops[-1].barrier}", lang)
        return label("end.visited", lang, until=shown, day=day(monday(stops[0].week), lang), barrier=barrier)
    return label("end.aware" if person.aware < NEVER else "end.unaware", lang, until=shown)


def document(person: Narrated, events: Sequence[Event], lang: str) -> dict[str, object]:
    """Plain values for ``mes story --json``: numbers and codes, with sentences beside them."""
    weeks = {name: _week(getattr(person, name)) for name in ("aware", "visited", "activated")}
    channel = Channel(person.channel).name.lower() if person.activated < NEVER else None
    return {
        "person": person.number,
        "real": False,
        "traits": traits(person, lang),
        "barriers": sorted(barriers_at(person, max(person.entry, 0))),
        "record": {**weeks, "channel": channel},
        "events": [{**asdict(event), "date": _date(event.week), "sentence": sentence(event, lang)} for event in events],
    }


def _week(week: int) -> int | None:
    return None if week == NEVER else week


def _date(week: int) -> str | None:
    return monday(week).isoformat() if week >= 0 else None
