"""Tables on a screen: one that is too wide for it is stacked, so that no number and no name is cut."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any, TextIO

import rich._wrap
from rich import box
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

NAME = 24
"""Characters to which a column of words may be narrowed; one of numbers, which stands on the right, keeps its width."""
GAP = 2
rich._wrap.re_word = re.compile(r"[ \t\n]*[^ \t\n]+[ \t\n]*")
"""Rich itself takes no-break spaces for spaces, and begins lines with the colons and semicolons of French."""


class Screen(Console):
    """As ``Console``; a table of which it would cut numbers or names is stacked."""

    def print(self, *objects: Any, **how: Any) -> None:
        """As ``Console.print``."""
        super().print(*(fitted(one, self) if isinstance(one, Table) else one for one in objects), **how)

    def on_broken_pipe(self) -> None:
        """As any print: rich itself would end the program, with its pictures not drawn."""
        raise


def screen(width: int) -> Screen:
    """Stdout; where it is no terminal and ``COLUMNS`` doesn't say otherwise, as wide as given."""
    told = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal()
    return Screen() if told else Screen(width=width)


def rendered(table: Table, stream: TextIO, width: int) -> str:
    """A table as text for a stream, in its colours: text passes above a progress bar that is being shown there. As wide
    as given where the stream is no terminal and ``COLUMNS`` doesn't say otherwise."""
    told = stream.isatty() or os.environ.get("COLUMNS", "").isdecimal()
    console = Screen(file=stream) if told else Screen(file=stream, width=width)
    with console.capture() as text:
        console.print("", table)
    return text.get()


def framed(title: str = "", caption: str = "", *, close: bool = False) -> Table:
    """A table as all commands frame theirs: rules at its head and foot only; ``close``: with less between columns."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=close, title_style="bold")
    table.title_justify = table.caption_justify = "left"
    table.title, table.caption = Text(title) if title else None, Text(caption) if caption else None
    return table


def fitted(table: Table, console: Console) -> RenderableType:
    """The table, or its rows one below the other where it doesn't fit."""
    for column in table.columns:
        column.min_width = _needed(column, console)
    needed = Measurement.get(console, console.options.update(width=10_000), table).minimum
    return table if needed <= console.width else _stacked(table, console.width)


def _needed(column: Column, console: Console) -> int:
    natural = max((console.measure(cell).maximum for cell in (column.header, *column.cells)), default=0)
    return natural if column.no_wrap or _is_number(column) else min(natural, NAME)


def _is_number(column: Column) -> bool:
    return column.justify == "right"


def _stacked(table: Table, width: int) -> Group:
    """For each row its words in bold, and below what its columns say."""
    heads = [_plain(column.header) for column in table.columns]
    rows = [[_plain(cell) for cell in row] for row in zip(*(column.cells for column in table.columns), strict=True)]
    names = max(1, min(2, sum(1 for _ in takewhile(lambda column: not _is_number(column), table.columns))))
    lines: list[RenderableType] = [Text(_plain(table.title or ""), style="bold"), Text()]
    room = _room(heads[names:], [row[names:] for row in rows])
    for row in _filled(rows, names):
        if not any(row[names:]) and len(lines) > 2:
            lines.append(Text())  # before the heading of a part
        lines.append(Text(" · ".join(_named(heads, row[:names])), style="bold"))
        lines += _pairs(list(zip(heads[names:], row[names:], strict=True)), room, width)
    return Group(*lines, Text(), *([table.caption] if table.caption else []))


def _filled(rows: Sequence[list[str]], names: int) -> Iterator[list[str]]:
    """Rows whose first name is blank have that of the row above: they stand alone now."""
    above = ""
    for row in rows:
        if names > 1 and not row[0] and any(row[1:names]):
            row = [above, *row[1:]]
        above = row[0]
        yield row


def _named(heads: Sequence[str], names: Sequence[str]) -> Iterator[str]:
    """The names of a row; one without a word, as a class of budgets, behind the head of its column."""
    for head, name in zip(heads, names, strict=False):
        if name:
            yield name if any(letter.isalpha() for letter in name) else f"{head} {name}"


def _room(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Columns of the widest name and of the widest value."""
    values = [cell_len(value) for row in rows for value in row]
    return max(map(cell_len, heads), default=0), max(values, default=0)


def _pairs(pairs: Sequence[tuple[str, str]], room: tuple[int, int], width: int) -> Iterator[Text]:
    """Names with their values, as many on a line as there is room for."""
    name, value = room
    beside = max(1, (width + GAP) // (name + value + 3 * GAP))
    said = [pair for pair in pairs if pair[1]]
    for first in range(0, len(said), beside):
        cells = [_cell(head, name, text, value) for head, text in said[first : first + beside]]
        yield Text((" " * GAP).join(cells))


def _cell(head: str, name: int, text: str, value: int) -> str:
    between = name - cell_len(head) + GAP + value - cell_len(text)
    return " " * GAP + head + " " * between + text


def _plain(cell: RenderableType) -> str:
    text = cell.plain if isinstance(cell, Text) else Text.from_markup(str(cell)).plain
    return text.replace("\n", " ").strip(" ")
