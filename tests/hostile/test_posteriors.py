"""Posteriors of strangers: every value that no draw can have, whatever they say of themselves, every damage."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from calibration.draws.checks import digest
from calibration.draws.files import POSTERIOR, read_draws, save_draws
from calibration.draws.posteriors import posterior_for
from calibration.facts.priors import FREE, load_priors
from foundation.store.store import seal_made
from model.terms.parameters import Structure
from tests.calibration.made_up import posterior
from tests.hostile import judge

KEY = b"mes.draws"
PRIORS = load_priors()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As ``mes calibrate`` leaves one."""
    from datetime import date

    folder: Path = tmp_path_factory.mktemp("calibrated") / "posterior"
    folder.mkdir()
    save_draws(folder / POSTERIOR, posterior(12), command="mes calibrate", data_end=date(2026, 1, 29), seed=1)
    (folder / "summary.json").write_text("{}")
    seal_made(folder, {"kind": "posterior", "command": "mes calibrate", "draws": 12})
    return folder


@pytest.fixture(scope="module")
def whole(folder: Path) -> tuple[pa.Table, dict[str, Any]]:
    table = pq.ParquetFile(folder / POSTERIOR).read()
    return table, json.loads(table.schema.metadata[KEY])


def written(path: Path, table: pa.Table, said: Any) -> Path:
    text = said if isinstance(said, bytes) else json.dumps(said).encode()
    pq.write_table(table.replace_schema_metadata({KEY: text}), path)
    return path


def refused(path: Path) -> str:
    """A lone file, whose writer computed its hashes anew."""
    return judge.owed(lambda: read_draws(path)[0].tolist(), "nothing will do", path.name)


def outside(name: str) -> list[float]:
    """Values that no draw has: not finite, an exponent's bit turned, on the wrong side of the law's support."""
    side = {"lognormal": -0.5, "beta": 1.5, "normal": 1e30}[PRIORS[name].family]
    return [math.nan, math.inf, -math.inf, 2.0**512, side]


@pytest.mark.parametrize("name", FREE)
@pytest.mark.parametrize("k", range(5))
def test_an_impossible_value(name: str, k: int, whole: tuple[pa.Table, dict[str, Any]], tmp_path: Path) -> None:
    table, said = whole
    values = np.column_stack([np.array(table[one].to_pylist()) for one in FREE])
    values[7, FREE.index(name)] = outside(name)[k]
    said = {**said, "values_sha256": digest(values)}
    message = refused(written(tmp_path / "p.parquet", pa.table(dict(zip(FREE, values.T, strict=True))), said))
    assert name in message


NEEDED = (
    "command", "data_end", "seed", "draws", "key", "data_sha256", "structure", "log_evidence", "effective", "format",
)  # fmt: skip
SAID: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no JSON": lambda said: b"{format: 2",
    "not UTF-8": lambda said: b"\xff\xfe{}",
    "empty": lambda said: b"",
    "a list": lambda said: [said],
    "a number": lambda said: 2,
    "null": lambda said: None,
    "deep": lambda said: b"[" * 100_000,
    "another format": lambda said: {**said, "format": 3},
    "an extra key": lambda said: {**said, "extra": 1},
    **{
        f"without {key}": lambda said, key=key: {k: v for k, v in said.items() if k != key}
        for key in NEEDED
    },
    **{f"{key} is a table": lambda said, key=key: {**said, key: {"a": []}} for key in NEEDED if key != "effective"},
    "no day": lambda said: {**said, "data_end": "yesterday"},
    "escapes": lambda said: {**said, "command": "mes \x1b[31mcalibrate"},
    "other draws": lambda said: {**said, "draws": 13},
    "no draws": lambda said: {**said, "draws": 0},
    "true draws": lambda said: {**said, "draws": True},
    "unknown structure": lambda said: {**said, "structure": {"reading": "upside-down"}},
    "another hash": lambda said: {**said, "values_sha256": "0" * 64},
}  # fmt: skip


@pytest.mark.parametrize("fault", SAID)
def test_what_it_says_of_itself(fault: str, whole: tuple[pa.Table, dict[str, Any]], tmp_path: Path) -> None:
    table, said = whole
    refused(written(tmp_path / "p.parquet", table, SAID[fault](said)))


def column(values: Any, kind: Any = None) -> Callable[[pa.Table], pa.Table]:
    return lambda table: table.set_column(3, FREE[3], pa.array(values, kind))


TABLES: dict[str, Callable[[pa.Table], pa.Table]] = {
    "texts": column(["a"] * 12),
    "lists": column([[1.0]] * 12),
    "nested": column([{"a": 1.0}] * 12),
    "whole numbers": column([1] * 12),
    "32 bits": column([0.5] * 12, pa.float32()),
    "nothing": column([None] * 12, pa.float64()),
    "one missing": column([None] + [0.5] * 11, pa.float64()),
    "a column less": lambda table: table.drop_columns([FREE[0]]),
    "a column more": lambda table: table.append_column("more", pa.array([1.0] * 12)),
    "another order": lambda table: table.select(list(reversed(FREE))),
    "another name": lambda table: table.rename_columns(["x", *FREE[1:]]),
    "no rows": lambda table: table.slice(0, 0),
    "a row less": lambda table: table.slice(1),
    "a row twice": lambda table: pa.concat_tables([table.slice(0, 11), table.slice(0, 1)]),
    "rows swapped": lambda table: pa.concat_tables([table.slice(6), table.slice(0, 6)]),
}


@pytest.mark.parametrize("fault", TABLES)
def test_its_table(fault: str, whole: tuple[pa.Table, dict[str, Any]], tmp_path: Path) -> None:
    table, said = whole
    refused(written(tmp_path / "p.parquet", TABLES[fault](table), said))


@pytest.mark.parametrize("fault", judge.FILE_FAULTS)
@pytest.mark.parametrize("name", [POSTERIOR, "manifest.json"])
def test_damage_of_a_folder(fault: str, name: str, folder: Path, tmp_path: Path) -> None:
    copy = judge.copied(folder, tmp_path)
    judge.FILE_FAULTS[fault](copy / name)
    whole_still = fault == "gone" and name != POSTERIOR  # a lone file has its own hash
    sound = read_draws(folder / POSTERIOR)[0].tolist() if whole_still else "nothing will do"

    def read() -> Any:
        return read_draws(posterior_for(Structure(), copy).paths[0])[0].tolist()

    judge.owed(read, sound, name, copy)
