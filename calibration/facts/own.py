"""Tables of a person's own, in the words, signs and units that people use: columns are renamed, days and numbers read,
counts put into millions, regions named as here. ``own.toml`` has the words.

What can be read in one way only is converted. What can't stays as it is written, with a hint: whoever checks the values
says where it stands and what is allowed. What was taken for granted is a notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Literal

from calibration.facts.places import is_turned, plainly, words
from foundation.errors import UserError
from foundation.language.spreadsheet import Days, Numbers, looks_like, looks_like_day
from foundation.store.sheets import Cell, Limits, Percent, Sheet, read_sheet

Sort = Literal["counts", "trial"]
LIMITS = Limits(size=4_000_000, lines=2000, cells=30)
MILLION = Decimal(1_000_000)
SCALES = {"millions": MILLION, "thousands": Decimal(1000), "people": Decimal(1), "percent": MILLION}
"""People in a unit; a number of per cent stays as it is."""
_UNITS = {
    **dict.fromkeys(("millions", "million", "m", "mio"), "millions"),
    **dict.fromkeys(("thousands", "thousand", "milliers", "k"), "thousands"),
    **dict.fromkeys(("people", "persons", "personnes"), "people"),
    **dict.fromkeys(("%", "percent", "pourcent", "pct"), "percent"),
}
_DATED = re.compile(r"(.*?),? (?:au|le|on|at) ([0-9].*)")
_LINKS = ("en", "in", "of", "de")
OF_COUNTS = ("activated", "error", "low", "high")
"""Columns of the counts' unit, where they name none."""
NUMBERS: Mapping[Sort, Sequence[str]] = {
    "counts": (*OF_COUNTS, "share", "insured"),
    "trial": ("n", "activated", "weeks"),
}
LARGEST = {"millions": 100.0, "percent": 100.0}
"""Beyond it a lone sign doesn't stand between thousands."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """A column of a file."""

    place: int
    written: str
    name: str
    """As it is called here; as written where nobody knows it."""
    base: str = ""
    unit: str = ""
    french: bool = False
    day: str = ""
    """Of all its counts, where its name ends with one: ``profils activés au 31/12/2025``."""


@dataclass(kw_only=True)
class Row:
    """A line of a file: cells by the names of their columns, as they are used, and as they are written."""

    line: int
    cells: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    hints: dict[str, str] = field(default_factory=dict)
    fault: str = ""
    """What is wrong with the line as a whole."""


@dataclass(kw_only=True)
class Own:
    """A table, as it was understood."""

    file: Path
    """As it was named, perhaps with a sheet."""
    source: Path
    columns: Sequence[Column]
    rows: list[Row] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    head: int = 1
    """Line of the header."""
    left_out: Sequence[str] = ()
    """Names of columns that are not used."""

    @property
    def header(self) -> list[str]:
        """Names of the columns that are there, or that follow from others."""
        given = [column.name for column in self.columns]
        found = next((row.cells for row in self.rows if row.cells), {})
        return given + [name for name in found if name not in given and name not in self.left_out]

    def written(self, name: str) -> str:
        """What the file calls a column."""
        return next((column.written for column in self.columns if column.name == name), name)

    def unit(self, name: str) -> str:
        """That in which a column is written."""
        return next((column.unit for column in self.columns if column.name == name), "")


@cache
def _known(sort: Sort) -> dict[str, tuple[str, bool]]:
    """By plain words: the column, and whether they are French."""
    found: dict[str, tuple[str, bool]] = {}
    for base, (english, french) in words()[sort].items():
        found |= {plainly(word): (base, True) for word in french}
        found |= {plainly(word): (base, False) for word in (base, *english)}
    return found


def column_of(sort: Sort, place: int, text: str) -> Column:
    """What a column of this header is."""
    said, unit = plainly(text).split(), ""
    if said and said[0] == "%":
        said = [*said[1:], "%"]
    whole = _known(sort).get(" ".join(said))
    while not whole and said and (said[-1] in _UNITS or (unit and said[-1] in _LINKS)):
        unit = unit or _UNITS.get(said[-1], "")
        said = said[:-1]
    base, french = whole or _known(sort).get(" ".join(said), ("", False))
    french = french or (
        bool(base) and any(word in ("milliers", "en", "personnes", "pourcent") for word in plainly(text).split())
    )
    if not base:
        dated = _DATED.fullmatch(text.strip()) if sort == "counts" else None
        found = column_of(sort, place, dated[1]) if dated else None
        if dated and found and found.base in ("activated", "share"):
            return replace(found, written=text, day=dated[2])
        return Column(place=place, written=text, name=text)
    if sort == "counts" and base == "activated" and unit == "percent":
        base = "share"
    name = f"{base}_millions" if sort == "counts" and base in ("activated", "error") else base
    return Column(place=place, written=text, name=name, base=base, unit=unit, french=french)


def read_own(path: Path, sort: Sort) -> Own:
    """A table of the user's.

    Raises:
        UserError: it can't be read, is something else, has something above its header, or is far too large.
    """
    sheet = read_sheet(path, LIMITS, lambda cells: _is_head(sort, cells))
    lines = [[_text(cell) for cell in cells] for cells in sheet.lines]
    head = _head(path, sort, lines)
    own = Own(file=path, source=sheet.file, columns=[], notices=list(sheet.notices), head=head + 1)
    if head == len(lines):
        return own
    names = [column_of(sort, place, text) for place, text in enumerate(lines[head])]
    blank = {c.place for c in names if not c.written and not any(_at(line, c.place) for line in lines[head + 1 :])}
    columns = [column for column in names if column.place not in blank]
    own.columns = _with_units(columns) if sort == "counts" else columns
    wide = 1 + max((column.place for column in own.columns), default=0)
    reader, below = _Reader(own, sheet, sort), tuple(map(str, words()["below"]["notes"]))
    for number, cells in enumerate(lines[head + 1 :], head + 2):
        if sum(map(bool, cells)) == 1 and plainly(cells[0]).startswith(below):
            own.notices.append(f"{path}: line {number} is a note below the table; left out")
        elif any(cells):
            filled = max(place for place, cell in enumerate(cells, 1) if cell)
            own.rows.append(reader.row(number, sheet.lines[number - 1], max(filled, min(len(cells), wide)), wide))
    own.notices += reader.notices
    return own


def _at(line: Sequence[str], place: int) -> str:
    return line[place] if place < len(line) else ""


def _text(cell: Cell) -> str:
    """As it is shown, without margins."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{cell:.15g} %" if isinstance(cell, Percent) else f"{cell:.15g}"


