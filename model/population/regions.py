"""How regions and age bands differ in the tables that people are drawn from."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float
from scipy import special

from model.terms.inputs import AgeProfile, Demography
from model.terms.shapes import Floats

LEVELS = 1024
"""Equally likely levels of a rate."""
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


def gp_levels(demography: Demography) -> Float[Floats, "band level"]:
    """GP contact rates over the mean of the band, at equally likely levels of mean 1.

    Those who go every month have ``gp_heavy_rate``; the others a gamma spread about what is left of the mean.
    """
    return np.stack([_levels_of(profile, demography.gp_heavy_rate) for profile in demography.profiles])


def _levels_of(profile: AgeProfile, heavy_rate: float) -> Float[Floats, " level"]:
    mean, heavy = profile.gp_contacts_per_year, round(profile.gp_heavy_share * LEVELS)
    left = mean * LEVELS - heavy_rate * heavy
    if left < 0.0 or heavy >= LEVELS:
        raise ValueError(
            f"band {profile.band}: {heavy / LEVELS:.3f} with {heavy_rate:g} contacts pass the mean {mean:g}"
        )
    others = gamma_means(profile.gp_spread_shape, LEVELS - heavy) * left / (LEVELS - heavy)
    return np.concatenate((others, np.full(heavy, heavy_rate))) / mean if mean > 0 else np.ones(LEVELS)


def gamma_means(shape: float, levels: int) -> Float[Floats, " level"]:
    """Means of ``levels`` equally numerous groups of a gamma of mean 1, ascending."""
    edges = special.gammaincinv(shape, np.linspace(0.0, 1.0, levels + 1))
    return np.diff(special.gammainc(shape + 1.0, edges)) * levels
