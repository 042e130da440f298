"""The levers of a scenario at work in the readable twin."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import cast

import numpy as np

from model.engine.programme import process_keys
from model.levers.base import (
    ADVICE,
    DOCUMENT,
    EFFECTS,
    HELP,
    INVITATION,
    MESSAGE,
    NOTHING,
    SUGGESTION,
    VISIT,
    Doctor,
    Lever,
    overlap,
)
from model.levers.base import Person as Somebody
from model.levers.doctors import Doctors
from model.terms import rules
from model.terms.channels import Channel
from model.terms.inputs import STAYS
from model.terms.keyed import ARRIVAL, SELECTION, SUCCESS, uniform
from model.terms.shapes import Records
from model.terms.weeks import NEVER
from model.twin.contacts import NO_NEED, Clock, Common, Effect, Mailing, Source, Span, document_need, gp_need
from model.twin.surroundings import Surroundings
from model.twin.traits import Insured

BY_WIRE = (Channel.EMAIL, Channel.SMS)


def campaigns_of(levers: Sequence[Lever], records: Records, model: Surroundings) -> list[Campaign]:
    """The levers of a scenario at work."""
    scenario: list[Campaign] = []
    scenario += [Campaign(lever, record, model, scenario) for lever, record in zip(levers, records, strict=True)]
    return scenario


class Campaign:
    """One lever and its draws. What the kind of lever decides, the lever itself answers (``model.levers``).

    Args:
        lever: what is done.
        record: its tables (``model.engine.programme.LEVER``): exposure ``cum`` and ``quota`` of an adviser.
        model: where it takes place.
        scenario: all levers of the scenario, this one among them.
    """

    def __init__(self, lever: Lever, record: np.void, model: Surroundings, scenario: Sequence[Campaign]) -> None:
        self.lever = lever
        self.model, self.scenario = model, scenario
        self.code, self.channel = lever.code, lever.through
        self.keys = list(process_keys(model.seed, self.code))
        self.exposure, self.quota = record["cum"].tolist(), record["quota"].tolist()
        self.received = record["received"].tolist()
        self.pull, self.fatigue, self.boost = float(record["pull"]), float(record["fatigue"]), float(record["boost"])
        self.success, self.carries_code = float(record["success"]), bool(record["carries_code"])
        self.child_code_helps = float(record["child_code_helps"])
        self.targeted: list[bool] = model.population.select(
            lever.target, max(lever.start, 0), by_parents=lever.at_birth
        ).tolist()
        self.accompanied = 0

    @cached_property
    def queue(self) -> list[int]:
        """Numbers of the persons whom advisers may accompany, the next one first."""
        aimed = [number for number, targeted in enumerate(self.targeted) if targeted] if self.advises else []
        return sorted(aimed, key=lambda number: self.draw(SELECTION, number))

    @property
    def invites(self) -> bool:
        """Whether it invites activated people to recommend the service."""
        return self.lever.effect == INVITATION

    @property
    def advises(self) -> bool:
        """Whether its advisers accompany people."""
        return self.lever.effect == HELP

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

    def selects(self, person: Somebody, week: int) -> bool:
        """Whether a person is among those whom the dose of a week covers."""
        return self.draw(SELECTION, person.number) < self.dose(week)

    def letters(self, owner: Insured) -> list[tuple[int, int]]:
        """(week, occurrence) of each message about a person whom the lever aims at."""
        return list(self.lever.letters(self, owner)) if self.aims_at(owner) else []

    def invited_week(self, person: Insured) -> int:
        """Week from which an activated person invited to recommend does so; NEVER if not invited."""
        return self.lever.invited_week(self, person) if self.aims_at(person) else NEVER

    def pays_for(self, source: Source, week: int) -> bool:
        """Whether a fee is due for an activation that a recommendation (to the owner of ``source``) has led to."""
        concerned = self.lever.fee and self.channel == source.channel and self.aims_at(source.owner)
        return concerned and (source.code == self.code or self.lever.enrols(self, source.owner, week))

    def can_reach(self, person: Insured) -> bool:
        """E-mails and SMS need reachability; whoever does not notice mass messages misses them all."""
        return person.notices and (person.email or self.channel not in BY_WIRE)

    def supplied(self, person: Insured, week: int) -> bool:
        """Whether a code has come by letter and still works: a person's own, or a guardian's for a ward."""
        if not self.carries_code or not self.can_reach(person):
            return False
        own = any(rules.code_works(when, week) and not person.is_minor(when) for when, _ in self.letters(person))
        return own or any(self.supplied_for(ward, week) for ward in person.wards)

    def supplied_for(self, ward: Insured, week: int) -> bool:
        """Whether a guardian has got a code on behalf of a child that helps the guardian and still works."""
        if self.draw(ARRIVAL, ward.number) >= self.child_code_helps:
            return False
        return any(rules.code_works(when, week) and ward.is_minor(when) for when, _ in self.letters(ward))

    def has_capacity(self, week: int) -> bool:
        """Whether advisers can accompany somebody more by the end of a week."""
        return rules.has_capacity(self.accompanied, self.quota[week + 1])

    def succeeds(self, person: Insured) -> bool:
        """Whether someone accompanied activates."""
        return self.draw(SUCCESS, person.number) < self.success

    def tiring(self, recipient: Insured, week: int) -> float:
        """Factor on the pull of a message: it falls with each earlier one of the channel to the same mailbox, the
        campaign of 2024-25 once; of the same week, those of levers of lower codes are earlier."""
        earlier = int(self.channel == Channel.EMAIL and recipient.first_reminded() < week)
        for other in self.scenario:
            if other.lever.tires and other.channel == self.channel:
                before = week + int(other.code < self.code)
                earlier += sum(sent < before for sent, _ in other.to_mailbox(recipient).values())
        return rules.pull_left(self.fatigue, earlier)

    def to_mailbox(self, recipient: Insured) -> dict[int, tuple[int, Insured]]:
        """By wave: the week of the one message to a household, and whom it is about, the adult before the wards."""
        found: dict[int, tuple[int, Insured]] = {}
        for owner in (recipient, *recipient.wards):
            for sent, wave in self.letters(owner):
                if sent < NEVER and (owner is recipient) != owner.is_minor(sent):
                    found.setdefault(wave, (sent, owner))
        return found

    def room_to_advise(self, owner: Somebody, doctor: Doctor) -> float:
        """Chance per consultation that a doctor and levers of lower codes leave to this one: all together at most 1."""
        room, mine = 1.0 - doctor.propensity, self.lever
        for other in self.scenario:
            one = other.lever
            earlier = other.code < self.code and overlap(one.start, one.end, mine.start, mine.end)
            if isinstance(one, Doctors) and earlier and other.targeted[owner.number]:
                room -= one.extra_advice(other, doctor)
        return max(room, 0.0)

    def sources(self, owner: Insured, recipient: Insured, start: int, stop: int) -> Iterator[Source]:
        """Where the contacts of one person with this lever come from."""
        effect = self.lever.effect
        if not self.aims_at(owner) or effect in (NOTHING, HELP, INVITATION):
            return
        if effect == MESSAGE:
            if self.can_reach(recipient):
                yield from self.mailings(owner, recipient, start, stop)
        elif owner is recipient or not self.lever.adults_only:
            factor = self.lever.reach(self, owner, recipient)
            if factor > 0.0:
                yield self.clock(owner, recipient, start, stop, factor)

    def is_covered(self, owner: Insured, recipient: Insured, wave: int) -> bool:
        """Whether the household gets a wave's message to a guardian about a minor as one about somebody else."""
        if owner is recipient or self.lever.at_birth:
            return False
        return self.to_mailbox(recipient)[wave][1] is not owner

    def mailings(self, owner: Insured, recipient: Insured, start: int, stop: int) -> Iterator[Mailing]:
        """Messages to an adult, or to a guardian for a child, within a span of weeks."""
        for sent, occurrence in self.letters(owner):
            if start <= sent < stop:
                pull = self.pull * self.tiring(recipient, sent)
                common, covered = self.common(owner, recipient, pull), self.is_covered(owner, recipient, occurrence)
                yield Mailing(**common, sent=sent, occurrence=occurrence, is_covered=covered)

    def clock(self, owner: Insured, recipient: Insured, start: int, stop: int, factor: float) -> Clock:
        """A process of contacts."""
        effect = self.lever.effect
        common = self.common(owner, recipient, self.model.rates.pull_document if effect == DOCUMENT else self.pull)
        span: Span = {"start": start, "stop": stop}
        need = NO_NEED
        if effect == DOCUMENT:
            need = document_need(owner)
        elif effect == ADVICE or (effect == SUGGESTION and self.channel == Channel.PHARMACIST):
            need = gp_need(owner)
        elif effect == SUGGESTION:
            need = {"rates": owner.rates(STAYS), "need": ()}
        gains = effect in (DOCUMENT, VISIT)
        return Clock(**common, keep=self.lever.keep, factor=factor, gains=gains, table=self.exposure, **need, **span)

    def common(self, owner: Insured, recipient: Insured, pull: float) -> Common:
        """What all sources of this lever share."""
        return {
            "owner": owner,
            "recipient": recipient,
            "channel": self.channel,
            "code": self.code,
            "effect": cast(Effect, EFFECTS[self.lever.effect]),
            "keys": self.keys,
            "pull": pull,
            "grows": self.lever.inherits_growth,
        }
