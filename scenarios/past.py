"""What is counted once, for all scenarios of a draw, and beside which the others are counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from model.terms.outcome import DIMENSIONS, GroupTable, StandingTable

if TYPE_CHECKING:
    from model.counting.census import Census
    from model.counting.use import UseCensus, UseOutcome
    from model.terms.use import Use
    from model.world import World

COUNTED_BESIDE = 2_000_000
"""Most people for whom the status quo is kept while other scenarios run; more would cost too much memory."""


@dataclass(frozen=True)
class Past:
    """What is counted once, for all scenarios of a draw."""

    groups: list[GroupTable]
    standing: list[StandingTable]
    status_quo: dict[int, Census] = field(default_factory=dict)
    """By week, from the first scenario without levers on: others are counted beside it, only where they differ."""
    use: dict[tuple[int, tuple[object, ...]], UseCensus] = field(default_factory=dict)
    """The same of use after activation, by week and by the documents that levers bring."""
    since: int = 0
    """Week of the policy start."""

    def census(self, branch: World) -> Census:
        """Of a scenario at its current week."""
        from model.counting.census import Census

        large = branch.population.n > COUNTED_BESIDE
        census = Census(branch, self.status_quo.get(branch.week), alone=large)
        if self._keeps(branch) and branch.week not in self.status_quo:
            self.status_quo[branch.week] = census.kept()
        return census

    def used(self, branch: World, use: Use | None) -> UseOutcome | None:
        """Use after activation in a scenario at its current week; ``None`` on draws without a posterior of it."""
        if use is None:
            return None
        from model.counting.use import UseCensus, documents_of
        from model.engine.sharing import MOST_PEOPLE

        documents, quo = documents_of(branch), self.use.get((branch.week, ()))
        beside = self.use.get((branch.week, documents), quo)
        brings_first = bool(documents) and beside is quo and quo is not None
        keeps = self._keeps(branch) or (brings_first and branch.population.n <= MOST_PEOPLE)
        census = UseCensus(branch, use, beside, since=self.since if keeps else None)
        found = census.outcome()
        if keeps:
            for other in [key for key in self.use if brings_first and key[0] == branch.week and key[1]]:
                del self.use[other]  # one at a time: it holds its world
            self.use.setdefault((branch.week, documents), census)
        return found

    def _keeps(self, branch: World) -> bool:
        return not branch.levers and branch.population.n <= COUNTED_BESIDE


def past_of(model: World, weeks: Sequence[int]) -> Past:
    """Counts of a history at its end, and of groups in ``weeks``."""
    from model.counting.census import Census

    now = Census(model, alone=True)
    return Past(groups=groups_of(now, weeks), standing=now.standing(model.week), since=model.week)


def groups_of(census: Census, weeks: Sequence[int]) -> list[GroupTable]:
    """A table for each dimension."""
    return [census.groups(dimension, weeks) for dimension in DIMENSIONS]
