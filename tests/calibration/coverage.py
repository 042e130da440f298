"""Whether 90 % intervals hold 90 %: a count within its binomial law."""

from collections.abc import Sequence

import numpy as np
from scipy import stats

from calibration.hindcast.scoring import predictive_quantile

SURE = 0.999
"""Probability of the band that a right forecaster's count lies in."""


def covers(samples: Sequence[np.ndarray], came: Sequence[float], error: float = 0.0) -> bool:
    """Whether the figures inside the 90 % intervals are as many as the binomial law of 0.9 has it."""
    ends = [[predictive_quantile(x, level, error) for level in (0.05, 0.95)] for x in samples]
    inside = sum(low <= y <= high for (low, high), y in zip(ends, came, strict=True))
    low, high = stats.binom.interval(SURE, len(came), 0.9)
    return bool(low <= inside <= high)


def overconfident(samples: np.ndarray) -> np.ndarray:
    """The same forecast with half its spread: what a check of coverage has to reject."""
    middle = np.median(samples)
    return middle + 0.5 * (samples - middle)
