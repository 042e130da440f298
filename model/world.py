"""What a simulated world offers, whichever engine runs it: the seam of the model.

The engine (``model.fast.FastModel``; ``model.adoption.AdoptionModel`` is the same as a ``mesa.Model``) and the readable
twin (``model.twin.reference.ReferenceModel``) are both worlds; whoever simulates, compares, calibrates or plans asks
for no more than this.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol, Self, runtime_checkable

import pandas as pd

from model.engine.records import Run
from model.levers.base import Lever
from model.population.population import Population
from model.terms.outcome import GroupTable, LeverUse, Outcome, StandingTable
from model.terms.parameters import Parameters, Structure
from model.terms.tables import Coefficients, Weekly


@runtime_checkable
class World(Protocol):
    """A population that adopts, week by week."""

    population: Population
    parameters: Parameters
    structure: Structure
    rates: Coefficients
    """Parameters and structure as numbers."""
    weekly: Weekly
    """Tables by week, as the levers change them."""
    levers: tuple[Lever, ...]
    policy_week: int
    """Week in which the levers were given."""
    week: int
    """Now: everything is told as of the start of this week."""
    weeks: int
    """Last week that can be reached."""
    seed: int
    threads: int

    @property
    def run(self) -> Run:
        """The records that are counted (``model.counting``)."""

    def step(self) -> None:
        """One week, collected for Mesa."""

    def advance(self, until: int) -> None:
        """Run to the start of week ``until``; stops at ``weeks``."""

    def branch(self, levers: Sequence[Lever]) -> Self:
        """A copy at this week, with levers from now on; the original can branch again.

        Raises:
            ValueError: a lever that begins earlier, or a world that has levers already.
        """

    def end_with_branch(self) -> None:
        """The next branch is the last: it may take what this world holds, which then can do no more."""

    def uses(self) -> tuple[LeverUse, ...]:
        """What each lever has consumed from the policy start to the current week."""

    def outcome(self) -> Outcome:
        """Weekly results in persons, from the launch to the current week."""

    def groups(self, dimension: str, weeks: Sequence[int]) -> GroupTable:
        """Living people by group (``model.terms.outcome.DIMENSIONS``) at the start of each of ``weeks``.

        Raises:
            ValueError: an unknown dimension.
        """

    def standing(self, since: int) -> list[StandingTable]:
        """How far people have come at the current week, a table for each dimension; groups are those of week ``since``.

        Raises:
            ValueError: a week after the current one.
        """

    def stock(self, day: date, region: str | None = None) -> float:
        """Persons activated before a day that has been simulated, living or not, in the country or a region.

        Between two weeks it is interpolated.

        Raises:
            ValueError: an unknown region.
        """

    def to_frame(self, rows: Sequence[int] | None = None) -> pd.DataFrame:
        """People with attributes, traits and state, one row each; a sample of 1,000 by default."""
