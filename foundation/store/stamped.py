"""State files of a work that goes on in stages: each ends with a stamp that says to which question it belongs, what its
name is, and that it is whole. One that is cut short, emptied, of another question or under another's name is made
again.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.errors import UserError
from foundation.store.atomic import archive_bytes, array_bytes, write_bytes
from foundation.store.reading import read_bytes

_MARK = b"\nmes "
LENGTH = len(_MARK) + 64
"""Bytes of a stamp. Readers of NumPy's formats leave alone what follows the end."""
MOST = 2**31


def write_array(path: Path, array: npt.NDArray[Any], question: str) -> None:
    """NumPy's own format and a stamp, in one step."""
    _write(path, array_bytes(array), question)


def write_arrays(path: Path, question: str, arrays: dict[str, npt.NDArray[Any]]) -> None:
    """NumPy's own archive and a stamp, in one step."""
    _write(path, archive_bytes(arrays), question)


def read_array(path: Path, question: str) -> npt.NDArray[Any] | None:
    """An array as it was written; ``None`` where there is none that can be used."""
    found = _read(path, question)
    return None if found is None else np.load(io.BytesIO(found), allow_pickle=False)


def read_arrays(path: Path, question: str) -> dict[str, npt.NDArray[Any]] | None:
    """Arrays by name as they were written; ``None`` where there are none that can be used."""
    found = _read(path, question)
    if found is None:
        return None
    with np.load(io.BytesIO(found), allow_pickle=False) as arrays:
        return dict(arrays)


def whole(path: Path, question: str) -> bool:
    """Whether a file is there as it was written, under this name and for this question."""
    return _read(path, question) is not None


def _write(path: Path, content: bytes, question: str) -> None:
    write_bytes(path, content + _stamp(path, content, question))


def _read(path: Path, question: str) -> bytes | None:
    try:
        content = read_bytes(path, MOST)
    except UserError:
        return None
    body, stamp = content[:-LENGTH], content[-LENGTH:]
    return body if stamp == _stamp(path, body, question) else None


def _stamp(path: Path, content: bytes, question: str) -> bytes:
    """Of a file in its folder: blocks of several banks have the same names."""
    name = f"{path.parent.name}/{path.name}" if path.parent.name.startswith(_INNER) else path.name
    digest = hashlib.sha256(f"{question} {name} ".encode() + content).hexdigest()
    return _MARK + digest.encode()


_INNER = ("bank-", "generation-", "looks", "truths")
