"""Whole runs on few people and draws, through the command: outputs, resuming, interrupting."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from typer.testing import Result

from foundation.store import manifest as manifests
from foundation.store.parts import keys
from model.terms.weeks import week_of
from scenarios.compare.comparison import load

Mes = Callable[..., Result]
SMALL = ("--people", "2000", "--draws", "3")
UNDRAWN = ("--pictures", "none")
POLICY = week_of(date(2027, 1, 4))
"""The default policy start."""


def sent(*arguments: str, **options: object) -> subprocess.Popen[str]:
    """``mes`` as a process of its own, in a process group of its own."""
    command = [sys.executable, "-m", "cli.main", *arguments]
    here = os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": here}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, env=environment, text=True, start_new_session=True, **pipes, **options)  # type: ignore[call-overload, no-any-return]


def tables(folder: Path) -> dict[str, str]:
    return {path.name: manifests.sha256_of(path) for path in folder.glob("*.parquet")}


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A finished comparison, made in this process."""
    from typer.testing import CliRunner

    from cli.main import app

    folder = tmp_path_factory.mktemp("compared") / "r"
    arguments = ("compare", "media", "letters-with-code", *SMALL, "--workers", "1", "--out", str(folder), "--json")
    return folder, CliRunner().invoke(app, arguments)


def test_compare_prints_one_document(compared: tuple[Path, Result]) -> None:
    _, result = compared
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["people"], document["draws"], document["horizon"]) == (2000, 3, "2027-12-31")
    assert (document["target_millions"], document["data_end"]) == (40, "2026-01-29")
    assert [s["scenario"] for s in document["scenarios"]] == ["status-quo", "media", "letters-with-code"]
    for scenario in document["scenarios"]:
        for measure in ("activated_millions", "additional_millions", "cost_millions_eur", "cost_per_additional_eur"):
            assert set(scenario[measure]) == {"p05", "p50", "p95"}
        assert 0 <= scenario["probability_of_target"] <= 1
    assert document["scenarios"][0]["cost_per_additional_eur"]["p50"] is None
    assert "3/3" in result.stderr


def test_compare_fills_the_folder(compared: tuple[Path, Result]) -> None:
    folder, _ = compared
    manifest, frames = load(folder)
    assert manifest["status"] == "complete"
    assert "[[lever]]" in manifest["scenarios"][1]["text"]
    assert frames["outcomes"]["draw"].nunique() == 3
    french = (folder / "summary.fr.csv").read_bytes()
    assert french.startswith(b"\xef\xbb\xbf"), "a French Excel needs the mark"
    assert b";" in french
    assert (folder / "groups.fr.csv").is_file()
    assert {path.suffix for path in (folder / "pictures").iterdir()} == {".png", ".svg"}


def test_history_is_shared_and_stocks_never_shrink(compared: tuple[Path, Result]) -> None:
    _, frames = load(compared[0])
    weekly, simulated = (
        frames["weekly"].pivot(index="week", columns=["draw", "scenario"], values=name)
        for name in ("activated", "simulated")
    )
    assert (simulated.diff().dropna() >= 0).all().all()
    # Where the path of the status quo is flat, what a strategy adds may wane, and its stock with it.
    assert (weekly.xs("status-quo", axis=1, level="scenario").diff().dropna() >= -1e-6).all().all()
    for draw in weekly.columns.levels[0]:
        assert weekly[draw].loc[:POLICY].nunique(axis=1).eq(1).all(), "one history up to the policy start"


@pytest.mark.slow
def test_two_processes_give_the_same_bytes(mes: Mes, compared: tuple[Path, Result], tmp_path: Path) -> None:
    result = mes("compare", "media", "letters-with-code", *SMALL, "--workers", "2", "--out", "two")
    assert result.exit_code == 0, result.stderr
    assert tables(tmp_path / "two") == tables(compared[0])
    # Negative control: another seed gives other bytes.
    assert mes("compare", "media", "letters-with-code", *SMALL, "--seed", "2", "--out", "three").exit_code == 0
    assert tables(tmp_path / "three") != tables(compared[0])


def test_run_prints_one_number_a_week(mes: Mes) -> None:
    result = mes("run", "status-quo", *SMALL, "--workers", "1", "--seed", "3", "--json", *UNDRAWN)
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert (document["scenario"], document["people"], document["draws"], document["seed"]) == ("status-quo", 2000, 3, 3)
    assert document["weeks"][0] == "2022-01-31"
    for measure in ("activated_millions", "activated_share"):
        for p in ("p05", "p50", "p95"):
            values = document[measure][p]
            assert len(values) == len(document["weeks"])
    assert all(a <= b for a, b in pairwise(document["activated_millions"]["p50"]))
    assert 0 < document["activated_share"]["p50"][100] < 1


