"""Weighted draws: what they are worth, and draws of equal weight taken from them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foundation.shapes import Floats


def effective(log_weights: Floats) -> float:
    """Effective sample size of weighted draws (Kish)."""
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights**2).sum())


def systematic(log_weights: Floats, wanted: int, seed: int) -> npt.NDArray[np.int64]:
    """Indices of ``wanted`` distinct draws of equal weight, in random order, by systematic resampling.

    Finer steps are tried where one draw comes up twice; so a draw of great weight is kept once.

    Raises:
        ValueError: there are fewer draws than wanted.
    """
    rng = np.random.default_rng(seed)
    weights = np.exp(log_weights - log_weights.max())
    edges = np.cumsum(weights) / weights.sum()
    for more in (1, 2, 4, 8, 16, 32):
        steps = (np.arange(more * wanted) + rng.random()) / (more * wanted)
        found = np.unique(np.searchsorted(edges, steps))
        if len(found) >= wanted:
            return np.asarray(rng.permutation(found)[:wanted])
    raise ValueError(f"{wanted} distinct draws wanted; there are no more than {len(found)}")
