"""How widely document rates differ between people, given how long a person's rate holds; and GP contact rates.

Two thirds of people had at least one document in 2024, 70 % in 2025 (F042, F052). The shorter the spells, the more a
year evens out, so the wider rates have to differ within a spell for the same shares of people with none.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from jaxtyping import Float

from model.terms.inputs import AgeProfile
from model.terms.shapes import Floats
from model.terms.spells import LEVELS, gamma_means

MEAN_DOCUMENTS = (4.41, 6.18)
"""Documents per insured person in 2024 and 2025: 300 and 420 million (F041, F047) for 68 million."""
WITH_ONE = (0.667, 0.70)
"""Shares of people with at least one in these years (F042, F052)."""
_SPELLS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 6.0, 12.0, 50.0)
"""Years for which shapes are known; in between they are interpolated on logarithms."""
_LOG_SHAPES = (
    -2.050437657210581, -1.7954123758593343, -1.5578545210122596, -1.3708588638259864, -1.2130094771450384,
    -1.0987762464578656, -1.0082939194171896, -0.9457099212618598, -0.8976121112320119, -0.8595333722050512,
    -0.8208853251357148, -0.7911428216818019,
)  # fmt: skip
"""Logarithm of the shape at each of ``_SPELLS`` that meets the two shares of ``WITH_ONE`` as well as one shape can: its
misses add up to 0. Solved once, and again by ``tests/model/terms/test_spells.py``: a solver takes long to load."""


def document_shape(spell: float) -> float:
    """Shape of the gamma law of document rates within a spell of ``spell`` mean years (infinite: for life)."""
    return float(np.exp(np.interp(np.log(min(spell, _SPELLS[-1])), np.log(_SPELLS), _LOG_SHAPES)))


@lru_cache(maxsize=4)
def gp_levels(profiles: tuple[AgeProfile, ...], heavy_rate: float) -> Float[Floats, " row_level"]:
    """GP contact rates within a spell over the mean of the band, at equally likely levels, band after band, ascending.

    Those who go every month have ``heavy_rate``; the others a gamma spread about what is left of the mean.

    Raises:
        ValueError: those who go every month have more contacts than the band.
    """
    return np.concatenate([_levels_of(profile, heavy_rate) for profile in profiles])


def _levels_of(profile: AgeProfile, heavy_rate: float) -> Float[Floats, " level"]:
    mean, heavy = profile.gp_contacts_per_year, round(profile.gp_heavy_share * LEVELS)
    left = mean * LEVELS - heavy_rate * heavy
    if left < 0.0 or heavy >= LEVELS:
        share = f"{heavy / LEVELS:.3f} with {heavy_rate:g} contacts"
        raise ValueError(f"band {profile.band}: {share} pass the mean {mean:g}")
    others = gamma_means(profile.gp_spread_shape, LEVELS - heavy) * left / (LEVELS - heavy)
    return np.sort(np.concatenate((others, np.full(heavy, heavy_rate)))) / mean if mean > 0 else np.ones(LEVELS)
