"""A forecast beside other services, by hand."""

from dataclasses import replace
from datetime import date

import pytest

from calibration.facts.targets import load_stock_targets
from calibration.forecast.page import beside_head, beside_rows, unchanged
from calibration.forecast.registered import all_registered

STOCK = load_stock_targets()[-1]


def counted(day: date, millions: float):
    return replace(STOCK, day=day, millions=millions)


def test_those_outside_go_on_as_in_the_year_before():
    """Of 50 million outside 40 are left after a year of 365 days: of these, 8 and 14.4 million come in one and two."""
    counts = [counted(date(2022, 1, 1), 1.0), counted(date(2022, 12, 1), 10.0), counted(date(2023, 12, 1), 20.0)]
    days = [date(2024, 11, 30), date(2025, 11, 30)]
    assert unchanged(counts, days, holders=60.0) == pytest.approx([8.0, 14.4])


def test_the_table_of_the_registered_forecast():
    forecast, counts = all_registered()[-1], [stock for stock in load_stock_targets() if stock.kind != "initial"]
    for lang in ("en", "fr"):
        found = beside_rows(forecast, counts, lang)
        assert len(found) == 2
        assert all(len(row) == len(beside_head(lang)) for row in found)
    one = [cell.replace("\u00a0", " ").split()[0] for cell in beside_rows(forecast, counts, "en")[0]]
    assert float(one[2]) / float(one[3]) == pytest.approx(float(one[4]), abs=0.05)
