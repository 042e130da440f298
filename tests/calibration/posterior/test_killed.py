"""``mes calibrate``, killed at random moments and resumed."""

import pytest

from tests.calibration.killing import trial


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_calibration_killed_three_times_ends_as_an_undisturbed_one(tmp_path, workers):
    assert trial(tmp_path, workers=workers, times=3, seed=workers) == []
