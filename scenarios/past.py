"""What the scenarios of a draw share of its history, counted once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from model.terms.outcome import DIMENSIONS, GroupTable, StandingTable

if TYPE_CHECKING:
    from model.counting.census import Census
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

    def census(self, branch: World) -> Census:
        """Of a scenario at its current week."""
        from model.counting.census import Census

        census = Census(branch, self.status_quo.get(branch.week))
        if not branch.levers and branch.week not in self.status_quo and branch.population.n <= COUNTED_BESIDE:
            self.status_quo[branch.week] = census.kept()
        return census


def past_of(model: World, weeks: Sequence[int]) -> Past:
    """Counts of a history at its end, and of groups in ``weeks``."""
    from model.counting.census import Census

    now = Census(model)
    return Past(groups=groups_of(now, weeks), standing=now.standing(model.week))


def groups_of(census: Census, weeks: Sequence[int]) -> list[GroupTable]:
    """A table for each dimension."""
    return [census.groups(dimension, weeks) for dimension in DIMENSIONS]
