"""A hindcast as one document: settings, summary of each forecaster, every forecast, and what there is none of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import pandas as pd

from calibration.hindcast.question import MODEL, NAMES
from foundation.quantiles import rounded
from foundation.store.reading import Document

BENCHMARK = "last-slope"
"""What the model is set against first: it costs nothing and is hard to beat."""
FORECAST = ["origin", "date"]
CONVENTIONS = {
    "crps": "fair ensemble form; small is good",
    "predictive": "of the published figure: its error (one standard deviation) is part of the forecast",
    "headlines": "low to high: the middle for absolute error, bias and inside; CRPS averaged over the interval",
    "bias": "median less published figure",
    "absolute_error": "between the median and the published figure",
    "interval": "5 % to 95 %",
    "by_horizon": "days from origin to count, both ends included; the last range is all of six months and more",
    "lower_bounds": "not scored; probability of the bound or more",
    "structure": "designed knowing the counts up to January 2026, so that the model's hindcast flatters it",
    "documents": "millions deposited a month, foreseen with the inputs of the origin; came: documents_fed.csv",
    "outside_view": "its law, and the damped trend, were chosen knowing the counts up to January 2026",
}
BINS: tuple[tuple[int, int | None], ...] = ((0, 182), (183, 365), (366, 730), (731, None), (183, None))
"""Horizons, days: from and to; the last one is six months and more, all together."""
_SCORED = ("absolute_error_millions", "crps_millions")


def document(
    settings: Mapping[str, Any],
    scored: pd.DataFrame,
    bounded: pd.DataFrame,
    banded: pd.DataFrame,
    absent: Sequence[Mapping[str, Any]],
    failures: Sequence[Mapping[str, Any]],
    documents: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """Everything, as plain values for JSON; numbers in millions of profiles."""
    return {
        **settings,
        "conventions": CONVENTIONS,
        "forecasters": summary(scored, absent),
        "model_against_last_slope": [against(scored, name) for name in MODEL if name in set(scored["forecaster"])],
        "forecasts": _records(scored),
        "lower_bounds": _records(bounded),
        "absent": [dict(entry) for entry in absent],
        "failures": [dict(entry) for entry in failures],
        "bands": _records(banded),
        "documents": [dict(entry) for entry in documents],
    }


def summary(scored: pd.DataFrame, absent: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """A row a forecaster: means of its scores and how many figures its 90 % intervals held; ``common`` has the same
    for the forecasts that every forecaster with any has made, so that the rows can be compared."""
    shared = common(scored)
    return [_summed(scored, shared, name, absent) for name in NAMES]


def common(scored: pd.DataFrame) -> pd.DataFrame:
    """The scores of forecasts made by everybody who has made one at all."""
    if scored.empty:
        return scored
    many = scored.groupby(FORECAST)["forecaster"].transform("nunique")
    return scored[many == scored["forecaster"].nunique()]


def against(scored: pd.DataFrame, name: str) -> dict[str, Any]:
    """Where a forecaster does worse than the last slope: forecasts (origin, day) by either score."""
    both = [scored[scored["forecaster"] == which].set_index(FORECAST)[list(_SCORED)] for which in (name, BENCHMARK)]
    ours, theirs = (scores.loc[both[0].index.intersection(both[1].index)] for scores in both)
    worse = ours > theirs
    return {
        "forecaster": name,
        "benchmark": BENCHMARK,
        "compared": len(worse),
        **{
            f"worse_{column.removesuffix('_millions')}": [
                {"origin": origin, "date": day} for origin, day in worse.index[worse[column]]
            ]
            for column in _SCORED
        },
    }


def _summed(
    scored: pd.DataFrame, shared: pd.DataFrame, name: str, absent: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    return {
        "forecaster": name,
        "inputs": MODEL.get(name),
        **_means(scored[scored["forecaster"] == name]),
        "common": _means(shared[shared["forecaster"] == name]),
        "by_horizon": by_horizon(scored[scored["forecaster"] == name]),
        "absent": [
            {key: value for key, value in entry.items() if key != "forecaster"}
            for entry in absent
            if entry["forecaster"] == name
        ],
    }


def by_horizon(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Means over the forecasts of each of ``BINS``, ``None`` without any."""
    return [_of_bin(rows, low, high) for low, high in BINS]


def _of_bin(rows: pd.DataFrame, low: int, high: int | None) -> dict[str, Any]:
    within = rows[rows["horizon_days"].between(low, inf if high is None else high)]
    return {
        "from_days": low,
        "to_days": high,
        "forecasts": len(within),
        "crps_millions": rounded(float(within["crps_millions"].mean())),
        "inside": int(within["inside"].sum()),
        "coverage_90": float(within["inside"].mean()) if len(within) else None,
        "bias_millions": rounded(float(within["bias_millions"].mean())),
    }


def _means(rows: pd.DataFrame) -> dict[str, Any]:
    """Means over forecasts, ``None`` without any."""
    n = len(rows)
    return {
        "forecasts": n,
        "absolute_error_millions": rounded(float(rows["absolute_error_millions"].mean())) if n else None,
        "crps_millions": rounded(float(rows["crps_millions"].mean())) if n else None,
        "inside": int(rows["inside"].sum()),
        "coverage_90": float(rows["inside"].mean()) if n else None,
    }


def _records(frame: pd.DataFrame) -> list[Document]:
    """Rows as plain values, numbers with six significant digits."""
    return [{str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")]


def _plain(value: Any) -> Any:
    if isinstance(value, bool | str | int):
        return value
    return bool(value) if type(value).__name__ == "bool" else rounded(float(value))
