"""Quantiles of what is defined, and cells of tables as documents have them."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from foundation.quantiles import plain, records, spread_of_defined


def test_only_what_is_defined_counts():
    found = spread_of_defined([1.0, np.nan], np.array([[2.0], [3.0]]), None)
    assert found == pytest.approx({"p05": 1.1, "p50": 2.0, "p95": 2.9})
    assert found != pytest.approx(spread_of_defined([1.0, 0.0], [2.0, 3.0]))


@pytest.mark.parametrize("nothing", [(), (None,), ([],), ([np.nan],)])
def test_without_any_value_all_is_undefined(nothing):
    assert all(math.isnan(value) for value in spread_of_defined(*nothing).values())


def test_rows_are_what_json_can_say():
    table = pd.DataFrame({"name": ["a", None], "n": [1, 2], "x": [0.12345678, np.nan], "yes": [True, False]})
    found = [{"name": "a", "n": 1, "x": 0.123457, "yes": True}, {"name": None, "n": 2, "x": None, "yes": False}]
    assert records(table) == json.loads(json.dumps(records(table), allow_nan=False)) == found
    assert [type(plain(value)) for value in (np.bool_(True), np.int64(1), np.float64(0.5), "a")] == [
        bool, int, float, str,
    ]  # fmt: skip
