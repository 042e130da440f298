"""What every command owes its user, whatever it is given: one clear message that names the culprit and exit status 2,
or the very result that it would give without the fault. Never what Python says, never a hang, never another number.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cli.errors import BAD_INPUT, _judged

LONGEST = 10.0
"""Seconds."""
RAW = "MES_DEBUG=1"
"""What the command line adds to an error that nobody has foreseen."""


def owed(read: Callable[[], Any], sound: Any, *named: object) -> str:
    """Calls what reads the fault and returns the message, or "" where it gave what the ``sound`` input gives.

    Raises:
        AssertionError: another result, an error that is none of ours, one that names none of ``named``, or too long.
    """
    began = time.monotonic()
    try:
        found, message, status = read(), "", 0
    except Exception as error:
        found, (message, status) = None, _judged(error)
    took = time.monotonic() - began
    assert took < LONGEST, f"took {took:.0f} s"
    if status == 0:
        assert found == sound, "another result without a word"
        return ""
    assert status == BAD_INPUT, f"exit status {status}: {message}"
    said(message, *named)
    return message


def said(message: str, *named: object) -> None:
    """One message of ours that names one of the culprits.

    Raises:
        AssertionError: it is none.
    """
    assert RAW not in message, message
    assert "Traceback" not in message, message
    assert message.strip(), "refused without a word"
    assert not named or any(str(name) in message for name in named), f"names none of {named}: {message}"
    longest = max((len(str(name)) for name in named), default=0)
    assert len(message) < 2 * longest + 4000 or message.count("\n") > 3, "a message of many pages"


def flipped(content: bytes, at: float = 0.5) -> bytes:
    """One bit turned."""
    place = min(len(content) - 1, int(len(content) * at))
    return content[:place] + bytes([content[place] ^ 16]) + content[place + 1 :]


def to_file(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    """A fault of a file, from one of its content."""

    def spoil(path: Path) -> None:
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(change(content))

    return spoil


def linked(path: Path) -> None:
    """Its content elsewhere, and a link to it."""
    elsewhere = path.with_name(f"..elsewhere-{path.name}")
    os.replace(path, elsewhere)
    path.symlink_to(elsewhere.name)


def piped(path: Path) -> None:
    """A pipe into which nobody writes."""
    path.unlink()
    os.mkfifo(path)


def foldered(path: Path) -> None:
    path.unlink()
    path.mkdir()


FILE_FAULTS: dict[str, Callable[[Path], None]] = {
    "first bit": to_file(lambda c: flipped(c, 0.0)),
    "middle bit": to_file(flipped),
    "last bit": to_file(lambda c: flipped(c, 1.0)),
    "cut": to_file(lambda c: c[: len(c) // 2]),
    "emptied": to_file(lambda c: b""),
    "one more byte": to_file(lambda c: c + b"x"),
    "zeros": to_file(lambda c: bytes(len(c))),
    "gone": lambda path: path.unlink(),
    "linked": linked,
    "a pipe": piped,
    "a folder": foldered,
}


def copied(folder: Path, into: Path) -> Path:
    """A copy to be spoilt."""
    place = into / folder.name
    shutil.copytree(folder, place, symlinks=True)
    return place
