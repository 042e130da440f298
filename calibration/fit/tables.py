"""Residuals: a row a line of ``calibration.fit.patterns``, intervals over draws, whether the published figure is
inside.

A published figure is inside if it lies in the 90 % interval of what would be published; a lower bound if at least one
publication in twenty would reach it; a figure that is put in if the median is within a point of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from calibration.facts.priors import DISCREPANCY, FREE
from calibration.fit.lines import Line, View, discrepancies
from model.prevalence import TOLERANCE
from model.terms.weeks import monday

LEVELS = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
NAMES = ("simulated", "predicted", "prior")


def residuals(lines: Sequence[Line], prior: Sequence[Line] = ()) -> pd.DataFrame:
    """Columns ``pattern, key, survey, region, date, unit, published, error, bound, role, note, reason_en, reason_fr``;
    ``simulated_*``, ``predicted_*`` (as published) and ``prior_*`` (as published, before the data) with p05, p50, p95;
    ``residual`` (median simulated - published) and ``inside``. Numbers in the row's unit, missing where undefined.

    ``prior``: the same lines from prior draws, or none.
    """
    before = {_identity(line): line for line in prior}
    return pd.DataFrame([_row(line, before.get(_identity(line))) for line in lines]).astype({"inside": object})


def _identity(line: Line) -> tuple[object, ...]:
    return line.key, line.survey, line.region, line.day


def _row(line: Line, prior: Line | None) -> dict[str, object]:
    before = None if prior is None else prior.predicted
    spreads = {"simulated": line.simulated, "predicted": line.predicted, "prior": before}
    quantiles = {name: spread_of(values) for name, values in spreads.items()}
    return {
        "pattern": line.pattern,
        "key": line.key,
        "survey": line.survey,
        "region": line.region or "",
        "date": line.day.isoformat(),
        "unit": line.unit,
        "published": line.published,
        "error": line.error,
        "bound": line.bound,
        "role": line.role,
        "note": line.note,
        **{f"reason_{lang}": line.reasons.get(lang, "") for lang in ("en", "fr")},
        **{f"{name}_{p}": value for name, found in quantiles.items() for p, value in found.items()},
        "residual": quantiles["simulated"]["p50"] - line.published,
        "inside": inside(line),
    }


def spread_of(values: npt.NDArray[np.float64] | None) -> dict[str, float]:
    """Median and 90 % interval of all values; NaN without any."""
    defined = np.zeros(0) if values is None else np.ravel(values)[~np.isnan(np.ravel(values))]
    return {p: float(np.quantile(defined, level)) if len(defined) else np.nan for p, level in LEVELS.items()}


def inside(line: Line) -> bool:
    """Whether the published figure agrees with the model (see the head of this file)."""
    if line.role == "imposed":
        return abs(spread_of(line.simulated)["p50"] - line.published) <= 100 * TOLERANCE
    found = spread_of(line.predicted)
    if line.bound:
        return found["p95"] >= line.published
    return found["p05"] <= line.published <= found["p95"]


def outside(table: pd.DataFrame) -> tuple[int, int]:
    """Lines outside, and lines compared; what is put in is left out of both."""
    compared = table[table["role"] != "imposed"]
    return int((~compared["inside"].astype(bool)).sum()), len(compared)


def curves(kind: str, view: View) -> pd.DataFrame:
    """A row a week: ``kind, week, date``; ``simulated_*`` and ``true_*`` with p05, p50, p95, millions at the start of
    the week. A published figure would add its own error."""
    weekly = np.stack([run.weekly for run in view.runs])
    days = [monday(week) for week in range(weekly.shape[1])]
    missed = discrepancies(days, view.values[:, FREE.index(DISCREPANCY)], view.luck)
    true = (weekly[:, None, :] * np.exp(missed)).reshape(-1, len(days))
    bands = {
        f"{name}_{p}": np.quantile(values, level, axis=0)
        for name, values in (("simulated", weekly), ("true", true))
        for p, level in LEVELS.items()
    }
    return pd.DataFrame({"kind": kind, "week": range(len(days)), "date": [day.isoformat() for day in days], **bands})
