"""What the values of a manifest may be. Hashes show that one was edited; that one was made by something else than
``mes``, with hashes that agree, shows here: in one message, before anything is made of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from math import isfinite
from typing import Any

MOST = 10**9
"""Of a count."""
STATUSES = ("running", "complete", "failed", "interrupted")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def plain(text: str) -> bool:
    """Whether a text has no control characters but tabs and line ends."""
    return not _CONTROL.search(text)


def visible(text: str) -> str:
    """A text whose control characters are written out, as ``\\x1b``."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def whole(value: Any) -> bool:
    """A whole number of at most 63 bits, not negative."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63


def _count(value: Any) -> bool:
    return whole(value) and value <= MOST


def _number(value: Any) -> bool:
    """A finite number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and isfinite(value)


def text(value: Any) -> bool:
    """Any text."""
    return isinstance(value, str)


def _name(value: Any) -> bool:
    """In one line, and no formula of a spreadsheet."""
    return isinstance(value, str) and 0 < len(value) < 300 and plain(value) and not {*"\n\t"} & {*value}


def day(value: Any) -> bool:
    """A date as ``2026-01-29``."""
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False


def _hash(value: Any) -> bool:
    return isinstance(value, str) and bool(_SHA256.fullmatch(value))


def _each(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(map(check, value))


def table(check: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A table whose values pass a check."""
    return lambda value: isinstance(value, dict) and all(map(check, value.values()))


def _object(value: Any) -> bool:
    return isinstance(value, dict)


def _scenario(value: Any) -> bool:
    titles = value.get("title") if isinstance(value, dict) else None
    return (
        isinstance(titles, dict)
        and _name(value.get("name"))
        and all(_name(titles.get(lang)) for lang in ("en", "fr"))
        and all(text(value.get(key, "")) for key in ("sha256", "text"))
    )


_ALLOWED: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("people", "draws", "every"), (_count, "a count")),
    "tasks": (lambda value: value is None or _count(value), "a count"),
    "seed": (whole, "a whole number"),
    "target_millions": (lambda value: _number(value) and value > 0, "a positive number"),
    **dict.fromkeys(("command", "version", "kind", "engine", "draws_file", "created"), (text, "a text")),
    **dict.fromkeys(("policy_start", "until", "data_end"), (day, "a day")),
    **dict.fromkeys(("quick", "paired", "sealed", "continued"), (lambda v: isinstance(v, bool), "true or false")),
    **dict.fromkeys(("structure", "drivers", "counts", "machine"), (_object, "a table")),
    "status": (lambda value: value in STATUSES, f"one of {', '.join(STATUSES)}"),
    "files": (table(_hash), "a table of SHA-256"),
    **dict.fromkeys(("data", "modules", "libraries"), (table(text), "a table of texts")),
    **dict.fromkeys(("command_line", "depends_on", "expects"), (_each(text), "a list of texts")),
    **dict.fromkeys(
        ("failures", "left_out", "resumed", "incidents", "stock_targets", "differences"),
        (_each(_object), "a list of tables"),
    ),
    "scenarios": (_each(_scenario), "a list of scenarios with names and titles in one line"),
}
"""By key, what a value has to be and what that is called. Other keys are looked at by those who use them."""


def wrong(manifest: Mapping[str, Any]) -> str | None:
    """The first value that can't be, if any."""
    for key, (check, words) in _ALLOWED.items():
        if key in manifest and not check(manifest[key]):
            return f"{key} is not {words}"
    return None
