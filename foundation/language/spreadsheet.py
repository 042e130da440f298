"""Tables for a spreadsheet, as the readers of a language open them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pandas as pd

from foundation.language.text import Words, header
from foundation.store.atomic import write_bytes
from foundation.store.reading import visible


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
