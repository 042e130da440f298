"""Groups of people: what they are called, and who is in which."""

from __future__ import annotations

import numpy as np
from jaxtyping import UInt8

from model.population.attributes import EXCLUDED
from model.terms.shapes import Bytes
from model.world import World


def group_names(model: World, dimension: str) -> tuple[str, ...]:
    """Groups of a dimension, in order."""
    if dimension == "age_band":
        return model.population.bands
    if dimension == "region":
        return model.population.regions
    return ("no", "yes")


def group_codes(model: World, dimension: str, week: int) -> UInt8[Bytes, " person"]:
    """Group of each person at the start of a week."""
    population = model.population
    if dimension == "age_band":
        return population.band_at(week).astype(np.uint8, copy=False)
    if dimension == "region":
        return population.region
    if dimension == "long_term_illness":
        return (population.ill_from <= week).astype(np.uint8)
    return ((population.flags & EXCLUDED) > 0).astype(np.uint8)
