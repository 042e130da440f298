"""Courses of the drivers against quantiles by hand."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from calibration.facts.inputs import load_history
from model.terms.drivers import growth_table
from model.terms.parameters import HALF_YEARS, Drivers, Parameters
from model.terms.weeks import week_of
from scenarios.compare.courses import courses, courses_table
from scenarios.draw import Draw

UNTIL = date(2027, 12, 31)


def draws(n: int) -> list[Draw]:
    rng = np.random.default_rng(4)
    return [
        Draw(
            index=index,
            parameters=Parameters(
                drivers=Drivers(
                    shocks=tuple(rng.standard_normal(HALF_YEARS)),
                    document_shocks=tuple(rng.standard_normal(HALF_YEARS)),
                )
            ),
            effects={},
            cost_uniforms={},
        )
        for index in range(n)
    ]


def test_known_documents_have_no_band_and_later_ones_do() -> None:
    history = load_history()
    records = courses(draws(50), history, UNTIL)["documents"]
    for record in records:
        assert (record["p05"] == record["p95"]) == (not record["forecast"]), record["date"]
    at = {record["date"][:7]: record["p50"] for record in records}
    assert at["2024-06"] == pytest.approx(25.0, abs=0.5), "25 million a month on 1 July 2024"


def test_growth_is_that_of_the_draws() -> None:
    history, many = load_history(), draws(50)
    record = courses(many, history, UNTIL)["growth"][-1]
    week = week_of(date.fromisoformat(record["date"]))
    found = [growth_table(draw.parameters.drivers, week + 1, history.data_end)[week] for draw in many]
    assert [record["p05"], record["p50"], record["p95"]] == pytest.approx(
        np.quantile(found, [0.05, 0.5, 0.95]), rel=1e-5
    )


def test_bands_of_still_drivers_are_lines() -> None:
    """Negative control: draws that don't differ have no band."""
    still = [replace(draw, parameters=Parameters()) for draw in draws(5)]
    table = courses_table({"courses": courses(still, load_history(), UNTIL)})
    assert (table["course_p05"] == table["course_p95"]).all()
    assert set(table["driver"]) == {"documents", "growth"}
