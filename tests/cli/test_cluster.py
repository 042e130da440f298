"""``--cluster``: the model itself on a Dask cluster, to the bit; and addresses that lead nowhere."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from foundation.store import manifest as manifests
from tests.cluster import cluster

pytest.importorskip("distributed")

Mes = Callable[..., Result]
SMALL = ("compare", "media", "--people", "1000", "--draws", "3", "--json")


def tables(folder: Path) -> dict[str, str]:
    return {path.name: manifests.sha256_of(path) for path in folder.glob("*.parquet")}


@pytest.mark.slow
def test_serial_processes_and_cluster_give_the_same_bytes(mes: Mes, tmp_path: Path) -> None:
    documents = []
    for workers in ("1", "2"):
        result = mes(*SMALL, "--workers", workers, "--out", workers)
        assert result.exit_code == 0, result.stderr
        documents.append(json.loads(result.stdout))
    (tmp_path / "cluster").mkdir()
    with cluster(tmp_path / "cluster", 1, 2) as running:
        result = mes(*SMALL, "--cluster", running.address, "--out", "dask")
    assert result.exit_code == 0, result.stderr
    documents.append(json.loads(result.stdout))
    assert len(tables(tmp_path / "dask")) >= 6
    assert tables(tmp_path / "dask") == tables(tmp_path / "1") == tables(tmp_path / "2")
    assert documents[0]["scenarios"] == documents[1]["scenarios"] == documents[2]["scenarios"]
    for folder in ("dask", "1", "2"):
        verified = mes("verify", folder)
        assert verified.exit_code == 0, verified.stdout
    # Negative control: another seed gives other bytes.
    assert mes(*SMALL, "--workers", "1", "--seed", "2", "--out", "other").exit_code == 0
    assert tables(tmp_path / "other") != tables(tmp_path / "1")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--cluster", "127.0.0.1:8786"), "write it as tcp://HOST:PORT"),
        (("--cluster", "tcp://127.0.0.1:1"), "no Dask scheduler answers there"),
        (("--cluster", "tcp://127.0.0.1:8786", "--workers", "2"), "give --workers or --cluster"),
    ],
)
def test_a_cluster_that_is_none(mes: Mes, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    began = time.monotonic()
    result = mes(*SMALL, *arguments, "--out", "r")
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""
    assert time.monotonic() - began < 30
    assert list(tmp_path.iterdir()) == [], "nothing is left behind"
