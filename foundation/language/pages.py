"""Puts what commands print between the marks of a page: ``<!-- name -->`` … ``<!-- /name -->``."""

from __future__ import annotations

from pathlib import Path

from foundation.errors import UserError
from foundation.store.atomic import write_text


def fill_marks(page: Path, name: str, text: str) -> None:
    """Replace what stands between the marks.

    Raises:
        UserError: the page can't be read or lacks the marks.
    """
    try:
        old = page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{page}: can't be read ({error})") from None
    first, last = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, opening, rest = old.partition(first)
    _, closing, after = rest.partition(last)
    if not (opening and closing):
        raise UserError(f"{page}: no {first} … {last} to put the text between")
    write_text(page, f"{before}{first}\n{text}{last}{after}")
