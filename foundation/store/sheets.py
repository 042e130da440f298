"""Tables that somebody made, in the forms people have them: text with semicolons, tabs or commas, and sheets of
workbooks (xlsx, xlsm). What isn't certain from the file itself is said in its notices.

Nothing in a workbook is run: no formula, no macro, no link to another file is followed. What it unpacks to is known,
and bounded, before anything is unpacked.
"""

from __future__ import annotations

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from foundation.errors import UserError, nearest
from foundation.store.reading import NoFileError, read_bytes, reason
from foundation.store.tables import LOCKED, table_text

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell as Given
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

UNPACKED, PARTS = 10 * 2**20, 500
"""Bytes of a workbook's parts together, and how many there may be."""
_FORMULA = (b"<f>", b"<f ", b"<f/")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
FIRST_DAY = date(1899, 12, 30)
"""Of the day numbers of spreadsheets, but for those that say otherwise."""


class Percent(float):
    """A number of per cent, from a cell that is shown so."""


Cell: TypeAlias = str | float | date
"""Text as it stands; of a workbook numbers and days too."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Lines of cells, counted from 1 as a spreadsheet or an editor does."""

    file: Path
    """Without the name of a sheet."""
    lines: Sequence[Sequence[Cell]]
    notices: Sequence[str] = ()
    """What was taken for granted."""
    commas: bool = False
    """Commas stand between cells."""
    first_day: date = FIRST_DAY


@dataclass(frozen=True, kw_only=True)
class Limits:
    """No larger than such a table can be: more is something else."""

    size: int
    """Bytes."""
    lines: int
    cells: int
    """Of a line."""


def read_sheet(path: Path, limits: Limits, is_head: Callable[[Sequence[str]], bool]) -> Sheet:
    """A table that somebody made; ``file.xlsx#Name`` is one sheet of a workbook.

    Between cells of text stands what makes a header of one of its first lines: ``is_head`` knows one by its cells.

    Raises:
        UserError: there is no such file, it can't be read, is something else, or is far too large.
    """
    file, name = path, ""
    try:
        content = read_bytes(path)
    except NoFileError:
        before, mark, name = str(path).rpartition("#")
        if not mark:
            raise
        file = Path(before)
        content = read_bytes(file)
    if len(content) > limits.size:
        raise UserError(f"{file}: is larger than {limits.size} bytes: something else than what is wanted here")
    if _is_workbook(content):
        sheet = _read_workbook(file, content, name, (limits.lines, limits.cells))
    elif name:
        raise UserError(f"{path}: only a workbook (xlsx) has sheets; leave out {'#' + name}")
    else:
        text, notices = table_text(file, content)
        sheet = _split(file, text, notices, is_head)
    if len(sheet.lines) > limits.lines:
        raise UserError(f"{file}: {len(sheet.lines)} lines; allowed: at most {limits.lines}")
    if long := next((n for n, cells in enumerate(sheet.lines, 1) if len(cells) > limits.cells), None):
        raise UserError(f"{file}: line {long} has {len(sheet.lines[long - 1])} cells; allowed: at most {limits.cells}")
    return sheet


HEADERS = 30
"""Lines among which a header is looked for."""


_SEP = re.compile(r'"?sep=([;,|\t])"?[;,|\t]*\r?(?=\n)', re.IGNORECASE)
"""What Excel is told in a first line: the sign between cells."""


def _split(path: Path, text: str, notices: list[str], is_head: Callable[[Sequence[str]], bool]) -> Sheet:
    signs: list[str] = [";", "\t", ","]
    if said := _SEP.match(text):
        text, signs = text[said.end() :], [said[1], *signs]  # the line stays, as a blank one
    first = text.split("\n", HEADERS)[:HEADERS]
    for between in signs:
        for line in first:
            if is_head([cell.strip(' \r"') for cell in line[:2000].split(between)]):
                break
        else:
            continue
        break
    else:
        between = signs[0] if said else max(signs, key=lambda sign: sum(sign in line for line in first))
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=between))
    except csv.Error as error:
        raise UserError(f"{path}: can't be read as a CSV file ({error})") from None
    return Sheet(file=path, lines=lines if text.strip() else [], notices=notices, commas=between == ",")


def _is_workbook(content: bytes) -> bool:
    """Whether these are the bytes of an xlsx or xlsm file."""
    if not content.startswith(b"PK\x03\x04"):
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return False