@pytest.mark.slow
def test_quick_is_marked(mes: Mes, tmp_path: Path) -> None:
    arguments = ("run", "media", *SMALL, "--workers", "1", "--quick")
    assert json.loads(mes(*arguments, "--json", "--out", "a").stdout)["quick"] is True
    assert manifests.read(tmp_path / "a")["quick"] is True
    assert "quick" in mes(*arguments, "--out", "b").stdout.lower()


def test_a_long_run_shows_a_first_look_to_who_reads(mes: Mes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("scenarios.compare.look.FEWEST", 2)
    monkeypatch.setattr("scenarios.compare.look.LONG", -1.0)
    run = ("run", "media", "--people", "1000", "--draws", "5", "--workers", "1", "--pictures", "none")
    english, french = mes(*run, "--out", "en"), mes(*run, "--out", "fr", "--lang", "fr")
    assert english.stderr.count("FIRST LOOK after 3 of 5 draws") == 1
    assert french.stderr.count("PREMIER APERÇU après 3 tirages sur 5") == 1
    assert "FIRST LOOK" not in english.stdout
    shown = mes(*run, "--out", "json", "--json"), mes(*run, "--out", "quick", "--quick")
    assert not any("FIRST LOOK" in result.stderr for result in shown)
    monkeypatch.setattr("scenarios.compare.look.LONG", 60.0)
    assert "FIRST LOOK" not in mes(*run, "--out", "short").stderr
    assert tables(tmp_path / "en") == tables(tmp_path / "fr") == tables(tmp_path / "json") == tables(tmp_path / "short")


def test_folders_are_compared_without_simulating(mes: Mes, compared: tuple[Path, Result], tmp_path: Path) -> None:
    assert mes("run", "media", *SMALL, *UNDRAWN, "--workers", "1", "--seed", "2", "--out", "other").exit_code == 0
    result = mes("compare", str(compared[0]), "./other", "--json", "--out", "both", *UNDRAWN)
    assert result.exit_code == 0, result.stderr
    document = json.loads(result.stdout)
    assert document["paired"] is False
    assert [entry["setting"] for entry in document["differences"]] == ["seed"]
    names = ["status-quo", "media", "letters-with-code", "status-quo@other", "media@other"]
    assert [s["scenario"] for s in document["scenarios"]] == names


@pytest.mark.slow
def test_plot_draws_again(mes: Mes, compared: tuple[Path, Result]) -> None:
    result = mes("plot", compared[0], "--lang", "fr")
    assert result.exit_code == 0, result.stderr
    assert all(Path(line).is_file() for line in result.stdout.splitlines())


LONGER = ("run", "media", "--people", "20000", "--draws", "8", "--seed", "5")


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Hashes of the tables of a run that nobody stopped."""
    folder = tmp_path_factory.mktemp("uninterrupted") / "r"
    process = sent(*LONGER, "--workers", "1", "--out", str(folder))
    _, stderr = process.communicate(timeout=300)
    assert process.returncode == 0, stderr
    return tables(folder)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(("how", "workers"), [("SIGINT", "1"), ("SIGINT", "2"), ("SIGKILL", "2")])
def test_a_stopped_run_resumes_to_the_same_tables(
    tmp_path: Path, uninterrupted: dict[str, str], how: str, workers: str
) -> None:
    arguments = (*LONGER, "--workers", workers, "--out", str(tmp_path / "r"))
    process = sent(*arguments)
    wait_for_parts(process, tmp_path / "r", 2)
    # A terminal sends Ctrl-C to the workers too; kill -9 hits one process, and its workers must not outlive it.
    if how == "SIGINT":
        os.killpg(process.pid, signal.SIGINT)
    else:
        process.kill()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == (130 if how == "SIGINT" else -signal.SIGKILL)
    assert "Traceback" not in stderr
    assert 0 < len(keys(tmp_path / "r")) < 8
    assert manifests.read(tmp_path / "r")["status"] == ("interrupted" if how == "SIGINT" else "running")
    resumed = sent(*arguments, "--resume")
    _, stderr = resumed.communicate(timeout=300)
    assert resumed.returncode == 0, stderr
    assert tables(tmp_path / "r") == uninterrupted


def wait_for_parts(process: subprocess.Popen[str], folder: Path, count: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and process.poll() is None:
        if folder.exists() and len(keys(folder)) >= count:
            return
        time.sleep(0.02)
    raise AssertionError(f"not {count} draws in time: {process.poll()}")
