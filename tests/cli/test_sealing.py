"""Folders of ``mes study`` are proved by ``mes verify``, those that were finished without a manifest too."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import Result

from calibration import readings
from calibration.sbc import question as sbc
from foundation.errors import UserError
from foundation.store.verification import verify_folder
from report.guides.filling import folders_by_sign
from scenarios.draw import Draw
from scenarios.experiment import Experiment

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


READINGS = ("study", "readings", "--out", "r", "--people", 1000, "--draws", 2, "--workers", 1)


def added(failing: Sequence[tuple[str, int]]) -> Callable[..., dict[str, pd.DataFrame]]:
    """What stands for the simulation of a draw under a reading; it fails on some."""

    def simulated(experiment: Experiment, draw: Draw) -> dict[str, pd.DataFrame]:
        reading = experiment.settings.structure.reading
        if (reading, draw.index) in failing:
            raise ZeroDivisionError("nobody has foreseen this")
        names = [scenario.name for scenario in experiment.scenarios]
        weekly = pd.DataFrame({"scenario": "status-quo", "activated": np.linspace(0, 1e7, 300)})
        return {
            "weekly": weekly,
            "outcomes": pd.DataFrame({"scenario": names, "draw": draw.index, "additional_millions": 0.1}),
        }

    return simulated


def test_readings_finished_without_a_manifest_are_sealed(
    mes: Mes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "r").mkdir()
    (tmp_path / "r" / readings.ROWS).write_bytes(b"a")
    (tmp_path / "r" / readings.SETTINGS).write_text(json.dumps({"people": 1000, "draws": 2, "seed": 1}))
    monkeypatch.setattr(readings, "study", never)
    assert mes(*READINGS).exit_code == 0
    assert verify_folder(tmp_path / "r").sound


def test_readings_with_a_failed_draw_are_not_complete(
    mes: Mes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is named with its reading, and tried again; what had come through is not computed a second time."""
    monkeypatch.setattr(readings, "simulate_draw", added([("naive", 1)]))
    result = mes(*READINGS)
    assert result.exit_code == 1
    assert "1/2 draws failed (--resume tries them again)" in result.stderr
    assert "1: RunFailedError: reading=naive: ZeroDivisionError: nobody has foreseen this" in result.stderr
    found = verify_folder(tmp_path / "r")
    assert (found.manifest["status"], [one.kind for one in found.findings]) == ("failed", ["draw_failed"])
    assert found.manifest["failures"][0]["draw"] == 1
    with pytest.raises(UserError, match="not complete"):
        folders_by_sign([tmp_path / "r"])
    monkeypatch.setattr(readings, "simulate_draw", added([(reading, 0) for reading in readings.READINGS]))
    assert mes(*READINGS, "--resume").exit_code == 0
    assert verify_folder(tmp_path / "r").sound
    assert set(pd.read_parquet(tmp_path / "r" / readings.ROWS)["draw"]) == {0, 1}
    assert mes(*READINGS).exit_code == 0, "nothing is left to do"


def test_readings_that_were_never_begun_are_not_resumed(mes: Mes) -> None:
    result = mes(*READINGS, "--resume")
    assert (result.exit_code, "no such run folder to resume" in result.stderr) == (2, True)
