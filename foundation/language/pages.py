"""Text between the marks of a page (``<!-- name -->`` … ``<!-- /name -->``), and what is wrong with a page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from foundation.errors import UserError
from foundation.store.atomic import write_text

FENCE = re.compile(r"\s*(`{3,}|~{3,})(.*)")
"""However far it is indented: within a list a fence may stand anywhere."""
MARK = re.compile(r"<!-- (/?)([a-z]+) -->")


def markdown_table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int | None = None) -> str:
    """A table of Markdown, without an empty line after it; columns behind the first ``words`` stand on the right."""
    rules = ["---" if words is None or place < words else "---:" for place in range(len(head))]
    return "\n".join(f"| {' | '.join(line)} |" for line in (head, rules, *rows))


def read_page(page: Path) -> str:
    """The text of a page.

    Raises:
        UserError: it can't be read.
    """
    try:
        return page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{page}: can't be read ({error})") from None


def between(page: Path, name: str) -> str:
    """What the page has between two marks.

    Raises:
        UserError: the page can't be read or lacks the marks.
    """
    return _split(page, name)[1]


def fill_marks(page: Path, name: str, text: str) -> None:
    """Replace what is between two marks.

    Raises:
        UserError: the page can't be read, lacks the marks, or would not be sound (``flaws``) with the text.
    """
    before, _, after = _split(page, name)
    new = f"{before}<!-- {name} -->\n{text}<!-- /{name} -->{after}"
    if found := flaws(new):
        raise UserError(f"{page}: {found[0]}")
    write_text(page, new)


def _split(page: Path, name: str) -> tuple[str, str, str]:
    first, last = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, opening, rest = read_page(page).partition(first)
    inner, closing, after = rest.partition(last)
    if not (opening and closing):
        raise UserError(f"{page}: no {first} … {last} to put the text between")
    return before, inner.removeprefix("\n"), after


def flaws(text: str) -> list[str]:
    """A line for each code block that isn't closed and each mark that has no counterpart or is within a code block.

    A fence closes a block only if nothing follows it on its line (CommonMark): otherwise the block holds the rest.
    """
    return [*_unclosed(text), *_unpaired(text)]


def _unclosed(text: str) -> Iterator[str]:
    opened, fence = 0, ""
    for number, line in enumerate(text.splitlines(), 1):
        found = FENCE.fullmatch(line)
        if found and not fence:
            opened, fence = number, found[1]
        elif found and found[1].startswith(fence) and not found[2].strip():
            fence = ""
        elif fence and MARK.search(line):
            yield f"line {number}: {MARK.search(line)[0]} is within the code block of line {opened}"  # type: ignore[index]
    if fence:
        yield f"line {opened}: the code block isn't closed"


def _unpaired(text: str) -> Iterator[str]:
    seen: set[str] = set()
    within = ""
    for closing, name in MARK.findall(text):
        if closing and name != within:
            yield f"<!-- /{name} --> closes nothing"
        elif not closing and (within or name in seen):
            yield f"<!-- {name} --> comes twice or within <!-- {within} -->"
        seen.add(name)
        within = "" if closing else name
    if within:
        yield f"<!-- {within} --> isn't closed"
