"""Parts of a run folder: the frames of one draw each, as they finish.

A part is a folder that appears in one step. It holds a Parquet file per frame and ``part.json``: the run it belongs to
and the SHA-256 of each file, so that a damaged or foreign part is noticed instead of being merged.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from foundation.errors import StorageError
from scenarios.frames import ORDER

PARTS, SEAL = "parts", "part.json"
Encoded = dict[str, bytes]
"""Frame to Parquet bytes: what travels from a worker that doesn't share the disk."""


def encode(frames: Mapping[str, pd.DataFrame]) -> Encoded:
    """The frames as Parquet with zstd."""
    return {name: parquet(frames[name]) for name in ORDER}


def parquet(frame: pd.DataFrame) -> bytes:
    """One frame as Parquet with zstd."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink, compression="zstd")
    return sink.getvalue().to_pybytes()


def part(folder: Path, draw: int) -> Path:
    """Where the part of a draw lies."""
    return folder / PARTS / f"draw-{draw:05d}"


def write_part(folder: Path, draw: int, encoded: Encoded, run: str = "") -> None:
    """Adds one draw to a run folder, in one step; a part that is there already stays.

    ``run`` is the identity of the run (``manifest.identity``).
    ``StorageError`` if it can't be written: nothing half-written is left, as far as the disk lets itself be cleaned.
    """
    final = part(folder, draw)
    if final.exists():
        return
    temporary = final.with_name(f".{final.name}.{os.getpid()}.tmp")
    try:
        shutil.rmtree(temporary, ignore_errors=True)
        _fill(temporary, encoded, run)
        os.rename(temporary, final)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        if not final.exists():  # not written by another process meanwhile
            raise StorageError(f"{final}: can't be written: {error.strerror or error}") from None


def _fill(place: Path, encoded: Encoded, run: str) -> None:
    place.mkdir()
    for name, content in encoded.items():
        (place / f"{name}.parquet").write_bytes(content)
    hashes = {f"{name}.parquet": hashlib.sha256(content).hexdigest() for name, content in encoded.items()}
    (place / SEAL).write_text(json.dumps({"run": run, "files": hashes}, indent=1) + "\n", encoding="utf-8")


def finished_draws(folder: Path) -> set[int]:
    """Draws whose part is there."""
    names = (path.name.removeprefix("draw-") for path in (folder / PARTS).glob("draw-*"))
    return {int(name) for name in names if name.isdigit()}


def damage(folder: Path, draw: int, run: str | None = None) -> tuple[str, str] | None:
    """The first thing wrong with a part, as kind (``missing, altered, foreign``) and path; ``None`` for a sound one."""
    place = part(folder, draw)
    try:
        seal = json.loads((place / SEAL).read_text(encoding="utf-8"))
        belongs, hashes = seal["run"], {f"{name}.parquet": seal["files"][f"{name}.parquet"] for name in ORDER}
    except FileNotFoundError:
        return "missing", str(place / SEAL)
    except (OSError, ValueError, KeyError, TypeError):
        return "altered", str(place / SEAL)
    if run is not None and belongs != run:
        return "foreign", str(place)
    for name, digest in hashes.items():
        if not (place / name).is_file():
            return "missing", str(place / name)
        if hashlib.sha256((place / name).read_bytes()).hexdigest() != digest:
            return "altered", str(place / name)
    return None


def drop_damaged(folder: Path, run: str) -> list[int]:
    """Removes the parts that are not as the run left them; returns their draws, which are then simulated again."""
    damaged = [draw for draw in sorted(finished_draws(folder)) if damage(folder, draw, run)]
    for draw in damaged:
        shutil.rmtree(part(folder, draw))
    return damaged


def drop_unfinished(folder: Path) -> None:
    """Removes what killed processes were writing."""
    for path in [*folder.glob(".*.tmp"), *(folder / PARTS).glob(".*.tmp")]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def read(folder: Path, draws: list[int], name: str) -> pd.DataFrame:
    """One frame of several draws, one after the other."""
    frames = [pd.read_parquet(part(folder, draw) / f"{name}.parquet") for draw in draws]
    return pd.concat(frames, ignore_index=True)
