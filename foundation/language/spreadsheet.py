"""Tables for a spreadsheet, as the readers of a language open them."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pandas as pd

from foundation.language.text import Words, header
from foundation.store.atomic import write_bytes


def write_csv(table: pd.DataFrame, path: Path, lang: str, label: Words) -> None:
    """Writes a table in one step, as UTF-8 with a byte-order mark (a spreadsheet needs it).

    English: commas, decimal points, the column names of the frame, which programs can rely on. French: semicolons,
    decimal commas, and headers in the words of the room.
    """
    text = StringIO()
    french = lang == "fr"
    heads = [header(str(column), lang, label) if french else str(column) for column in table.columns]
    separator, mark = (";", ",") if french else (",", ".")
    table.to_csv(text, index=False, header=heads, lineterminator="\r\n", sep=separator, decimal=mark)
    write_bytes(path, text.getvalue().encode("utf-8-sig"))
