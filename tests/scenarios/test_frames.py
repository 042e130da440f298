"""Horizon, target date and cost, worked by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from model.terms.weeks import monday
from scenarios.frames import Result, at, channel_frame, target_date
from tests.scenarios.made_up import WEEKS, frames, outcome

UNTIL = date(2027, 12, 31)


def test_a_stock_between_mondays_is_interpolated() -> None:
    stock = np.arange(11.0) * 70
    assert at(stock, monday(3)) == 210
    assert at(stock, date(2022, 2, 1)) == pytest.approx(10)


@pytest.mark.parametrize(
    ("target", "expected"),
    [(0.0, "2022-01-31"), (10.0, "2022-02-01"), (10.5, "2022-02-02"), (70.0, "2022-02-07"), (701.0, None)],
)
def test_the_target_is_reached_on_the_first_day_that_starts_with_it(target: float, expected: str | None) -> None:
    assert target_date(np.arange(11.0) * 70, target, monday(10)) == expected


def test_a_target_reached_after_the_horizon_is_not_reached() -> None:
    stock = np.arange(11.0) * 70
    assert target_date(stock, 650.0, monday(9)) is None
    assert target_date(stock, 630.0, monday(9)) == monday(9).isoformat()


def test_flows_keep_their_sum_and_the_last_interval_is_shorter() -> None:
    result = Result(scenario="s", outcome=outcome(0), costs=[], groups=[], standing=[], simulated=outcome(0).activated)
    table = channel_frame(0, [result], 13)
    assert table["contacts"].sum() == WEEKS * 13, "13 channels, one contact a week each"
    assert (table["contacts"] == table["weeks"]).all()
    assert table.groupby("channel")["weeks"].sum().unique().tolist() == [WEEKS]


def test_the_outcome_counts_public_cost_only() -> None:
    table = frames({"status-quo": 0.0, "letters": 2e6}, 0, until=UNTIL)["outcomes"].set_index("scenario")
    share = (UNTIL - date(2022, 1, 31)).days / 7 / WEEKS
    assert table.loc["status-quo", "activated_millions"] == pytest.approx(30 * share)
    assert table.loc["letters", "additional_millions"] == pytest.approx(2 * share)
    assert table.loc["letters", "cost_millions_eur"] == 2
    assert table.loc["letters", "doctor_minutes_millions"] == 1
    assert table.loc["letters", "cost_per_additional_eur"] == pytest.approx(1 / share)
    assert np.isnan(table.loc["status-quo", "cost_per_additional_eur"])
    assert table["reached"].tolist() == [False, False]
