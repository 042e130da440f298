"""The free parameters of the calibration, and their places: every prior whitened to a standard normal.

A *place* is a vector of standard normal coordinates, one for each name of ``FREE``. Working on places makes the prior
the same for all parameters and keeps every value inside its range.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import numpy as np
from scipy import special

from calibration.facts.priors import FREE, Prior, load_priors
from foundation.shapes import Floats

NEAREST_END = 1e-6
"""Uniforms of first places are kept this far from 0 and 1."""
SMALLEST = 1e-9
"""Quantiles are kept this far from 0 and 1."""


@lru_cache(maxsize=1)
def free_priors() -> tuple[Prior, ...]:
    """Priors in the order of ``FREE``."""
    priors = load_priors()
    return tuple(priors[name] for name in FREE)


def values_at(places: Floats) -> Floats:
    """Parameter values [..., parameter] at places [..., parameter]."""
    quantiles = np.clip(special.ndtr(places), SMALLEST, 1 - SMALLEST)
    columns = [prior.quantile(quantiles[..., k]) for k, prior in enumerate(free_priors())]
    return np.stack(columns, axis=-1)


def prior_places(wanted: int, chance: int | np.random.Generator) -> Floats:
    """Places [place, parameter] of the prior: the start of a scrambled Sobol sequence, so that few cover it evenly."""
    from scipy import stats  # takes a while to load, and most who read parameters draw none

    sobol = stats.qmc.Sobol(len(FREE), seed=chance)
    uniforms = sobol.random_base2(max(0, int(np.ceil(np.log2(wanted)))))[:wanted]
    return np.asarray(special.ndtri(np.clip(uniforms, NEAREST_END, 1 - NEAREST_END)))


FURTHEST, STEPS = 6.5, 4097
"""Reach and points of the tables of ``quick_values_at``."""


@lru_cache(maxsize=1)
def _tables() -> tuple[Floats, Floats]:
    grid = np.linspace(-FURTHEST, FURTHEST, STEPS)
    return grid, values_at(np.tile(grid[:, None], len(FREE)))


def quick_values_at(places: Floats, names: Collection[str]) -> Floats:
    """As ``values_at``, for some parameters only (NaN for the others), from tables: within a hundred-thousandth of the
    prior's width, a hundred times faster. A sampler looks at a million places."""
    grid, table = _tables()
    values = np.full(places.shape, np.nan)
    for name in names:
        column = FREE.index(name)
        values[..., column] = np.interp(places[..., column], grid, table[:, column])
    return values


def places_at(values: Floats) -> Floats:
    """Places [..., parameter] at which parameters have these values [..., parameter]; from tables, within reach."""
    grid, table = _tables()
    columns = [np.interp(values[..., k], table[:, k], grid) for k in range(len(FREE))]
    return np.stack(columns, axis=-1)


def named(values: Floats) -> dict[str, float]:
    """One vector of values by name of ``FREE``."""
    return dict(zip(FREE, map(float, values), strict=True))
