"""The patterns P10 and P11 (``docs/odd.md``): who activates by age, and at what rate by period.

Rates follow from the stocks. They are shown because they say what stocks hide: whether those outside run out, and
whether the curve follows the documents.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from calibration.facts.history import span_of
from calibration.facts.priors import DISCREPANCY, FREE
from calibration.facts.tables import Row, read_rows
from calibration.fit.residuals import Line, View, discrepancies
from foundation.shapes import Floats
from model.terms.inputs import History
from model.terms.weeks import DAYS_PER_MONTH, position

SIDES = {60: ("older_60", "younger_60")}
"""By the youngest age of the older: keys of both shares."""
KEYS = ("hazard", "per_document")
"""Monthly hazard of activation among those outside; activations per 100 documents deposited for them."""


@dataclass(frozen=True, kw_only=True)
class Period:
    """A published rate of a period: a line of ``rates.csv``."""

    key: str
    start: date
    end: date
    percent: float
    holders: float
    """Millions with a profile, among whom those outside are counted."""

    @property
    def note(self) -> str:
        """Of ``words.toml``."""
        return f"{self.key}_{self.start:%Y_%m}"


@lru_cache(maxsize=1)
def periods() -> tuple[Period, ...]:
    """Those of ``rates.csv``, in its order.

    Raises:
        ValueError: an unknown key, a rate or a number of holders out of range, or a period that ends before it starts.
    """
    rows = read_rows("rates.csv", ("key", "start", "end", "percent", "holders_millions", "status", "facts"))
    return tuple(_period(row) for row in rows)


def _period(row: Row) -> Period:
    start, end = span_of(row)
    return Period(
        key=row.text("key", KEYS),
        start=start,
        end=end,
        percent=row.number("percent", 0, 100),
        holders=row.number("holders_millions", 1, 100),
    )


def ages(view: View) -> Iterator[Line]:
    """P10: shares activated on both sides of an age; their ratio is what is fitted."""
    found = np.stack([run.ages for run in view.runs])
    for k, held in enumerate(view.held.ages):
        contrast = held.contrast
        sides = ((contrast.older, contrast.older_error), (contrast.younger, contrast.younger_error))
        missed = discrepancies([contrast.day], view.values[:, FREE.index(DISCREPANCY)], view.luck)[..., 0]
        for at, (key, (share, error)) in enumerate(zip(SIDES[contrast.split], sides, strict=True)):
            printed = found[:, k, [at]] * np.exp(missed) + error * view.luck.standard_normal(missed.shape)
            yield Line(
                pattern="P10",
                key=key,
                day=contrast.day,
                unit="percent",
                published=100 * share,
                error=100 * error,
                role="fitted" if held.fitted else "not fitted",
                simulated=100 * found[:, k, at],
                predicted=100 * printed,
                note="ages" if held.fitted else "not_given",
            )


def rates(view: View) -> Iterator[Line]:
    """P11: the hazard of those outside and activations per 100 documents, by period."""
    weekly = np.stack([run.weekly for run in view.runs])
    for period in periods():
        if position(period.end) > weekly.shape[1] - 1:
            continue
        ends = np.stack([_at(weekly, day) for day in (period.start, period.end)], axis=-1)
        missed = discrepancies([period.start, period.end], view.values[:, FREE.index(DISCREPANCY)], view.luck)
        yield Line(
            pattern="P11",
            key=period.key,
            day=period.end,
            unit="percent",
            published=period.percent,
            error=0.0,
            role="not fitted",
            simulated=rate(period, ends, view.history),
            predicted=rate(period, ends[:, None, :] * np.exp(missed), view.history),
            note=period.note,
        )


def rate(period: Period, ends: Floats, history: History) -> Floats:
    """Percent [...] from stocks [..., 2] at the start and the end of a period, millions."""
    gained, outside = ends[..., 1] - ends[..., 0], period.holders - ends.mean(axis=-1)
    months = (period.end - period.start).days / DAYS_PER_MONTH
    if period.key == "hazard":
        return np.asarray(100 * gained / months / outside)
    return np.asarray(100 * gained / (deposited(history, period) * outside / period.holders))


def deposited(history: History, period: Period) -> float:
    """Millions of documents deposited in a period."""
    days = position(period.start) + (np.arange((period.end - period.start).days) + 0.5) / 7
    curve = np.array([(position(day), monthly) for day, monthly in history.documents])
    return float(np.interp(days, *curve.T).sum() / DAYS_PER_MONTH)


def _at(weekly: Floats, day: date) -> Floats:
    """Stock [draw] at the start of a day, millions, of weekly stocks [draw, week]."""
    return np.array([np.interp(position(day), np.arange(len(run)), run) for run in weekly])
