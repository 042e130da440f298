"""Commands of calibration stopped by Ctrl-C and taken up again: identical tables; refused after an edit of an input."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from foundation.store import manifest as manifests
from foundation.store import parts
from foundation.store.manifest import sha256_of
from foundation.store.verification import verify_folder
from foundation.tasks import bench

Mes = Callable[..., Result]
ROOT = Path(__file__).parents[2]
PATIENCE = 300.0
"""Seconds: a busy machine may take long for what takes a moment."""
FEW = ("--people", "1000", "--pictures", "none")
COMMANDS = {
    "survey": ("survey", "--draws", "3", *FEW),
    "fit": ("fit", "--draws", "2", "--netcdf", *FEW),
    "hindcast": ("hindcast", "--origins", "2025-01-30", "--draws", "2", *FEW),
    "uncertainty": ("uncertainty", "status-quo", "--draws", "12", "--people", "200", "--pictures", "none"),
}
TASKS = {"survey": 3, "fit": 4, "hindcast": 14, "uncertainty": 72}
MOMENTS = {"survey": (0, 1, 2), "fit": (0, 1, 3), "hindcast": (4, 10, 13), "uncertainty": (0, 40, 71)}
"""Tasks that are done by then."""
OFTEN = [
    pytest.param(name, at, marks=[pytest.mark.slow] * (name in ("hindcast", "uncertainty") and at not in (10, 40)))
    for name, moments in MOMENTS.items()
    for at in moments
]


@pytest.fixture(autouse=True)
def _few_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    """Simple forecasters take half a minute otherwise."""
    from calibration.hindcast.question import simple_forecast

    monkeypatch.setitem(simple_forecast.__kwdefaults__, "samples", 40)


def tables(folder: Path) -> dict[str, str]:
    """Of every file that holds no command line."""
    files = [path for path in folder.iterdir() if path.suffix in (".parquet", ".csv")]
    return {path.name: sha256_of(path) for path in sorted(files)}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], dict[str, str]]:
    """Tables of a command that nobody stopped, by its name."""
    place, known = tmp_path_factory.mktemp("whole"), dict[str, dict[str, str]]()

    def made(name: str) -> dict[str, str]:
        if name not in known:
            words = [*COMMANDS[name], "--workers", "1", "--out", str(place / name)]
            result = CliRunner().invoke(app, words)
            assert result.exit_code == 0, result.stderr
            assert verify_folder(place / name).sound
            known[name] = tables(place / name)
        return known[name]

    return made


@pytest.fixture
def stopped(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int], None]]:
    """Sends this process Ctrl-C when so many tasks are done."""
    computed = bench._computed

    def stop(after: int) -> None:
        done = 0
        signal.signal(signal.SIGINT, signal.default_int_handler)  # who was interrupted hears no further Ctrl-C

        def counted(sent: Any) -> Any:
            nonlocal done
            if done == after:
                signal.raise_signal(signal.SIGINT)
            done += 1
            return computed(sent)

        monkeypatch.setattr(bench, "_computed", counted)

    yield stop
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.mark.parametrize(("name", "at"), OFTEN)
def test_stopped_and_taken_up(
    mes: Mes, name: str, at: int, stopped: Callable[[int], None], whole: Callable[[str], dict[str, str]], tmp_path: Path
) -> None:
    expected, folder = whole(name), tmp_path / "r"
    options = (*COMMANDS[name], "--workers", "1", "--out", "r")
    stopped(at)
    result = mes(*options)
    assert result.exit_code == 130, result.stderr
    assert "the same command with --resume --out r finishes the rest" in result.stderr
    assert manifests.read(folder)["status"] == "interrupted"
    assert len(parts.keys(folder)) == at
    lacking = next(one for one in verify_folder(folder).findings if one.kind == "draws_missing")
    assert (lacking.values["count"], lacking.values["draws"]) == (TASKS[name] - at, TASKS[name])
    stopped(10**9)
    result = mes(*options, "--resume")
    assert result.exit_code == 0, result.stderr
    assert tables(folder) == expected
    assert verify_folder(folder).sound
    assert not (folder / "parts").exists()


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] * (name in ("hindcast", "uncertainty"))) for name in COMMANDS]
)
def test_an_input_that_was_edited_in_between_is_named(
    mes: Mes, name: str, stopped: Callable[[int], None], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from calibration.facts import inputs

    options = (*COMMANDS[name], "--workers", "1", "--out", "r")
    stopped(2)
    assert mes(*options).exit_code == 130
    stopped(10**9)
    digest = inputs.sha256_of_table
    with monkeypatch.context() as patch:
        patch.setattr(inputs, "sha256_of_table", lambda table: "edited" if table == "priors.csv" else digest(table))
        refused = mes(*options, "--resume")
        assert refused.exit_code == 2
        assert "r: can't be resumed with other settings" in refused.stderr
        assert "data file priors.csv: has changed" in refused.stderr
        french = mes(*options, "--resume", "--lang", "fr")
        assert (french.exit_code, "priors.csv" in french.stderr, "reprise impossible" in french.stderr) == (
            2,
            True,
            True,
        )
    assert (mes(*options, "--resume", "--seed", "2").exit_code, len(parts.keys(tmp_path / "r"))) == (2, 2)
    assert mes(*options, "--resume").exit_code == 0


@contextmanager
def started(name: str, folder: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """On two processes, in a group of its own that doesn't outlive the block."""
    words = [sys.executable, "-m", "cli", *COMMANDS[name], "--workers", "2", "--out", str(folder), *more]
    pipes: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(words, cwd=ROOT, start_new_session=True, **pipes) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def ended(name: str, folder: Path, *more: str) -> None:
    """Nobody stops it."""
    with started(name, folder, *more) as process:
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where commands on two processes lie that nobody stopped, as they are asked for."""
    return tmp_path_factory.mktemp("undisturbed")


@pytest.mark.skipif(os.name != "posix", reason="signals")
@pytest.mark.parametrize(
    ("name", "share"),
    [
        pytest.param(name, share, marks=[pytest.mark.slow] * ((name, share) != ("survey", 0.01)))
        for name in COMMANDS
        for share in (0.01, 0.5, 0.9)
    ],
)
def test_ctrl_c_of_a_terminal(name: str, share: float, undisturbed: Path, tmp_path: Path) -> None:
    """To the whole process group, once so many parts are there."""
    if not (undisturbed / name).is_dir():
        ended(name, undisturbed / name)
    folder, began = tmp_path / "r", time.monotonic()
    with started(name, folder) as process:
        while process.poll() is None and time.monotonic() < began + PATIENCE:
            if folder.is_dir() and len(parts.keys(folder)) >= max(1, int(share * TASKS[name])):
                os.killpg(process.pid, signal.SIGINT)
                break
            time.sleep(0.005)
        _, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors
    assert process.returncode in (0, 130), errors
    if process.returncode:
        assert manifests.read(folder)["status"] == "interrupted"
        ended(name, folder, "--resume")
    assert tables(folder) == tables(undisturbed / name)
    assert verify_folder(folder).sound
