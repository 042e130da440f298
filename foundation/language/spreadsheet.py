"""Tables in spreadsheets: how people write numbers and days in them, and how ours are written for the readers of a
language. People write ``1 234 567,5``, ``1.234.567``, ``27,0 %``, ``31/12/2025``.

``1,234`` may have a decimal comma or thousands, ``03/04/2025`` be in March or in April. Such a cell is read as those
of its table are that can be read in one way only; where there are none it isn't read, and both readings are told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING

from foundation.language.amounts import decimal
from foundation.language.text import Words, header
from foundation.store.atomic import write_bytes
from foundation.store.reading import visible

if TYPE_CHECKING:
    import pandas as pd

SPACES = " \u00a0\u202f\u2009'’"
"""Signs between thousands that are never decimal ones."""
_BODY = re.compile(r"[+\-−]?(?P<body>[0-9.,][0-9.,\s\u00a0\u202f\u2009'’]*?)\s*(?P<percent>%?)")
_SPACED = re.compile(rf"[0-9]{{1,3}}(?:([{SPACES}])[0-9]{{3}})(?:\1[0-9]{{3}})*(?:([.,])[0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?:(?!\1)([.,])[0-9]+)?")
_LONE = re.compile(r"[0-9]*([.,])[0-9]*")
_TWO_WAYS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


@dataclass(frozen=True)
class Written:
    """One number: its digits, the sign between thousands and the decimal one, as far as they are certain."""

    digits: str
    """Sign and digits, with ``?`` where a sign can be either."""
    group: str = ""
    point: str = ""
    unsure: str = ""
    """A sign that can be either."""
    percent: bool = False


def written(text: str) -> Written | None:
    """What can be told from a cell alone; ``None`` if it is no number."""
    found = _BODY.fullmatch(text.strip())
    if not found:
        return None
    body, minus = found["body"], "-" if text.strip()[0] in "-−" else ""
    percent = bool(found["percent"])
    if body.isascii() and body.isdecimal():
        return Written(minus + body, percent=percent)
    if _TWO_WAYS.fullmatch(body):
        sign = "," if "," in body else "."
        return Written(minus + body.replace(sign, "?"), unsure=sign, percent=percent)
    if one := _SPACED.fullmatch(body) or _GROUPED.fullmatch(body):
        group, point = one[1], one[2] or ""
        if body.count(group) > 1 or point or group in SPACES:
            return Written(minus + body.replace(group, "").replace(point or " ", "."), group, point, percent=percent)
    if (one := _LONE.fullmatch(body)) and len(body) > 1:
        return Written(minus + body.replace(one[1], "."), point=one[1], percent=percent)
    return None


class Numbers:
    """How the numbers of a table are written."""

    def __init__(self, texts: Iterable[str]) -> None:
        found = [one for text in texts if (one := written(text)) is not None]
        self.points = list(dict.fromkeys(one.point for one in found if one.point))
        self.groups = list(dict.fromkeys(one.group for one in found if one.group))

    @property
    def decimal_comma(self) -> bool:
        """Whether a decimal comma is certain."""
        return self.points == [","]

    def read(self, text: str, most: float | None = None) -> tuple[Decimal | None, str]:
        """The number, or why it isn't read ("": it is none). ``most``: thousands of a lone sign would be beyond it."""
        one = written(text)
        if one is None:
            return (Decimal(str(value)), "") if (value := decimal(text)) == value and abs(value) < 1e300 else (None, "")
        signs = {sign for sign in (one.point, one.group, one.unsure) if sign}
        if len(self.points) > 1 and one.point and one.point != self.points[0]:
            return None, f"a decimal {_NAMES[one.point]}; further up a decimal {_NAMES[self.points[0]]}"
        if both := sorted(signs & {*self.points} & {*self.groups}):
            return None, f"a {_NAMES[both[0]]} stands for decimals and for thousands in this file"
        if not one.unsure:
            return Decimal(one.digits), ""
        thousands = Decimal(one.digits.replace("?", ""))
        if one.unsure in self.points or (self.groups and one.unsure not in self.groups):
            return Decimal(one.digits.replace("?", ".")), ""
        if one.unsure in self.groups or self.points:
            return thousands, ""
        if most is not None and abs(thousands) > most:
            return Decimal(one.digits.replace("?", ".")), ""
        whole, _, part = one.digits.partition("?")
        return None, f"{whole}{part} or {whole}.{part}? Nothing in the file tells"


_NAMES = {",": "comma", ".": "point"}
_DAY = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})([/.-])([0-9]{1,2})\2([0-9]{1,2})")
_IN_WORDS = re.compile(r"([0-9]{1,2})(?:er|st|nd|rd|th)?\.?\s+([^\W\d_]+)\.?,?\s+([0-9]{4})", re.IGNORECASE)
_MIDNIGHT = re.compile(r"[ T]0?0:00(?::00)?(?:\.0+)?$")
_MONTHS: Sequence[Sequence[str]] = (
    ("janvier", "january"), ("fevrier", "february"), ("mars", "march"), ("avril", "april"), ("mai", "may"),
    ("juin", "june"), ("juillet", "july"), ("aout", "august"), ("septembre", "september"), ("octobre", "october"),
    ("novembre", "november"), ("decembre", "december"),
)  # fmt: skip
_PLAIN = str.maketrans("éèêûù", "eeeuu")


