"""What happens to a person, a line a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model.engine.programme import MENTION
from model.engine.records import ACCOMPANIED, BEFORE
from model.population.attributes import NO_DOCTOR, TYPES
from model.terms import rules
from model.terms.channels import NO_CHANNEL, Channel
from model.terms.keyed import Decision
from model.terms.weeks import MAJORITY, NEVER
from model.twin.contacts import Contact, Source
from model.twin.levers import Campaign
from model.twin.people import REMEMBERED, Person, Society
from model.twin.surroundings import Doctor
from model.world import World


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event of a life."""

    week: int
    kind: str
    """``contact``; ``told`` by a tie; ``advised`` by an adviser; ``together`` with the guardian; ``tells`` a tie."""
    channel: str | None = None
    process: str = "base"
    """Lever that it comes from, ``base`` for the status quo."""
    outcome: str = ""
    """``nothing``, ``stopped`` at sign-up, ``activated``, or at the site ``again`` in the week of the activation."""
    barrier: str | None = None
    """What stopped the visit: ``no use``, ``time``, ``information``, ``other``."""
    by: int | None = None
    """The other person: who told, took along or is told."""
    owner: int | None = None
    """Whose contact it is, if not the person's own: a ward's, seen by the guardian."""
    doctor: int | None = None
    mentioned: bool = False
    """Whether the doctor spoke of the service without recommending it."""
    first: bool = False
    """Whether the person did not know the service before."""


class Neighbourhood(Society):
    """The part of a world that one person meets: the people around, made into agents when they are asked for."""

    def __init__(self, world: World) -> None:
        super().__init__(world.population, world.rates, world.weekly, seed=world.seed, weeks=world.weeks)
        self.week = world.policy_week
        self.take_up(world.levers, world.run.levers, world.weekly)
        self.world, self.week = world, world.week
        self.doctors: dict[int, Doctor] = {}
        self.known: dict[int, Person] = {}

    def person(self, number: int, kind: type[Person] = Person) -> Person:
        """An agent with the state that the engine has recorded, its GP and its guardian; made once."""
        if number in self.known:
            return self.known[number]
        row = {name: int(getattr(self.population, name)[number]) for name in TYPES}
        found = kind(self, number, row)
        self.known[number] = found
        for name in REMEMBERED:
            setattr(found, name, int(self.world.run.state[number][name]))
        if row["doctor"] != int(NO_DOCTOR):
            found.doctor = self.doctors.setdefault(row["doctor"], Doctor(self, row["doctor"]))
        if row["guardian"] >= 0:
            found.guardian = self.person(row["guardian"])
        return found

    def neighbours(self, number: int) -> tuple[list[int], list[int]]:
        """Numbers of a person's wards and ties."""
        first, end = (int(at) for at in self.population.tie_start[number : number + 2])
        entries = [int(entry) for entry in self.population.tie[first:end]]
        return [~entry for entry in entries if entry < 0], list(dict.fromkeys(e for e in entries if e >= 0))


class Narrated(Person):
    """A person whose every step is written down."""

    model: Neighbourhood

    def __init__(self, model: Neighbourhood, number: int, row: Mapping[str, int]) -> None:
        super().__init__(model, number, row)
        self.events: list[Event] = []
        self.went = False
        self.stop: str | None = None

    def note(self, week: int, kind: str, **more: Any) -> None:
        """Write down what happened in a week."""
        self.events.append(Event(week=week, kind=kind, **more))

    def outcome(self, week: int, before: int) -> dict[str, object]:
        """What the contact just met with led to; ``before`` it, the week of the activation was this one."""
        if self.activated == week < before:
            return {"outcome": "activated"}
        if self.went:
            return {"outcome": "stopped", "barrier": self.stop} if before > week else {"outcome": "again"}
        return {"outcome": "nothing"}

    def respond(self, contact: Contact, week: int) -> None:
        source, knew, before = contact.source, self.aware, self.activated
        self.went, self.stop = False, None
        super().respond(contact, week)
        candidate = source.effect in ("document", "visit") and not (self.went or self.activated == week)
        if candidate:
            return  # thinned away: no contact at all
        self.note(
            week,
            "contact",
            channel=source.channel.name.lower(),
            process=self._process(source),
            owner=source.owner.number if source.owner is not self else None,
            doctor=source.owner.doctor.number if source.channel == Channel.DOCTOR and source.owner.doctor else None,
            mentioned=source.code == MENTION,
            first=knew > week and self.aware == week,
            **self.outcome(week, before),
        )

    def _process(self, source: Source) -> str:
        """Name of the lever that a contact comes from; ``base`` for the status quo."""
        names = {campaign.code: campaign.lever.name for campaign in self.model.campaigns}
        return str(names.get(source.code, "base"))

    def visit(self, channel: Channel, contact: int, week: int, *, by_doctor: bool = False) -> None:
        self.went = True
        super().visit(channel, contact, week, by_doctor=by_doctor)

    def meet_barriers(self, contact: int, week: int, *, by_doctor: bool) -> str | None:
        self.stop = super().meet_barriers(contact, week, by_doctor=by_doctor)
        return self.stop

    def hear_of_it(self, teller: Person, week: int) -> None:
        knew, before = self.aware, self.activated
        self.went, self.stop = False, None
        super().hear_of_it(teller, week)
        first = knew > week and self.aware == week
        self.note(week, "told", channel="peer", by=teller.number, first=first, **self.outcome(week, before))

    def tell_ties(self, first: int) -> None:
        if not self.model.rates.word_of_mouth:
            return
        for tie in self.ties:
            if self.draw(Decision.TELLS, tie.number) < self.model.rates.tell:
                week = self.telling_week(tie, first)
                if week < self.model.weeks and self.is_present(week):
                    self.note(week, "tells", by=tie.number)