def _is_head(sort: Sort, cells: Sequence[str]) -> bool:
    """Whether these are names of columns, also of a table on its side, which is refused with what it is."""
    if sort == "counts" and is_turned(cells):
        return True
    columns = [column_of(sort, 0, text) for text in cells]
    found = {column.base for column in columns} | ({"date"} if any(column.day for column in columns) else set())
    return found >= {"date"} and bool(found & {"activated", "share"}) if sort == "counts" else found >= {"arm", "n"}


def _head(path: Path, sort: Sort, lines: Sequence[Sequence[str]]) -> int:
    """Place of the header: the first line with anything in it. What stands above one may say what it means."""
    first = next((n for n, cells in enumerate(lines) if any(cells)), len(lines))
    number = next((n for n, cells in enumerate(lines[first : first + 30], first) if _is_head(sort, cells)), None)
    if number is not None and number > first:
        raise UserError(f"{path}: the header is in line {number + 1}; leave out the lines above it")
    filled = [sum(map(bool, cells)) for cells in lines[first : first + 6]]
    if number is None and filled[:1] == [1] and max(filled) > 1:
        raise UserError(f"{path}: line {first + 1} is a title, no names of columns; leave out what is above the names")
    return first


def _with_units(columns: Sequence[Column]) -> list[Column]:
    """Counts without a unit are of people; errors and ends without one are as the counts."""
    usual = next((column.unit for column in columns if column.base == "activated" and column.unit), "people")
    return [replace(column, unit=column.unit or usual) if column.base in OF_COUNTS else column for column in columns]


