"""Tables of many parts become one, in the order that is wanted; final ones are written beside what else is made."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import weakref
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from foundation.errors import StorageError
from foundation.store import atomic, parts
from foundation.store.atomic import parquet_bytes, tables_written, write_parquet

ORDER = ("b", "a", "c")
ROOT = Path(__file__).parents[3]


def frame(draw: int, names: tuple[str, ...] = ("a", "b", "c"), **more: object) -> pd.DataFrame:
    """Rows of each name one after the other, of ``a`` fewer in later draws."""
    rows = [(name, week) for name in names for week in range(4 - draw * (name == "a"))]
    columns = {"scenario": [name for name, _ in rows], "draw": draw, "week": [week for _, week in rows], **more}
    return pd.DataFrame(columns).assign(value=np.random.default_rng(draw).random(len(rows)))


def kept(folder: Path, frames: Mapping[str, pd.DataFrame]) -> list[str]:
    for key, table in frames.items():
        parts.write(folder, key, parts.encode({"t": table}), "question")
    return list(frames)


def by_hand(frames: list[pd.DataFrame], order: tuple[str, ...]) -> pd.DataFrame:
    whole = pd.concat(frames, ignore_index=True)
    return pd.concat([whole[whole["scenario"] == name] for name in order], ignore_index=True)


@pytest.mark.parametrize("order", [ORDER, ("c",), ("c", "nobody", "b"), ()])
def test_rows_that_belong_together_stand_together(tmp_path: Path, order: tuple[str, ...]) -> None:
    frames = [frame(0), frame(1, ("c", "a", "b")), frame(2, ("b",)), frame(3)]
    keys = kept(tmp_path, {f"draw-{k}": table for k, table in enumerate(frames)})
    found = parts.frame(tmp_path, keys, "t", ("scenario", order))
    wanted = by_hand(frames, order) if order else frames[0][:0]
    pd.testing.assert_frame_equal(found, wanted)
    pd.testing.assert_frame_equal(parts.frame(tmp_path, keys, "t"), pd.concat(frames, ignore_index=True))


def test_so_do_those_of_tables_that_differ_and_of_empty_ones(tmp_path: Path) -> None:
    frames = [frame(0), frame(1, note="x"), frame(2)[:0]]
    keys = kept(tmp_path, {f"draw-{k}": table for k, table in enumerate(frames)})
    found = parts.frame(tmp_path, keys, "t", ("scenario", ORDER))
    pd.testing.assert_frame_equal(found, by_hand(frames, ORDER), check_dtype=False)
    none = parts.frame(tmp_path, keys[2:], "t", ("scenario", ORDER))
    assert (list(none), len(none)) == (list(frames[2]), 0)
    assert none.dtypes.to_dict() == frames[2].dtypes.to_dict()


def test_a_part_says_the_same_as_a_table_in_fewer_bytes_or_about_as_many(tmp_path: Path) -> None:
    table = pd.concat([frame(0)] * 200, ignore_index=True)
    table["value"] = np.random.default_rng(1).random(len(table))
    kept(tmp_path, {"draw-0": table})
    pd.testing.assert_frame_equal(parts.read(tmp_path, "draw-0")["t"], table)
    assert len(parquet_bytes(table, lasting=False)) < 1.2 * len(parquet_bytes(table))


def test_tables_are_written_beside_what_else_is_made_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    goes_on = threading.Event()

    def waiting(path: Path, table: pd.DataFrame) -> None:
        assert goes_on.wait(30)
        write_parquet(path, table)

    monkeypatch.setattr(atomic, "write_parquet", waiting)
    with tables_written(tmp_path, {"one": frame(1), "two": frame(2)}):
        assert not list(tmp_path.iterdir()), "they would wait for ever if the block had to wait for them"
        goes_on.set()
    for name, draw in (("one", 1), ("two", 2)):
        found = hashlib.sha256((tmp_path / f"{name}.parquet").read_bytes()).digest()
        assert found == hashlib.sha256(parquet_bytes(frame(draw))).digest()


def test_a_table_that_is_made_when_it_is_written_is_let_go_then(tmp_path: Path) -> None:
    alive: list[weakref.ref[pd.DataFrame]] = []

    def made(draw: int) -> pd.DataFrame:
        assert [ref for ref in alive if ref() is not None] == [], "the one before is held"
        table = frame(draw)
        alive.append(weakref.ref(table))
        return table

    later = {f"t{draw}": partial(made, draw) for draw in range(3)}
    with tables_written(tmp_path, {"now": frame(5), **later}):
        pass
    assert len(alive) == 3
    assert [ref for ref in alive if ref() is not None] == []
    for draw, name in enumerate(later):
        assert (tmp_path / f"{name}.parquet").read_bytes() == parquet_bytes(frame(draw))
    with pytest.raises(ZeroDivisionError), tables_written(tmp_path, {"none": lambda: frame(1 // 0)}):
        pass


PEAK = """
import sys
from pathlib import Path
import pyarrow as pa
from foundation.store import parts
folder, keys = Path(sys.argv[1]), [f"draw-{k}" for k in range(20)]
before = pa.default_memory_pool().bytes_allocated()
whole = parts.frame(folder, keys, "t", ("scenario", ("b", "a")))
print((pa.default_memory_pool().max_memory() - before) / whole.memory_usage(deep=True).sum())
"""


def test_parts_are_put_together_in_little_more_memory_than_the_table_takes(tmp_path: Path) -> None:
    """Texts of all parts and of the whole would be in memory at once, half as much again."""
    for k in range(20):
        rows = {"scenario": ["b" * 30] * 2500 + ["a"] * 2500, "group": "of some people or others", "draw": k, "x": 0.5}
        table = pd.DataFrame(rows).replace({"scenario": {"b" * 30: "b"}})
        parts.write(tmp_path, f"draw-{k}", parts.encode({"t": table}), "question")
    done = subprocess.run([sys.executable, "-c", PEAK, tmp_path], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 1.0 <= float(done.stdout) < 1.6


def test_texts_that_are_missing_or_all_different_are_read_as_they_were(tmp_path: Path) -> None:
    frames = [frame(k).assign(day=[None, f"2027-{k}"] * 5 + ["", "é"][: len(frame(k)) - 10]) for k in (0, 1)]
    frames = [table.assign(code=[f"{table['draw'].iloc[0]}-{row}" for row in range(len(table))]) for table in frames]
    found = parts.frame(tmp_path, kept(tmp_path, {f"draw-{k}": one for k, one in enumerate(frames)}), "t")
    pd.testing.assert_frame_equal(found, pd.concat(frames, ignore_index=True))
    assert found["day"].isna().sum() == 10


def test_a_table_that_cant_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere"), tables_written(tmp_path / "nowhere", {"one": frame(1)}):
        pass
    with pytest.raises(ValueError, match="the block"), tables_written(tmp_path, {"one": frame(1)}):
        raise ValueError("the block")