def replay(world: World, number: int) -> Narrated:
    """A person's life up to the world's week, with its ``events`` in order.

    Raises:
        ValueError: no such person.
        RuntimeError: the replay does not end as the engine has recorded it: a fault of the program.
    """
    if not 0 <= number < world.population.n:
        raise ValueError(f"person {number}; allowed: 0 to {world.population.n - 1}")
    here = Neighbourhood(world)
    person = here.person(number, Narrated)
    assert isinstance(person, Narrated)
    recorded = {name: getattr(person, name) for name in REMEMBERED}
    wards, ties = here.neighbours(number)
    one: Person = person
    one.wards, one.ties = [here.person(n) for n in wards], [here.person(n) for n in ties]
    if person.guardian is not None:  # messages about all of a household come to one mailbox, and tire
        person.guardian.wards = [here.person(n) for n in here.neighbours(person.guardian.number)[0]]
    _live(here, person)
    if recorded != (found := {name: getattr(person, name) for name in REMEMBERED}):
        raise RuntimeError(f"person {number}: the replay gives {found}, the engine has {recorded}")
    person.events.sort(key=lambda event: event.week)
    return person


def _live(here: Neighbourhood, person: Narrated) -> None:
    """From the launch on, in the order of a week (``ReferenceModel.live_one_week``)."""
    until = here.week
    person.aware = person.visited = person.activated = NEVER
    person.channel, person.marks = NO_CHANNEL, 0
    person.begin()
    for one in (person, *person.wards):
        one.open_sources()
    told, advised = _tellings(here, person), _accompanied_weeks(here, person)
    if person.activated == BEFORE and person.exit > here.policy_week:
        _invited(person)
    together = _taken_along(here, person)
    for week in range(until):
        here.week = week
        for campaign in (campaign for when, campaign in advised if when == week):
            knew = person.aware
            person.be_accompanied(campaign, week)
            first = knew > week and person.aware == week
            outcome = {"outcome": "activated" if person.activated == week else "nothing"}
            person.note(week, "advised", channel="assisted", process=campaign.lever.name, first=first, **outcome)
        if together == week:
            person.be_taken_along(week)
            if person.activated == week:
                by = person.guardian.number if person.guardian else None
                person.note(week, "together", channel="guardian", by=by, outcome="activated")
        for when, teller, counts in told:
            if when == week and counts:
                person.hear_of_it(teller, week)
            elif when == week and person.activated >= week and person.is_present(week) and not person.is_minor(week):
                person.note(week, "told", channel="peer", by=teller.number, outcome="nothing")
        person.step()
    here.week = until


def _invited(person: Person) -> None:
    """Levers may invite whom the pilot activated, if they would not have recommended the service."""
    if not person.is_minor(BEFORE) and not person.intends_to_recommend():
        person.be_invited()


def _tellings(here: Neighbourhood, person: Person) -> list[tuple[int, Person, bool]]:
    """(week, teller, whether it may have a consequence) of each tie that tells the person; who was activated last comes
    first, as in the engine's boxes: of two stops in one week the second is remembered."""
    found = []
    ties = sorted(person.ties, key=lambda tie: (tie.activated, tie.number), reverse=True)
    for tie in ties if here.rates.word_of_mouth else ():
        first = _first_telling(here, tie)
        if first >= NEVER or tie.draw(Decision.TELLS, person.number) >= here.rates.tell:
            continue
        week = tie.telling_week(person, first)
        if week < here.weeks:
            found.append((week, tie, not person.notices or person.is_persuaded(tie, week)))
    return found


def _first_telling(here: Neighbourhood, tie: Person) -> int:
    """First week in which an activated tie recommends the service; NEVER if it does not."""
    if tie.activated == NEVER or tie.is_minor(tie.activated):
        return NEVER
    if tie.intends_to_recommend():
        return tie.activated + 1 if tie.activated != BEFORE else NEVER
    if tie.activated < here.policy_week and tie.exit <= here.policy_week:
        return NEVER
    weeks = [
        week
        for campaign in here.relatives()
        if tie.intends_to_recommend(campaign.boost)
        and (week := max(campaign.invited_week(tie), tie.activated + 1)) < campaign.lever.end
    ]
    return min(weeks, default=NEVER)


def _taken_along(here: Neighbourhood, person: Person) -> int:
    """Week in which the guardian takes the person along; NEVER if not."""
    guardian = person.guardian
    if guardian is None or guardian.activated in (BEFORE, NEVER) or guardian.is_minor(guardian.activated):
        return NEVER
    return guardian.activated + 1 if person.draw(Decision.TOGETHER) < here.rates.child_together else NEVER


def _accompanied_weeks(here: Neighbourhood, person: Person) -> list[tuple[int, Campaign]]:
    """When advisers saw the person, by going through their queues again with what the engine knows of everybody."""
    run, population = here.world.run, here.population
    if not int(run.state[person.number]["marks"]) & ACCOMPANIED:
        return []
    activated, seen, found = run.state["activated"], set(), []
    places = [int(record["queue_start"]) for record in run.levers]
    served = [0] * len(places)
    for week in range(here.week):
        for number, campaign in enumerate(here.campaigns):
            if not campaign.advises:
                continue
            end, capacity = int(run.levers[number]["queue_end"]), campaign.quota[week + 1]
            while rules.has_capacity(served[number], capacity) and places[number] < end:
                who = int(run.queue[places[number]])
                present = bool(population.entry[who] <= week < population.exit[who])
                majority = int(population.birth_week[who]) + MAJORITY
                if rules.awaits_adviser(week, present, majority, int(activated[who]), who in seen):
                    seen.add(who)
                    served[number] += 1
                    if who == person.number:
                        found.append((week, campaign))
                places[number] += 1
    return found
