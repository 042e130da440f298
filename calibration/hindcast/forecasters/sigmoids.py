"""The Gompertz curve."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from scipy.special import expit

from calibration.hindcast.forecasters.base import Series
from calibration.hindcast.forecasters.least_squares import GrowthCurve, ceiling_above, positive
from foundation.shapes import Floats


class Gompertz(GrowthCurve):
    """stock(t) = ceiling x exp(-e^-r(t - middle)), the ceiling between the last stock and all living insured."""

    name: ClassVar[str] = "gompertz"
    parameters: ClassVar[int] = 3
    needs: ClassVar[int] = 4
    starts = ((-3.0, 0.0), (-2.0, 0.0), (-2.0, 1.0, 4.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        inner = np.exp(np.clip(-positive(place[1]) * (years - place[2]), -50.0, 50.0))
        return np.asarray(ceiling_above(place[0], series) * np.exp(-inner))


class Logistic(GrowthCurve):
    """stock(t) = ceiling / (1 + e^-r(t - middle)), the ceiling between the last stock and all living insured."""

    name: ClassVar[str] = "logistic"
    parameters: ClassVar[int] = 3
    needs: ClassVar[int] = 4
    starts = ((-3.0, 0.0), (-2.0, 0.0), (-2.0, 1.0, 4.0))

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        return np.asarray(ceiling_above(place[0], series) * expit(positive(place[1]) * (years - place[2])))