class Days:
    """How the days of a table are written. ``day_first``: so they are where no cell tells."""

    def __init__(self, texts: Sequence[str], *, day_first: bool = False) -> None:
        found = [(int(one[1]), int(one[3])) for text in texts if (one := _DAY.fullmatch(_at_midnight(text)))]
        self.first = any(a > 12 for a, _ in found)
        self.second = any(b > 12 >= a for a, b in found)
        self.usual = day_first
        self.assumed = False
        """Whether a cell was read day first because that is usual."""

    def read(self, text: str) -> tuple[date | None, str]:
        """The day, or why it isn't read ("": it is none)."""
        cell = _at_midnight(text)
        if iso := _ISO.fullmatch(cell):
            return _made(int(iso[1]), int(iso[3]), int(iso[4]))
        if named := _IN_WORDS.fullmatch(cell):
            month = _month(named[2])
            return _made(int(named[3]), month, int(named[1])) if month else (None, "")
        if found := _DAY.fullmatch(cell):
            return self._numbered(int(found[1]), found[2], int(found[3]), int(found[4]))
        if re.fullmatch(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}", cell):
            return None, "the year has two digits; write four"
        return None, ""

    def _numbered(self, a: int, sign: str, b: int, year: int) -> tuple[date | None, str]:
        if a == b or a > 12 or sign == ".":  # with points the day is first wherever dates are written so
            if self.second and a > 12 and b <= 12:
                return None, "the day is first here, the month in another line"
            return _made(year, b, a)
        if b > 12:
            return (None, "the month is first here, the day in another line") if self.first else _made(year, a, b)
        if self.first and self.second:
            return None, "the day is first in some lines, the month in others"
        if self.second:
            return _made(year, a, b)
        if self.first or self.usual:
            self.assumed = self.assumed or not self.first
            return _made(year, b, a)
        return None, f"{date(year, b, a)} or {date(year, a, b)}?"


def _at_midnight(text: str) -> str:
    return _MIDNIGHT.sub("", text.strip())


def _made(year: int, month: int, day: int) -> tuple[date | None, str]:
    try:
        return date(year, month, day), ""
    except ValueError:
        return None, "no such day"


def _month(word: str) -> int:
    """1 to 12, from a name or its beginning that no other month has; 0 if it is none."""
    plain = word.casefold().translate(_PLAIN)
    found = {n for n, names in enumerate(_MONTHS, 1) for name in names if len(plain) >= 3 and name.startswith(plain)}
    return found.pop() if len(found) == 1 else 0


def looks_like(cell: str) -> str:
    """What a cell is that should be a number, if it can be told: to be said, never to be read so."""
    if re.fullmatch(r"[0-9.,\s\u00a0\u202f]+(?:M|millions?|k|milliers)", cell):
        return "a unit behind the number; write it in the name of the column"
    if cell.startswith("#"):
        return "an error of the spreadsheet"
    if re.search("[^\\W\\d_]", cell) and re.search("[0-9]", cell):
        return "letters in a number"
    return "empty" if not cell else "a formula" if cell[0] == "=" else ""


def looks_like_day(cell: str, first: date) -> str:
    """The same of one that should be a day."""
    if re.fullmatch("[3-6][0-9]{4}", cell):
        return f"a day number of a spreadsheet? it would be {first + timedelta(days=int(cell))}"
    return "" if cell else "empty: merged cells hold their value in the first line only"


def write_csv(table: pd.DataFrame, path: Path, lang: str, label: Words) -> None:
    """Writes a table in one step, as UTF-8 with a byte-order mark (a spreadsheet needs it).

    English: commas, decimal points, the column names of the frame, which programs can rely on. French: semicolons,
    decimal commas, and headers in the words of the room.
    """
    text = StringIO()
    french = lang == "fr"
    heads = [header(str(column), lang, label) if french else str(column) for column in table.columns]
    separator, mark = (";", ",") if french else (",", ".")
    table = _harmless(table)
    table.to_csv(text, index=False, header=heads, lineterminator="\r\n", sep=separator, decimal=mark)
    write_bytes(path, text.getvalue().encode("utf-8-sig"))


def _harmless(table: pd.DataFrame) -> pd.DataFrame:
    """With an apostrophe before texts that a spreadsheet would compute, and control characters written out."""
    texts = [name for name in table.columns if table[name].dtype == object or str(table[name].dtype) in _TEXTS]
    found = table.copy()
    for name in texts:
        found[name] = table[name].map(_cell)
    return found


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    shown = visible(value).replace("\t", "\\t")
    return f"'{shown}" if shown[:1] in _COMPUTED else shown


_COMPUTED = ("=", "+", "@", "-")
_TEXTS = ("str", "string", "category")
