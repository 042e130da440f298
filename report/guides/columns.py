"""The dictionary of columns (``columns.toml``): what every table that a command writes holds, as a page and by file."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TypedDict

from foundation.errors import UserError, nearest
from foundation.language.numbers import typeset
from foundation.language.text import Words, header
from foundation.store.reading import refuse_special

FILE = Path(__file__).with_name("columns.toml")
LONGEST = 65_536
"""Of the first line of a CSV file, characters that are read."""
ENDS = {
    "**": ("_p05", "_p25", "_p50", "_p75", "_p95"),
    "*": ("_p05", "_p50", "_p95"),
    "~": ("", "_low", "_high"),
}
"""What a name in ``columns.toml`` with a mark behind it stands for."""
ROOMS = {
    "run": "scenarios.compare", "plan": "planning.mix", "effects": "planning.effects",
    "sensitivity": "planning.sensitivity", "forecast": "calibration.forecast", "hindcast": "calibration.hindcast",
    "fit": "calibration.fit", "survey": "calibration.survey", "uncertainty": "calibration.uncertainty",
}  # fmt: skip
"""Where the French headings of a command's CSV files are."""


class Meaning(TypedDict):
    """What a column holds, by language, and the key of its unit."""

    unit: str
    en: str
    fr: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """One name of the dictionary, which may stand for several columns."""

    name: str
    """Without its mark."""
    mark: str
    meaning: Meaning
    end: str = ""
    """What the name has behind that of the meaning: ``low`` of ``chance_low``."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns in the file; one in angles stands for any number."""
        return tuple(f"{self.name}{end}" for end in ENDS.get(self.mark, ("",)))

    @property
    def is_open(self) -> bool:
        return self.name.startswith("<")


@dataclass(frozen=True, kw_only=True)
class Table:
    """What one or two files of a command hold."""

    of: tuple[str, ...]
    files: tuple[str, ...]
    """Names without the language: ``summary.csv`` is ``summary.en.csv`` and ``summary.fr.csv``."""
    what: dict[str, str]
    columns: tuple[Column, ...]

    def fits(self, columns: Sequence[str]) -> bool:
        """Whether a file with these columns can be one of it."""
        return len(list(self.matched(columns))) == len(columns)

    def matched(self, columns: Sequence[str]) -> Iterator[tuple[str, Column]]:
        """The columns of a file with their entries, as far as they agree, in order."""
        rest = list(columns)
        closed = {name for column in self.columns if not column.is_open for name in column.names}
        for column in self.columns:
            if column.is_open:
                while rest and rest[0] not in closed:
                    yield rest.pop(0), column
                continue
            for name in column.names:
                if not rest or rest[0] != name:
                    return
                yield rest.pop(0), column


