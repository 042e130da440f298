"""The readable twin: the model in plain Mesa, one agent per insured person and per doctor with patients.

Slow, and equal to the fast engine (``model.adoption``) person by person and week by week: both are fed by the same
keyed draws. Start here to read the model or to change a rule. Who somebody is: ``reference_traits``; what they do:
``reference_people``; where contacts come from: ``reference_sources``, ``reference_contacts``; levers:
``reference_levers``.
"""

from __future__ import annotations

import copy
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, Self

import mesa
import pandas as pd

from model.counting.census import group_table, outcome
from model.counting.frames import people_frame
from model.engine.programme import base_keys, compile_programme, with_levers
from model.engine.records import Run
from model.levers.base import Lever
from model.population.population import NO_DOCTOR, Population
from model.terms.inputs import Demography, History
from model.terms.keyed import Decision, streams, uniform
from model.terms.outcome import GroupTable, Outcome
from model.terms.parameters import Parameters
from model.terms.structure import Structure
from model.terms.tables import apply_driver, coefficients, weekly_tables
from model.terms.weeks import WEEKS
from model.twin.levers import Campaign
from model.twin.people import Person
from model.twin.records import person_rows, records
from model.twin.traits import Doctor

MOST_PEOPLE = 20_000
STATE = ("aware", "visited", "activated", "channel", "marks")
"""What a person remembers."""


