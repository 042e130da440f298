"""The line of ordinary least squares through all stocks since the launch."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from calibration.forecasters.base import Floats, Series
from calibration.forecasters.least_squares import LeastSquares


class OlsLine(LeastSquares):
    """stock(t) = a + b t."""

    name: ClassVar[str] = "ols-line"
    parameters: ClassVar[int] = 2
    needs: ClassVar[int] = 3

    def curve(self, place: Floats, years: Floats, series: Series) -> Floats:
        return np.asarray(place[0] + place[1] * years)

    def fit(self, series: Series) -> Floats:
        return self.refit(np.zeros(2), series.millions[None, :], series)[0]

    def refit(self, best: Floats, noisy: Floats, series: Series) -> Floats:
        design = np.column_stack([np.ones(len(series)), series.years])
        return np.asarray(np.linalg.lstsq(design, noisy.T, rcond=None)[0].T)
