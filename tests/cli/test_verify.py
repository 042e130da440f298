"""``mes verify``: exit status, sentences in both languages, JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from foundation.store.store import Store
from scenarios.compare.study import TABLES
from tests.scenarios import faulty

Mes = Callable[..., Result]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    faulty.run(tmp_path / "r")
    for name in TABLES:
        (tmp_path / "r" / name).write_text("a;b\n", encoding="utf-8")
    Store.opened(tmp_path / "r").seal()
    return tmp_path / "r"


def test_a_sound_folder(mes: Mes, folder: Path) -> None:
    result = mes("verify", folder)
    assert result.exit_code == 0, result.output
    assert "r: complete and unaltered\n  draws: 12 of 12\n" in result.stdout
    assert "complet et inchangé" in mes("verify", folder, "--lang", "fr").stdout
    document = json.loads(mes("verify", folder, "--json").stdout)
    assert (document["sound"], document["status"], document["findings"]) == (True, "complete", [])
    assert document["draws"] == {"found": 12, "wanted": 12}


def test_a_spoilt_folder(mes: Mes, folder: Path) -> None:
    (folder / "costs.parquet").unlink()
    (folder / "weekly.parquet").write_bytes((folder / "weekly.parquet").read_bytes()[:-1])
    result = mes("verify", folder)
    assert result.exit_code == 1
    assert "  costs.parquet: missing\n" in result.stdout
    assert "  weekly.parquet: altered or truncated (its SHA-256 differs)\n" in result.stdout
    french = mes("verify", folder, "--lang", "fr").stdout
    assert "costs.parquet\u00a0: manquant" in french
    result = mes("verify", folder, "--json")
    assert result.exit_code == 1
    found = {(finding["kind"], finding["where"]) for finding in json.loads(result.stdout)["findings"]}
    assert found == {("missing", "costs.parquet"), ("altered", "weekly.parquet")}


def test_a_failed_run_names_its_draws(mes: Mes, tmp_path: Path) -> None:
    faulty.run(tmp_path / "f", raises=(3,))
    result = mes("verify", "f")
    assert result.exit_code == 1
    assert "draw 3 failed: ValueError: draw 3 is told to fail (--resume tries it again)" in result.stdout
    assert json.loads(mes("verify", "f", "--json").stdout)["failures"] == [3]


@pytest.mark.parametrize("what", ["none", ".", "r/manifest.json"])
def test_what_is_no_run_folder(mes: Mes, folder: Path, what: str) -> None:
    result = mes("verify", what)
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "run folder" in result.stderr
    assert "Traceback" not in result.stderr
