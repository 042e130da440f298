"""What an insured person does in the readable twin: contact, visit, barriers, activation, word of mouth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

import numpy as np

from model.engine.programme import LEVER, PEER, REMINDER
from model.engine.records import (
    ACCOMPANIED,
    BEFORE,
    HEARD_DOCTOR,
    HEARD_HOSPITAL,
    HEARD_PHARMACIST,
    LAST_STOP,
    LAST_STOP_SHIFT,
)
from model.levers.base import DOCUMENT, Lever
from model.population.population import Population
from model.terms import rules
from model.terms.channels import NO_CHANNEL, Channel
from model.terms.keyed import Decision
from model.terms.shapes import Records
from model.terms.tables import Coefficients, Weekly
from model.terms.weeks import NEVER
from model.twin.contacts import Contact, Mailing, Source, identity
from model.twin.levers import Campaign, campaigns_of
from model.twin.sources import childhood_sources, own_sources
from model.twin.surroundings import Surroundings, Tables
from model.twin.traits import BARRIERS, INFORMATION, NO_USE, OTHER, TIME, Insured

REMEMBERED = ("aware", "visited", "activated", "channel", "marks")
"""What a person remembers."""
HEARD = {Channel.DOCTOR: HEARD_DOCTOR, Channel.PHARMACIST: HEARD_PHARMACIST, Channel.HOSPITAL: HEARD_HOSPITAL}


class Person(Insured):
    """An insured person: unaware, then aware, visited, activated (the week of each, NEVER if it has not happened)."""

    model: Society
    remembered: ClassVar[tuple[str, ...]] = ()
    """What a subclass remembers besides; a branch takes it over."""

    def __init__(self, model: Society, number: int, row: Mapping[str, int]) -> None:
        super().__init__(model, number, row)
        self.aware = self.visited = self.activated = NEVER
        self.channel, self.marks = NO_CHANNEL, 0
        self.own_sources: list[Source] = []
        self.childhood_sources: list[Source] = []

    def begin(self) -> None:
        """Week 0: who knows the service, who was activated in the pilot."""
        self.aware = min(self.first_aware(), self.mention_week())
        if self.activated_in_pilot():
            self.aware = self.visited = self.activated = BEFORE
            self.channel = int(Channel.NOTICE)

    def open_sources(self) -> None:
        """Set clocks and mailings, those of the levers included."""
        campaigns = self.model.campaigns
        self.own_sources, self.childhood_sources = (
            list(own_sources(self, campaigns)),
            list(childhood_sources(self, campaigns)),
        )

    def step(self) -> None:
        """The contacts of one week, until one activates."""
        week = self.model.week
        if self.opposed or self.activated <= week or not self.is_present(week):
            return
        for contact in self.contacts_of_the_week(week):
            self.respond(contact, week)
            if self.activated <= week:
                return

    def contacts_of_the_week(self, week: int) -> Iterator[Contact]:
        """A minor's contacts once the guardian is activated; otherwise one's own, then those of one's wards."""
        if self.guardian is not None and self.guardian.activated < week:
            yield from self.contacts_from(self.childhood_sources, week)
        yield from self.contacts_from(self.own_sources, week)
        for ward in self.wards:
            sources = [one for one in ward.childhood_sources if not (isinstance(one, Mailing) and one.is_covered)]
            about = [one for one in sources if one.code != REMINDER]  # of 2024-25: they get their own
            yield from self.contacts_from(about, week)

    def contacts_from(self, sources: list[Source], week: int) -> Iterator[Contact]:
        """The contacts that some sources bring in a week."""
        for source in sources:
            for occurrence in source.arrivals(week):
                yield Contact(source, occurrence)

    def respond(self, contact: Contact, week: int) -> None:
        """Take notice of a contact, and perhaps visit; an activated guardian who is led to the site adds the child."""
        source = contact.source
        if source.channel == Channel.SPONTANEOUS and self.aware > week:
            return
        by_guardian = source.recipient is not self
        if contact.face_to_face or source.channel == Channel.SPONTANEOUS:
            self.model.contacts[week, source.channel] += 1
        if contact.face_to_face:
            self.hear_from(source, week)
        if not contact.leads_to_site(week):
            return
        if by_guardian:
            self.model.visits[week, source.channel] += 1
            self.activate(source.channel, week)
        else:
            if source.channel == Channel.DOCTOR:
                self.marks |= HEARD_DOCTOR
            self.visit(source.channel, contact.identity, week, by_doctor=contact.by_doctor)
        if contact.face_to_face and self.activated <= week:
            self.model.pay(source, week)

    def hear_from(self, source: Source, week: int) -> None:
        """A face-to-face contact makes whoever gets it aware (an activated guardian knows)."""
        self.model.meetings[source.code] += 1
        if source.recipient is self:
            self.aware = min(self.aware, week)
            self.marks |= HEARD[source.channel]

    def visit(self, channel: Channel, contact: int, week: int, *, by_doctor: bool = False) -> None:
        """Go to the site: who meets no barrier that stops is activated. ``contact`` is the contact's identity."""
        self.model.visits[week, channel] += 1
        self.visited, self.aware = min(self.visited, week), min(self.aware, week)
        if self.activated <= week:
            return
        barrier = self.meet_barriers(contact, week, by_doctor=by_doctor)
        if barrier is None:
            self.activate(channel, week)
        else:
            self.remember(barrier)

    def remember(self, barrier: str) -> None:
        """What stopped the last visit stays with the person, in the place of what stopped an earlier one. A barrier
        that only a subclass knows counts as another reason."""
        known = barrier if barrier in BARRIERS else OTHER
        self.marks = self.marks & ~LAST_STOP | (1 + list(BARRIERS).index(known)) << LAST_STOP_SHIFT

    @property
    def last_stop(self) -> str | None:
        """The barrier that stopped the last visit, if one was."""
        code = (self.marks & LAST_STOP) >> LAST_STOP_SHIFT
        return list(BARRIERS)[code - 1] if code else None

    def meet_barriers(self, contact: int, week: int, *, by_doctor: bool) -> str | None:
        """The barrier that stops this visit, if one does. What stops for good is drawn once, the rest at each visit."""
        rates, tables = self.model.rates, self.model.tables
        if self.has(NO_USE, week) and not by_doctor:
            stop = rules.no_use_stop(rates.stop_no_use, rates.use_erosion, self.documents_received(week))
            if self.draw(Decision.STOP_NO_USE, self.lasting(NO_USE, contact, week)) < stop:
                return NO_USE
        if self.has(TIME, week):
            stop = rules.softened(rates.stop_time, tables.soft_time[week])
            if self.draw(Decision.STOP_TIME, contact) < stop:
                return TIME
        if self.has(INFORMATION, week) and not (rates.information_is_item and self.is_informed(week)):
            removed = tables.soft_information[week] if rates.information_is_item else 0.0
            stop = rules.softened(rates.stop_information, removed)
            if self.draw(Decision.STOP_INFORMATION, self.lasting(INFORMATION, contact, week)) < stop:
                return INFORMATION
        spell = self.lasting(OTHER, contact, week)
        if self.has(OTHER, week) and self.draw(Decision.STOP_OTHER, spell) < rates.stop_other:
            return OTHER
        return None

    def lasting(self, barrier: str, contact: int, week: int) -> int:
        """What keys whether a barrier stops: its spell, or the contact where it is drawn anew at each visit."""
        return contact if self.model.rates.redrawn else self.barrier_spell(barrier, week)

    def documents_received(self, week: int) -> float:
        """Documents deposited for this person by the start of a week (expected)."""
        entry = min(self.entry, week)
        documents = self.documents_of(self.model.tables.cum_received, entry, week)
        for campaign in self.model.campaigns:
            if campaign.lever.effect == DOCUMENT and campaign.aims_at(self):
                documents += self.documents_of(campaign.received, entry, week)
        return documents

    def is_informed(self, week: int) -> bool:
        """Whether an adviser, or the code of the notice or of a letter, has supplied what was missing."""
        accompanied = bool(self.marks & ACCOMPANIED)
        by_notice = self.notices and rules.code_works(self.notice_week(), week)
        return accompanied or by_notice or any(campaign.supplied(self, week) for campaign in self.model.campaigns)

    def activate(self, channel: Channel, week: int) -> None:
        """First connection. Adults take their children along and tell their ties, from the week after."""
        self.activated, self.channel = week, int(channel)
        self.visited = min(self.visited, week)
        self.model.activations[week, channel] += 1
        if self.is_minor(week):
            return
        for ward in self.wards:
            if ward.draw(Decision.TOGETHER) < self.model.rates.child_together:
                self.model.children[week + 1].append(ward)
        if self.intends_to_recommend():
            self.tell_ties(week + 1)
        else:
            self.be_invited()

    def intends_to_recommend(self, boost: float = 1.0) -> bool:
        """Whether this person recommends the service once activated (more do if invited)."""
        return self.draw(Decision.INTENDS) < rules.boosted(self.model.rates.intention, boost)

    def be_invited(self) -> None:
        """Levers may invite an activated person who would not have recommended the service."""
        weeks = [
            week
            for campaign in self.model.relatives()
            if self.intends_to_recommend(campaign.boost)
            and (week := max(campaign.invited_week(self), self.activated + 1)) < campaign.lever.end
        ]
        if weeks:
            self.tell_ties(min(weeks))

    def tell_ties(self, first: int) -> None:
        """Tell ties within thirteen weeks. Who notices mass messages knows already, so only if it brings a visit."""
        if not self.model.rates.word_of_mouth:
            return
        for tie in self.ties:
            if self.draw(Decision.TELLS, tie.number) < self.model.rates.tell:
                week = self.telling_week(tie, first)
                if week < self.model.weeks and (not tie.notices or tie.is_persuaded(self, week)):
                    self.model.letters[week].append((tie, self))

    def telling_week(self, tie: Person, first: int) -> int:
        """Week in which a tie is told."""
        return rules.spread_week(first, rules.TELLING_WEEKS, self.draw(Decision.TELL_DELAY, tie.number))

    def is_persuaded(self, teller: Person, week: int) -> bool:
        """Whether being told leads to the site."""
        hazard = self.model.rates.pull_peer * self.gain(week) * self.model.tables.growth[week]
        return teller.draw(Decision.PEER_SUCCESS, self.number) < rules.visit_chance(hazard)

    def hear_of_it(self, teller: Person, week: int) -> None:
        """An activated tie tells; minors and those who refused the profile are not addressed. What a visit meets is
        drawn by person and week, whoever tells: several may in one week."""
        if self.opposed or self.activated < week or self.is_minor(week) or not self.is_present(week):
            return
        self.model.contacts[week, Channel.PEER] += 1
        self.aware = min(self.aware, week)
        if self.is_persuaded(teller, week):
            self.visit(Channel.PEER, identity(PEER, week, self.number), week)

    def be_taken_along(self, week: int) -> None:
        """A child is activated together with the guardian."""
        if self.opposed or self.activated <= week or not self.is_minor(week) or not self.is_present(week):
            return
        self.model.contacts[week, Channel.GUARDIAN] += 1
        self.model.visits[week, Channel.GUARDIAN] += 1
        self.activate(Channel.GUARDIAN, week)

    def be_accompanied(self, campaign: Campaign, week: int) -> None:
        """An adviser helps: no access factor, no barrier, the measured chance that someone accompanied activates."""
        self.model.contacts[week, Channel.ASSISTED] += 1
        self.marks |= ACCOMPANIED
        self.aware = min(self.aware, week)
        if not self.opposed and campaign.succeeds(self):
            self.model.visits[week, Channel.ASSISTED] += 1
            self.activate(Channel.ASSISTED, week)

    def awaits_adviser(self, week: int) -> bool:
        """Whether an adviser may accompany this person: a living adult not activated, and not accompanied before."""
        present, accompanied = self.is_present(week), bool(self.marks & ACCOMPANIED)
        return rules.awaits_adviser(week, present, self.majority, self.activated, accompanied)


