"""What a file that should be a table of text is instead, and how to make one of it: workbooks, web pages, archives,
text in another encoding. Nothing is converted: what such a file means is for its owner to say.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from foundation.errors import UserError
from foundation.store.reading import plain, read_bytes

SAVE = "open it in a spreadsheet and save the sheet as CSV UTF-8"
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
    b"\xff\xfe": ("text in UTF-16, as Excel writes “Unicode text”", "save it as CSV UTF-8"),
    b"\xfe\xff": ("text in UTF-16, as Excel writes “Unicode text”", "save it as CSV UTF-8"),
}
"""By its first bytes, what a file is and how it can be read."""
_INSIDE: Mapping[str, tuple[str, str]] = {
    "xl/": ("an Excel workbook", SAVE),
    "Index/": ("a Numbers spreadsheet", "in Numbers: File, Export To, CSV, with the encoding UTF-8"),
    "Index.zip": ("a Numbers spreadsheet", "in Numbers: File, Export To, CSV, with the encoding UTF-8"),
    "word/": ("a Word document", "copy its table into a spreadsheet and save that as CSV UTF-8"),
}
"""The same by what a zip archive holds."""
UTF16, UTF32 = _BEGINNINGS[b"\xff\xfe"], _BEGINNINGS[b"\xff\xfe\x00\x00"]
_PAGES = (b"<!doctype html", b"<html", b"<head", b"<body", b"<table", b"<meta")


def table_text(path: Path, most: int) -> str:
    """The text of a table that somebody made, in UTF-8; a byte-order mark is dropped.

    Raises:
        UserError: it is something else, which is named; text in another encoding; or larger than ``most`` bytes.
    """
    content = read_bytes(path)
    if found := kind_of(content):
        raise UserError(f"{path}: is {found[0]}, not a CSV file; {found[1]}")
    if len(content) > most:
        raise UserError(f"{path}: is larger than {most} bytes: something else than what is wanted here")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(path, content, error.start) from None
    if "\x00" in text:
        raise UserError(f"{path}: is no text (byte {content.index(0) + 1} is zero); a CSV file in UTF-8 is needed")
    return text


def kind_of(content: bytes) -> tuple[str, str] | None:
    """What is surely no table of text, and what to do with it."""
    if content.startswith(b"PK\x03\x04"):
        return _archive(content)
    start = content.removeprefix(b"\xef\xbb\xbf").lstrip()[:2000].lower()
    if start.startswith(_PAGES) or (start.startswith(b"<?xml") and b"<html" in start):
        return "a web page (HTML)", "open it in a spreadsheet and save the sheet as CSV UTF-8, or fetch the file itself"
    if start.startswith(b"<?xml") and b"urn:schemas-microsoft-com:office:spreadsheet" in start:
        return "an Excel workbook (XML)", SAVE
    even, odd = content[0:2000:2], content[1:2000:2]
    if any(_is_wide(one) and not any(other) for one, other in ((even, odd), (odd, even))):
        return UTF32
    if _is_wide(content[:2000]):
        return UTF16
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


def _not_utf8(path: Path, content: bytes, at: int) -> UserError:
    """Where, in lines and cells; and the word as Windows would have written it, for its owner to judge."""
    if any(byte < 9 for byte in content):
        return UserError(f"{path}: is no text (byte {at + 1} is not UTF-8); a CSV file in UTF-8 is needed")
    before = content[:at].rpartition(b"\n")[2]
    between = b";" if b";" in content.partition(b"\n")[0] else b","
    line, column = content.count(b"\n", 0, at) + 1, before.count(between) + 1
    rest = content[at:].partition(b"\n")[0].partition(between)[0]
    word = (before.rpartition(between)[2] + rest).decode("cp1252", "replace").strip()[:40]
    return UserError(
        f"{path}: line {line}, column {column}: not UTF-8; in the Windows code page (cp1252) it says {word!r}; "
        f"save the file as CSV UTF-8"
    )
