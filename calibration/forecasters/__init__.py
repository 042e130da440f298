"""Forecasters that know nothing but the published stocks: what a model has to beat."""

from __future__ import annotations

from calibration.forecasters.base import (
    LIVING_INSURED,
    SAMPLES,
    Forecaster,
    NotEnoughDataError,
    Series,
    series_until,
    years_at,
)
from calibration.forecasters.bass_fixed import BassFixed
from calibration.forecasters.bass_free import BassFree
from calibration.forecasters.gompertz import Gompertz
from calibration.forecasters.last_slope import LastSlope
from calibration.forecasters.logistic import Logistic
from calibration.forecasters.no_change import NoChange
from calibration.forecasters.ols_line import OlsLine

FORECASTERS: tuple[Forecaster, ...] = (
    NoChange(),
    LastSlope(),
    OlsLine(),
    BassFree(),
    BassFixed(),
    Logistic(),
    Gompertz(),
)
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
