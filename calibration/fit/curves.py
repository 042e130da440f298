"""Stocks over time, before and after the data: bands of the true count, the discrepancy included."""

from __future__ import annotations

import numpy as np
import pandas as pd

from calibration.facts.roles import DISCREPANCY, FREE
from calibration.fit.lines import View
from calibration.fit.published import discrepancies
from calibration.fit.table import LEVELS
from model.terms.weeks import monday


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
