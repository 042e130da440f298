"""How good registered forecasts were, on counts published after they were registered.

A figure is scored as it stands, its error being part of the forecast (``calibration.hindcast.scoring``). A headline is
scored by its middle, and by the mean over its interval, every place of which agrees with it equally well (in closed
form).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from calibration.facts.counts import Count, counts_of
from calibration.facts.targets import StockTarget
from calibration.forecast.registered import Registered
from calibration.forecast.summary import LEVELS
from calibration.hindcast.scoring import (
    crps,
    predictive_quantile,
    score_interval,
    weighted_interval_score,
    weighted_interval_score_between,
)
from foundation.store.reading import Document

COLUMNS = ("registered", "date", "horizon_days", "low_millions", "high_millions", "middle_millions", "p05", "p25",
           "p50", "p75", "p95", "crps_millions", "crps_interval_millions", "wis_millions", "wis_interval_millions",
           "inside_50", "inside_90")  # fmt: skip


def scored(forecasts: Sequence[Registered], targets: Sequence[StockTarget]) -> pd.DataFrame:
    """A row a registered forecast and count that came after it; empty if none did.

    A count came after a forecast if its day did: days of publication aren't known. What lies beyond a forecast's last
    day, or has no upper end, is left out.
    """
    counts = [count for count in counts_of(targets) if np.isfinite(count.high)]
    rows = [
        [forecast.name, *_row(forecast, count)]
        for forecast in forecasts
        for count in counts
        if forecast.day < count.day <= forecast.last
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _row(forecast: Registered, count: Count) -> list[object]:
    samples = forecast.samples(count.day)
    quantiles = np.array([predictive_quantile(samples, level, count.error) for level in LEVELS])
    q = dict(zip(LEVELS, quantiles.tolist(), strict=True))
    middle = count.millions
    at_middle = crps(samples, middle, count.error), weighted_interval_score(quantiles, middle)
    over = at_middle
    if count.headline:
        over = (
            score_interval(samples, count.low, count.high).crps,
            weighted_interval_score_between(quantiles, count.low, count.high),
        )
    return [
        *(count.day.isoformat(), (count.day - forecast.day).days, count.low, count.high, middle),
        *(q[level] for level in (0.05, 0.25, 0.5, 0.75, 0.95)),
        *(at_middle[0], over[0], at_middle[1], over[1]),
        q[0.25] <= middle <= q[0.75],
        q[0.05] <= middle <= q[0.95],
    ]


def document(table: pd.DataFrame, forecasts: Sequence[Registered]) -> Document:
    """The document of ``mes forecast --score --json``."""
    numbers = table[["crps_millions", "wis_millions", "inside_50", "inside_90"]].astype(float)
    means = {str(name): float(numbers[name].mean()) for name in numbers if len(table)}
    return {
        "registered": [
            {"name": f.name, **{k: f.about[k] for k in ("registered", "version", "forecast_from", "code", "data")}}
            for f in forecasts
        ],
        "scores": [_plain(record) for record in table.to_dict("records")],
        "means": means,
    }


def _plain(record: dict[Any, Any]) -> dict[str, Any]:
    return {str(key): value.item() if hasattr(value, "item") else value for key, value in record.items()}
