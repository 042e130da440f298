"""Shares of groups that have activated, on a day."""

from __future__ import annotations

from datetime import date

import pandas as pd

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
