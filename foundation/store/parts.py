"""What unfinished work keeps, so that it can be taken up again.

A part is what a task found, a folder below ``parts/`` that appears in one step. It holds a file for each value found
and ``part.json``: the question it belongs to (``manifest.identity``), its own key, and the SHA-256 of each file. A part
that is damaged, cut short, emptied, of another question or under another key's name is noticed, and computed again.

Work that goes on in stages has state files. Each ends with a stamp that says the same of it in one line.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundation.errors import UserError
from foundation.store.atomic import (
    archive_bytes,
    array_bytes,
    drop_unfinished,
    give_back,
    json_bytes,
    parquet_bytes,
    refuse_link,
    write_bytes,
    write_folder,
)
from foundation.store.fingerprint import sha256_of
from foundation.store.reading import NoFileError, read_bytes, read_json

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

PARTS, SEAL = "parts", "part.json"
Content = Mapping[str, Any]
"""What a task finds, by name: tables (``DataFrame``), arrays of numbers or texts, anything else that JSON can say."""
Encoded = dict[str, bytes]
"""File name to bytes: what travels from a worker that doesn't share the disk."""
_KEY = re.compile(r"[A-Za-z0-9][\w.+=-]*(/[A-Za-z0-9][\w.+=-]*)*", re.ASCII)


def encode(content: Content) -> Encoded:
    """Files of what was found; the suffix says what each is."""
    return dict(_file(name, value) for name, value in content.items())


def _file(name: str, value: Any) -> tuple[str, bytes]:
    if hasattr(value, "to_parquet"):
        return f"{name}.parquet", parquet_bytes(value, lasting=False)
    if hasattr(value, "dtype") and getattr(value, "shape", ()) != ():
        return f"{name}.npy", array_bytes(value)
    return f"{name}.json", json_bytes(value)


def place_of(folder: Path, key: str) -> Path:
    """Where the part of a task lies; ``ValueError`` for a key that can't name one."""
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} can't name a part")
    return folder / PARTS / key


def write(folder: Path, key: str, encoded: Encoded, question: str) -> None:
    """Adds a part, in one step; one that is there already stays.

    Raises:
        StorageError: it can't be written; nothing half-written is left, as far as the disk lets itself be cleaned.
    """
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in encoded.items()}
    seal = json.dumps({"run": question, "key": key, "files": hashes}, indent=1) + "\n"
    write_folder(place_of(folder, key), {**encoded, SEAL: seal.encode()})


def keys(folder: Path) -> list[str]:
    """Keys of the parts that are there, damaged ones too: every folder below ``parts/`` that holds no other.

    Raises:
        UserError: ``parts/`` or something in it is a link.
    """
    top, found = folder / PARTS, []
    refuse_link(top)
    for place, inner, files in os.walk(top):
        for name in (*inner, *files):
            refuse_link(Path(place) / name)
        inner[:] = [name for name in inner if not name.startswith(".")]
        if not inner and Path(place) != top:
            found.append(Path(place).relative_to(top).as_posix())
    return sorted(found)


def damage(folder: Path, key: str, question: str | None = None) -> tuple[str, str] | None:
    """The first thing wrong with a part, as kind (``missing, altered, foreign``) and path; ``None`` for a sound one.
    Without ``question`` a part of any will do."""
    place = folder / PARTS / key
    if not _KEY.fullmatch(key):
        return "foreign", str(place)
    try:
        seal = read_json(place / SEAL)
        belongs, named, hashes = seal["run"], seal["key"], dict(seal["files"])
        there = {path.name for path in place.iterdir()} - {SEAL}
    except NoFileError:
        return "missing", str(place / SEAL)
    except (OSError, ValueError, KeyError, TypeError, UserError):
        return "altered", str(place / SEAL)
    if named != key or question not in (None, belongs):
        return "foreign", str(place)
    for name in sorted({*hashes, *there}):
        if name not in there:
            return "missing", str(place / name)
        if not (place / name).is_file() or sha256_of(place / name) != hashes.get(name):
            return "altered", str(place / name)
    return None


def drop_damaged(folder: Path, question: str) -> list[str]:
    """Removes what can't be used: half-written parts, and those that are not as this question left them. Returns the
    keys of the latter."""
    found = keys(folder)
    for place in {folder, *(path for path in (folder / PARTS).rglob("*") if path.is_dir()), folder / PARTS}:
        drop_unfinished(place)
    damaged = [key for key in found if damage(folder, key, question)]
    for key in damaged:
        shutil.rmtree(folder / PARTS / key)
    return damaged


