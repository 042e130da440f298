"""Use after activation in the readable twin: the months of one person, told from the person's own life.

Nothing that happens here changes anything for anybody: it is read off a life that has been lived.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from model.levers.base import DOCUMENT
from model.terms.inputs import DOCUMENTS, GP_CONTACTS
from model.terms.keyed import Decision
from model.terms.spells import LEVELS
from model.terms.use import BEFORE_LAUNCH, WEEKS_PER_MONTH, Law, months, occasions, passes, passes_in_week, willing
from model.twin.people import Person
from model.twin.traits import spell_in


class Month(NamedTuple):
    """A month of an activated living adult."""

    number: int
    used: bool
    """Has logged in, be it for the first time."""
    in_a_week: bool
    """In a given week of it: that in its middle for the first connection."""


def months_of(person: Person, law: Law, week: int) -> list[Month]:
    """The months of a person, told at the start of ``week``; empty for whoever has not activated by then."""
    if person.activated >= week:
        return []
    calendar, start = months(), month_activated(person)
    found = []
    for number, middle in enumerate(calendar.middle.tolist()):
        if number < start or middle >= person.exit:
            continue
        adult = max(person.entry, person.majority)
        if number == start and adult < calendar.end[number]:
            found.append(Month(number, True, person.activated == middle))
        elif number > start and adult <= middle:
            expected = expected_in(person, law, number, number - start, week)
            u = person.draw(Decision.LOGS_IN, number)
            found.append(Month(number, passes(u, expected), passes_in_week(u, expected, law.bunching)))
    return found


def month_activated(person: Person) -> int:
    """Month in which somebody activated."""
    return int(months().of_week[person.activated]) if person.activated >= 0 else BEFORE_LAUNCH


def expected_in(person: Person, law: Law, number: int, later: int, until: int) -> float:
    """Occasions to log in that a person has in a month, ``later`` months after that of activation."""
    week = int(months().middle[number])
    habit = law.habits[int(person.draw(Decision.HABIT) * LEVELS)]
    factor = habit * willing(person.gain(week), law.eagerness) * law.interest[later]
    notified = law.per_document * documents_in(person, week, until)
    return occasions(factor, law.alone, notified, law.per_contact * contacts_in(person, week))


def documents_in(person: Person, week: int, until: int) -> float:
    """Documents of a month with ``week`` in its middle of which a notice reaches a person and is noticed; those that
    levers bring, up to week ``until``."""
    if not (person.email and person.notices):
        return 0.0
    tables, spell = person.model.tables, person.document_spells[spell_in(person.document_spells, week)]
    rate = tables.rates[DOCUMENTS][person.band(week)] * tables.need_levels[tables.document_first + spell.level]
    received = grown(tables.cum_received, week) * WEEKS_PER_MONTH
    for campaign in person.model.campaigns if week < until else ():
        if campaign.lever.effect == DOCUMENT and campaign.targeted[person.number]:
            received += grown(campaign.received, week) * WEEKS_PER_MONTH
    return rate * received


def grown(cum: Sequence[float], week: int) -> float:
    """What a cumulative table gains in a week."""
    return cum[week + 1] - cum[week]


def contacts_in(person: Person, week: int) -> float:
    """GP contacts of a month with ``week`` in its middle."""
    tables, band = person.model.tables, person.band(week)
    spell = person.gp_spells[spell_in(person.gp_spells, week)]
    return tables.rates[GP_CONTACTS][band] * tables.need_levels[band * LEVELS + spell.level] * (1.0 / 12.0)
