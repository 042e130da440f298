"""The engine: people as columns, advanced week by week by compiled kernels; without Mesa, which takes long to load."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import ClassVar, Self, TypedDict

import numpy as np
import numpy.typing as npt

from model.counting.answers import Answers
from model.engine import kernel
from model.engine.agenda import Agenda, Draft, block_edges, no_agenda, written
from model.engine.memory import reclaim
from model.engine.programme import Chosen, compile_programme, with_levers, world_with
from model.engine.records import STATE, Run, copied, moved, new_desks
from model.engine.sharing import Contacts
from model.levers.base import INVITATION, Lever
from model.population.population import Population
from model.terms.inputs import Demography, History
from model.terms.parameters import Parameters, Structure
from model.terms.shapes import Counts, Entries, Records
from model.terms.tables import apply_driver, coefficients, weekly_tables
from model.terms.threads import everywhere
from model.terms.weeks import WEEKS

MANY_LETTERS = 2_000_000
PER_THREAD = 100_000
"""Fewest people for whom a thread of their own is worth being told and waited for in every week."""


class Programmed(TypedDict):
    """The parts of ``Run`` that levers determine."""

    world: np.void
    levers: Records
    aims: npt.NDArray[np.uint32]
    queue: Entries
    served: Counts


class FastModel(Answers):
    """Adoption of Mon espace santé by a population, week by week.

    One step is one week, in this order (``model.engine.kernel``):

    1. advisers accompany the people next in their queue, up to capacity;
    2. what activated people sent in earlier weeks arrives: children are taken along, ties are told;
    3. everybody due is contacted through every channel; who notices may visit; who visits meets the barriers;
       who passes them is activated, takes children along and tells ties from the week after.

    Parameters are those of the status quo; ``levers`` add to it. Levers must not begin before the week in which they
    are given (0 here, the current week in ``branch``), so that the history is the same for every scenario.

    Args:
        population: who there is (``model.population.building.build_population``); shared, never written to.
        parameters: see ``model.terms.parameters``; prevalences as at launch
        (``model.prevalence.solve_prevalence``).
        demography, history: tables of ``calibration.facts.inputs``.
        structure: structural alternatives.
        levers: what the policy adds.
        seed: key of every draw of the run (0 .. 2**63 - 1).
        threads: most threads to run on, each with ``PER_THREAD`` people or more; results don't depend on it.
        weeks: last week that can be reached (361: the end of 2028).
    """

    _ends: ClassVar[bool] = True
    """Whether contacts after one that is sure to activate are left out; they couldn't matter."""

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
        structure = structure or Structure()
        parameters, history = apply_driver(parameters, history, structure)
        self.population, self.parameters, self.history, self.structure = population, parameters, history, structure
        self.seed, self.weeks, self.week, self._ends_with_branch = seed, min(weeks, WEEKS), 0, False
        self.threads = max(1, min(threads, population.n // PER_THREAD))
        self.rates = coefficients(parameters, structure, demography, history)
        self._status_quo = weekly_tables(parameters, structure, demography, history)
        self._chosen, self._contacts = Chosen(population), Contacts(population.n)
        self.run, self._edges = self._blank(), block_edges(population.n, self.threads)
        self._base, self._more = self._written(kernel.begin, self._ends), no_agenda()
        if levers:
            self._admit(levers)

    def step(self) -> None:
        """One week (see the class docstring for its order)."""
        self.advance(self.week + 1)

    def advance(self, until: int) -> None:
        """Run to the start of week ``until``; stops at ``weeks``."""
        until = min(until, self.weeks)
        while self.week < until:
            self._make_room()
            if self.threads == 1:
                self.week = kernel.weeks_alone(*self._all(), self.week, until, self._least_free())
            else:
                self._week_on_threads()
        lost = int(self.run.desks["lost"].sum())
        if lost:
            raise RuntimeError(f"{lost} letters between persons lost in week {self.week}: more than the boxes hold")

    def branch(self, levers: Sequence[Lever]) -> Self:
        """A copy of the model at this week, with ``levers``; the original can branch again.

        Raises:
            ValueError: a lever that begins earlier, or a model that has levers already: branch off its history.
        """
        if self.levers and levers:
            raise ValueError("this model has levers already; branch off the model it was branched from")
        reclaim(self.population.n)
        other = copy.copy(self)
        if self._ends_with_branch:
            other._ends_with_branch = False
            del self.run
        else:
            changing = {name: copied(getattr(self.run, name)) for name in ("state", "served", "desks")}
            letters = moved(self.run.letters, self.run.desks, self.run.letters.shape[1])
            other.run = self.run._replace(letters=letters, **changing)
        if levers:
            other._admit(levers)
        return other

    def end_with_branch(self) -> None:
        """The next branch is the last: it takes what this model holds, which then can do no more."""
        self._ends_with_branch = True

    @property
    def contacts_noted(self) -> int:
        """Contacts written down, of the status quo and of levers."""
        return len(self._base.contact) + len(self._more.contact)

    def _blank(self) -> Run:
        desks, letters = new_desks(self.threads, self._first_capacity())
        return Run(
            people=self.population.rows,
            tie=self.population.tie,
            state=np.empty(self.population.n, STATE),
            sure=np.empty(self.population.n, np.int16),
            desks=desks,
            letters=letters,
            **self._programme((), 0),
        )

    def _programme(self, levers: Sequence[Lever], week: int) -> Programmed:
        """The parts of ``Run`` that levers determine."""
        for lever in levers:
            if lever.start < week:
                raise ValueError(f"lever {lever.name} begins in week {lever.start}, before week {week}")
        self.levers, self.policy_week = tuple(levers), week
        self.weekly = with_levers(self._status_quo, levers)
        programme = compile_programme(levers, self._chosen, self._status_quo, self.seed)
        return {
            "world": self._world(),
            "levers": programme.records,
            "aims": programme.aims,
            "queue": programme.queue,
            "served": np.zeros((len(levers), 2), np.int64),
        }

    def _world(self) -> np.void:
        """What is the same for everybody, as one record."""
        return world_with(self.rates, self.weekly, self.levers, seed=self.seed, weeks=self.weeks)

    def _admit(self, levers: Sequence[Lever]) -> None:
        self.run = self.run._replace(**self._programme(levers, self.week))
        self._more = self._contacts.of(
            self.run, levers, self.week, lambda bits: self._written(kernel.admit, self.week, bits)
        )
        if any(lever.effect == INVITATION for lever in levers):
            self._make_room()
            everywhere(lambda thread: kernel.invite(self.run, thread, *self._range(thread), self.week), self.threads)

    def _written(self, write: Callable[..., None], *more: int) -> Agenda:
        def noted(draft: Draft, low: int, high: int) -> None:
            write(self.run, draft, low, high, *more)

        return written(noted, self._edges, self.threads)

    def _all(self) -> tuple[Run, Agenda, Agenda]:
        return self.run, self._base, self._more

    def _range(self, thread: int) -> tuple[int, int]:
        """First person of a thread, one past the last: its share of the blocks."""
        blocks = (len(self._edges) - 1) // self.threads
        return int(self._edges[thread * blocks]), int(self._edges[(thread + 1) * blocks])

    def _week_on_threads(self) -> None:
        blocks = (len(self._edges) - 1) // self.threads
        kernel.serve(self.run, 0, self.week)
        everywhere(
            lambda thread: kernel.share_of_week(*self._all(), thread, blocks, *self._range(thread), self.week),
            self.threads,
        )
        kernel.sweep(self.run, self.week)
        self.week += 1

    def _most_letters(self) -> int:
        """Every tie carries at most one letter."""
        return len(self.population.tie) + 1

    def _first_capacity(self) -> int:
        """Places in each thread's box: enough for whatever happens, or in large populations for what usually does."""
        return min(self._most_letters(), max(self.population.n // 2, MANY_LETTERS))

    def _least_free(self) -> int:
        """Free places that a week needs: none where there is one for every tie."""
        capacity = self.run.letters.shape[1]
        return 0 if capacity >= self._most_letters() else capacity // 2

    def _make_room(self) -> None:
        if self.run.letters.shape[1] - int(self.run.desks["used"].max()) < self._least_free():
            self.run = self.run._replace(letters=moved(self.run.letters, self.run.desks, 2 * self.run.letters.shape[1]))
