"""The tables of a finished folder as one workbook: a sheet a table, one that says what it is of, one with the sources
and their dates, one with the meaning of every column.

The tables are those for a spreadsheet (``*.<lang>.csv``), so that nothing is shown twice in two ways; numbers and days
are cells of their kind, everything else is text, whatever it begins with.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from calibration import parameter_line
from calibration.facts.targets import load_stock_targets
from foundation.language.numbers import day, moment
from foundation.store.atomic import write_bytes
from foundation.store.manifest import Manifest
from foundation.store.store import Store, check
from report import repeat, say
from report.guides.columns import columns_of, meaning, unit
from report.sources import Assumption, Fact, Provenance, learned_effects, load_provenance, own_prices, when
from scenarios.lever_schemas import price_word
from scenarios.lever_schemas.doctors import MINUTES
from scenarios.words import group_label, run_line

Cell = str | float | date | None
STEM = "tables"
LONGEST_TEXT = 32_767
"""Characters that a cell takes."""
NARROWEST, HEAD, WIDEST, LOOKED_AT = 10, 22, 60, 200
"""Widths of columns in characters: heads are wrapped, texts of so many rows are looked at."""
SHOWN = {
    "share": "0.000", "percent": "0.0", "points": "0.0", "millions": "#,##0.00", "million_euros": "#,##0.00",
    "million_minutes": "#,##0.00", "euros": "#,##0.00", "persons": "#,##0",
}  # fmt: skip
"""How a unit's numbers look; the cell holds all digits."""
COMPUTED = ("=", "+", "@", "-")


def write_workbook(store: Store, lang: str) -> Path:
    """Writes ``tables.<lang>.xlsx`` into a finished folder and seals it.

    Raises:
        UserError: a table is not as the command left it.
        StorageError: it can't be written.
    """
    path = store.folder / f"{STEM}.{lang}.xlsx"
    write_bytes(path, workbook(store.folder, store.manifest, lang))
    store.seal(f"{STEM}.{lang}.")
    return path


def workbook(folder: Path, manifest: Manifest, lang: str) -> bytes:
    """The file; the same for the same folder."""
    content = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, options) as book:
        book.set_properties({"created": datetime.fromisoformat(manifest["finished"]).replace(tzinfo=None)})
        writer = _Writer(book, lang)
        writer.sheet("about", ("", ""), _about(manifest, lang))
        provenance = load_provenance(manifest["draws_file"], own_prices(manifest), learned_effects(manifest))
        heads = ("of", "name", "value", "low", "high", "status", "source", "date", "fact", "address")
        writer.sheet("sources", _said(heads, lang), _sources(manifest, provenance, lang))
        explained: list[Sequence[Cell]] = []
        for name in _tables(manifest, lang):
            explained += writer.table(check(folder, manifest, name))
        writer.sheet("columns", _said(("sheet", "column", "meaning", "unit"), lang), explained)
    return content.getvalue()


class _Writer:
    def __init__(self, book: Workbook, lang: str) -> None:
        self.book, self.lang = book, lang
        self.bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.formats = {key: book.add_format({"num_format": shown}) for key, shown in SHOWN.items()}

    def sheet(
        self, name: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]], units: Sequence[str] = ()
    ) -> Worksheet:
        """Heads that stay in view, then rows."""
        sheet, all_rows = self.book.add_worksheet(str(say(f"sheet.{name}", self.lang))), list(rows)
        formats = [self.formats.get(unit) for unit in units] or [None] * len(heads)
        for column, head in enumerate(heads):
            sheet.write_string(0, column, head, self.bold)
            texts = [cell for row in all_rows[:LOOKED_AT] if isinstance(cell := row[column], str)]
            widths = (NARROWEST, min(len(head), HEAD), *map(len, texts))
            sheet.set_column(column, column, min(max(widths) + 1, WIDEST))
        for number, row in enumerate(all_rows, 1):
            for column, cell in enumerate(row):
                self._put(sheet, number, column, cell, formats[column])
        if any(heads):
            sheet.freeze_panes(1, 0)
            sheet.autofilter(0, 0, len(all_rows), len(heads) - 1)
        return sheet

    def _put(self, sheet: Worksheet, row: int, column: int, cell: Cell, shown: Format | None) -> None:
        if isinstance(cell, str):
            sheet.write_string(row, column, cell[:LONGEST_TEXT])
        elif isinstance(cell, date):
            sheet.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), self.day)
        elif cell is not None:
            sheet.write_number(row, column, cell, shown)

    def table(self, path: Path) -> Iterator[Sequence[Cell]]:
        """A table for a spreadsheet; gives what its columns mean."""
        columns, name = columns_of(path), path.name.removesuffix(f".{self.lang}.csv")
        units = ["text" if column is None else column.meaning["unit"] for _, _, column in columns]
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file, delimiter=";" if self.lang == "fr" else ","))[1:]
        cells = [[_cell(text, unit, self.lang) for text, unit in zip(row, units, strict=True)] for row in rows]
        self.sheet(name, [said for said, _, _ in columns], cells, units)
        title = str(say(f"sheet.{name}", self.lang))
        for said, own, column in columns:
            told = ("", "") if column is None else (meaning(column, self.lang, own), unit(column, self.lang))
            yield (title, said, *told)


