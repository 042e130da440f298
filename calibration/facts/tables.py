"""Reads tables: every cell of the shipped ones is checked, every complaint says file, line, column, value and what is
allowed; those of a user are CSV files as a spreadsheet writes them, no larger than such a table can be.

Below, the one table that serves several readers: single figures.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Collection, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from foundation.errors import UserError
from foundation.language.amounts import decimal
from foundation.store.foreign import table_text

DATA: Traversable = files("calibration") / "data"
"""The shipped tables; works from a clone and from an installed wheel alike."""


@dataclass(frozen=True)
class Row:
    """One line of a table; cells are read through methods that check them."""

    file: str
    line: int
    cells: dict[str, str]

    def error(self, column: str, allowed: str) -> ValueError:
        """To raise when a cell can't be used."""
        where = f"{self.file}, line {self.line}, column {column}"
        return ValueError(f"{where}: {self.cells[column]!r} can't be used; allowed: {allowed}")

    def text(self, column: str, allowed: Sequence[str] = ()) -> str:
        """A cell that may not be empty; one of ``allowed`` if given."""
        cell = self.cells[column]
        if not cell or (allowed and cell not in allowed):
            raise self.error(column, ", ".join(allowed) or "some text")
        return cell

    def number(self, column: str, low: float = -math.inf, high: float = math.inf) -> float:
        """A finite number within ``low`` .. ``high``."""
        allowed = f"a number from {low:g} to {high:g}"
        value = decimal(self.cells[column])
        if not (math.isfinite(value) and low <= value <= high):
            raise self.error(column, allowed)
        return value

    def optional(self, column: str, low: float = -math.inf, high: float = math.inf) -> float | None:
        """As ``number``; ``None`` for an empty cell."""
        return self.number(column, low, high) if self.cells[column] else None

    def integer(self, column: str, low: int, high: int) -> int:
        """A whole number within ``low`` .. ``high``, written without decimals."""
        cell = self.cells[column]
        value = int(cell) if cell.isascii() and cell.isdecimal() else low - 1
        if not low <= value <= high:
            raise self.error(column, f"a whole number from {low} to {high}")
        return value

    def day(self, column: str) -> date:
        """A date written YYYY-MM-DD."""
        try:
            return date.fromisoformat(self.cells[column])
        except ValueError:
            raise self.error(column, "a date written YYYY-MM-DD") from None

    def facts(self) -> tuple[str, ...]:
        """Ids of the cited rows of ``facts.csv``."""
        return tuple(self.cells["facts"].split())


def read_rows(name: str, columns: Sequence[str], folder: Traversable = DATA) -> list[Row]:
    """The lines of a table, in order; blanks around cells are dropped, other columns than those named are kept.

    Raises:
        ValueError: unreadable, not UTF-8, empty, a missing column, or a line with another number of cells.
    """
    lines = list(csv.reader(io.StringIO(_text(name, folder), newline="")))
    header = [cell.strip() for cell in lines[0]] if lines else []
    for column in columns:
        if column not in header:
            raise ValueError(f"{name}, line 1: no column {column!r}; there are: {', '.join(header) or 'none'}")
    rows = [_row(name, number, header, cells) for number, cells in enumerate(lines[1:], 2) if cells]
    if not rows:
        raise ValueError(f"{name}: no line below the header; at least one is needed")
    return rows


def _row(name: str, number: int, header: list[str], cells: list[str]) -> Row:
    if len(cells) != len(header):
        raise ValueError(f"{name}, line {number}: {len(cells)} cells; needed {len(header)}, as in the header")
    return Row(name, number, {key: cell.strip() for key, cell in zip(header, cells, strict=True)})


def _text(name: str, folder: Traversable) -> str:
    try:
        return (folder / name).read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ValueError(f"{name}: can't be read ({error.strerror or error})") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"{name}: byte {error.start} is not UTF-8; save the file as UTF-8") from error


def sha256_of_table(name: str, folder: Traversable = DATA) -> str:
    """Of a table's bytes, whatever its line ends."""
    return sha256((folder / name).read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def rows_hash(name: str, column: str, keys: Collection[str], folder: Traversable = DATA) -> str:
    """SHA-256 of the rows of a table whose ``column`` is one of ``keys``."""
    text = (folder / name).read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(text, newline="")) if row[column] in keys]
    return sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()


def refuse_repeats(rows: Sequence[Row], column: str, keys: Sequence[Hashable]) -> None:
    """Raises ``ValueError`` at the first row whose key stands above already."""
    seen: set[Hashable] = set()
    for row, key in zip(rows, keys, strict=True):
        if key in seen:
            raise row.error(column, "what stands on no other line")
        seen.add(key)


_LIMITS = {
    "pilot_notified": (0, 1e8),
    "account_share": (0, 1),
    "doctors": (1, 1e6),
    "gp_heavy_rate": (0.1, 60),
    "insured_millions": (1, 200),
    "notices_main_share": (0, 1),
    "not_activated_millions": (1, 200),
    "aware_at_start": (0, 1),
    "opposed": (0, 1),
}


