"""Negative controls: the comparison of twin and engine notices each rule that is broken in the twin."""

from __future__ import annotations

from typing import Any

import pytest

from model.engine.programme import PEER
from model.terms import rules
from model.terms.channels import Channel
from model.terms.inputs import STAYS
from model.terms.weeks import NEVER, WEEKS
from model.twin import sources
from model.twin.contacts import NO_NEED, Clock, Contact, Need, identity
from model.twin.levers import Campaign
from model.twin.people import Person
from model.twin.reference import ReferenceModel
from model.twin.traits import Insured
from tests.marks import few_fast
from tests.model.busy import FLOWS, SEEDS, STATE, campaign, differences, engine


def late_tell(self: Person, tie: Person, first: int) -> int:
    return TELLING(self, tie, first) + 1


def half_target(self: Campaign, person: Person) -> bool:
    return AIMS(self, person) and person.number % 2 == 0


def early_alarm(self: Clock, week: int) -> Any:
    return ARRIVALS(self, week + 1) if week < WEEKS - 1 else ()


def tired_by_own(self: Campaign, recipient: Any, week: int) -> float:
    earlier = int(self.channel == Channel.EMAIL and recipient.reminder_week() < week)
    for other in self.scenario:
        if other.lever.tires and other.channel == self.channel:
            earlier += sum(sent < week for sent, _ in other.letters(recipient))
    return rules.pull_left(self.fatigue, earlier)


def supplied_for_ever(self: Campaign, person: Any, week: int) -> bool:
    if not self.carries_code or not self.can_reach(person):
        return False
    return any(sent <= week and not person.is_minor(sent) for sent, _ in self.letters(person))


def invited_for_ever(self: Person) -> None:
    levers = [campaign for campaign in self.model.relatives() if self.intends_to_recommend(campaign.boost)]
    weeks = [week for campaign in levers if (week := campaign.invited_week(self)) < NEVER]
    if weeks:
        self.tell_ties(max(min(weeks), self.activated + 1))


def bands_for_life(self: Insured) -> list[int]:
    """The band at launch or entry is the only one that does not end before."""
    ends = [self.birth_week + start for start in self.model.tables.band_start[1:]]
    return [end if end <= self.entry else NEVER + 1 for end in ends]


def illness_for_life(self: Insured, kind: int) -> list[tuple[int, float]]:
    """Who falls ill during the run is not."""
    found = RATES(self, kind)
    return found if kind != STAYS or self.ill_from == 0 else [(NEVER, found[0][1])]


def spells_for_life(self: Insured, *which: Any) -> Any:
    return [SPELLS(self, *which)[0]._replace(end=NEVER)]


def needs_alike(person: Insured) -> Need:
    """Needs without spells."""
    return {**DOCUMENT_NEED(person), "need": NO_NEED["need"]}


def told_by_teller(self: Person, teller: Person, week: int) -> None:
    if self.opposed or self.activated < week or self.is_minor(week) or not self.is_present(week):
        return
    self.model.contacts[week, Channel.PEER] += 1
    self.aware = min(self.aware, week)
    if self.is_persuaded(teller, week):
        self.visit(Channel.PEER, identity(PEER, 0, teller.number), week)


RATES, SPELLS, DOCUMENT_NEED = Insured.rates, Insured.spells, sources.document_need
TELLING, AIMS, ARRIVALS = Person.telling_week, Campaign.aims_at, Clock.arrivals
BROKEN: dict[str, tuple[Any, str, Any]] = {
    "no erosion by documents": (Person, "documents_received", lambda self, week: 0.0),
    "a doctor's word does not bypass no use": (Contact, "by_doctor", property(lambda self: False)),
    "a child's contacts get lost": (Person, "childhood_sources", property(lambda self: [], lambda self, value: None)),
    "activated guardians do not add children": (Person, "guardian", property(lambda self: None, lambda s, v: None)),
    "ties are told a week late": (Person, "telling_week", late_tell),
    "messages do not tire": (Campaign, "tiring", lambda self, recipient, week: 1.0),
    "a mailbox tires by what is about oneself only": (Campaign, "tiring", tired_by_own),
    "reminders about wards tire nobody": (Insured, "first_reminded", Insured.reminder_week),
    "codes work for ever": (Campaign, "supplied", supplied_for_ever),
    "every child's letter is one of its own": (Campaign, "is_covered", lambda self, owner, recipient, wave: False),
    "all levers of doctors add up": (Campaign, "room_to_advise", lambda self, owner, doctor: 1.0),
    "invitations go on after the end": (Person, "be_invited", invited_for_ever),
    "access does not matter": (Insured, "access_alone", lambda self: 1.0),
    "letters carry no code": (Campaign, "supplied", lambda self, person, week: False),
    "levers miss half their target": (Campaign, "aims_at", half_target),
    "those who object take part": (Insured, "opposed", property(lambda self: False, lambda self, value: None)),
    "everybody notices messages": (Insured, "notices", property(lambda self: True, lambda self, value: None)),
    "weak levers keep all their contacts": (Clock, "keep", property(lambda self: 1.0, lambda self, value: None)),
    "contacts come a week early": (Clock, "arrivals", early_alarm),
    "visits are one and the same draw": (Contact, "identity", property(lambda self: 1)),
    "all are told, invited or not": (Person, "intends_to_recommend", lambda self, boost=1.0: True),
    "those activated before are not invited": (ReferenceModel, "_invite_activated", lambda self: None),
    "nobody grows out of an age band": (Insured, "band_ends", property(bands_for_life)),
    "illness does not come with age": (Insured, "rates", illness_for_life),
    "nothing is drawn anew": (Insured, "spells", spells_for_life),
    "barriers are for life": (Insured, "barrier_spell", lambda self, barrier, week: 0),
    "needs of documents are alike": (sources, "document_need", needs_alike),
    "notices are answered at once": (Insured, "answered", lambda self, sent, occurrence: sent),
    "doctors do not mention the service": (Insured, "mention_chance", lambda self: 0.0),
    "what a visit meets depends on the teller": (Person, "hear_of_it", told_by_teller),
    "people met do not remember it": (Person, "hear_from", lambda self, source, week: None),
}


@pytest.mark.parametrize("rule", few_fast(BROKEN, 3))
def test_a_broken_rule_is_noticed(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*BROKEN[rule], raising=False)
    found = (set(differences(engine(seed), campaign(ReferenceModel, seed))) for seed in SEEDS)
    assert any(differs & {*STATE, *FLOWS} for differs in found)


@pytest.mark.slow
def test_the_comparison_sees_a_single_person() -> None:
    twin = campaign(ReferenceModel, 1)
    twin.people[17].visited -= 1
    assert differences(engine(1), twin) != []
