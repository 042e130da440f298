"""Folders of ``mes study`` are proved by ``mes verify``, those that were finished without a manifest too."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from calibration import readings
from calibration.sbc import question as sbc
from foundation.errors import UserError
from foundation.store.verification import verify_folder
from report.guides.filling import folders_by_sign

Mes = Callable[..., Result]
SBC = ("study", "sbc", "--out", "sbc", "--sims", 64, "--truths", 4, "--people", 1000)
SHOWN = sbc.Settings(sims=64, truths=4, people=1000).shown()


def finished(folder: Path) -> None:
    """As a study leaves it."""
    (folder / "truths").mkdir(parents=True, exist_ok=True)
    (folder / "truths" / "truth-0000.npz").write_bytes(b"a")
    (folder / "ranks.npz").write_bytes(b"b")
    (folder / "settings.json").write_text(json.dumps({**SHOWN, "code": "0123", "ages.csv": "ab"}))
    (folder / "sbc.json").write_text(json.dumps(SHOWN))


def never(*_: Any, **__: Any) -> None:
    raise AssertionError("computed anew")


def test_a_study_is_sealed(mes: Mes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sbc, "study", lambda folder, settings: finished(folder))
    assert mes(*SBC).exit_code == 0
    found = verify_folder(tmp_path / "sbc")
    assert (found.sound, found.files) == (True, 4)
    assert (found.manifest["command"], found.manifest["data"]) == ("study sbc", {"ages.csv": "ab"})
    assert not found.manifest["sealed_as_found"]
    assert mes("verify", "sbc").exit_code == 0


def test_one_finished_without_a_manifest_is_sealed_as_it_stands(
    mes: Mes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(tmp_path / "sbc")
    assert set(folders_by_sign([tmp_path / "sbc"])) == {"sbc.json"}, "readable before"
    monkeypatch.setattr(sbc, "study", never)
    result = mes(*SBC)
    assert (result.exit_code, "sealed as it stands" in result.stderr) == (0, True)
    assert verify_folder(tmp_path / "sbc").manifest["begun_with"]["code"] == "0123"
    assert verify_folder(tmp_path / "sbc").manifest["sealed_as_found"]


def test_other_settings_are_not_taken_for_finished(mes: Mes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finished(tmp_path / "sbc")
    asked = []
    monkeypatch.setattr(sbc, "study", lambda folder, settings: asked.append(settings.truths))
    assert mes(*SBC, "--truths", 5).exit_code == 0
    assert asked == [5]


@pytest.mark.parametrize("name", ["truths/truth-0000.npz", "ranks.npz", "sbc.json", "settings.json"])
def test_what_was_altered_is_not_shown(mes: Mes, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    finished(tmp_path / "sbc")
    mes(*SBC)
    (tmp_path / "sbc" / name).write_bytes((tmp_path / "sbc" / name).read_bytes()[:-1] + b" ")
    assert [finding.where for finding in verify_folder(tmp_path / "sbc").findings] == [name]
    with pytest.raises(UserError, match=f"not complete or not as it was left \\({name}\\)"):
        folders_by_sign([tmp_path / "sbc"])


def test_readings_are_sealed(mes: Mes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def study(folder: Path, *, workers: int, **asked: int) -> None:
        folder.mkdir()
        (folder / "added.parquet").write_bytes(b"a")
        (folder / readings.SETTINGS).write_text(json.dumps(asked))

    monkeypatch.setattr(readings, "study", study)
    command = ("study", "readings", "--out", "r", "--people", 1000, "--draws", 2)
    assert mes(*command).exit_code == 0
    assert verify_folder(tmp_path / "r").sound
    (tmp_path / "r" / "manifest.json").unlink()
    monkeypatch.setattr(readings, "study", never)
    assert mes(*command).exit_code == 0
    assert verify_folder(tmp_path / "r").sound
