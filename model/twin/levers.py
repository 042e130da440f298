"""The levers of a scenario at work in the readable twin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from model.engine.programme import SELECTION, SUCCESS, TIMING, lever_channel, lever_kind, process_code, process_keys
from model.levers import kinds as lv
from model.terms import rules
from model.terms.channels import Channel
from model.terms.keyed import uniform
from model.terms.tables import INVITATION_DELAY
from model.terms.weeks import NEVER
from model.twin.contacts import Clock, Effect, Mailing, Source

if TYPE_CHECKING:
    from model.twin.people import Person
    from model.twin.reference import ReferenceModel
    from model.twin.traits import Doctor

EFFECTS: dict[type[lv.Lever], Effect] = {
    lv.Doctors: "advice",
    lv.Counter: "suggestion",
    lv.Documents: "document",
    lv.Media: "visit",
}
"""Levers that work as a process, and what their contacts are."""
BY_WIRE = (Channel.EMAIL, Channel.SMS)


class Campaign:
    """One lever and its draws.

    Args:
        lever: what is done (``model.levers.kinds``).
        record: its tables (``model.engine.programme.LEVER``): exposure ``cum`` and ``quota`` of an adviser.
    """

    def __init__(self, lever: lv.Lever, record: Any, model: ReferenceModel) -> None:
        self.lever: Any = lever
        self.model = model
        self.kind, self.code, self.channel = lever_kind(lever), process_code(lever), Channel(lever_channel(lever))
        self.keys = list(process_keys(model.seed, self.code))
        self.exposure, self.quota = record["cum"].tolist(), record["quota"].tolist()
        self.received = record["received"].tolist()
        self.keep = 1.0 if isinstance(lever, lv.Doctors) else min(1.0, lever.dose)
        self.targeted: list[bool] = model.population.select(lever.target, max(lever.start, 0)).tolist()
        self.carries_code = isinstance(lever, lv.Newborns) or getattr(lever, "carries_code", False)
        self.waves = range(len(lever.waves)) if isinstance(lever, lv.Messages) else range(0)
        self.accompanied = 0
        self.queue: list[Person] = []
        if isinstance(lever, lv.Assisted):
            aimed = [person for person in model.people if self.aims_at(person)]
            self.queue = sorted(aimed, key=lambda person: self.draw(SELECTION, person.number))

    def draw(self, part: int, number: int, occurrence: int = 0) -> float:
        """One uniform of the lever's own: ARRIVAL, SUCCESS, SELECTION or TIMING."""
        return uniform(self.keys[part], number, occurrence)

    def aims_at(self, person: Person) -> bool:
        """Whether the lever aims at a person."""
        return self.targeted[person.number]

    def dose(self, week: int) -> float:
        """Share of its target that the lever gets to in a week."""
        lever = self.lever
        return lever.dose * rules.ramp(week, lever.start, lever.end, lever.ramp)

    def selects(self, person: Person, week: int) -> bool:
        """Whether a person is among those whom the dose of a week covers."""
        return self.draw(SELECTION, person.number) < self.dose(week)

    def wave_week(self, person: Person, wave: int) -> int:
        """Week in which a person gets one wave of messages; NEVER if not in the dose or not there."""
        first = self.lever.waves[wave]
        if not self.selects(person, first):
            return NEVER
        week = rules.spread_week(first, self.lever.spread, self.draw(TIMING, person.number, wave))
        return week if person.entry <= week < person.exit else NEVER

    def newborn_week(self, child: Person) -> int:
        """Week of the letter to the parents of a child born during the lever; NEVER if none is sent."""
        week = child.birth_week + INVITATION_DELAY
        return week if child.born_here and self.selects(child, week) else NEVER

    def invited_week(self, person: Person) -> int:
        """Week from which an activated person invited to recommend does so; NEVER if not invited."""
        if not isinstance(self.lever, lv.Relatives) or not self.aims_at(person):
            return NEVER
        u = self.draw(TIMING, person.number)
        week = rules.spread_week(self.lever.start, rules.TELLING_WEEKS, u)
        return week if week < self.lever.end and self.selects(person, week) else NEVER

    def can_reach(self, person: Person) -> bool:
        """E-mails and SMS need reachability; whoever does not notice mass messages misses them all."""
        return person.notices and (person.email or self.channel not in BY_WIRE)

    def supplied(self, person: Person, week: int) -> bool:
        """Whether a letter with a code has come by a week: a person's own, or a guardian's for a ward."""
        if not self.carries_code or not self.can_reach(person):
            return False
        sent = [self.wave_week(person, wave) for wave in self.waves if self.aims_at(person)]
        own = any(when <= week and not person.is_minor(when) for when in sent)
        return own or any(self.supplied_for(ward, week) for ward in person.wards if self.aims_at(ward))

    def supplied_for(self, ward: Person, week: int) -> bool:
        """Whether a guardian has got a letter with a code on behalf of a child."""
        if isinstance(self.lever, lv.Newborns):
            return self.newborn_week(ward) <= week
        sent = [self.wave_week(ward, wave) for wave in self.waves]
        return any(when <= week and ward.is_minor(when) for when in sent)

    def more_documents(self, person: Person, start: int, week: int) -> float:
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

    def accompany(self, week: int) -> None:
        """Advisers go on through their queue, up to the capacity by the end of the week."""
        while self.queue and self.accompanied < int(self.quota[week + 1]):
            person = self.queue.pop(0)
            if person.awaits_adviser(week):
                person.be_accompanied(self, week)
                self.accompanied += 1

    def succeeds(self, person: Person) -> bool:
        """Whether someone accompanied activates."""
        return self.draw(SUCCESS, person.number) < self.lever.success

    def tiring(self, person: Person, recipient: Person, week: int) -> float:
        """Factor on the pull of a message: it falls with each earlier one of the channel, the reminder included."""
        earlier = int(self.channel == Channel.EMAIL and recipient.reminder_week() < week)
        for other in self.model.campaigns:
            if isinstance(other.lever, lv.Messages) and other.channel == self.channel and other.aims_at(person):
                earlier += sum(other.wave_week(person, wave) < week for wave in other.waves)
        return self.lever.fatigue**earlier

    def sources(self, owner: Person, recipient: Person, start: int, stop: int) -> Iterator[Source]:
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

    def mailings(self, owner: Person, recipient: Person, start: int, stop: int) -> Iterator[Mailing]:
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

    def clock(self, owner: Person, recipient: Person, start: int, stop: int, factor: float) -> Clock:
        """A process of contacts."""
        pull = (
            self.model.rates.pull_document if isinstance(self.lever, lv.Documents) else getattr(self.lever, "pull", 0.0)
        )
        common = self.common(owner, recipient, EFFECTS[type(self.lever)], pull)
        return Clock(**common, keep=self.keep, factor=factor, table=self.exposure, start=start, stop=stop)

    def common(self, owner: Person, recipient: Person, effect: Effect, pull: float) -> dict[str, Any]:
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

    def factor(self, owner: Person, recipient: Person) -> float:
        """A person's factor on the exposure; 0 if out of reach."""
        if isinstance(self.lever, lv.Counter):
            return owner.counter_visits(self.channel)
        if isinstance(self.lever, lv.Doctors):
            return owner.gp_contacts * self.extra_advice(owner.doctor) if owner.doctor else 0.0
        if not recipient.notices or (isinstance(self.lever, lv.Documents) and not recipient.email):
            return 0.0
        sensitivity = recipient.eagerness * recipient.access
        return sensitivity * owner.document_rate if isinstance(self.lever, lv.Documents) else sensitivity
