"""Reading what may come from anybody: it is a file, no larger than such a file can be, what it says is text or JSON,
and its values are what they may be. Nothing is read from a pipe or a device, which might never end.

Hashes show that a manifest was edited; that one was made by something else than ``mes``, with hashes that agree, shows
here: in one message, before anything is made of it.
"""

from __future__ import annotations

import json
import math
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any, TypeAlias

from foundation.errors import RunFailedError, UserError

LARGEST = 64 * 2**20
"""Bytes of a document of ours at most: the manifest of a thousand scenarios has a few million."""
DEEPEST = 60
"""Tables and lists within each other, in a document of ours at most."""


Document: TypeAlias = dict[str, Any]
"""What a JSON file holds, or what ``--json`` prints."""


class NoFileError(UserError):
    """There is no such file."""


def read_bytes(path: Path, most: int = LARGEST) -> bytes:
    """The content of a regular file of at most ``most`` bytes.

    Raises:
        NoFileError: there is none. UserError: it is something else, larger, or can't be read.
    """
    try:
        # Opening a pipe would wait for somebody to write into it.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        raise NoFileError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte
        raise UserError(f"{path}: can't be read ({reason(error)})") from None
    with os.fdopen(handle, "rb") if _plain(handle) else _refused(handle, path) as file:
        return _content(file, path, most)


def refuse_special(path: Path) -> None:
    """``UserError`` for what is no file: nothing there, a folder, a pipe, a device."""
    try:
        kind = path.stat().st_mode
    except FileNotFoundError:
        raise NoFileError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:
        raise UserError(f"{path}: can't be read ({reason(error)})") from None
    if not stat.S_ISREG(kind):
        raise UserError(f"{path}: is a folder, not a file" if stat.S_ISDIR(kind) else f"{path}: is not a regular file")


def _plain(handle: int) -> bool:
    return stat.S_ISREG(os.fstat(handle).st_mode)


def _refused(handle: int, path: Path) -> Any:
    folder = stat.S_ISDIR(os.fstat(handle).st_mode)
    os.close(handle)
    raise UserError(f"{path}: is a folder, not a file" if folder else f"{path}: is not a regular file")


def _content(file: Any, path: Path, most: int) -> bytes:
    try:
        content: bytes = file.read(most + 1)
    except OSError as error:
        raise UserError(f"{path}: can't be read ({reason(error)})") from None
    if len(content) > most:
        raise UserError(f"{path}: is larger than {most} bytes: something else than what is wanted here")
    return content


def read_text(path: Path, most: int = LARGEST) -> str:
    """UTF-8; a byte-order mark is dropped.

    Raises:
        UserError: as ``read_bytes``, or it is no UTF-8.
    """
    try:
        return read_bytes(path, most).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from None


def read_json(path: Path, most: int = LARGEST) -> Document:
    """A JSON object, strictly: no NaN, no infinity, no key twice, no more tables within each other than ours have.

    Raises:
        UserError: as ``read_text``, or it is something else.
    """
    text = read_text(path, most)
    try:
        found = parsed(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"{path}: is no JSON of ours: {reason(error)}") from None
    if not isinstance(found, dict):
        raise UserError(f"{path}: is no JSON of ours: {type(found).__name__}, not an object")
    return found


def parsed(text: str) -> Any:
    """What JSON says; ``ValueError`` for NaN, infinity, a key twice or too deep a nest."""
    found = json.loads(text, parse_constant=_finite, parse_float=_finite, object_pairs_hook=_once)
    _shallow(found, DEEPEST)
    return found


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number")
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise ValueError(f"{name!r} is given twice")
        found[name] = value
    return found


def _shallow(value: Any, left: int) -> None:
    if not left:
        raise ValueError(f"more than {DEEPEST} tables within each other")
    if isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            if isinstance(inner, (dict, list)):
                _shallow(inner, left - 1)


def reason(error: BaseException) -> str:
    """What the system says of an error, without the path, which stands before."""
    return str(getattr(error, "strerror", None) or error) or type(error).__name__


@contextmanager
def as_left(folder: Path | str) -> Iterator[None]:
    """Reads or shows what a folder holds: where that is not what ``mes`` writes, though all hashes agree, it says so.

    Raises:
        UserError: instead of what Python says of a key that isn't there, or a value of another kind.
    """
    try:
        yield
    except (UserError, RunFailedError):
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError, OSError) as error:
        kind = type(error).__name__
        raise UserError(f"{folder}: not as mes writes such a folder ({kind}: {reason(error)})") from error


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
        and all(text(value.get(key, "")) for key in ("sha256", "text", "folder", "against", "was"))
        and _count(value.get("world", 0))
    )


_ALLOWED: dict[str, tuple[Callable[[Any], bool], str]] = {
    **dict.fromkeys(("people", "draws", "every"), (_count, "a count")),
    "tasks": (lambda value: value is None or _count(value), "a count"),
    "seed": (whole, "a whole number"),
    "target_millions": (lambda value: _number(value) and value > 0, "a positive number"),
    **dict.fromkeys(("command", "version", "kind", "engine", "draws_file", "created"), (text, "a text")),
    **dict.fromkeys(("policy_start", "until", "dates_until", "data_end"), (day, "a day")),
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
