"""A table of the user's: a CSV file as a spreadsheet writes it, no larger than such a table can be."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from foundation.errors import UserError
from foundation.store.reading import read_text

LARGEST, MOST_LINES, MOST_CELLS = 1_000_000, 1000, 20
"""Bytes; lines, of which a day has one; cells of a line. More is something else."""


def read_lines(path: Path) -> list[list[str]]:
    """Lines of cells; between them commas, or semicolons where the first line has any.

    Raises:
        UserError: the file can't be read, is something else, or is far too large.
    """
    text = read_text(path, LARGEST)
    between = ";" if ";" in text.partition("\n")[0] else ","
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=between))
    except csv.Error as error:
        raise UserError(f"{path}: can't be read as a CSV file ({error})") from None
    if len(lines) > MOST_LINES:
        raise UserError(f"{path}: {len(lines)} lines; allowed: at most {MOST_LINES}")
    if long := next((n for n, cells in enumerate(lines, 1) if len(cells) > MOST_CELLS), None):
        raise UserError(f"{path}: line {long} has {len(lines[long - 1])} cells; allowed: at most {MOST_CELLS}")
    return lines if text.strip() else []
