"""Whether stocks can be numbers of people: no more than live where they are counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from calibration.facts.targets import StockTarget
from foundation.language.amounts import MOST_PROFILES
from model.terms.inputs import Demography

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
