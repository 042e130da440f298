"""What the forecast adds to a run: the path of the forecast itself, whatever the horizon."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from calibration.forecast.carried import CarriedForward, mondays
from calibration.forecast.study import path
from model.terms.weeks import week_of
from scenarios.frames import at
from tests.calibration.forecast import made_up

HORIZON = date(2027, 12, 31)


@pytest.fixture(scope="module")
def carried() -> CarriedForward:
    return made_up.study(4).tasks()[0].carried


@pytest.mark.parametrize("draw", [0, 3])
def test_a_scenario_shows_the_path_of_the_forecast(carried: CarriedForward, draw: int) -> None:
    """Cut off at the horizon of a comparison, the status quo has what ``mes forecast`` prints for the day."""
    task = made_up.study(4).tasks()[draw]
    weekly = made_up.weekly(draw)
    near = weekly[: week_of(HORIZON) + 2]
    shown = near + carried(draw, near)
    forecast = path(task, weekly).set_index("date")["millions"]
    assert at(shown, HORIZON) / 1e6 == pytest.approx(forecast[HORIZON.isoformat()], rel=1e-8)
    assert at(shown, HORIZON) != pytest.approx(at(near, HORIZON), rel=1e-4), "as simulated it is another"


def test_what_is_shown_agrees_with_what_is_published_and_does_not_fall(carried: CarriedForward) -> None:
    for draw in range(4):
        weekly = made_up.weekly(draw)
        shown = (weekly + carried(draw, weekly)) / 1e6
        assert (np.diff(shown) >= -1e-9).all()
        for count in made_up.COUNTS:
            if count.headline:
                assert count.low - 0.1 < at(shown, count.day) < count.high + 0.1


def test_a_run_that_ends_before_the_last_count_agrees_with_those_there_are(carried: CarriedForward) -> None:
    weekly = made_up.weekly(1)[: week_of(date(2025, 3, 3)) + 1]
    shown = (weekly + carried(1, weekly)) / 1e6
    assert mondays(weekly)[-1] == date(2025, 3, 3)
    assert 15.0 <= at(shown, date(2024, 10, 7)) <= 16.0
    assert not 15.0 <= at(weekly, date(2024, 10, 7)) / 1e6 <= 16.0
