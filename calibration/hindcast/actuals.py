"""A user's own later figures, in any form that people have tables in: everything that is wrong with a file is said at
once, and what was taken for granted is told.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from calibration.facts import stocks
from calibration.facts.own import Own, Row
from calibration.facts.own_counts import ENDS, allowed_columns, figure, least, needed_columns, per_million, read_counts
from calibration.facts.targets import StockTarget, error_of
from foundation.errors import Problem, ScenarioError, UserError, nearest
from foundation.language.amounts import MOST_PROFILES as MOST
from foundation.language.amounts import decimal
from foundation.tasks.journal import journal
from model.terms.weeks import WEEKS, monday

LARGEST_ERROR, SMALLEST_ERROR = 10.0, 0.001
SLACK = 3.0
"""Standard deviations by which a figure may fall below the last published one, which has an error too."""
LAST_DAY = monday(WEEKS)
"""The model runs no further."""


def read_actuals(path: Path, last: StockTarget) -> tuple[StockTarget, ...]:
    """Figures of a table, by rising day, all after the ``last`` published one: columns ``date``, ``activated`` (people)
    or ``activated_millions``, and, if wanted, ``error_millions`` or ``low, high``.

    Raises:
        UserError: the file can't be read.
        ScenarioError: all problems of its header, or of its cells.
    """
    own = read_counts(path)
    if problems := list(_of_header(f"{path.name}, line {own.head}", own.header)):
        raise ScenarioError(problems)
    if not own.rows:
        raise UserError(f"{path.name}: no line below the header; at least one is needed")
    reader = _Reader(own, last)
    targets = [target for row in own.rows if (target := reader.target(row)) is not None]
    if reader.problems:
        raise ScenarioError(reader.problems)
    for notice in own.notices:
        journal.tell(notice)
    return tuple(targets)


def _of_header(source: str, header: Sequence[str]) -> Iterator[Problem]:
    needed, columns = needed_columns(header), allowed_columns(header)
    allowed = ", ".join(columns)
    for column in columns:
        if header.count(column) > 1 or (column in needed and column not in header):
            times = "given more than once" if column in header else "missing"
            yield Problem(source=source, key=f"column {column}", message=times, allowed=allowed)
    for column in header:
        if column not in columns:
            near = nearest(column, columns)
            yield Problem(
                source=source, key="column", value=column, message="unknown", allowed=allowed, suggestion=near
            )


def _target(day: date, millions: float, error: float | None, ends: tuple[float, float] | None) -> StockTarget:
    """A figure with an error, or one that means all between its ends."""
    if ends is None:
        spread = error or SMALLEST_ERROR
        return StockTarget(day=day, millions=millions, error=spread, kind="measured", status="user", facts=())
    low, high = ends
    spread = error_of("headline", low, high)
    figure = StockTarget(day=day, millions=(low + high) / 2, error=spread, kind="headline", status="user", facts=())
    return replace(figure, low=low, high=high)


@dataclass
class _Reader:
    """Reads line after line and gathers what is wrong."""

    own: Own
    last: StockTarget

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []
        self._after, self._lines = self.last.day, dict[date, int]()
        self._least = max(0.0, self.last.millions - SLACK * self.last.error)

    def target(self, row: Row) -> StockTarget | None:
        """The figure of a line, ``None`` if something is wrong with it."""
        if row.fault:
            self.problems.append(Problem(source=f"{self.own.file.name}, line {row.line}", message=row.fault))
            return None
        day = self._day(row)
        millions = self._number(row, "activated_millions", self._least, MOST, "; a cumulative count can't fall")
        found = len(self.problems)
        ends = self._ends(row, millions) if ENDS[0] in row.cells else None
        error = self._error(row) if ENDS[0] not in row.cells else None
        self._after = day or self._after
        self._least = self._least if millions is None else millions
        if day is None or millions is None or len(self.problems) > found:
            return None
        return _target(day, millions, error, ends)

    def _error(self, row: Row) -> float | None:
        return self._number(row, "error_millions", SMALLEST_ERROR, LARGEST_ERROR, ", one standard deviation")

    def _ends(self, row: Row, millions: float | None) -> tuple[float, float] | None:
        """Both ends: the lower one at most the figure, the upper one at least it, and apart."""
        middle = MOST if millions is None else millions
        low = self._number(row, "low", 0.0, middle, ", the figure of the line")
        high = self._number(row, "high", middle if millions is not None else 0.0, MOST, "; low end first")
        if low is None or high is None:
            return None
        if high - low < SMALLEST_ERROR:
            self._wrong(row, "high", "no higher than low", f"a number above low ({low:g})")
            return None
        return low, high

    def _day(self, row: Row) -> date | None:
        allowed = (
            f"a day after {self._after} and up to {LAST_DAY}, written YYYY-MM-DD or DD/MM/YYYY, later than in the line "
            "above"
        )
        try:
            day = date.fromisoformat(row.cells["date"])
        except ValueError:
            self._wrong(row, "date", row.hints.get("date") or "not a date", allowed)
            return None
        if day > (now := stocks.today()):
            self._wrong(row, "date", f"lies in the future, today is {now}", allowed)
            return None
        if not self._after < day <= LAST_DAY:
            first = self._lines.get(day)
            early = f"{day} is not after {self._after}"
            why = (
                f"this day stands there twice, first in line {first}" if first else early if day <= self._after else ""
            )
            self._wrong(row, "date", why or "can't be used", allowed)
            return None
        self._lines[day] = row.line
        return day

    def _number(self, row: Row, column: str, low: float, high: float, why: str) -> float | None:
        value, times = decimal(row.cells[column]), per_million(self.own, column)
        low, hint = least(self.own, column, value, low, row.hints.get(column, ""))
        first, last = figure(low * times), figure(high * times)
        millions = f"a number of millions from {first} to {last}{why}"
        allowed = millions if times == 1 else f"a number from {first} to {last}{why}"
        if math.isnan(value):
            self._wrong(row, column, hint or "not a number", allowed)
            return None
        if not low <= value <= high:
            meant = f"in millions {value / 1e6:g}" if 1e6 <= value < 1e9 and times == 1 else ""
            self._wrong(row, column, hint or meant or "out of range", allowed)
            return None
        return value

    def _wrong(self, row: Row, column: str, message: str, allowed: str) -> None:
        source, key = f"{self.own.file.name}, line {row.line}", f"column {self.own.written(column)}"
        value = row.written.get(column, "")
        self.problems.append(Problem(source=source, key=key, value=value, message=message, allowed=allowed))
