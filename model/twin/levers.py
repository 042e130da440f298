"""The levers of a scenario at work in the readable twin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from model.engine.programme import SELECTION, SUCCESS, TIMING, lever_channel, lever_kind, process_code, process_keys
from model.levers import kinds as lv
from model.terms import rules
from model.terms.channels import Channel
from model.terms.keyed import uniform
from model.terms.shapes import Records
from model.terms.tables import INVITATION_DELAY
from model.terms.weeks import NEVER
from model.twin.contacts import Clock, Common, Effect, Mailing, Source
from model.twin.surroundings import Surroundings
from model.twin.traits import Doctor, Insured

EFFECTS: dict[type[lv.Lever], Effect] = {
    lv.Doctors: "advice",
    lv.Counter: "suggestion",
    lv.Documents: "document",
    lv.Media: "visit",
}
"""Levers that work as a process, and what their contacts are."""
BY_WIRE = (Channel.EMAIL, Channel.SMS)


def campaigns_of(levers: Sequence[lv.Lever], records: Records, model: Surroundings) -> list[Campaign]:
    """The levers of a scenario at work."""
    scenario: list[Campaign] = []
    scenario += [Campaign(lever, record, model, scenario) for lever, record in zip(levers, records, strict=True)]
    return scenario


class Campaign:
    """One lever and its draws.

    Args:
        lever: what is done (``model.levers.kinds``).
        record: its tables (``model.engine.programme.LEVER``): exposure ``cum`` and ``quota`` of an adviser.
        model: where it takes place.
        scenario: all levers of the scenario, this one among them.
    """

    def __init__(self, lever: lv.Lever, record: np.void, model: Surroundings, scenario: Sequence[Campaign]) -> None:
        self.lever: Any = lever
        self.model, self.scenario = model, scenario
        self.kind, self.code, self.channel = lever_kind(lever), process_code(lever), Channel(lever_channel(lever))
        self.keys = list(process_keys(model.seed, self.code))
        self.exposure, self.quota = record["cum"].tolist(), record["quota"].tolist()
        self.received = record["received"].tolist()
        self.keep = 1.0 if isinstance(lever, lv.Doctors) else min(1.0, lever.dose)
        self.targeted: list[bool] = model.population.select(lever.target, max(lever.start, 0)).tolist()
        self.carries_code = isinstance(lever, lv.Newborns) or getattr(lever, "carries_code", False)
        self.waves = range(len(lever.waves)) if isinstance(lever, lv.Messages) else range(0)
        self.accompanied = 0

    @cached_property
    def queue(self) -> list[int]:
        """Numbers of the persons whom advisers may accompany, the next one first."""
        if not isinstance(self.lever, lv.Assisted):
            return []
        aimed = [number for number, targeted in enumerate(self.targeted) if targeted]
        return sorted(aimed, key=lambda number: self.draw(SELECTION, number))

    def draw(self, part: int, number: int, occurrence: int = 0) -> float:
        """One uniform of the lever's own: ARRIVAL, SUCCESS, SELECTION or TIMING."""
        return uniform(self.keys[part], number, occurrence)

    def aims_at(self, person: Insured) -> bool:
        """Whether the lever aims at a person."""
        return self.targeted[person.number]

    def dose(self, week: int) -> float:
        """Share of its target that the lever gets to in a week."""
        lever = self.lever
        return lever.dose * rules.ramp(week, lever.start, lever.end, lever.ramp)

    def selects(self, person: Insured, week: int) -> bool:
        """Whether a person is among those whom the dose of a week covers."""
        return self.draw(SELECTION, person.number) < self.dose(week)

    def wave_week(self, person: Insured, wave: int) -> int:
        """Week in which a person gets one wave of messages; NEVER if not in the dose or not there."""
        first = self.lever.waves[wave]
        if not self.selects(person, first):
            return NEVER
        week = rules.spread_week(first, self.lever.spread, self.draw(TIMING, person.number, wave))
        return week if person.entry <= week < person.exit else NEVER

    def newborn_week(self, child: Insured) -> int:
        """Week of the letter to the parents of a child born during the lever; NEVER if none is sent."""
        week = child.birth_week + INVITATION_DELAY
        return week if child.born_here and self.selects(child, week) else NEVER

    def invited_week(self, person: Insured) -> int:
        """Week from which an activated person invited to recommend does so; NEVER if not invited."""
        if not isinstance(self.lever, lv.Relatives) or not self.aims_at(person):
            return NEVER
        u = self.draw(TIMING, person.number)
        week = rules.spread_week(self.lever.start, rules.TELLING_WEEKS, u)
        return week if week < self.lever.end and self.selects(person, week) else NEVER

    def can_reach(self, person: Insured) -> bool:
        """E-mails and SMS need reachability; whoever does not notice mass messages misses them all."""
        return person.notices and (person.email or self.channel not in BY_WIRE)

    def supplied(self, person: Insured, week: int) -> bool:
        """Whether a letter with a code has come by a week: a person's own, or a guardian's for a ward."""
        if not self.carries_code or not self.can_reach(person):
            return False
        sent = [self.wave_week(person, wave) for wave in self.waves if self.aims_at(person)]
        own = any(when <= week and not person.is_minor(when) for when in sent)
        return own or any(self.supplied_for(ward, week) for ward in person.wards if self.aims_at(ward))

    def supplied_for(self, ward: Insured, week: int) -> bool:
        """Whether a guardian has got a letter with a code on behalf of a child."""
        if isinstance(self.lever, lv.Newborns):
            return self.newborn_week(ward) <= week
        sent = [self.wave_week(ward, wave) for wave in self.waves]
        return any(when <= week and ward.is_minor(when) for when in sent)

    def more_documents(self, person: Insured, start: int, week: int) -> float:
        """Documents of a person of relative rate 1 that the lever adds between two weeks."""
        if not isinstance(self.lever, lv.Documents) or not self.aims_at(person):
            return 0.0
        return float(self.received[week] - self.received[start])

    def takes_part(self, doctor: Doctor) -> bool:
        """Whether a doctor takes part."""
        return self.draw(SELECTION, doctor.number) < self.lever.uptake * self.lever.dose

    def extra_advice(self, doctor: Doctor) -> float:
        """What taking part adds to a doctor's chance of recommending, at full ramp."""
        if not self.takes_part(doctor):
            return 0.0
        recruited = self.draw(SELECTION, doctor.number, 1) < self.lever.recruits
        return rules.extra_propensity(doctor.propensity, doctor.level, self.lever.factor, recruited)

    def has_capacity(self, week: int) -> bool:
        """Whether advisers can accompany somebody more by the end of a week."""
        return self.accompanied < int(self.quota[week + 1])

    def succeeds(self, person: Insured) -> bool:
        """Whether someone accompanied activates."""
        return self.draw(SUCCESS, person.number) < self.lever.success

    def tiring(self, person: Insured, recipient: Insured, week: int) -> float:
        """Factor on the pull of a message: it falls with each earlier one of the channel, the reminder included."""
        earlier = int(self.channel == Channel.EMAIL and recipient.reminder_week() < week)
        for other in self.scenario:
            if isinstance(other.lever, lv.Messages) and other.channel == self.channel and other.aims_at(person):
                earlier += sum(other.wave_week(person, wave) < week for wave in other.waves)
        return self.lever.fatigue**earlier

    def sources(self, owner: Insured, recipient: Insured, start: int, stop: int) -> Iterator[Source]:
        """Where the contacts of one person with this lever come from."""
        if not self.aims_at(owner):
            return
        if isinstance(self.lever, lv.Messages | lv.Newborns):
            if self.can_reach(recipient):
                yield from self.mailings(owner, recipient, start, stop)
        elif type(self.lever) in EFFECTS and not (isinstance(self.lever, lv.Media) and owner is not recipient):
            factor = self.factor(owner, recipient)
            if factor > 0.0:
                yield self.clock(owner, recipient, start, stop, factor)

    def mailings(self, owner: Insured, recipient: Insured, start: int, stop: int) -> Iterator[Mailing]:
        """Messages to an adult, or to a guardian for a child, within a span of weeks."""
        if isinstance(self.lever, lv.Newborns):
            letters = [(self.newborn_week(owner), 0)] if owner is not recipient else []
        else:
            letters = [(self.wave_week(owner, wave), wave) for wave in self.waves]
        for sent, occurrence in letters:
            if start <= sent < stop:
                tired = 1.0 if isinstance(self.lever, lv.Newborns) else self.tiring(owner, recipient, sent)
                common = self.common(owner, recipient, "message", self.lever.pull * tired)
                yield Mailing(**common, sent=sent, occurrence=occurrence)

    def clock(self, owner: Insured, recipient: Insured, start: int, stop: int, factor: float) -> Clock:
        """A process of contacts."""
        pull = (
            self.model.rates.pull_document if isinstance(self.lever, lv.Documents) else getattr(self.lever, "pull", 0.0)
        )
        common = self.common(owner, recipient, EFFECTS[type(self.lever)], pull)
        return Clock(**common, keep=self.keep, factor=factor, table=self.exposure, start=start, stop=stop)

    def common(self, owner: Insured, recipient: Insured, effect: Effect, pull: float) -> Common:
        """What all sources of this lever share."""
        return {
            "owner": owner,
            "recipient": recipient,
            "channel": self.channel,
            "code": self.code,
            "effect": effect,
            "keys": self.keys,
            "pull": pull,
            "grows": self.lever.inherits_growth,
        }

    def factor(self, owner: Insured, recipient: Insured) -> float:
        """A person's factor on the exposure; 0 if out of reach."""
        if isinstance(self.lever, lv.Counter):
            return owner.counter_visits(self.channel)
        if isinstance(self.lever, lv.Doctors):
            return owner.gp_contacts * self.extra_advice(owner.doctor) if owner.doctor else 0.0
        if not recipient.notices or (isinstance(self.lever, lv.Documents) and not recipient.email):
            return 0.0
        sensitivity = recipient.eagerness * recipient.access
        return sensitivity * owner.document_rate if isinstance(self.lever, lv.Documents) else sensitivity
