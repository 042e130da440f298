"""The readable twin: the model in plain Mesa, one agent per insured person and per doctor with patients.

Slow, and equal to the fast engine (``model.fast``) person by person and week by week: both are fed by the same
keyed draws. Start here to read the model or to change a rule. Who somebody is: ``traits``; what they do: ``people``;
what reaches them: ``sources``; what a contact is: ``contacts``; levers: ``levers``; tables, draws: ``surroundings``.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial, wraps
from inspect import signature
from typing import ClassVar, Self, TypeVar, cast

import mesa
import numpy as np

from model.adoption import REPORTED, drawn_seed
from model.counting.answers import Answers
from model.engine.programme import Chosen, compile_programme, with_levers, world_with
from model.engine.records import LETTER, STATE, Run, new_desks
from model.levers.base import Lever
from model.population.attributes import NO_DOCTOR, TYPES
from model.population.population import Population
from model.terms.inputs import Demography, History
from model.terms.parameters import Parameters, Structure
from model.terms.tables import apply_driver, coefficients, weekly_tables
from model.terms.weeks import WEEKS
from model.twin.people import REMEMBERED, Person, Society
from model.twin.surroundings import Again, Asked, Doctor, Past

MOST_PEOPLE = 20_000
M = TypeVar("M", bound="ReferenceModel")


COUNTED = ("contacts", "visits", "activations", "meetings", "fees")


class ReferenceModel(Answers, Society):
    """Adoption of Mon espace santé by a population, week by week, in plain Mesa.

    Takes the arguments of ``model.adoption.AdoptionModel``, answers the same questions and collects the same.
    ``agents_by_type`` holds the ``Person`` and the ``Doctor`` agents; ``people`` the persons by number. Another rule is
    a subclass of ``Person``, and a subclass of the model that names it as its ``person_type``; what such a model takes
    besides is set before ``super().__init__``, which makes the persons, and goes along with a branch.

    Args:
        population, parameters, demography, history, structure, levers, seed, weeks: as for ``AdoptionModel``.
        threads: no matter here; the twin runs on one.

    Raises:
        ValueError: more than ``MOST_PEOPLE`` people, or a lever that begins before the launch.
    """

    person_type: ClassVar[type[Person]] = Person
    _asked: Asked = ((), {})

    def __init_subclass__(cls) -> None:
        """What a subclass takes besides is noted, so that a branch and a pickled model have it too."""
        super().__init_subclass__()
        if (own := cls.__dict__.get("__init__")) is not None:
            cls.__init__ = _noting(own)  # type: ignore[method-assign]

    def __init__(
        self,
        population: Population,
        parameters: Parameters,
        *,
        demography: Demography,
        history: History,
        structure: Structure | None = None,
        levers: Sequence[Lever] = (),
        seed: int | None = None,
        threads: int = 1,
        weeks: int = WEEKS,
    ) -> None:
        if population.people > MOST_PEOPLE:
            raise ValueError(f"{population.people:,} people: the readable twin takes at most {MOST_PEOPLE:,}")
        structure, seed = structure or Structure(), drawn_seed() if seed is None else seed
        self._given: Again = {
            "demography": demography,
            "history": history,
            "structure": structure,
            "seed": seed,
            "threads": threads,
            "weeks": weeks,
        }
        self._parameters = parameters
        parameters, history = apply_driver(parameters, history, structure)
        self._status_quo = weekly_tables(parameters, structure, demography, history)
        rates = coefficients(parameters, structure, demography, history)
        super().__init__(population, rates, self._status_quo, seed=seed, weeks=min(weeks, WEEKS))
        self.parameters, self.history, self.structure, self.threads = parameters, history, structure, threads
        self._records: tuple[int, Run] | None = None
        self._create_agents()
        self._start(levers)
        for person in self.people:
            person.begin()
        if levers:
            self._invite_activated()
        reporters = {name: partial(_persons, name=name) for name in REPORTED}
        self.datacollector = mesa.DataCollector(model_reporters=reporters)
        self.datacollector.collect(self)

    def step(self) -> None:
        """One week, collected afterwards; after the last, ``running`` is false."""
        if self.week < self.weeks:
            self.advance(self.week + 1)
            self.datacollector.collect(self)
        self.running = self.week < self.weeks

    def advance(self, until: int) -> None:
        """Run to the start of week ``until`` without collecting data; stops at ``weeks``."""
        while self.week < min(until, self.weeks):
            self.live_one_week()

    def live_one_week(self) -> None:
        """What happens in a week, in this order; the order of persons doesn't matter."""
        self.advisers_accompany()
        self.guardians_take_children_along()
        self.ties_tell()
        self.agents_by_type[self.person_type].do("step")
        self.week += 1

    def advisers_accompany(self) -> None:
        """Advisers see the people next in their queues, up to capacity."""
        for campaign in self.campaigns:
            while campaign.queue and campaign.has_capacity(self.week):
                person = self.people[campaign.queue.pop(0)]
                if person.awaits_adviser(self.week):
                    person.be_accompanied(campaign, self.week)
                    campaign.accompanied += 1

    def guardians_take_children_along(self) -> None:
        """Children of guardians activated last week are activated."""
        for child in self.children.pop(self.week, ()):
            child.be_taken_along(self.week)

    def ties_tell(self) -> None:
        """Activated people tell the ties whose week it is; the order decides nothing."""
        for told, teller in self.letters.pop(self.week, ()):
            told.hear_of_it(teller, self.week)

    def branch(self, levers: Sequence[Lever]) -> Self:
        """A copy of the model at this week, with ``levers``; the original can branch again.

        Raises:
            ValueError: a lever that begins earlier, or a model that has levers already: branch off its history.
        """
        if self.levers and levers:
            raise ValueError("this model has levers already; branch off the model it was branched from")
        other = _again(*self._made_of())
        other._resume(self._past())
        if levers:
            other._start(levers)
            other._invite_activated()
        return other

    def end_with_branch(self) -> None:
        """Nothing: a branch of so small a world is a copy all the same."""

    @property
    def run(self) -> Run:
        """The state in the engine's records, for ``model.counting.census``; rebuilt when a week has passed."""
        if self._records is None or self._records[0] != self.week:
            self._records = self.week, self._written()
        return self._records[1]

    def _create_agents(self) -> None:
        """Doctors, persons, and who is tied to whom."""
        rows = person_rows(self.population)
        numbers = sorted({row["doctor"] for row in rows} - {int(NO_DOCTOR)})
        self.doctors = {number: Doctor(self, number) for number in numbers}
        self.people = [self.person_type(self, number, row) for number, row in enumerate(rows)]
        starts, ties = self.population.tie_start.tolist(), self.population.tie.tolist()
        for person, row in zip(self.people, rows, strict=True):
            person.guardian = self.people[row["guardian"]] if row["guardian"] >= 0 else None
            person.doctor = self.doctors.get(row["doctor"])
            if person.doctor is not None:
                person.doctor.patients.append(person)
            entries = ties[starts[person.number] : starts[person.number + 1]]
            person.wards = [self.people[~entry] for entry in entries if entry < 0]
            person.ties = [self.people[entry] for entry in entries if entry >= 0]

    def _start(self, levers: Sequence[Lever]) -> None:
        """Levers from this week on; clocks and mailings are set anew."""
        for lever in levers:
            if lever.start < self.week:
                raise ValueError(f"lever {lever.name} begins in week {lever.start}, before week {self.week}")
        self.programme = compile_programme(levers, Chosen(self.population), self._status_quo, self.seed)
        self.take_up(levers, self.programme.records, with_levers(self._status_quo, levers))
        self._records = None
        for person in self.people:
            person.open_sources()

    def _invite_activated(self) -> None:
        """Levers may invite those activated before: only who would not have recommended the service can be won."""
        for person in self.people if self.relatives() else ():
            activated_adult = person.activated < self.week and not person.is_minor(person.activated)
            if activated_adult and person.exit > self.week and not person.intends_to_recommend():
                person.be_invited()

    def __reduce__(self) -> tuple[object, ...]:
        """Pickled as what it is made of and what has happened: a web of agents is too deep."""
        return _again, self._made_of(), self._past()

    def _made_of(self) -> tuple[type[Self], Population, Parameters, Sequence[Lever], Again, Asked]:
        return type(self), self.population, self._parameters, self.levers, self._given, self._asked

    def __setstate__(self, past: Past) -> None:
        self._resume(past)

    def _past(self) -> Past:
        """What has happened, with numbers in the place of agents."""
        return {
            "own": {name: getattr(self, name) for name in ("week", "policy_week", "steps", "running")},
            "collected": copy.deepcopy(self.datacollector),
            "counts": {name: Counter(getattr(self, name)) for name in COUNTED},
            "people": [[getattr(one, name) for name in (*REMEMBERED, *one.remembered)] for one in self.people],
            "children": {week: [child.number for child in some] for week, some in self.children.items()},
            "letters": {week: [(told.number, by.number) for told, by in some] for week, some in self.letters.items()},
            "campaigns": [(campaign.accompanied, list(campaign.queue)) for campaign in self.campaigns],
        }

    def _resume(self, past: Past) -> None:
        """Take over what has happened to another model of the same people."""
        for name, value in (*past["own"].items(), *past["counts"].items()):
            setattr(self, name, value)
        self.datacollector = past["collected"]
        for person, values in zip(self.people, past["people"], strict=True):
            for name, value in zip((*REMEMBERED, *person.remembered), values, strict=True):
                setattr(person, name, value)
        for week, children in past["children"].items():
            self.children[week] = [self.people[child] for child in children]
        for week, letters in past["letters"].items():
            self.letters[week] = [(self.people[told], self.people[by]) for told, by in letters]
        for campaign, (accompanied, queue) in zip(self.campaigns, past["campaigns"], strict=True):
            campaign.accompanied, campaign.queue = accompanied, queue

    def _written(self) -> Run:
        """Persons, levers and counts in the engine's records; the parts that only an engine needs are left empty."""
        population, programme = self.population, self.programme
        state = np.zeros(population.n, STATE)
        for name in REMEMBERED:
            state[name] = [getattr(person, name) for person in self.people]
        desks, _ = new_desks(1, 1)
        for name in COUNTED[:3]:
            for (week, channel), count in getattr(self, name).items():
                desks[name][0, week, channel] = count
        for code, meetings in self.meetings.items():
            desks["by_process"][0, code] = meetings
        for lever, paid in self.fees.items():
            desks["fees"][0, lever] = paid
        served = [[0, campaign.accompanied] for campaign in self.campaigns]
        return Run(
            people=population.rows,
            tie=population.tie,
            world=world_with(self.rates, self.weekly, self.levers, seed=self.seed, weeks=self.weeks),
            levers=programme.records,
            aims=programme.aims,
            queue=programme.queue,
            state=state,
            sure=np.zeros(0, np.int16),
            served=np.array(served, np.int64).reshape(len(served), 2),
            desks=desks,
            letters=np.zeros((1, 1), LETTER),
        )


def _again(
    kind: type[M], population: Population, parameters: Parameters, levers: Sequence[Lever], given: Again, asked: Asked
) -> M:
    further, named = asked
    made = cast("Callable[..., M]", kind)  # a subclass may take anything
    return made(population, parameters, *further, levers=levers, **{**named, **given})


def _noting(own: Callable[..., None]) -> Callable[..., None]:
    """That notes what ``ReferenceModel`` doesn't take; of several the outermost."""

    @wraps(own)
    def noted(self: ReferenceModel, *placed: object, **named: object) -> None:
        if "_asked" not in vars(self):
            ours = signature(ReferenceModel.__init__).parameters
            self._asked = placed[2:], {name: value for name, value in named.items() if name not in ours}
        own(self, *placed, **named)

    return noted


def _persons(model: ReferenceModel, name: str) -> float:
    return sum(getattr(person, name) < model.week for person in model.people) * model.population.weight


def person_rows(population: Population) -> list[dict[str, int]]:
    """The columns of a population as one dictionary per person."""
    columns = [getattr(population, name).tolist() for name in TYPES]
    return [dict(zip(TYPES, values, strict=True)) for values in zip(*columns, strict=True)]
