"""Bass diffusion with a ceiling that the stocks decide on."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from calibration.hindcast.forecasters.base import LIVING_INSURED, Series
from calibration.hindcast.forecasters.least_squares import GrowthCurve, ceiling_above, positive
from foundation.shapes import Floats


def bass(p: float, q: float, ceiling: float, years: Floats, initial: float) -> Floats:
    """initial + (ceiling - initial) x (1 - e^-(p + q)t) / (1 + q/p e^-(p + q)t), t years since the launch (Bass 1969):
    p a year of innovation, q a year of imitation; the pilot's stock is the starting level."""
    decay = np.exp(-(p + q) * np.maximum(years, 0.0))
    return np.asarray(initial + (ceiling - initial) * (1 - decay) / (1 + q / p * decay))


class BassFree(GrowthCurve):
    """p, q and the ceiling, between the last stock and all living insured."""

    name: ClassVar[str] = "bass-free"
    parameters: ClassVar[int] = 3
    needs: ClassVar[int] = 4
    starts = ((-3.0, -1.0, 0.0), (-3.0, -1.0, 1.0), (-3.0, 0.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        ceiling = ceiling_above(place[2], series)
        return bass(positive(place[0]), positive(place[1]), ceiling, years, series.initial)


class BassFixed(GrowthCurve):
    """p and q; the ceiling is the living insured, 68.4 million (F024)."""

    name: ClassVar[str] = "bass-fixed"
    parameters: ClassVar[int] = 2
    needs: ClassVar[int] = 3
    starts = ((-5.0, -3.0, -1.0), (-5.0, -2.0, 0.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        return bass(positive(place[0]), positive(place[1]), LIVING_INSURED, years, series.initial)