@cache
def tables() -> tuple[Table, ...]:
    """All tables, in the order of the file."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Table(
            of=tuple(one["of"]),
            files=tuple(one["files"]),
            what={lang: one[lang] for lang in ("en", "fr")},
            columns=tuple(_column(name, {**found["column"], **one.get("own", {})}) for name in one["columns"].split()),
        )
        for one in found["table"]
    )


def _column(written: str, meanings: dict[str, Meaning]) -> Column:
    name = written.rstrip("*~")
    base, _, end = (name, "", "") if name in meanings else name.rpartition("_")  # a bound, said with its quantity
    return Column(name=name, mark=written.removeprefix(name), meaning=meanings[base], end=end)


@cache
def _said(section: str) -> dict[str, dict[str, str]]:
    """Words of units (``unit``) and of quantiles and bounds (``end``)."""
    words: dict[str, dict[str, str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))[section]
    return words


def unit(column: Column, lang: str) -> str:
    """Its unit in words."""
    return typeset(_said("unit")[column.meaning["unit"]][lang], lang)


def meaning(column: Column, lang: str, name: str = "") -> str:
    """What it holds, in words; of one of several columns (``cost_p05`` of ``cost*``) also which of them it is."""
    end = name.removeprefix(column.name).strip("_") if column.mark else column.end
    told = {"en": column.meaning["en"], "fr": column.meaning["fr"]}[lang]
    return typeset(f"{told}{': ' if lang == 'en' else ' : '}{_said('end')[end][lang]}" if end else told, lang)


def described(path: Path, lang: str) -> list[tuple[str, str, str]]:
    """Each column of a file as it is named there, what it holds and its unit; errors as ``columns_of``."""
    found = columns_of(path)
    return [(said, *(_of(column, lang, name) if column else ("?", ""))) for said, name, column in found]


def columns_of(path: Path) -> list[tuple[str, str, Column | None]]:
    """Each column of a file as it is named there, its own name, and its entry; none of one of another version.

    Raises:
        UserError: it is no CSV or Parquet file, or none that a command writes.
    """
    name = _plain(path.name)
    if not path.exists():
        raise UserError(f"{path}: there is no such file; `mes columns` lists all tables{_hint(name)}")
    columns = _header(path)
    if not columns:
        raise UserError(f"{path}: the file is empty")
    candidates = [table for table in tables() if name in table.files]
    french = path.name.endswith(".fr.csv")
    for table in candidates:
        if french and len(names := [one for column in table.columns for one in column.names]) == len(columns):
            return [(said, *pair) for said, pair in zip(columns, table.matched(names), strict=True)]
        if not french and table.fits(columns):
            return [(said, said, entry) for said, entry in table.matched(columns)]
    if candidates and not french:  # of another version: what is known of it
        known = {one: column for table in candidates for column in table.columns for one in column.names}
        return [(said, said, known.get(said)) for said in columns]
    raise UserError(f"{path}: no table that a command writes; `mes columns` lists them all{_hint(name)}")


def _hint(name: str) -> str:
    """The file that may have been meant."""
    near = nearest(name, sorted({file for table in tables() for file in table.files}))
    return f'; did you mean "{near}"?' if near and near != name else ""


def _of(column: Column, lang: str, name: str = "") -> tuple[str, str]:
    return meaning(column, lang, name), unit(column, lang)


def _plain(name: str) -> str:
    return name.replace(".en.csv", ".csv").replace(".fr.csv", ".csv")


def _header(path: Path) -> list[str]:
    """Names of the columns."""
    refuse_special(path)
    if path.suffix == ".parquet":
        from pyarrow import ArrowException
        from pyarrow.parquet import read_schema

        try:
            return [str(name) for name in read_schema(path).names]
        except (ArrowException, OSError, ValueError):
            raise UserError(f"{path}: no Parquet file that can be read") from None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline(LONGEST)
            return next(csv.reader([first], delimiter=";" if path.name.endswith(".fr.csv") else ","), [])
    except (UnicodeDecodeError, OSError):
        raise UserError(f"{path}: no CSV file in UTF-8") from None


def page(lang: str) -> str:
    """Markdown: a part for each table, a row for each entry."""
    return "\n\n".join(_part(table, lang) for table in tables()) + "\n"


_HEADS = {
    "en": ("Column", "Meaning", "Unit"),
    "fr": ("Colonne", "Titre dans le fichier français", "Sens", "Unité"),
}


def _part(table: Table, lang: str) -> str:
    out = " --out DIR" if lang == "en" else " --out DOSSIER"
    made = ", ".join(f"`mes {command}{out * command.startswith('study')}`" for command in table.of)
    head = f"### {', '.join(f'`{file}`' for file in table.files)} ({made})"
    rows = [_HEADS[lang], ["---"] * len(_HEADS[lang]), *(_row(table, column, lang) for column in table.columns)]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    return f"{head}\n\n{typeset(table.what[lang], lang)}\n\n{lines}"


def _row(table: Table, column: Column, lang: str) -> tuple[str, ...]:
    name = f"`{column.name}{column.mark}`"
    french = (_heading(table, column),) if lang == "fr" else ()
    return (name, *french, *_of(column, lang, column.name))


def _heading(table: Table, column: Column) -> str:
    """What stands above the column in a French CSV file; a dash where there is none."""
    room = ROOMS.get(table.of[0])
    if room is None or column.is_open or not any(file.endswith(".csv") for file in table.files):
        return "–"
    words: Words = import_module(room).label
    said = header(column.names[0], "fr", words)
    return said.rpartition(", ")[0] if column.mark.startswith("*") else said
