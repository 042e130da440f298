"""The activated by age: two published shares, compared by their ratio.

The ratio says who activates without saying how many: the level is what the stocks are for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from math import hypot, log

from calibration.facts.tables import DATA, Row, read_rows

MODEL_ERROR = 0.03
"""Standard deviation of the log ratio that the model can't reproduce, *assumed*."""
OLDEST = 120


@dataclass(frozen=True, kw_only=True)
class AgeContrast:
    """Shares activated of the living insured on both sides of an age, on a day."""

    day: date
    split: int
    """Youngest age of the older, years."""
    older: float
    """Share of the older, 0..1."""
    younger: float
    """Share of the younger, 0..1."""
    older_error: float
    younger_error: float
    """Half the width of what the figures mean, 0..1: taken as one standard deviation."""
    log_ratio: float
    """Logarithm of older over younger."""
    facts: tuple[str, ...]

    @property
    def sd(self) -> float:
        """Standard deviation of the log ratio: rounding of both figures, and model error."""
        return hypot(self.older_error / self.older, self.younger_error / self.younger, MODEL_ERROR)


def load_ages(folder: Traversable = DATA) -> tuple[AgeContrast, ...]:
    """Contrasts by rising day; each is two lines of ``ages.csv``, the older first.

    Raises:
        ValueError: a line without its counterpart, or shares that don't lie between their ends.
    """
    columns = ("date", "age_from", "age_to", "percent", "low", "high", "status", "facts")
    rows = read_rows("ages.csv", columns, folder)
    if len(rows) % 2:
        raise rows[-1].error("date", "two lines a day, the older people first")
    contrasts = tuple(_contrast(*pair) for pair in zip(rows[::2], rows[1::2], strict=True))
    for row, before, contrast in zip(rows[2::2], contrasts, contrasts[1:], strict=False):
        if contrast.day <= before.day:
            raise row.error("date", f"a day after {before.day}, the lines above")
    return contrasts


def _contrast(older: Row, younger: Row) -> AgeContrast:
    split = older.integer("age_from", 1, OLDEST)
    if younger.day("date") != older.day("date"):
        raise younger.error("date", f"{older.day('date')}, the day of the line above")
    younger.integer("age_from", 0, 0)
    younger.integer("age_to", split - 1, split - 1)
    older.integer("age_to", OLDEST, OLDEST)
    (high, high_error), (low, low_error) = _share(older), _share(younger)
    return AgeContrast(
        day=older.day("date"),
        split=split,
        older=high,
        younger=low,
        older_error=high_error,
        younger_error=low_error,
        log_ratio=log(high / low),
        facts=(*older.facts(), *younger.facts()),
    )


def _share(row: Row) -> tuple[float, float]:
    """A share and half the width of its interval, 0..1."""
    low = row.number("low", 0.01, 100)
    high = row.number("high", low, 100)
    return row.number("percent", low, high) / 100, (high - low) / 200
