"""Rates by period against counts by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from calibration.facts.inputs import load_history
from calibration.fit.rates import HAZARDS, PER_DOCUMENT, Period, deposited, rate

MONTH = 365.25 / 12


def test_a_hazard_is_the_gain_of_a_month_over_those_outside():
    """From 10 to 12 of 69 million in a year of 365 days: 2 million on a mean of 58 million outside."""
    period = Period(key="hazard", start=date(2023, 1, 1), end=date(2024, 1, 1), percent=0.0, note="")
    found = rate(period, np.array([[10.0, 12.0], [10.0, 10.0]]), load_history())
    assert found == pytest.approx([100 * 2 / (365 / MONTH) / 58, 0.0])


def test_documents_deposited_are_the_area_under_their_curve():
    """A straight line from 10 to 20 million a month over a year of 365 days: its mean, 15, times the months."""
    history = replace(load_history(), documents=((date(2023, 1, 1), 10.0), (date(2024, 1, 1), 20.0)))
    period = Period(key="per_document", start=date(2023, 1, 1), end=date(2024, 1, 1), percent=0.0, note="")
    assert deposited(history, period) == pytest.approx(15 * 365 / MONTH, rel=1e-9)
    found = rate(period, np.array([10.0, 12.0]), history)
    assert found == pytest.approx(100 * 2 / (15 * 365 / MONTH * 58 / 69))


@pytest.mark.parametrize("period", [*HAZARDS, *PER_DOCUMENT], ids=lambda period: f"{period.key} {period.start}")
def test_published_rates_agree_with_the_published_stocks(period):
    """The tables were derived from these stocks by a smoother; ours is a plain difference, so they agree within what
    rounding of the ends leaves: a quarter."""
    stocks = {"2023-04-25": 8.4, "2024-01-10": 10.57, "2024-02-15": 11.0, "2024-10-07": 15.3, "2025-01-30": 17.3}
    stocks |= {"2025-10-31": 23.3, "2026-01-29": 24.5}
    days = [date.fromisoformat(day).toordinal() for day in stocks]
    ends = np.interp([period.start.toordinal(), period.end.toordinal()], days, list(stocks.values()))
    assert float(rate(period, ends, load_history())) == pytest.approx(period.percent, rel=0.25)
