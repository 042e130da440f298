"""Reads the shipped tables: every cell is checked, every complaint says file, line, column, value and what is allowed.

Below, the one table that serves several readers: single figures.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable

from foundation.language.amounts import decimal

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