class Society(Surroundings):
    """Surroundings with other people in them, and with the levers of a scenario."""

    def __init__(self, population: Population, rates: Coefficients, weekly: Weekly, *, seed: int, weeks: int) -> None:
        super().__init__(population, rates, weekly, seed=seed, weeks=weeks)
        self.letters: defaultdict[int, list[tuple[Person, Person]]] = defaultdict(list)
        """By week of arrival, whom an activated tie tells: (told, teller)."""
        self.children: defaultdict[int, list[Person]] = defaultdict(list)
        """By week, whom an activated guardian takes along."""
        self.take_up((), np.empty(0, LEVER), weekly)

    def take_up(self, levers: Sequence[Lever], records: Records, weekly: Weekly) -> None:
        """Levers (with their records, ``model.engine.programme``) from this week on, and the tables with them."""
        self.levers, self.policy_week = tuple(levers), self.week
        self.weekly, self.tables, self.lengths = weekly, Tables(weekly), weekly.lengths
        self.campaigns = campaigns_of(levers, records, self)

    def relatives(self) -> list[Campaign]:
        """Levers that invite activated people to recommend."""
        return [campaign for campaign in self.campaigns if campaign.invites]

    def pay(self, source: Source, week: int) -> None:
        """An activation after a recommendation is paid by the first lever of the scenario whose fee it falls under."""
        for number, campaign in enumerate(self.campaigns):
            if campaign.pays_for(source, week):
                self.fees[number] += 1
                return
