"""Counts of profiles: those of the country, as paths are made to agree with them, and whether counts can be numbers of
people, no more than live where they are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from calibration.facts.targets import StockTarget
from foundation.language.amounts import MOST_PROFILES
from model.terms.inputs import Demography


@dataclass(frozen=True, kw_only=True)
class Count:
    """A published count of the country."""

    day: date
    millions: float
    """The figure; of a headline its middle."""
    error: float
    """One standard deviation of a figure, millions; 0 for a headline."""
    low: float
    high: float
    """Ends of what was published, millions."""
    headline: bool
    """Whether all that is known is ``low`` to ``high``."""


def counts_of(targets: Sequence[StockTarget]) -> tuple[Count, ...]:
    """All counts of the country since the launch, by rising day."""
    national = [target for target in targets if target.kind != "initial" and target.region is None]
    return tuple(count_of(target) for target in sorted(national, key=lambda target: target.day))


def count_of(target: StockTarget) -> Count:
    """A published count; what was published as "more than" alone has no upper end, and its middle is its low end."""
    headline = target.is_interval or target.kind == "lower bound"
    error = 0.0 if headline else target.error
    return Count(
        day=target.day, millions=target.millions, error=error, low=target.low, high=target.high, headline=headline
    )


SLACK = 3.0
"""Standard deviations by which regions may pass the country."""


def most_profiles(region: str | None, demography: Demography) -> float:
    """Millions of profiles at most in a region, or in the country (also where there is no such region)."""
    if region not in demography.regions:
        return MOST_PROFILES
    return MOST_PROFILES * float(demography.region_share[demography.regions.index(region)])


def too_many_in_regions(file: str, stocks: Sequence[StockTarget]) -> list[str]:
    """For each count of the country: that those of regions up to its day add up to more, if they do."""
    return [
        problem
        for country in stocks
        if country.region is None and country.is_figure
        for problem in _of(file, country, stocks)
    ]


def _of(file: str, country: StockTarget, stocks: Sequence[StockTarget]) -> Iterator[str]:
    """Counts only grow: what the regions had by a day can't pass what the country had on it."""
    latest = {one.region: one for one in stocks if one.region is not None and one.day <= country.day}
    most = country.high if country.is_interval else country.millions + SLACK * country.error
    total = sum(one.low if one.is_interval else one.millions - SLACK * one.error for one in latest.values())
    if total > most:
        counted = sum(one.millions for one in latest.values())
        yield (
            f"{file}, {country.day}: counts of regions add up to {counted:g} million, that of the country is "
            f"{country.millions:g}; regions can't have more than the country"
        )
