"""What pictures show, from the frames of a run: bands over draws, stocks on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from foundation.shapes import Floats
from foundation.store.manifest import Manifest
from model.terms.weeks import position

Frames = Mapping[str, pd.DataFrame]
BAND = (0.05, 0.25, 0.50, 0.75, 0.95)


def scenario_order(frame: pd.DataFrame) -> list[str]:
    """Scenarios as the run lists them; the first is the reference."""
    return [str(name) for name in frame["scenario"].unique()]


def strategies_by_effect(frames: Frames) -> list[str]:
    """All scenarios but the reference, the one that adds most first (median)."""
    outcomes = frames["outcomes"]
    medians = outcomes.groupby("scenario", sort=False)["additional_millions"].median()
    return [str(name) for name in medians.iloc[1:].sort_values(ascending=False, kind="stable").index]


def weekly_bands(rows: pd.DataFrame, column: str, levels: Sequence[float] = BAND) -> tuple[Floats, Floats]:
    """Weeks [W+1] and quantiles over draws [level, W+1] of one scenario's stock."""
    table = rows.pivot(index="week", columns="draw", values=column).sort_index()
    return table.index.to_numpy(np.float64), np.quantile(table.to_numpy(), levels, axis=1)


def on_day(rows: pd.DataFrame, column: str, day: date) -> Floats:
    """Stock of each draw at the start of ``day``, by interpolation between the weeks there are, shape [draw]."""
    table = rows.pivot(index="week", columns="draw", values=column).sort_index()
    weeks = table.index.to_numpy(np.float64)
    return np.array([np.interp(position(day), weeks, stock) for stock in table.to_numpy().T])


def of_scenario(frame: pd.DataFrame, scenario: str) -> pd.DataFrame:
    return frame[frame["scenario"] == scenario]


def horizon(manifest: Manifest) -> date:
    return date.fromisoformat(manifest["until"])


def quantiles_of(outcomes: pd.DataFrame, scenario: str, measure: str) -> Floats:
    """5, 25, 50, 75 and 95 % quantiles of a measure over draws."""
    return np.quantile(of_scenario(outcomes, scenario)[measure].to_numpy(np.float64), BAND)
