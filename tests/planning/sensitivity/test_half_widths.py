"""The bootstrap of first-order indices gives SALib's numbers."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from SALib.analyze import rbd_fast

from planning.sensitivity.indices import HARMONICS, LEVEL, half_widths


def test_of_what_hardly_varies_there_is_no_interval_and_no_warning() -> None:
    luck = np.random.default_rng(1)
    columns, y = luck.random((40, 2)), np.zeros(40)
    y[0] = 1.0  # most resamples have zeros only
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(half_widths(columns, y, 50, 3)).all()
        assert np.isfinite(half_widths(columns, luck.random(40), 50, 3)).all(), "negative control"


@pytest.mark.parametrize("draws", [41, 100, 101, 102])
def test_half_widths_are_those_of_salib(draws: int) -> None:
    luck = np.random.default_rng(1)
    columns = luck.random((draws, 4))
    columns[:, 2] = np.round(columns[:, 2], 1)  # ties
    y = luck.random(draws) + columns[:, 0]
    problem = {"num_vars": 4, "names": list("abcd"), "bounds": [[0, 1]] * 4}
    theirs = rbd_fast.analyze(problem, columns, y, M=HARMONICS, num_resamples=50, conf_level=LEVEL, seed=3)["S1_conf"]
    assert half_widths(columns, y, 50, 3) == pytest.approx(np.array(theirs, float), rel=1e-9)
    assert half_widths(columns, y, 50, 4) != pytest.approx(np.array(theirs, float), rel=1e-3), "negative control"
