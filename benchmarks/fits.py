"""How cost grows: exponents and lines by least squares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Fit(NamedTuple):
    """An estimate and its standard error."""

    value: float
    error: float


def line(x: Sequence[float], y: Sequence[float]) -> tuple[Fit, Fit]:
    """Intercept and slope of the least-squares line.

    Raises:
        ValueError: fewer than three points.
    """
    if len(x) < 3:
        raise ValueError(f"{len(x)} points; needed 3 or more")
    design = np.column_stack((np.ones(len(x)), np.asarray(x, float)))
    found, *_ = np.linalg.lstsq(design, np.asarray(y, float), rcond=None)
    left = np.asarray(y, float) - design @ found
    covariance = np.linalg.inv(design.T @ design) * (left @ left) / (len(x) - 2)
    intercept, slope = (Fit(float(v), float(np.sqrt(covariance[k, k]))) for k, v in enumerate(found))
    return intercept, slope


def exponent(x: Sequence[float], y: Sequence[float]) -> Fit:
    """b of y = a x^b, by a line through the logarithms."""
    return line(np.log(x).tolist(), np.log(y).tolist())[1]