def _read_workbook(path: Path, content: bytes, name: str, most: tuple[int, int]) -> Sheet:
    """The sheet of that name, or the first one; ``most`` lines and cells of a line.

    Raises:
        UserError: it can't be read, unpacks to too much, has no such sheet, merged cells, or formulas without values.
    """
    parts = _parts(path, content)
    book = _loaded(path, content, values=True)
    sheet, notices = _sheet(path, book, name)
    if sheet.max_row > most[0]:
        raise UserError(f"{path}: {sheet.max_row} lines; allowed: at most {most[0]}")
    if sheet.max_column > most[1]:
        raise UserError(f"{path}: line 1 has {sheet.max_column} cells; allowed: at most {most[1]}")
    if merged := sorted(str(found) for found in sheet.merged_cells.ranges):
        rows = {int(number) for number in re.findall("[0-9]+", merged[0])}
        if rows == {1}:
            raise UserError(
                f"{path}: cells {merged[0]} are merged: leave out a title, give names of columns a cell each"
            )
        raise UserError(f"{path}: cells {merged[0]} are merged; give each of them its own value")
    if any(sign in part for part in parts for sign in _FORMULA):
        _refuse_empty_formulas(path, sheet, _loaded(path, content, values=False)[sheet.title])
    hidden = [line for line, shape in sheet.row_dimensions.items() if shape.hidden and line <= sheet.max_row]
    if hidden:
        notices.append(f"{path}: line {min(hidden)} is hidden in the sheet; hidden lines are read like the others")
    lines = [[_value(cell) for cell in line] for line in sheet.iter_rows()]
    while lines and not any(cell != "" for cell in lines[-1]):
        lines.pop()
    return Sheet(file=path, lines=lines, notices=notices, first_day=book.epoch.date())


def _parts(path: Path, content: bytes) -> list[bytes]:
    """Sheets as they stand in the file; refuses what unpacks to far too much, and parts that define entities."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            there = archive.infolist()
            if any(part.flag_bits & 1 for part in there):
                raise UserError(f"{path}: is {LOCKED[0]}, not a table; {LOCKED[1]}")
            size = sum(part.file_size for part in there)
            if size > UNPACKED or len(there) > PARTS:
                raise UserError(
                    f"{path}: unpacks to {len(there)} parts of {size} bytes together; allowed: at most {PARTS} parts "
                    f"and {UNPACKED} bytes; save the sheet as CSV UTF-8"
                )
            found = {part.filename: archive.read(part) for part in there}
    except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as error:
        raise UserError(f"{path}: can't be read as a workbook ({reason(error)})") from None
    for part, text in found.items():
        if part.endswith((".xml", ".rels")) and (b"<!DOCTYPE" in text or b"<!ENTITY" in text or text[:2] in _WIDE):
            raise UserError(f"{path}: can't be read as a workbook ({part!r} is not as a spreadsheet writes it)")
    return [text for part, text in found.items() if part.startswith("xl/worksheets/")]


def _loaded(path: Path, content: bytes, *, values: bool) -> Workbook:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():  # of styles and checks that it doesn't know
            warnings.simplefilter("ignore")
            return load_workbook(io.BytesIO(content), data_only=values, keep_links=False, keep_vba=False)
    except Exception as error:  # whatever a damaged file brings up in the parsers
        raise UserError(f"{path}: can't be read as a workbook ({reason(error)})") from None


def _sheet(path: Path, book: Workbook, name: str) -> tuple[Worksheet, list[str]]:
    titles = [sheet.title for sheet in book.worksheets]
    if name:
        if name not in titles:
            near = nearest(name, titles)
            hint = f'; did you mean "{near}"?' if near else ""
            raise UserError(f"{path}: no sheet {name!r}; allowed: {', '.join(titles)}{hint}")
        return book.worksheets[titles.index(name)], []
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
    if not shown:
        raise UserError(f"{path}: the workbook has no sheet of cells")
    first = shown[0]
    if len(titles) == 1:
        return first, []
    others = ", ".join(title for title in titles if title != first.title)
    return first, [f"{path}: read sheet {first.title!r}; not read: {others} ({path.name}#NAME reads another)"]


def _refuse_empty_formulas(path: Path, values: Worksheet, formulas: Worksheet) -> None:
    for cell in _cells(formulas):
        if cell.data_type == "f" and values[cell.coordinate].value is None:
            raise UserError(
                f"{path}: line {cell.row}, column {cell.column_letter}: a formula without its value; open the file in "
                "a spreadsheet and save it"
            )


def _cells(sheet: Worksheet) -> Iterator[Given]:
    for line in sheet.iter_rows():
        yield from line


def _value(cell: Given) -> Cell:
    """Days without a time of day as days, per cent as what is shown, all but numbers as text."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date() if not (value.hour or value.minute or value.second) else value.isoformat(" ")
    if isinstance(value, date):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).strip()
    if "%" in str(cell.number_format):
        return Percent(round(100 * value, 10))
    return float(value)