def _cell(text: str, unit: str, lang: str) -> Cell:
    """What a cell of a CSV file says."""
    if not text:
        return None
    if unit == "yes":
        return float(text) if text in ("0", "1") else text
    if unit == "text":
        return text[1:] if text[0] == "'" and text[1:2] in COMPUTED else text
    try:
        return date.fromisoformat(text) if unit == "date" else float(text.replace(",", ".") if lang == "fr" else text)
    except ValueError:
        return text


def _tables(manifest: Manifest, lang: str) -> list[str]:
    """Those for a spreadsheet, in the order in which the command names them."""
    named = [name for name in manifest.get("expects", ()) if name in manifest["files"]]
    return [name for name in dict.fromkeys([*named, *manifest["files"]]) if name.endswith(f".{lang}.csv")]


def _said(keys: Iterable[str], lang: str) -> list[str]:
    return [str(say(f"workbook.{key}", lang)) for key in keys]


def _about(manifest: Manifest, lang: str) -> Iterator[Sequence[Cell]]:
    """What the numbers are of, and the days that decide on them."""
    rows: Mapping[str, Cell] = {
        "command": repeat.command(manifest["command_line"]),
        "settings": run_line(manifest, lang),
        "preview": str(say("workbook.too_few", lang)) if manifest["quick"] else None,
        "version": f"mes {manifest['version']}",
        "finished": moment(manifest["finished"], lang),
        **_counted(manifest, lang),
        "policy_start": date.fromisoformat(manifest["policy_start"]),
        "until": date.fromisoformat(manifest["until"]),
        "posterior": manifest["draws_file"],
    }
    for key, cell in rows.items():
        if cell is not None:
            yield str(say(f"workbook.{key}", lang)), cell


def _counted(manifest: Manifest, lang: str) -> dict[str, Cell]:
    """The last count used, and whose it is."""
    last = date.fromisoformat(manifest["data_end"])
    if not (region := manifest.get("region")):
        return {"data_end": last}
    days = [date.fromisoformat(str(count["date"])) for count in manifest.get("stock_targets") or ()]
    own: Cell = max(days) if days else str(say("workbook.no_count", lang))
    return {"region": group_label("region", str(region), lang), "own_data_end": own, "country_data_end": last}


def _sources(manifest: Manifest, provenance: Provenance, lang: str) -> Iterator[Sequence[Cell]]:
    """A row a document behind a count, a price or an effect."""
    facts = provenance.facts
    for stock in load_stock_targets():
        kind, known = str(say(f"kind.{stock.kind}", lang)), [facts[name] for name in stock.facts if name in facts]
        ends = (end if end < float("inf") else None for end in (stock.low, stock.high))
        numbers: list[Cell] = [round(stock.millions, 9), *ends]
        what = "country_count" if manifest.get("region") else "count"
        yield from _rows(what, day(stock.day.isoformat(), lang), numbers, kind, known, lang)
    for entry in manifest["stock_targets"] if manifest.get("region") else ():
        numbers, kind = [entry[f"{end}millions"] for end in ("", "low_", "high_")], say(f"kind.{entry['kind']}", lang)
        yield from _rows("own_count", day(entry["date"], lang), numbers, str(kind), [], lang, manifest["region"])
    for what, rows in (("price", provenance.prices), ("effect", provenance.effects)):
        for row in rows:
            known = [facts[name] for name in row.facts if name in facts]
            stated = (row.location, row.low, row.high)
            kind = "minutes" if row.name.endswith(f"/{MINUTES}") else what
            said = str(say(f"status.{row.status}", lang))
            yield from _rows(kind, _name(row, lang), stated, said, known, lang, row.source)


def _name(row: Assumption, lang: str) -> str:
    return str(price_word(row.name, lang) if "/" in row.name else parameter_line(row.name, lang))


def _rows(
    what: str, name: str, numbers: Sequence[Cell], status: str, facts: Sequence[Fact], lang: str, own: str = ""
) -> Iterator[Sequence[Cell]]:
    head = (str(say(f"workbook.{what}", lang)), name, *numbers, status)
    if not facts:
        yield (*head, own or None, None, None, None)
    for fact in facts:
        yield (*head, fact.publisher or None, when(fact.date, lang) if fact.date else None, fact.id, fact.address)
