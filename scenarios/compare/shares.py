"""Shares of groups that have activated, on a day."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from foundation.quantiles import spread
from model.terms.weeks import position


def group_shares(groups: pd.DataFrame, dimension: str, day: date) -> pd.DataFrame:
    """Share activated by group on ``day``: columns scenario, draw, group, living, activated, share.

    Rows keep the order of scenarios and groups in the frame. Scenarios of compared folders may have rows for other
    weeks, so each is interpolated between its own.
    """
    rows = groups[groups["dimension"] == dimension]
    parts = [_shares(part, day) for _, part in rows.groupby("scenario", sort=False)]
    return pd.concat(parts, ignore_index=True)


def _shares(rows: pd.DataFrame, day: date) -> pd.DataFrame:
    weeks = np.sort(rows["week"].unique())
    before, after = weeks_around(weeks, position(day))
    weight = 0.0 if before == after else (position(day) - before) / (after - before)
    keys = ["scenario", "draw", "group"]
    first = rows[rows["week"] == before].set_index(keys)[["living", "activated"]]
    second = rows[rows["week"] == after].set_index(keys)[["living", "activated"]]
    stock = ((1 - weight) * first + weight * second.reindex(first.index)).reset_index()
    # No one in a group of a very small sample: no share rather than a division by zero.
    return stock.assign(share=stock["activated"] / stock["living"].where(stock["living"] > 0))


def weeks_around(weeks: npt.NDArray[Any], at: float) -> tuple[int, int]:
    """The weeks just before and after a position, the last twice beyond it."""
    after = min(int(np.searchsorted(weeks, at)), len(weeks) - 1)
    before = after if weeks[after] <= at else max(after - 1, 0)
    return int(weeks[before]), int(weeks[after])


def share_quantiles(shares: pd.DataFrame, scenario: str, group: str) -> tuple[float, float, float]:
    """5, 50 and 95 % quantiles over draws of a group's share, NaN where it isn't defined."""
    rows = shares[(shares["scenario"] == scenario) & (shares["group"] == group)]
    found = spread(rows["share"])
    low, middle, high = (np.nan if v is None else v for v in (found["p05"], found["p50"], found["p95"]))
    return low, middle, high
