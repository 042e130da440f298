"""Bass diffusion whose ceiling is everybody."""

from __future__ import annotations

from typing import ClassVar

from calibration.forecasters.base import LIVING_INSURED, Floats, Series
from calibration.forecasters.bass_free import bass
from calibration.forecasters.least_squares import GrowthCurve, positive


class BassFixed(GrowthCurve):
    """p and q; the ceiling is the living insured, 68.4 million (F024)."""

    name: ClassVar[str] = "bass-fixed"
    parameters: ClassVar[int] = 2
    needs: ClassVar[int] = 3
    starts = ((-5.0, -3.0, -1.0), (-5.0, -2.0, 0.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        return bass(positive(place[0]), positive(place[1]), LIVING_INSURED, years, series.initial)
