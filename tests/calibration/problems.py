"""Small calibration problems with known answers, for several tests."""

from __future__ import annotations

from datetime import date

import numpy as np

from calibration.facts.observed import Answer, Observed, load_observed
from calibration.facts.targets import Kind, StockTarget


def stock(day: str, millions: float, error: float, kind: Kind = "measured", region: str | None = None) -> StockTarget:
    """A published count."""
    return StockTarget(
        day=date.fromisoformat(day), millions=millions, error=error, kind=kind, status="yours", facts=(), region=region
    )


STOCKS = (
    stock("2023-01-01", 8.0, 0.4),
    stock("2023-03-01", 8.4, 0.3),
    stock("2023-04-15", 8.6, 0.2, "lower bound"),
    stock("2024-06-01", 12.0, 0.6),
)


def observed(answers: tuple[Answer, ...] = ()) -> Observed:
    """Four stocks, one of them a bound, and answers if wanted."""
    return Observed(stocks=STOCKS, answers=answers)


def fitted_answers() -> tuple[Answer, ...]:
    """The shipped answers."""
    return load_observed().answers


def covariance(size: int, scale: float, seed: int = 1) -> np.ndarray:
    """A dense covariance [size, size] with standard deviations of about ``scale``."""
    factor = np.random.default_rng(seed).standard_normal((size, 2 * size)) / np.sqrt(2 * size)
    return scale**2 * factor @ factor.T