def having(folder: Path, name: str) -> list[str]:
    """Keys of the parts that hold a value of this name."""
    return [key for key in keys(folder) if any(place_of(folder, key).glob(f"{name}.*"))]


def read(folder: Path, key: str) -> dict[str, Any]:
    """What a task found."""
    files = sorted(path for path in place_of(folder, key).iterdir() if path.name != SEAL)
    return {path.stem: _value(path) for path in files}


def _value(path: Path) -> Any:
    if path.suffix == ".parquet":
        import pandas as pd

        return pd.read_parquet(path)
    if path.suffix == ".npy":
        import numpy as np

        return np.load(io.BytesIO(path.read_bytes()), allow_pickle=False)
    return json.loads(path.read_text(encoding="utf-8"))


def frame(
    folder: Path, wanted: Sequence[str], name: str, together: tuple[str, Sequence[str]] | None = None
) -> pd.DataFrame:
    """One table of several parts, one after the other.

    Args:
        together: a column of texts without gaps, and those whose rows are wanted: all of the first, then all of the
            second.
    """
    import pandas as pd
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile, read_schema

    places = [place_of(folder, key) / f"{name}.parquet" for key in wanted]
    schemas = [read_schema(place) for place in places]
    alike = bool(schemas) and all(_like(schema, schemas[0]) for schema in schemas)
    texts = [one.name for one in schemas[0] if one.type in (pa.string(), pa.large_string())] if alike else []
    # Small: not with several threads. Texts by number, each once: they are most of what there is to read.
    tables = [ParquetFile(place, read_dictionary=texts).read(use_threads=False) for place in places]
    pieces = tables if together is None else _together(tables, *together)
    if not alike:
        return pd.concat([piece.to_pandas() for piece in pieces], ignore_index=True)
    # Put together before any becomes a data frame: a hundred small ones would take longer than what is in them.
    whole = pa.concat_tables(pieces).combine_chunks()
    del tables, pieces  # or else rows would be in memory three times
    give_back()
    for place, field in enumerate(schemas[0]):
        if field.name in texts:
            whole = whole.set_column(place, field, whole.column(place).cast(field.type))
    return whole.replace_schema_metadata(schemas[0].metadata).to_pandas(self_destruct=True)


def _together(tables: Sequence[pa.Table], column: str, texts: Sequence[str]) -> list[pa.Table]:
    """Nothing of each table, so that all columns are there, then what it has of the first text, and so on."""
    found: dict[str, list[pa.Table]] = {text: [] for text in texts}
    for table in tables:
        for text, first, rows in _runs(table.column(column)):
            if text in found:
                found[text].append(table.slice(first, rows))
    return [table.slice(0, 0) for table in tables] + [piece for text in texts for piece in found[text]]


def _runs(texts: pa.ChunkedArray) -> list[tuple[str, int, int]]:
    """Text, first row and number of rows, wherever one text stands in rows that follow each other."""
    import numpy as np
    import pyarrow as pa

    coded = texts.combine_chunks()
    coded = coded if pa.types.is_dictionary(coded.type) else coded.dictionary_encode()
    codes, words = coded.indices.to_numpy(), coded.dictionary.to_pylist()
    firsts = np.flatnonzero(np.append(True, codes[1:] != codes[:-1])[: len(codes)])
    lengths = np.diff(np.append(firsts, len(codes)))
    return [(words[codes[first]], int(first), int(rows)) for first, rows in zip(firsts, lengths, strict=True)]


def _like(one: pa.Schema, other: pa.Schema) -> bool:
    """Whether two tables have the same columns of the same types, to Arrow and to pandas; none has categories, which
    may be others in each."""
    import pyarrow as pa

    columns = [(schema.pandas_metadata or {}).get("columns") for schema in (one, other)]
    plain = not any(pa.types.is_dictionary(kind) for kind in one.types)
    return bool(plain and one.equals(other) and columns[0] == columns[1])


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
    import numpy as np

    found = _read(path, question)
    return None if found is None else np.load(io.BytesIO(found), allow_pickle=False)


def read_arrays(path: Path, question: str) -> dict[str, npt.NDArray[Any]] | None:
    """Arrays by name as they were written; ``None`` where there are none that can be used."""
    import numpy as np

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
