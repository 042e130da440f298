"""What is believed of a region beforehand: its level over the country, and ratios that nobody published.

Draws are pure functions of the key, the region, the number of the draw and the name: adding a region changes no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from statistics import NormalDist

import numpy as np

from calibration.facts.inputs import EXCLUSION, ILLNESS, OLD_EXCLUSION, region_values
from calibration.facts.tables import read_rows
from foundation.seeds import uniform
from model.terms.inputs import Demography, OneRegion
from scenarios.draw import Draw

TABLE = "regional.csv"
KEY = "region-1"
"""Of the draws of what is believed of regions."""


@cache
def level_sd() -> float:
    """Standard deviation of the local level, *assumed*: a normal of mean 0."""
    (row,) = (row for row in read_rows(TABLE, ("name", "value", "status")) if row.text("name") == "level_sd")
    return row.number("value", 1e-3, 2.0)


def unpublished(demography: Demography, region: str) -> Mapping[str, tuple[float, float]]:
    """Ratios of the region that nobody published, ``illness`` and ``exclusion`` as in ``OneRegion``: the least and the
    largest of those that are known of other regions."""
    names = demography.regions
    unknown = {
        "illness": np.isnan(region_values(ILLNESS, names)),
        "exclusion": np.isnan(region_values(EXCLUSION, names)) & np.isnan(region_values(OLD_EXCLUSION, names)),
    }
    ratios = {"illness": demography.region_illness, "exclusion": demography.region_exclusion}
    place = names.index(region)
    return {
        name: (float(ratios[name][~missing].min()), float(ratios[name][~missing].max()))
        for name, missing in unknown.items()
        if missing[place]
    }


def region_of(demography: Demography, region: str, index: int, key: str = KEY) -> OneRegion:
    """The region of a draw, ratios that nobody published drawn evenly between their bounds (*assumed*)."""
    drawn = {
        name: low + (high - low) * uniform(key, region, index, name)
        for name, (low, high) in unpublished(demography, region).items()
    }
    return OneRegion(name=region, illness=drawn.get("illness"), exclusion=drawn.get("exclusion"))


def level_of(region: str, index: int, key: str = KEY) -> float:
    """The local level of a draw beforehand."""
    return level_sd() * NormalDist().inv_cdf(uniform(key, region, index, "level"))


def with_level(draw: Draw, level: float) -> Draw:
    """A draw with a local level of log growth."""
    drivers = replace(draw.parameters.drivers, local=level)
    return replace(draw, parameters=replace(draw.parameters, drivers=drivers))


def believed(draws: Sequence[Draw], demography: Demography, region: str) -> list[Draw]:
    """National draws as draws of a region of which no count is known: the level is that believed beforehand."""
    return [
        with_level(replace(draw, only=region_of(demography, region, draw.index)), level_of(region, draw.index))
        for draw in draws
    ]
