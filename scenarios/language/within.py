"""A scenario of the country among the people of one region alone.

What is done person by person is done to the region's persons. What is bought for all whom a lever aims at (advisers'
capacity, a media campaign, a campaign of invitations, a development) is taken at the region's share of those people,
so that the parts of all regions add up to the country's. A lever whose ``regions`` leave the region out does nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scenarios.language.schema import Scenario
from scenarios.lever_schemas.base import Targeted

if TYPE_CHECKING:
    from model.terms.inputs import Demography


@dataclass(frozen=True, kw_only=True)
class Within:
    """The region of an experiment."""

    region: str
    share: float
    """Of the insured of the country at the launch, 0..1."""
    level: tuple[str, str] | None = None
    """Folder of the fitted level and SHA-256 of its draws; ``None``: the level is that believed beforehand."""

    def described(self) -> dict[str, object]:
        """As manifests and documents give it."""
        level = None if self.level is None else {"folder": self.level[0], "sha256": self.level[1]}
        return {"region": self.region, "region_share": self.share, "level": level}


def taken_in(scenario: Scenario, region: str, demography: Demography) -> Scenario:
    """The scenario with its levers among the people of one region.

    Raises:
        ValueError: an unknown region.
    """
    from model.levers.base import Target
    from model.population.region import part_of  # loads the compiler

    def part(table: object) -> float:
        target = table.target.resolve() if isinstance(table, Targeted) else Target()
        return part_of(demography, region, target)

    return replace(scenario, levers=tuple(table.taken(part(table)) for table in scenario.levers))
