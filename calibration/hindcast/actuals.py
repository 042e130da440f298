"""A user's own later figures, read strictly: everything that is wrong with a file is said at once."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from calibration.facts.observed import needed_columns
from calibration.facts.tables import looks_like, looks_like_day, read_lines
from calibration.facts.targets import StockTarget, error_of
from foundation.errors import Problem, ScenarioError, UserError, nearest
from foundation.language.amounts import MOST_PROFILES as MOST
from foundation.language.amounts import decimal
from model.terms.weeks import WEEKS, monday

COLUMNS = ("date", "activated_millions", "error_millions")
ENDS = ("low", "high")
"""In place of ``error_millions``: all between them agrees with the figure."""
LARGEST_ERROR, SMALLEST_ERROR = 10.0, 0.001
SLACK = 3.0
"""Standard deviations by which a figure may fall below the last published one, which has an error too."""
LAST_DAY = monday(WEEKS)
"""The model runs no further."""


def read_actuals(path: Path, last: StockTarget) -> tuple[StockTarget, ...]:
    """Figures of a CSV file, by rising day, all after the ``last`` published one.

    UTF-8, header ``date,activated_millions,error_millions``, or ``low,high`` in place of the error; or as a French
    spreadsheet writes it, with semicolons and decimal commas.

    Raises:
        UserError: the file can't be read.
        ScenarioError: all problems of its header, or of its cells.
    """
    lines = read_lines(path)
    if not lines:
        raise UserError(f"{path.name}: the file is empty; needed: columns {', '.join(COLUMNS)}")
    header = [cell.strip() for cell in lines[0]]
    if problems := list(_of_header(path.name, header)):
        raise ScenarioError(problems)
    rows = [(n, cells) for n, cells in enumerate(lines[1:], 2) if any(cell.strip() for cell in cells)]
    if not rows:
        raise UserError(f"{path.name}: no line below the header; at least one is needed")
    reader = _Reader(path.name, header, last)
    targets = [target for n, cells in rows if (target := reader.target(n, cells)) is not None]
    if reader.problems:
        raise ScenarioError(reader.problems)
    return tuple(targets)


def _of_header(name: str, header: Sequence[str]) -> Iterator[Problem]:
    columns = needed_columns(header)
    source, allowed = f"{name}, line 1", ", ".join(columns)
    for column in columns:
        if header.count(column) != 1:
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

    name: str
    header: Sequence[str]
    last: StockTarget

    def __post_init__(self) -> None:
        self.problems: list[Problem] = []
        self._after, self._lines = self.last.day, dict[date, int]()
        self._least = max(0.0, self.last.millions - SLACK * self.last.error)

    def target(self, line: int, cells: Sequence[str]) -> StockTarget | None:
        """The figure of a line, ``None`` if something is wrong with it."""
        if len(cells) != len(self.header):
            message = f"{len(cells)} cells; needed {len(self.header)}, as in the header"
            self.problems.append(Problem(source=f"{self.name}, line {line}", message=message))
            return None
        given = {column: cell.strip() for column, cell in zip(self.header, cells, strict=True)}
        day = self._day(line, given["date"])
        millions = self._number(line, "activated_millions", given, self._least, MOST, "; a cumulative count can't fall")
        found = len(self.problems)
        ends = self._ends(line, given, millions) if ENDS[0] in given else None
        error = self._error(line, given) if ENDS[0] not in given else None
        self._after = day or self._after
        self._least = self._least if millions is None else millions
        if day is None or millions is None or len(self.problems) > found:
            return None
        return _target(day, millions, error, ends)

    def _error(self, line: int, given: dict[str, str]) -> float | None:
        return self._number(line, "error_millions", given, SMALLEST_ERROR, LARGEST_ERROR, ", one standard deviation")

    def _ends(self, line: int, given: dict[str, str], millions: float | None) -> tuple[float, float] | None:
        """Both ends: the lower one at most the figure, the upper one at least it, and apart."""
        middle = MOST if millions is None else millions
        low = self._number(line, "low", given, 0.0, middle, ", the figure of the line")
        high = self._number(line, "high", given, middle if millions is not None else 0.0, MOST, "; low end first")
        if low is None or high is None:
            return None
        if high - low < SMALLEST_ERROR:
            self._wrong(line, "high", given["high"], "no higher than low", f"a number above low ({low:g})")
            return None
        return low, high

    def _day(self, line: int, cell: str) -> date | None:
        allowed = f"a day after {self._after} and up to {LAST_DAY}, written YYYY-MM-DD, later than in the line above"
        try:
            day = date.fromisoformat(cell)
        except ValueError:
            self._wrong(line, "date", cell, looks_like_day(cell) or "not a date", allowed)
            return None
        if len(cell) != 10 or not self._after < day <= LAST_DAY:
            first = self._lines.get(day)
            early = f"{day} is not after {self._after}"
            why = (
                f"this day stands there twice, first in line {first}" if first else early if day <= self._after else ""
            )
            self._wrong(line, "date", cell, why or "can't be used", allowed)
            return None
        self._lines[day] = line
        return day

    def _number(self, line: int, column: str, given: dict[str, str], low: float, high: float, why: str) -> float | None:
        cell, allowed = given[column], f"a number of millions from {low:g} to {high:g}{why}"
        value = decimal(cell)
        if math.isnan(value):
            self._wrong(line, column, cell, looks_like(cell) or "not a number", allowed)
            return None
        if not low <= value <= high:
            self._wrong(line, column, cell, looks_like(cell) or "out of range", allowed)
            return None
        return value

    def _wrong(self, line: int, column: str, value: object, message: str, allowed: str) -> None:
        source, key = f"{self.name}, line {line}", f"column {column}"
        self.problems.append(Problem(source=source, key=key, value=value, message=message, allowed=allowed))
