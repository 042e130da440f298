"""A posterior that nobody has fitted, for tests of what is done with one: places near the middle of the prior."""

from __future__ import annotations

import numpy as np

from calibration.facts.priors import FREE
from calibration.posterior.simulate import values_at
from foundation.shapes import Floats

SPREAD = 0.3
"""Prior standard deviations: so near the middle that every surveyed prevalence can be attained."""


def posterior(draws: int, seed: int = 1) -> dict[str, Floats]:
    """One vector [draw] for each name of ``FREE``, as ``calibration.draws.files.save_draws`` takes them."""
    places = SPREAD * np.random.default_rng(seed).standard_normal((draws, len(FREE)))
    return dict(zip(FREE, values_at(places).T, strict=True))