def load_constants(folder: Traversable = DATA) -> dict[str, float]:
    """Single figures by name, as ``constants.csv`` gives them (units and facts there).

    Raises:
        ValueError: an unknown or missing name, or a value out of its range.
    """
    rows = read_rows("constants.csv", ("name", "value", "status", "facts"), folder)
    refuse_repeats(rows, "name", [row.text("name", tuple(_LIMITS)) for row in rows])
    values = {row.cells["name"]: row.number("value", *_LIMITS[row.cells["name"]]) for row in rows}
    if missing := [name for name in _LIMITS if name not in values]:
        raise ValueError(f"constants.csv: no row for {', '.join(missing)}")
    return values


LARGEST, MOST_LINES, MOST_CELLS = 1_000_000, 1000, 20
"""Bytes; lines, of which a day has one; cells of a line. More is something else."""


HEADS = ("date", "activated_millions")
"""Columns that every table of counts has."""
_BETWEEN = re.compile("[;,\t]")


def _refuse_head(path: Path, text: str) -> None:
    """``UserError`` for lines above the header, and for a header whose cells are separated otherwise."""
    for number, line in enumerate(text.split("\n", 30)[:30], 1):
        cells = [cell.strip(' \r"') for cell in _BETWEEN.split(line[:2000])]
        if not set(HEADS) <= {*cells}:
            continue
        if "\t" in line:
            raise UserError(f"{path}: line {number}: cells are separated by tabs; needed: commas or semicolons")
        if number > 1:
            raise UserError(f"{path}: the header is in line {number}; leave out the lines above it")
        return


def read_lines(path: Path) -> list[list[str]]:
    """Lines of cells, the first of them the header; between cells commas, or semicolons where the header has any.

    Raises:
        UserError: the file can't be read, is something else, has something above its header, or is far too large.
    """
    text = unicodedata.normalize("NFC", table_text(path, LARGEST))  # é may be written as e with an accent behind it
    _refuse_head(path, text)
    between = ";" if ";" in text.partition("\n")[0] else ","
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=between))
    except csv.Error as error:
        raise UserError(f"{path}: can't be read as a CSV file ({error})") from None
    if len(lines) > MOST_LINES:
        raise UserError(f"{path}: {len(lines)} lines; allowed: at most {MOST_LINES}")
    if long := next((n for n, cells in enumerate(lines, 1) if len(cells) > MOST_CELLS), None):
        raise UserError(f"{path}: line {long} has {len(lines[long - 1])} cells; allowed: at most {MOST_CELLS}")
    return lines if text.strip() else []


_THOUSANDS = re.compile(r"[0-9]{1,3}(?:([ \u00a0\u202f\u2009'’.,])[0-9]{3})(?:\1[0-9]{3})*(?:[.,][0-9]+)?")
_PLAIN_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_TOTALS = ("total", "ensemble", "sous-total", "france", "somme", "sum")
FIRST_DAY = date(1899, 12, 30)
"""Of the day numbers of spreadsheets."""


def looks_like(cell: str) -> str:
    """What a cell is that should be a number of millions, if it can be told: to be said, never to be read so."""
    number = decimal(cell)
    if 1e6 <= number < 1e9:
        return f"in millions {number / 1e6:g}"
    if cell.endswith("%"):
        return "a percentage, not millions"
    grouped = _THOUSANDS.fullmatch(cell)
    if grouped and grouped[1] not in ".,":
        whole = decimal(re.sub(r"[ \u00a0\u202f\u2009'’]", "", cell))
        return f"spaces between thousands; in millions {whole / 1e6:g}" if whole >= 1e6 else "spaces between thousands"
    if grouped and math.isnan(number):
        return "points or commas between thousands"
    if re.fullmatch(r"[0-9.,]+\s*(?:M|millions?)", cell):
        return "a unit behind the number"
    return "empty" if not cell else "a formula" if cell[0] == "=" else ""


def is_total(cell: str) -> bool:
    """Whether a cell says that its line sums up others."""
    return cell.casefold().startswith(_TOTALS)


def looks_like_day(cell: str) -> str:
    """The same of one that should be a day."""
    if is_total(cell):
        return "a total line? leave it out"
    if found := _PLAIN_DAY.fullmatch(cell):
        return _either_day(*map(int, found.groups()))
    if re.fullmatch("[3-6][0-9]{4}", cell):
        return f"a day number of a spreadsheet? it would be {FIRST_DAY + timedelta(days=int(cell))}"
    return "" if cell else "empty: merged cells hold their value in the first line only"


def _either_day(first: int, second: int, year: int) -> str:
    days = []
    for month, day in ((second, first), (first, second)):
        with suppress(ValueError):
            days.append(date(year, month, day).isoformat())
    if len(set(days)) == 2:
        return f"{days[0]} or {days[1]}?"
    return f"write it as {days[0]}" if days else "no such day"