class ReferenceModel(mesa.Model):
    """Adoption of Mon espace santé by a population, week by week, in plain Mesa.

    Takes the arguments of ``model.adoption.AdoptionModel`` and answers the same questions. ``agents_by_type`` holds the
    ``Person`` and the ``Doctor`` agents; ``people`` the persons by number.

    Args:
        population, parameters, demography, history, structure, levers, seed, weeks: as for ``AdoptionModel``.
        threads: no matter here; the twin runs on one.

    Raises:
        ValueError: more than ``MOST_PEOPLE`` people, or a lever that begins before the launch.
    """

    def __init__(
        self,
        population: Population,
        parameters: Parameters,
        *,
        demography: Demography,
        history: History,
        structure: Structure | None = None,
        levers: Sequence[Lever] = (),
        seed: int = 0,
        threads: int = 1,
        weeks: int = WEEKS,
    ) -> None:
        if population.people > MOST_PEOPLE:
            raise ValueError(f"{population.people:,} people: the readable twin takes at most {MOST_PEOPLE:,}")
        super().__init__(rng=seed)
        self.structure = structure or Structure()
        self._given: dict[str, Any] = {
            "parameters": parameters,
            "demography": demography,
            "history": history,
            "structure": self.structure,
            "seed": seed,
            "threads": threads,
            "weeks": weeks,
        }
        self.parameters, self.history = apply_driver(parameters, history, self.structure)
        self.population, self.seed, self.threads = population, seed, threads
        self.weeks, self.week = min(weeks, WEEKS), 0
        self.rates = coefficients(self.parameters, self.structure, demography, self.history)
        self._status_quo = weekly_tables(self.parameters, self.history)
        self.keys, self.process_keys = list(streams(seed)), [list(keys) for keys in base_keys(seed)]
        self.contacts: Counter[tuple[int, int]] = Counter()
        self.visits: Counter[tuple[int, int]] = Counter()
        self.activations: Counter[tuple[int, int]] = Counter()
        """How often, by week and channel."""
        self.meetings: Counter[int] = Counter()
        """Face-to-face contacts by process."""
        self.letters: defaultdict[int, list[tuple[Person, Person]]] = defaultdict(list)
        """By week of arrival, whom an activated tie tells: (told, teller)."""
        self.children: defaultdict[int, list[Person]] = defaultdict(list)
        """By week, whom an activated guardian takes along."""
        self._records: tuple[int, Run] | None = None
        self._create_tables(levers, 0)
        self._create_agents()
        self._start(levers)
        for person in self.people:
            person.begin()
        if levers:
            self._invite_activated()
        self.datacollector = mesa.DataCollector(
            model_reporters={name: self._reporter(name) for name in ("aware", "visited", "activated")}
        )

    def step(self) -> None:
        """One week, counted afterwards."""
        self.advance(self.week + 1)
        self.datacollector.collect(self)

    def advance(self, until: int) -> None:
        """Run to the start of week ``until`` without collecting data; stops at ``weeks``."""
        while self.week < min(until, self.weeks):
            self.live_one_week()

    def live_one_week(self) -> None:
        """What happens in a week, in this order; the order of persons doesn't matter."""
        self.advisers_accompany()
        self.guardians_take_children_along()
        self.ties_tell()
        self.agents_by_type[Person].do("step")
        self.week += 1

    def advisers_accompany(self) -> None:
        """Advisers see the people next in their queues, up to capacity."""
        for campaign in self.campaigns:
            campaign.accompany(self.week)

    def guardians_take_children_along(self) -> None:
        """Children of guardians activated last week are activated."""
        for child in self.children.pop(self.week, ()):
            child.be_taken_along(self.week)

    def ties_tell(self) -> None:
        """Activated people tell the ties whose week it is."""
        for told, teller in self.letters.pop(self.week, ()):
            told.hear_of_it(teller, self.week)

    def draw(self, decision: Decision, number: int, occurrence: int = 0) -> float:
        """A uniform of a person or doctor: a pure function of seed, number, decision and occurrence."""
        return uniform(self.keys[decision], number, occurrence)

    def relatives(self) -> list[Campaign]:
        """Levers that invite activated people to recommend."""
        return [campaign for campaign in self.campaigns if campaign.invites]

    def branch(self, levers: Sequence[Lever]) -> Self:
        """A copy of the model at this week, with ``levers``; the original can branch again.

        Raises:
            ValueError: a lever that begins earlier, or a model that has levers already: branch off its history.
        """
        if self.levers and levers:
            raise ValueError("this model has levers already; branch off the model it was branched from")
        other = type(self)(self.population, levers=self.levers, **self._given)
        other._resume(self)
        if levers:
            other._create_tables(levers, self.week)
            other._start(levers)
            other._invite_activated()
        return other

    def outcome(self) -> Outcome:
        """Weekly results in persons, from the launch to the current week."""
        return outcome(self)

    def groups(self, dimension: str, weeks: Sequence[int]) -> GroupTable:
        """Living people by group (``model.terms.outcome.DIMENSIONS``) at the start of each of ``weeks``."""
        return group_table(self, dimension, weeks)

    def to_frame(self, rows: Sequence[int] | None = None) -> pd.DataFrame:
        """People with attributes, traits and state, one row each; a sample of 1,000 by default."""
        return people_frame(self, rows)

    @property
    def run(self) -> Run:
        """The state in the engine's records, for ``model.counting.census``; rebuilt when a week has passed."""
        if self._records is None or self._records[0] != self.week:
            self._records = self.week, records(self)
        return self._records[1]

    def _create_agents(self) -> None:
        """Doctors, persons, and who is tied to whom."""
        rows = person_rows(self.population)
        numbers = sorted({row["doctor"] for row in rows} - {int(NO_DOCTOR)})
        self.doctors = {number: Doctor(self, number) for number in numbers}
        self.people = [Person(self, number, row) for number, row in enumerate(rows)]
        starts, ties = self.population.tie_start.tolist(), self.population.tie.tolist()
        for person, row in zip(self.people, rows, strict=True):
            person.guardian = self.people[row["guardian"]] if row["guardian"] >= 0 else None
            person.doctor = self.doctors.get(row["doctor"])
            if person.doctor is not None:
                person.doctor.patients.append(person)
            entries = ties[starts[person.number] : starts[person.number + 1]]
            person.wards = [self.people[~entry] for entry in entries if entry < 0]
            person.ties = [self.people[entry] for entry in entries if entry >= 0]

    def _create_tables(self, levers: Sequence[Lever], week: int) -> None:
        for lever in levers:
            if lever.start < week:
                raise ValueError(f"lever {lever.name} begins in week {lever.start}, before week {week}")
        self.levers, self.policy_week = tuple(levers), week
        self._weekly = with_levers(self._status_quo, levers)
        self.programme = compile_programme(levers, self.population, self._status_quo, self.seed)
        self.tables: Any = SimpleNamespace(**{name: _plain(value) for name, value in self._weekly._asdict().items()})

    def _start(self, levers: Sequence[Lever]) -> None:
        records = self.programme.records
        self.campaigns = [Campaign(lever, record, self) for lever, record in zip(levers, records, strict=True)]
        self._records = None
        for person in self.people:
            person.open_sources()

    def _invite_activated(self) -> None:
        """Levers may invite those activated before: only who would not have recommended the service can be won."""
        for person in self.people if self.relatives() else ():
            activated_adult = person.activated < self.week and not person.is_minor(person.activated)
            if activated_adult and person.exit > self.week and not person.intends_to_recommend():
                person.be_invited()

    def _resume(self, other: Self) -> None:
        """Take over the state of another model of the same people."""
        self.week, self.policy_week = other.week, other.policy_week
        self.steps: int = other.steps
        self.datacollector = copy.deepcopy(other.datacollector)
        for name in ("contacts", "visits", "activations", "meetings"):
            setattr(self, name, Counter(getattr(other, name)))
        for mine, yours in zip(self.people, other.people, strict=True):
            for name in STATE:
                setattr(mine, name, getattr(yours, name))
        for week, children in other.children.items():
            self.children[week] = [self.people[child.number] for child in children]
        for week, letters in other.letters.items():
            self.letters[week] = [(self.people[told.number], self.people[by.number]) for told, by in letters]
        for new, old in zip(self.campaigns, other.campaigns, strict=True):
            new.accompanied, new.queue = old.accompanied, [self.people[person.number] for person in old.queue]

    def _reporter(self, name: str) -> Callable[[ReferenceModel], float]:
        return lambda model: (
            sum(getattr(person, name) < model.week for person in model.people) * model.population.weight
        )


def _plain(table: Any) -> Any:
    """Arrays as lists: Python reads those faster."""
    return table.tolist() if hasattr(table, "tolist") else table
