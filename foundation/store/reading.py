"""Reading a file that may come from anybody: it is a file, no larger than such a file can be, and what it says is text
or JSON. Nothing is read from a pipe or a device, which might never end.
"""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
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
    found = json.loads(text, parse_constant=_number, parse_float=_number, object_pairs_hook=_once)
    _shallow(found, DEEPEST)
    return found


def _number(text: str) -> float:
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