class _Reader:
    """Reads the lines of a file, as all of them are written."""

    def __init__(self, own: Own, sheet: Sheet, sort: Sort) -> None:
        self.own, self.sheet, self.sort = own, sheet, sort
        self.notices: list[str] = []
        self.numbers = Numbers(self._texts(NUMBERS[sort]))
        french = any(column.french for column in own.columns) or self.numbers.decimal_comma
        self.dated = next((column.day for column in own.columns if column.day), "")
        self.days = Days([*self._texts(("date",)), *[self.dated] * bool(self.dated)], day_first=french)

    def _texts(self, bases: Sequence[str]) -> Iterator[str]:
        """Cells of text below the header."""
        for cells in self.sheet.lines[self.own.head :]:
            for column in self.own.columns:
                if column.base in bases and column.place < len(cells) and isinstance(cells[column.place], str):
                    yield str(cells[column.place]).strip()

    def row(self, line: int, cells: Sequence[Cell], count: int, wide: int) -> Row:
        """A line."""
        row = Row(line=line)
        if count != wide:
            row.fault = f"{count} cells; needed {wide}, as in the header"
            if self.sheet.commas and count > wide and self.numbers.decimal_comma:
                row.fault += " (a decimal comma between commas needs quotes)"
            return row
        if self.dated:
            found, hint = self._day(self.dated)
            row.written["date"], row.cells["date"], row.hints["date"] = self.dated, found or "", hint
        for column in self.own.columns:
            cell = cells[column.place] if column.place < len(cells) else ""
            row.written[column.name] = text = " ".join(_text(cell).split())
            used, hint = self._read(column, cell)
            checked = column.base in NUMBERS[self.sort] or column.base == "date"
            row.cells[column.name] = ("" if checked else text) if used is None else used
            if hint:
                row.hints[column.name] = hint
        return row

    def _read(self, column: Column, cell: Cell) -> tuple[str | None, str]:
        """What is used of a cell (``None``: as it is written), and what there is to say of it."""
        if column.base in NUMBERS[self.sort]:
            return self._number(column, cell)
        if self.sort == "counts" and column.base == "date":
            return self._day(cell)
        for value, others in words()["values"].get(column.base, {}).items():
            if plainly(_text(cell)) in {plainly(str(other)) for other in (value, *others)}:
                return value, ""
        return None, ""

    def _number(self, column: Column, cell: Cell) -> tuple[str | None, str]:
        text = _text(cell)
        if column.unit != "percent" and text.endswith("%") and column.base != "share":
            return None, "a percentage, not millions" if column.unit == "millions" else "a percentage"
        if isinstance(cell, str):
            value, hint = self.numbers.read(text, LARGEST.get(column.unit))
            if value is None:
                return None, hint or looks_like(text)
            if column.unit == "people" and re.search("[eE]", text):
                return None, "shortened by a spreadsheet: show all of its digits"
        elif isinstance(cell, date):
            return None, "a day"
        else:
            value = Decimal(repr(float(cell)))
        scaled = value * SCALES[column.unit] / MILLION if column.base in OF_COUNTS and self.sort == "counts" else value
        return format(scaled.normalize(), "f"), ""

    def _day(self, cell: Cell) -> tuple[str | None, str]:
        if isinstance(cell, date):
            return cell.isoformat(), ""
        if isinstance(cell, float):
            whole = cell == int(cell) and 30_000 <= cell < 70_000
            return (str(self.sheet.first_day + timedelta(days=int(cell))) if whole else None), "" if whole else "no day"
        found, hint = self.days.read(cell)
        if found is not None and self.days.assumed and not any("day first" in notice for notice in self.notices):
            self.notices.append(f"{self.own.file}: days as {cell.strip()} are read with the day first, as in France")
        return (None if found is None else found.isoformat()), hint or looks_like_day(
            cell.strip(), self.sheet.first_day
        )
