"""What does a model have to beat? Forecasters that know nothing but the published stocks. One is added by a file and
its name here; seeds of the bootstrap are results.
"""

from __future__ import annotations

from calibration.hindcast.forecasters.base import (
    LIVING_INSURED,
    SAMPLES,
    Forecaster,
    NotEnoughDataError,
    Series,
    series_until,
    years_at,
)
from calibration.hindcast.forecasters.curves import (
    BassFixed,
    BassFree,
    Gompertz,
    LastSlope,
    Logistic,
    NoChange,
    OlsLine,
)
from calibration.hindcast.forecasters.hazards import DampedTrend, EqualMean, OutsideView

_ALONE: tuple[Forecaster, ...] = (
    NoChange(),
    LastSlope(),
    OlsLine(),
    BassFree(),
    BassFixed(),
    Logistic(),
    Gompertz(),
    DampedTrend(),
    OutsideView(),
)
FORECASTERS: tuple[Forecaster, ...] = (*_ALONE, EqualMean(_ALONE))
"""In the order of tables and pictures."""

__all__ = [
    "FORECASTERS",
    "LIVING_INSURED",
    "SAMPLES",
    "Forecaster",
    "NotEnoughDataError",
    "Series",
    "series_until",
    "years_at",
]
