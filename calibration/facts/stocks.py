"""A person's own counts as stocks to calibrate to (``mes calibrate --counts``): every line is checked, parts of regions
are summed, totals left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from calibration.facts.observed import most_profiles, too_many_in_regions
from calibration.facts.own import Own, Row
from calibration.facts.own_counts import (
    COLUMNS,
    ENDS,
    OPTIONAL,
    allowed_columns,
    figure,
    least,
    needed_columns,
    per_million,
    read_counts,
)
from calibration.facts.places import Counted, Place, gathered, is_period, is_place, place_of, unknown
from calibration.facts.targets import Kind, StockTarget, error_of
from foundation.errors import UserError, nearest
from foundation.language.amounts import decimal
from foundation.tasks.journal import journal
from model.terms.inputs import Demography
from model.terms.weeks import START, WEEKS, monday

USES = ("target", "lower bound")


def today() -> date:
    """The day on which a command is given."""
    return date.today()


def read_stocks(file: Path, demography: Demography) -> tuple[StockTarget, ...]:
    """A user's stocks, in any form that people have tables in; what was taken for granted is told.

    Columns ``date``, ``activated`` (people) or ``activated_millions``, and, if wanted, ``error_millions`` or ``low,
    high``, ``use`` (target or lower bound) and ``region``. With ends a figure is read as a headline: every count
    between them agrees with it.

    Raises:
        UserError: all problems of the file at once, each with line, column, value and what is allowed.
    """
    counted, own = understood(file, demography)
    for notice in own.notices:
        journal.tell(notice)
    return tuple(one.stock for one in counted)


def understood(file: Path, demography: Demography) -> tuple[list[Counted], Own]:
    """The stocks of a file with their lines, and the file.

    Raises:
        UserError: as ``read_stocks``.
    """
    own = read_counts(file)
    problems = _header(f"{file}, line {own.head}", own)
    if problems:
        raise UserError("\n".join(problems))
    checker = _Checker(own, demography)
    counted = [one for row in own.rows if (one := checker.counted(row)) is not None]
    problems, kept = checker.problems, [one for one in counted if one.place.sort in ("region", "country")]
    if not problems:  # with a line missing, sums say nothing
        kept, problems, notices = gathered(str(file), own.written(COLUMNS[1]), counted, demography.regions)
        own.notices += notices
    problems += _in_order(file, own, kept)
    problems += too_many_in_regions(str(file), [one.stock for one in kept])
    if not kept and not problems:
        problems = [f"{file}: no line below the header; at least one is needed"]
    if problems:
        raise UserError("\n".join(problems))
    return kept, own


def _header(where: str, own: Own) -> list[str]:
    """What is wrong with the names of the columns."""
    bare = [column for column in own.columns if not column.base]
    dated = [column.written for column in own.columns if column.day or (column in bare and is_period(column.written))]
    if len(dated) > 1 or any(is_period(column.written) for column in bare):
        said = ", ".join(dated)
        return [f"{where}: days as columns ({said}); give each count a line of its own, its day in a column date"]
    if placed := ", ".join(column.written for column in bare if is_place(column.written)):
        return [
            f"{where}: regions as columns ({placed}); give each count a line of its own, its region in a column region"
        ]
    header = own.header
    needed, known = needed_columns(header), (*allowed_columns(header), *OPTIONAL)
    problems = [f"{where}: no column {name!r}; needed: {', '.join(needed)}" for name in needed if name not in header]
    for name in dict.fromkeys(header):
        near = nearest(name, known)
        if name not in known and near:
            problems.append(f"{where}: unknown column {name!r} (did you mean {near}?); allowed: {', '.join(known)}")
        elif name not in known:
            problems.append(f"{where}: unknown column {name!r}; allowed: {', '.join(known)}")
    return problems + [f"{where}: column {name!r} stands there twice" for name in known if header.count(name) > 1]


@dataclass
class _Checker:
    """Checks line after line and gathers what is wrong."""

    own: Own
    demography: Demography

    def __post_init__(self) -> None:
        self.problems: list[str] = []
        self.today = today()

    def counted(self, row: Row) -> Counted | None:
        """A line, ``None`` where something is wrong with it."""
        where, before = f"{self.own.file}, line {row.line}", len(self.problems)
        if row.fault:
            self.problems.append(f"{where}: {row.fault}")
            return None
        place = place_of(row.written.get("region", ""), self.demography.regions)
        day, most = self._day(where, row), most_profiles(place.region, self.demography)
        millions = self._number(where, "activated_millions", row, 1e-6, most)
        ends = self._ends(where, row, millions) if ENDS[0] in row.cells else None
        error = error_of("headline", *ends) if ends else self._number(where, "error_millions", row, 1e-6, 100.0)
        use = row.cells.get("use") or "target"
        if use not in USES:
            self.problems.append(f"{where}, column {self.own.written('use')}: {use!r}; allowed: {', '.join(USES)}")
        self._check_place(where, row, place)
        if day is None or len(self.problems) > before:
            return None
        stock = _target(day, millions, error, ends, use == "lower bound", place.region)
        return Counted(line=row.line, stock=stock, place=place)

    def _check_place(self, where: str, row: Row, place: Place) -> None:
        text, at = row.written.get("region", ""), f"{where}, column {self.own.written('region')}"
        if place.sort == "unknown":
            self.problems.append(unknown(at, text, self.demography.regions))
        elif code := row.hints.get("region"):
            self.problems.append(f"{at}: {text!r} (the code beside it, {code}, is another region's)")

    def _ends(self, where: str, row: Row, millions: float) -> tuple[float, float]:
        """Both ends, the figure between them, one above the other."""
        before = len(self.problems)
        low, high = (self._number(where, name, row, 1e-6, 100.0) for name in ENDS)
        if len(self.problems) == before and low >= high:
            self.problems.append(
                f"{where}, column {self.own.written('high')}: {row.written['high']!r}; allowed: a number above low "
                f"({low:g})"
            )
        elif len(self.problems) == before and not low <= millions <= high:
            name = self.own.written(COLUMNS[1])
            self.problems.append(
                f"{where}, column {name}: {row.written[COLUMNS[1]]!r}; allowed: from low to high, {low:g} to {high:g}"
            )
        return low, high

    def _day(self, where: str, row: Row) -> date | None:
        at, cell = f"{where}, column {self.own.written('date')}", row.cells["date"]
        try:
            day = date.fromisoformat(cell)
        except ValueError:
            if hint := row.hints.get("date"):
                self.problems.append(
                    f"{at}: {row.written['date']!r} ({hint}); allowed: a date written YYYY-MM-DD or DD/MM/YYYY"
                )
            else:
                self.problems.append(f"{at}: {row.written['date']!r}; allowed: a date written YYYY-MM-DD or DD/MM/YYYY")
            return None
        if day > self.today:
            self.problems.append(
                f"{at}: {day} lies in the future, today is {self.today}; allowed: after {START}, at most today"
            )
            return None
        if not START < day <= monday(WEEKS):
            self.problems.append(f"{at}: {day}; allowed: after {START}, at most {monday(WEEKS)}")
            return None
        return day

    def _number(self, where: str, name: str, row: Row, low: float, high: float) -> float:
        """A number of millions, told in the unit of its column."""
        value, hint = decimal(row.cells[name]), row.hints.get(name, "")
        low, hint = least(self.own, name, value, low, hint)
        if low <= value <= high:
            return value
        times = per_million(self.own, name)
        hint = hint or (f"in millions {value / 1e6:g}" if 1e6 <= value < 1e9 and times == 1 else "")
        at, cell = f"{where}, column {self.own.written(name)}", row.written.get(name, "")
        first, last = figure(low * times), figure(high * times)
        if hint:
            self.problems.append(f"{at}: {cell!r} ({hint}); allowed: a number from {first} to {last}")
        else:
            self.problems.append(f"{at}: {cell!r}; allowed: a number from {first} to {last}")
        return value


def _target(
    day: date, millions: float, error: float, ends: tuple[float, float] | None, bound: bool, region: str | None
) -> StockTarget:
    """A figure with an error, or one that means all between its ends."""
    kind: Kind = "lower bound" if bound else "measured" if ends is None else "headline"
    stock = StockTarget(day=day, millions=millions, error=error, kind=kind, status="yours", facts=(), region=region)
    if ends is None or bound:
        return stock
    return replace(stock, millions=sum(ends) / 2, low=ends[0], high=ends[1])


def _in_order(file: Path, own: Own, counted: Sequence[Counted]) -> list[str]:
    """Days of one region must rise, and counts not fall; a bound may say less than an earlier count."""
    problems: list[str] = []
    last: dict[str | None, StockTarget] = {}
    seen: dict[tuple[date, str | None], int] = {}
    for one in counted:
        stock, where = one.stock, f"{file}, line {one.line}"
        before = last.get(stock.region)
        if first := seen.get((stock.day, stock.region)):
            problems.append(
                f"{where}, column {own.written('date')}: {stock.day} stands there twice, first in line {first}"
            )
        elif before is not None and stock.day <= before.day:
            problems.append(f"{where}, column {own.written('date')}: {stock.day} after {before.day}; days have to rise")
        elif before is not None and stock.is_figure and before.is_figure and stock.millions < before.millions:
            fall = f"{stock.millions:g} after {before.millions:g}; counts can't fall"
            problems.append(f"{where}, column {own.written(COLUMNS[1])}: {fall}")
        seen.setdefault((stock.day, stock.region), one.line)
        last[stock.region] = stock
    return problems
