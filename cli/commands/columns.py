"""``mes columns``: what the columns of a table mean."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import options as o
from cli.errors import reported


def columns(
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="A CSV or Parquet file that a command wrote.  [default: all of them]"),
    ] = None,
    lang: o.Language = o.Lang.en,
    json: o.Json = False,
) -> None:
    """Say what the columns of a table mean, and their units; without a file, which tables there are."""
    with reported():
        from foundation.language.numbers import typeset
        from report.guides.columns import described, tables

        if file is None:
            listed = [{"files": list(one.files), "commands": list(one.of), "what": one.what} for one in tables()]
            shown = [(", ".join(one.files), ", ".join(one.of), typeset(one.what[lang], lang)) for one in tables()]
            _print({"tables": listed}, shown, json)
            return
        rows = described(file, lang.value)
        found = [dict(zip(("column", "meaning", "unit"), row, strict=True)) for row in rows]
        _print({"file": str(file), "columns": found}, rows, json)


def _print(document: dict[str, object], rows: list[tuple[str, str, str]], json: bool) -> None:
    from cli.showing import console, print_json

    if json:
        print_json(document)
        return
    from rich.table import Table

    table = Table(box=None, show_header=False, pad_edge=False)
    for style in ("bold", "", "dim"):
        table.add_column(style=style, overflow="fold")
    for row in rows:
        table.add_row(*row)
    console(140).print(table)
