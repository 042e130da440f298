"""Shares of groups that have activated, on a day."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from foundation.quantiles import spread
from model.terms.weeks import position
from scenarios.compare.days import Day, ratio


def group_shares(groups: pd.DataFrame, dimension: str, day: date) -> pd.DataFrame:
    """Share activated by group on ``day``: columns scenario, draw, group, living, activated, share.

    Rows keep the order of scenarios and groups in the frame. Scenarios of compared folders may have rows for other
    weeks, so each is interpolated between its own.
    """
    now = Day(groups[groups["dimension"] == dimension], position(day))
    living, activated = now.on("living"), now.on("activated")
    keys = {name: column for name, column in now.keys().items() if name != "dimension"}
    return pd.DataFrame({**keys, "living": living, "activated": activated, "share": ratio(activated, living)})


def share_quantiles(shares: pd.DataFrame, scenario: str, group: str) -> tuple[float, float, float]:
    """5, 50 and 95 % quantiles over draws of a group's share, NaN where it isn't defined."""
    rows = shares[(shares["scenario"] == scenario) & (shares["group"] == group)]
    found = spread(rows["share"])
    low, middle, high = (np.nan if v is None else v for v in (found["p05"], found["p50"], found["p95"]))
    return low, middle, high
