"""Tables that may come from anybody.

Of a folder: how many rows there are is known from the foot of the file, and told before any is read. A file of a few
kilobytes can hold as many as would fill the memory. Made elsewhere: text in UTF-8, UTF-16 or the Windows code page,
which is decoded, or something else (a web page, a PDF, an archive), which is named, with how to make a table of it.
"""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundation.errors import UserError
from foundation.store.manifest import Manifest
from foundation.store.reading import plain, reason, refuse_special

if TYPE_CHECKING:
    import pandas as pd

EACH, FEW, MOST = 20_000, 1_000_000, 100_000_000
"""Rows of one scenario in one draw at most (``mes run`` has some 9,000, of groups week by week); of any table, however
few scenarios and draws there are; of any table at all."""
LARGEST = 8 * 2**30
"""Bytes of a table in memory at most."""


def most_rows(manifest: Manifest) -> int:
    """Rows that a table of this folder can have."""
    scenarios = manifest.get("scenarios")
    units = (len(scenarios) if isinstance(scenarios, list) else 1) * _count(manifest.get("draws"))
    return min(MOST, max(FEW, EACH * units))


def _count(value: Any) -> int:
    return value if isinstance(value, int) else 0


def read(path: Path, most: int = MOST, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """A table, whole or some columns of it.

    Raises:
        UserError: it is none, lacks a column, or has more rows than ``most``.
    """
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    refuse_special(path)
    try:
        with ParquetFile(path) as file:
            foot = file.metadata
            _refuse_large(path, foot, most)
            if columns is not None and (lacking := [name for name in columns if name not in foot.schema.names]):
                raise UserError(f"{path}: the table has no column {lacking[0]}")
            return file.read(columns=None if columns is None else list(columns)).to_pandas()
    except (OSError, ArrowException, ValueError, TypeError, KeyError) as error:
        raise UserError(f"{path}: can't be read as a table ({reason(error).splitlines()[0]})") from None


def _refuse_large(path: Path, foot: Any, most: int) -> None:
    size = sum(foot.row_group(k).total_byte_size for k in range(foot.num_row_groups))
    if foot.num_rows > most or size > LARGEST:
        raise UserError(f"{path}: {foot.num_rows} rows, {size} bytes; a table of this run has at most {most} rows")


def columns(path: Path) -> list[str]:
    """Names of a table's columns; ``UserError`` if it is none."""
    from pyarrow import ArrowException
    from pyarrow.parquet import read_schema

    refuse_special(path)
    try:
        return list(read_schema(path).names)
    except (OSError, ArrowException, ValueError) as error:
        raise UserError(f"{path}: can't be read as a table ({reason(error).splitlines()[0]})") from None


SAVE = "open it in a spreadsheet and save it as a workbook (xlsx) or the sheet as CSV UTF-8"
NAMED = 3
"""Files of an archive that are named."""
_BEGINNINGS: Mapping[bytes, tuple[str, str]] = {
    b"\xd0\xcf\x11\xe0": ("an old Excel workbook or another old Office file (xls)", SAVE),
    b"%PDF": ("a PDF document", "copy its table into a spreadsheet and save that as CSV UTF-8"),
    b"{\\rtf": ("a document of a word processor (rtf)", "copy its table into a spreadsheet and save that as CSV UTF-8"),
    b"\x1f\x8b": ("a compressed file (gzip)", "unpack it first"),
    b"7z\xbc\xaf": ("an archive (7z)", "unpack it and name the CSV file in it"),
    b"Rar!": ("an archive (rar)", "unpack it and name the CSV file in it"),
    b"PAR1": ("a Parquet table", "save it as CSV UTF-8"),
    b"\x89PNG": ("a picture", "a table of text is needed"),
    b"\xff\xd8\xff": ("a picture", "a table of text is needed"),
    b"\xff\xfe\x00\x00": ("text in UTF-32", "save it as CSV UTF-8"),
    b"\x00\x00\xfe\xff": ("text in UTF-32", "save it as CSV UTF-8"),
}
"""By its first bytes, what a file is and how it can be read."""
_INSIDE: Mapping[str, tuple[str, str]] = {
    "xl/workbook.bin": ("a binary Excel workbook (xlsb)", SAVE),
    "Index/": ("a Numbers spreadsheet", "in Numbers: File, Export To, CSV, with the encoding UTF-8"),
    "Index.zip": ("a Numbers spreadsheet", "in Numbers: File, Export To, CSV, with the encoding UTF-8"),
    "word/": ("a Word document", "copy its table into a spreadsheet and save that as CSV UTF-8"),
}
"""The same by what a zip archive holds."""
WITHOUT_MARK = ("text in UTF-16 without a byte-order mark", "save it as CSV UTF-8")
LOCKED = ("a workbook with a password", "save it without the password")
UTF32 = _BEGINNINGS[b"\xff\xfe\x00\x00"]
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta")


def table_text(path: Path, content: bytes) -> tuple[str, list[str]]:
    """The text of a table, and what was taken for granted to read it.

    Raises:
        UserError: it is something else, which is named.
    """
    if found := kind_of(content):
        raise UserError(f"{path}: is {found[0]}, not a table; {found[1]}")
    text, notices = _decoded(path, content)
    if not plain(text.replace("\r", "")):
        raise UserError(f"{path}: is no text: it has control characters; a table as CSV or xlsx is needed")
    return unicodedata.normalize("NFC", text), notices  # é may be written as e with an accent behind it


def _decoded(path: Path, content: bytes) -> tuple[str, list[str]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16"), [f"{path}: read as UTF-16, as its byte-order mark says"]
        except UnicodeDecodeError:
            raise UserError(f"{path}: begins as text in UTF-16 but is none; save it as CSV UTF-8") from None
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        at = error.start
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        line = content.count(b"\n", 0, at) + 1
        raise UserError(
            f"{path}: line {line}: neither UTF-8 nor the Windows code page (cp1252); save it as CSV UTF-8"
        ) from None
    start = max(content.rfind(mark, 0, at) for mark in (b"\n", b";", b",", b"\t", b'"')) + 1
    word = content[start : at + 40].decode("cp1252").strip()
    for mark in '\n;,\t"':
        word = word.partition(mark)[0].strip()
    return text, [f"{path}: not UTF-8; read in the Windows code page (cp1252), where it says {word!r}"]


def kind_of(content: bytes) -> tuple[str, str] | None:
    """What is surely no table of text, and what to do with it."""
    if content.startswith(b"PK\x03\x04"):
        return _archive(content)
    if content.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in content:
        return LOCKED
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:2000].lower()
    if start.startswith(_PAGES) or (start.startswith(b"<?xml") and b"<html" in start):
        return "a web page (HTML)", "open it in a spreadsheet and save the sheet as CSV UTF-8, or fetch the file itself"
    if start.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "an Excel workbook (XML)", SAVE
    even, odd = content[0:2000:2], content[1:2000:2]
    if any(_is_wide(one) and not any(other) for one, other in ((even, odd), (odd, even))):
        return UTF32
    if not content.startswith((b"\xff\xfe", b"\xfe\xff")) and _is_wide(content[:2000]):
        return WITHOUT_MARK
    return next((found for first, found in _BEGINNINGS.items() if content.startswith(first)), None)


def _is_wide(content: bytes) -> bool:
    """Whether these are letters of two bytes each, most of which begin or end with a zero, though no mark says so."""
    sides = (content[0::2], content[1::2])
    few, many = sorted(side.count(0) / max(1, len(side)) for side in sides)
    return len(content) >= 8 and many > 0.8 and few < 0.1


def _archive(content: bytes) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            sort = archive.read("mimetype")[:80] if names[:1] == ["mimetype"] else b""
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError, NotImplementedError):
        names, sort = [], b""
    if b"opendocument.spreadsheet" in sort:
        return "a LibreOffice spreadsheet (ods)", SAVE
    for start, found in _INSIDE.items():
        if any(name.startswith(start) for name in names):
            return found
    tables = [name for name in names if name.lower().endswith((".csv", ".txt")) and plain(name)]
    if tables:
        return "an archive (zip)", f"unpack it and name a file in it: {', '.join(tables[:NAMED])}"
    return "an archive (zip)", "unpack it and name the CSV file in it"
