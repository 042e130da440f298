"""The courses of the drivers over the draws of a run: what all its scenarios share, before and after the data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from foundation.quantiles import rounded
from foundation.store.manifest import Manifest
from model.terms.drivers import growth_table, weekly_documents
from model.terms.inputs import History
from model.terms.weeks import DAYS_PER_MONTH, monday, week_of
from scenarios.draw import Draw

if TYPE_CHECKING:
    import pandas as pd

LEVELS = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}
EVERY = 4
"""Weeks between two points of a course."""


def courses(draws: Sequence[Draw], history: History, until: date) -> dict[str, list[dict[str, Any]]]:
    """Quantiles over draws of documents (millions deposited a month) and of service growth (the factor on all pulls of
    the status quo), a record every four weeks: ``date``, ``forecast`` (after the last point that is known of the
    documents; after the last count for growth), ``p05`` to ``p95``. In the middle of weeks that begin on ``date``."""
    weeks = week_of(until) + 1
    monthly = history.insured_millions * DAYS_PER_MONTH / 7
    drivers = [draw.parameters.drivers for draw in draws]
    documents = np.stack([monthly * weekly_documents(history, one, weeks, 1.0) for one in drivers])
    growth = np.stack([growth_table(one, weeks, history.data_end) for one in drivers])
    known = {"documents": history.documents[-1][0], "growth": history.data_end}
    return {name: _bands(found, known[name]) for name, found in (("documents", documents), ("growth", growth))}


def _bands(found: Any, known: date) -> list[dict[str, Any]]:
    weeks = range(0, found.shape[1], EVERY)
    quantiles = np.quantile(found, list(LEVELS.values()), axis=0)
    return [
        {
            "date": monday(week).isoformat(),
            "forecast": monday(week) > known,
            **{name: rounded(value) for name, value in zip(LEVELS, quantiles[:, week], strict=True)},
        }
        for week in weeks
    ]


def courses_table(manifest: Manifest) -> pd.DataFrame:
    """A row a driver and date, as ``courses`` gives them."""
    import pandas as pd

    rows = [
        {
            "driver": name,
            "date": record["date"],
            "is_forecast": int(record["forecast"]),
            **{f"course_{level}": record[level] for level in LEVELS},
        }
        for name, records in manifest["courses"].items()
        for record in records
    ]
    return pd.DataFrame(rows)
