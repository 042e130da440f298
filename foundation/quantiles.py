"""Medians with 90 % intervals, and what is undefined; numbers of tables as documents have them."""

from __future__ import annotations

from math import ceil, floor, isfinite
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

LEVELS = {"p05": 0.05, "p50": 0.50, "p95": 0.95}
Spread = dict[str, float | None]


def rounded(value: float) -> float | None:
    """Six significant digits; ``None`` for what is not a finite number."""
    return float(f"{value:.6g}") if isfinite(value) else None


def plain(value: object) -> object:
    """A cell as JSON has it: a number as ``rounded``, anything else as it is."""
    value = value.item() if isinstance(value, np.generic) else value
    return rounded(value) if isinstance(value, float) else value


def records(table: pd.DataFrame) -> list[dict[str, object]]:
    """Rows with ``plain`` cells."""
    return [{str(name): plain(value) for name, value in row.items()} for row in table.to_dict("records")]


def spread_of_defined(*values: npt.ArrayLike | None) -> dict[str, float]:
    """Quantiles of all values together that are neither NaN nor ``None``; NaN without any."""
    array = np.concatenate([np.zeros(0), *(np.ravel(np.asarray(some, np.float64)) for some in values)])
    array = array[~np.isnan(array)]
    return {name: float(np.quantile(array, level)) if len(array) else np.nan for name, level in LEVELS.items()}


def spread(values: npt.ArrayLike) -> Spread:
    """``{"p05", "p50", "p95"}`` of one number per draw.

    NaN stands for a cost per activation where none is added: worse than any finite cost, so it sorts last, and a
    quantile that falls there is ``None``. Dropping those draws instead would make a useless strategy look cheap.
    """
    array = np.asarray(values, dtype=np.float64)
    ordered = np.sort(np.where(np.isnan(array), np.inf, array))
    return {name: rounded(_quantile(ordered, level)) for name, level in LEVELS.items()}


def spreads(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """``spread`` of each row of an array [row, draw]: [row, 3], NaN for what is undefined."""
    ordered = np.sort(np.where(np.isnan(values), np.inf, values), axis=1)
    found = np.empty((len(ordered), len(LEVELS)))
    for k, level in enumerate(LEVELS.values()):
        rank = round(level * (ordered.shape[1] - 1), 9)
        low, high = ordered[:, floor(rank)], ordered[:, ceil(rank)]
        with np.errstate(invalid="ignore"):
            between = low + (rank - floor(rank)) * (high - low)
        found[:, k] = np.where(low == high, low, between)
    return np.vectorize(lambda value: np.nan if (short := rounded(value)) is None else short, otypes=[float])(found)


def _quantile(ordered: npt.NDArray[np.float64], level: float) -> float:
    """Linear interpolation between ranks, as numpy does, but right beside infinities."""
    rank = round(level * (len(ordered) - 1), 9)
    low, high = ordered[floor(rank)], ordered[ceil(rank)]
    return float(low if low == high else low + (rank - floor(rank)) * (high - low))


def jeffreys(successes: float, trials: int) -> tuple[float, float]:
    """Jeffreys 90 % interval of a probability (Brown, Cai and DasGupta 2001), closed at 0 and 1 when all agree."""
    from scipy.special import betaincinv  # scipy.stats, which says the same, takes a second to load

    low, high = betaincinv(successes + 0.5, trials - successes + 0.5, [0.05, 0.95])
    return (0.0 if successes == 0 else float(low)), (1.0 if successes == trials else float(high))
