"""Drivers against counts by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from math import exp, log, sqrt

import numpy as np
import pytest

from model.terms.drivers import GROWTH_STARTS, STEP, STEP_KNOWN, documents_beyond, growth_level, growth_table
from model.terms.parameters import HALF_YEARS, Drivers
from model.terms.weeks import WEEKS, WEEKS_PER_YEAR, position

LATE = date(2026, 1, 31)
STILL = Drivers(trend=0.0, step=1.0, volatility=0.5)


def first_shocks(*shocks: float) -> tuple[float, ...]:
    return (*shocks, *(0.0,) * (HALF_YEARS - len(shocks)))


def test_nothing_moves_without_trend_step_and_shocks() -> None:
    assert growth_table(STILL, WEEKS, LATE).tolist() == [1.0] * WEEKS


def test_trend_begins_with_2023() -> None:
    found = growth_table(replace(STILL, trend=0.2), WEEKS, LATE)
    years = (200.5 - position(GROWTH_STARTS)) / WEEKS_PER_YEAR
    assert found[200] == pytest.approx(exp(0.2 * years))
    assert found[: int(position(GROWTH_STARTS))].tolist() == [1.0] * 47


def test_shocks_add_up_and_fade() -> None:
    """Nine years halve a level, so half a year leaves 0.5^(1/18) of it; a shock of 1 is volatility x sqrt(1/2)."""
    kept, one = 0.5 ** (1 / 18), 0.5 * sqrt(0.5)
    years, levels = growth_level(replace(STILL, shocks=first_shocks(1.0, -2.0)))
    assert years.tolist() == [0.5 * knot for knot in range(HALF_YEARS + 1)]
    assert levels[:3] == pytest.approx([0.0, one, kept * one - 2 * one])
    assert levels[3] == pytest.approx(kept * levels[2])
    assert levels[2 + 9] == pytest.approx(levels[2] * sqrt(0.5)), "four years and a half: half of nine"


def test_growth_is_linear_on_logarithms_between_knots() -> None:
    found = growth_table(replace(STILL, shocks=first_shocks(1.0)), WEEKS, LATE)
    years = (55.5 - position(GROWTH_STARTS)) / WEEKS_PER_YEAR
    assert 0 < years < 0.5
    assert log(found[55]) == pytest.approx(0.5 * sqrt(0.5) * years / 0.5)


@pytest.mark.parametrize(("data_end", "known"), [(date(2024, 2, 28), False), (STEP_KNOWN, True), (LATE, True)])
def test_the_step_is_there_for_who_knows_it(data_end: date, known: bool) -> None:
    found = growth_table(replace(STILL, step=1.4), WEEKS, data_end)
    first, last = (position(day) for day in STEP)
    assert found[int(first) - 1] == 1.0
    assert found[int(last) + 1] == found[-1] == pytest.approx(1.4 if known else 1.0)
    share = (106.5 - first) / (last - first)
    assert found[106] == pytest.approx(1.4**share if known else 1.0)


DAYS = np.array([0.0, WEEKS_PER_YEAR, 2 * WEEKS_PER_YEAR])
RATES = np.array([10.0, 20.0, 30.0])


def beyond(drivers: Drivers, *years: float) -> list[float]:
    return documents_beyond(drivers, DAYS, RATES, DAYS[-1] + WEEKS_PER_YEAR * np.array(years)).tolist()


def test_documents_go_on_with_a_slope_that_fades() -> None:
    """The last year rose by log 1.5; with a half-life of one year half of slope / log 2 has come after one."""
    drivers = Drivers(document_momentum=0.8, document_half_life=1.0, document_volatility=0.0)
    whole = 0.8 * log(1.5) / log(2.0)
    assert beyond(drivers, -1.0, 0.0, 1.0, 2.0) == pytest.approx([0.0, 0.0, whole / 2, whole * 3 / 4])
    assert beyond(drivers, 1e-6)[0] / 1e-6 == pytest.approx(0.8 * log(1.5), rel=1e-5)


def test_document_shocks_walk_and_do_not_fade() -> None:
    shocks = first_shocks(1.0, 0.5)
    drivers = Drivers(document_momentum=0.0, document_volatility=0.2, document_shocks=shocks)
    one = 0.2 * sqrt(0.5)
    assert beyond(drivers, 0.25, 0.5, 1.0, 3.0) == pytest.approx([one / 2, one, 1.5 * one, 1.5 * one])


def test_without_documents_there_is_nothing_to_go_on() -> None:
    """A pilot has none: no slope, no warning, no NaN."""
    assert documents_beyond(STILL, np.array([0.0]), np.array([0.0]), np.array([0.0, 100.0])).tolist() == [0.0, 0.0]
