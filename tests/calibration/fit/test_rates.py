"""Rates by period against counts by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from calibration.facts.inputs import load_history
from calibration.facts.targets import load_stock_targets
from calibration.fit.rates import Period, deposited, periods, rate

MONTH = 365.25 / 12


def test_a_hazard_is_the_gain_of_a_month_over_those_outside():
    """From 10 to 12 of 69 million in a year of 365 days: 2 million on a mean of 58 million outside."""
    period = Period(key="hazard", start=date(2023, 1, 1), end=date(2024, 1, 1), percent=0.0, holders=69.0)
    found = rate(period, np.array([[10.0, 12.0], [10.0, 10.0]]), load_history())
    assert found == pytest.approx([100 * 2 / (365 / MONTH) / 58, 0.0])


def test_documents_deposited_are_the_area_under_their_curve():
    """A straight line from 10 to 20 million a month over a year of 365 days: its mean, 15, times the months."""
    history = replace(load_history(), documents=((date(2023, 1, 1), 10.0), (date(2024, 1, 1), 20.0)))
    period = Period(key="per_document", start=date(2023, 1, 1), end=date(2024, 1, 1), percent=0.0, holders=69.0)
    assert deposited(history, period) == pytest.approx(15 * 365 / MONTH, rel=1e-9)
    found = rate(period, np.array([10.0, 12.0]), history)
    assert found == pytest.approx(100 * 2 / (15 * 365 / MONTH * 58 / 69))


STOCKS = [stock for stock in load_stock_targets() if stock.kind != "initial"]


@pytest.mark.parametrize("period", periods(), ids=lambda period: f"{period.key} {period.start}")
def test_published_rates_are_among_those_that_the_published_stocks_allow(period):
    """From the least gain that the ends of the published counts leave to the largest, in straight lines between them;
    half a unit of the last digit printed more on each side."""
    days, ends = [stock.day.toordinal() for stock in STOCKS], [period.start.toordinal(), period.end.toordinal()]
    low, high = (np.interp(ends, days, [getattr(stock, end) for stock in STOCKS]) for end in ("low", "high"))
    least, most = (rate(period, np.array(gain), load_history()) for gain in ((high[0], low[1]), (low[0], high[1])))
    digit = 0.05 if period.key == "per_document" else 0.005
    assert least - digit <= period.percent <= most + digit
