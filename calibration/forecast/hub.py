"""Model output as hubs of forecasts exchange it (hubverse): a row a day and quantile level, values in persons.

``horizon`` counts days from the reference date, the day of the last count; ``target_end_date`` is the day at whose
start the stock is meant.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

TARGET, LOCATION = "cumulative activated profiles", "FR"
COLUMNS = ("reference_date", "target", "horizon", "target_end_date", "location", "output_type", "output_type_id",
           "value")  # fmt: skip


def hub_table(quantiles: pd.DataFrame, last: date) -> pd.DataFrame:
    """The forecast days of a table of quantiles (``summary.quantile_table``), without that of the last count itself."""
    ahead = quantiles[quantiles["forecast"]]
    columns = {
        "reference_date": last.isoformat(),
        "target": TARGET,
        "horizon": [(date.fromisoformat(day) - last).days for day in ahead["date"]],
        "target_end_date": ahead["date"].to_numpy(),
        "location": LOCATION,
        "output_type": "quantile",
        "output_type_id": ahead["level"].to_numpy(),
        "value": (ahead["millions"] * 1e6).round().astype("int64").to_numpy(),
    }
    return pd.DataFrame(columns, columns=list(COLUMNS))
