"""Files and folders that appear whole or not at all: a reader sees the old one or the new one, never a half. And the
lock that keeps a folder to one writer.
"""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundation.errors import StorageError, UserError
from foundation.tasks.journal import journal

try:
    import fcntl
except ImportError:  # not on this system
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

    Made = pd.DataFrame | Callable[[], pd.DataFrame]
    """A table, or what makes it."""

LOCK = ".lock"
"""Holds the number of the process that writes in a folder."""


def lock(folder: Path) -> int | None:
    """Takes the lock of a folder: an open file, to be given to ``unlock``; ``None`` where the system has no locks.

    The system gives it back when a process ends, however it does: that of a killed one is free.

    Raises:
        UserError: another has it. OSError: the folder can't be written to.
    """
    if fcntl is None:
        return None
    while True:
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(handle, 64).decode(errors="replace").strip()
            os.close(handle)
            raise UserError(f"{folder}: process {owner} is at work in it; wait until it has ended, or end it") from None
        except OSError:  # a file system without locks
            os.close(handle)
            return None
        if _is_there(folder / LOCK, handle):
            with suppress(OSError):
                os.ftruncate(handle, 0)
                os.write(handle, f"{os.getpid()}\n".encode())
            return handle
        os.close(handle)  # its owner removed it in between


def _is_there(path: Path, handle: int) -> bool:
    try:
        return path.stat().st_ino == os.fstat(handle).st_ino
    except FileNotFoundError:
        return False


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Until the block is left no other process works in the folder; nothing in it is a link.

    Raises:
        UserError: another is at work in it, something in it is a link, or it can't be written to.
    """
    refuse_links(folder)
    try:
        handle = lock(folder)
    except OSError as error:
        raise UserError(f"{folder}: can't be written to: {error.strerror or error}") from None
    try:
        drop_unfinished(folder)
        journal.keep_in(folder)
        yield
    finally:
        if handle is not None:
            unlock(folder, handle)


def refuse_link(path: Path) -> None:
    """``UserError`` for a link: what it leads to is none of ours."""
    if path.is_symlink():
        raise UserError(f"{path}: is a link; a folder of results holds its files itself")


def refuse_links(folder: Path) -> None:
    """``UserError`` if anything in a folder is a link."""
    for place, inner, files in os.walk(folder):
        for name in (*inner, *files):
            refuse_link(Path(place) / name)


def unlock(folder: Path, handle: int) -> None:
    """Gives the lock back, without a trace."""
    with suppress(OSError):
        (folder / LOCK).unlink(missing_ok=True)
    os.close(handle)


def write_bytes(path: Path, content: bytes) -> None:
    """Replaces ``path`` in one step.

    Raises:
        StorageError: it can't be written; nothing half-written is left, as far as the disk lets itself be cleaned.
    """
    temporary = hidden(path)
    try:
        temporary.write_bytes(content)
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise StorageError(f"{path}: can't be written: {error.strerror or error}") from None


def write_text(path: Path, text: str) -> None:
    """UTF-8, in one step."""
    write_bytes(path, text.encode())


def write_json(path: Path, document: object) -> None:
    """One document, in one step; ``ValueError`` rather than NaN."""
    write_bytes(path, json_bytes(document))


def write_arrays(path: Path, **arrays: npt.NDArray[Any]) -> None:
    """Several arrays by name in NumPy's own archive (``.npz``), in one step."""
    write_bytes(path, archive_bytes(arrays))


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Parquet with zstd, in one step."""
    write_bytes(path, parquet_bytes(frame))


@contextmanager
def tables_written(folder: Path, tables: Mapping[str, Made]) -> Iterator[None]:
    """Tables as Parquet in a folder when the block is left; what it does is done beside. One at a time: each takes
    memory, and one that is yet to be made is let go again once it is written.

    Raises:
        StorageError: as ``write_bytes``.
    """

    def write(name: str, table: Made) -> None:
        write_parquet(folder / f"{name}.parquet", table() if callable(table) else table)
        give_back()

    with ThreadPoolExecutor(1) as pool:
        written = [pool.submit(write, name, table) for name, table in tables.items()]
        yield
        for each in written:
            each.result()


def json_bytes(document: object) -> bytes:
    """Indented, accents as they are; of a file's name that isn't UTF-8, its escapes."""
    return (json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n").encode(
        errors="backslashreplace"
    )


def array_bytes(array: npt.NDArray[Any]) -> bytes:
    """As ``numpy.save`` writes it; no objects."""
    import numpy as np

    sink = io.BytesIO()
    np.save(sink, array, allow_pickle=False)
    return sink.getvalue()


def archive_bytes(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """As ``numpy.savez`` writes them, without compression."""
    import numpy as np

    sink = io.BytesIO()
    np.savez(sink, **arrays)  # type: ignore[arg-type]  # its own options are keywords too
    return sink.getvalue()


def parquet_bytes(frame: pd.DataFrame, *, lasting: bool = True) -> bytes:
    """Parquet with zstd, without the index; what is read once and removed soon rather so that this takes little time:
    with LZ4, and dictionaries for texts alone."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink, table = pa.BufferOutputStream(), pa.Table.from_pandas(frame, preserve_index=False)
    if lasting:
        pq.write_table(table, sink, compression="zstd")
    else:
        texts = [one.name for one in table.schema if one.type in (pa.string(), pa.large_string())]
        pq.write_table(table, sink, compression="lz4", use_dictionary=texts)
    return bytes(sink.getvalue().to_pybytes())


def give_back() -> None:
    """Has the system get the memory of tables that nobody holds any more: Arrow and the C library keep it for later."""
    from ctypes import CDLL

    from pyarrow import default_memory_pool

    default_memory_pool().release_unused()
    with suppress(OSError, AttributeError):  # a system with another C library
        CDLL(None).malloc_trim(0)


def hidden(path: Path) -> Path:
    """Where what will be ``path`` is written: beside it, by this process alone."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """A folder with its files, in one step; one that is there already stays.

    Raises:
        StorageError: as ``write_bytes``.
    """
    temporary = hidden(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir()
        for name, content in files.items():
            (temporary / name).write_bytes(content)
        os.rename(temporary, folder)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if not folder.exists():  # not written by another process meanwhile
            raise StorageError(f"{folder}: can't be written: {error.strerror or error}") from None


def drop_abandoned(parent: Path) -> None:
    """Removes folders that killed processes were filling beside what is made now: nobody holds their locks."""
    for path in parent.glob(".*.tmp"):
        if path.is_symlink() or not (path / LOCK).is_file() or (path / LOCK).is_symlink():
            continue
        with suppress(OSError, UserError):
            handle = lock(path)
            shutil.rmtree(path, ignore_errors=True)
            if handle is not None:
                os.close(handle)


def drop_unfinished(folder: Path) -> None:
    """Removes what killed processes were writing in a folder."""
    for path in folder.glob(".*.tmp"):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
