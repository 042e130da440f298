"""How regions and age bands differ in the tables that people are drawn from."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from model.terms.inputs import Demography
from model.terms.shapes import Floats

MOST_SHARE, BISECTIONS = 0.999, 50


def region_bands(demography: Demography) -> Float[Floats, "region band"]:
    """Persons of the first year by region and age band."""
    people = demography.region_age_share * demography.pyramid[0].sum(axis=0)
    return np.stack([people[:, p.age_from : p.age_to + 1].sum(axis=1) for p in demography.profiles], axis=1)


def by_region(
    share: Float[Floats, " band"], ratio: Float[Floats, " region"], people: Float[Floats, "region band"]
) -> Float[Floats, "region band"]:
    """Shares by region and band that differ between regions like ``ratio`` and keep the national share of each band.

    It is the hazard -log(1 - share) that is multiplied, so that no share passes 1: those above a half differ by less.
    """
    weights = people / people.sum(axis=0)
    hazard = np.outer(ratio, -np.log1p(-np.minimum(share, MOST_SHARE)))
    low, high = np.zeros(len(share)), np.full(len(share), 2.0 / ratio.min())
    for _ in range(BISECTIONS):
        level = 0.5 * (low + high)
        short = (weights * -np.expm1(-hazard * level)).sum(axis=0) < share
        low, high = np.where(short, level, low), np.where(short, high, level)
    return np.asarray(-np.expm1(-hazard * 0.5 * (low + high)))
