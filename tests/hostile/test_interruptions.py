"""Every command that writes a folder, stopped by KILL, INT and TERM at five moments, on a full disk, a worker killed:
what is resumed has the tables of a run that nobody disturbed, and nothing is left lying beside it.

``make test-hostile`` runs it; it takes about an hour.
"""

from __future__ import annotations

import inspect
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from cli import main
from foundation.store.manifest import FILE, sha256_of
from foundation.store.verification import verify_folder
from foundation.tasks.journal import LOG
from tests.hostile.judge import flipped

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name != "posix", reason="signals")]
ROOT = Path(__file__).parents[2]
PATIENCE = 900.0
"""Seconds: a busy machine may take long for what takes a moment."""
STATUSES = {"SIGINT": (0, 130), "SIGTERM": (0, -signal.SIGTERM), "SIGKILL": (0, -signal.SIGKILL)}
FEW = ("--people", "1000", "--workers", "2")
SCENARIO = ROOT / "scenarios/catalogue/email-reminders.toml"
COMMANDS: dict[str, tuple[str, ...]] = {
    "run": ("run", "email-reminders", "--draws", "3", "--pictures", "none", *FEW),
    "compare": ("compare", "email-reminders", "media", "--draws", "3", "--pictures", "none", *FEW),
    "effects": ("effects", "--draws", "3", "--pictures", "none", *FEW),
    "plan": ("plan", "--budget", "2M", "--levers", "email,sms", "--quick", "--draws", "4", "--pictures", "none", *FEW),
    "forecast": ("forecast", "--draws", "3", "--pictures", "none", *FEW),
    "hindcast": ("hindcast", "--origins", "2024-10-07", "--draws", "3", "--pictures", "none", *FEW),
    "survey": ("survey", "--draws", "3", *FEW),
    "fit": ("fit", "--draws", "3", *FEW),
    "uncertainty": ("uncertainty", "email-reminders", "--draws", "12", *FEW),
    "regions": ("regions", "--draws", "3", *FEW),
    "level": (
        "calibrate",
        "--region",
        "Bretagne",
        "--counts",
        str(ROOT / "docs/examples/region-counts.csv"),
        "--until",
        "2024-01-31",
        "--draws",
        "60",
        "--pictures",
        "none",
        *FEW,
    ),
    "calibrate": ("calibrate", "--first", "64", "--waves", "1", "--wave", "64", "--draws", "40", *FEW),
}
MOMENTS = (0.1, 0.3, 0.5, 0.75, 0.95)
"""Shares of the time that the undisturbed command took."""


@dataclass(frozen=True)
class Whole:
    """A command that nobody disturbed."""

    tables: dict[str, str]
    seconds: float


def command_of(name: str, folder: Path, *more: str) -> list[str]:
    """A calibration as small as this needs the hurried command line."""
    module = "cli.runs.hurried" if name == "calibrate" else "cli"
    return [sys.executable, "-m", module, *COMMANDS[name], "--out", str(folder), *more]


@contextmanager
def started(name: str, folder: Path, *more: str) -> Iterator[subprocess.Popen[str]]:
    """In a process group of its own that doesn't outlive the block."""
    command = command_of(name, folder, *more)
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def tables_of(folder: Path) -> dict[str, str]:
    """Hashes of everything but what holds a time, a command line or a path."""
    files = [path for path in folder.rglob("*.parquet") if path.name != "posterior.parquet"]
    files += folder.rglob("*.csv")
    return {path.relative_to(folder).as_posix(): sha256_of(path) for path in sorted(files)} | draws_of(folder)


def draws_of(folder: Path) -> dict[str, str]:
    """Of a posterior the values: its metadata have the command line."""
    from calibration.draws.checks import digest
    from calibration.draws.files import POSTERIOR, read_draws

    return {POSTERIOR: digest(read_draws(folder / POSTERIOR)[0])} if (folder / POSTERIOR).is_file() else {}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, known: dict[str, Whole] = {}) -> dict[str, Whole]:  # noqa: B006
    """Filled as commands are asked for."""
    return known


def undisturbed(name: str, whole: dict[str, Whole], folder: Path) -> Whole:
    if name not in whole:
        began = time.monotonic()
        with started(name, folder / "whole") as process:
            _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, errors
        whole[name] = Whole(tables_of(folder / "whole"), time.monotonic() - began)
        assert whole[name].tables
    return whole[name]


def finished(name: str, folder: Path) -> None:
    """Resumed where the folder is there, made where it isn't."""
    more = ["--resume"] if begun(folder) else []
    with started(name, folder, *more) as process:
        _, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


def begun(folder: Path) -> bool:
    return folder.exists() and any(path.name[0] != "." and path.name != LOG for path in folder.iterdir())


def sound(name: str, folder: Path, whole: Whole) -> None:
    assert tables_of(folder) == whole.tables
    assert verify_folder(folder).findings == ()
    assert [path.name for path in folder.parent.glob(".*.tmp")] == []
    assert [path.name for path in folder.glob(".*")] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_one_flipped_byte_is_found_in_each_file(name: str, whole: dict[str, Whole], tmp_path: Path) -> None:
    """Of the real folder of every command, which is sound as it was left."""
    folder = tmp_path / "whole"
    finished(name, folder)
    assert verify_folder(folder).findings == ()
    for path in (path for path in folder.rglob("*") if path.is_file() and path.name != LOG):  # which is no result
        content = path.read_bytes()
        path.write_bytes(flipped(content, 0.4))
        assert path.relative_to(folder).as_posix() in {finding.where for finding in verify_folder(folder).findings}
        path.write_bytes(content)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("how", STATUSES)
@pytest.mark.parametrize("name", COMMANDS)
def test_stopped(name: str, how: str, moment: float, whole: dict[str, Whole], tmp_path: Path) -> None:
    undisturbed(name, whole, tmp_path)
    folder = tmp_path / "stopped" / "r"
    with started(name, folder) as process:
        with suppress(subprocess.TimeoutExpired):
            process.wait(moment * whole[name].seconds)
        if process.poll() is None:
            (os.killpg if how == "SIGINT" else os.kill)(process.pid, getattr(signal, how))
        _, errors = process.communicate(timeout=PATIENCE)
        assert process.returncode in STATUSES[how], errors
        assert "Traceback" not in errors
    if not (folder.exists() and (folder / FILE).exists() and complete(folder)):
        finished(name, folder)
    sound(name, folder, whole[name])


def complete(folder: Path) -> bool:
    return bool(json.loads((folder / FILE).read_text()).get("status") == "complete")


def workers_of(process: subprocess.Popen[str]) -> list[int]:
    """Processes of its session but itself."""
    found = []
    for place in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError):
            fields = place.read_text().rpartition(")")[2].split()
            if int(fields[3]) == process.pid and int(place.parent.name) != process.pid:
                found.append(int(place.parent.name))
    return sorted(found)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.parametrize("name", COMMANDS)
def test_a_worker_is_killed(name: str, whole: dict[str, Whole], tmp_path: Path) -> None:
    """The youngest process of the command; it goes on, or says so and is resumed."""
    undisturbed(name, whole, tmp_path)
    folder = tmp_path / "killed" / "r"
    with started(name, folder) as process:
        time.sleep(0.5 * whole[name].seconds)
        if process.poll() is None and (workers := workers_of(process)):
            with suppress(ProcessLookupError):
                os.kill(workers[-1], signal.SIGKILL)
        _, errors = process.communicate(timeout=PATIENCE)
    assert "Traceback" not in errors
    assert process.returncode in (0, 1), errors
    if process.returncode:
        finished(name, folder)
    sound(name, folder, whole[name])


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A file system in memory, of this size; skipped where it may not be made."""
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], capture_output=True)
    if made.returncode:
        pytest.skip("may not mount a small disk")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def filled(disk: Path, left: int) -> IO[bytes]:
    """Takes all but so many bytes."""
    free = os.statvfs(disk)
    file = (disk / "filling").open("wb")
    file.write(bytes(max(0, free.f_bavail * free.f_frsize - left)))
    file.flush()
    return file


@pytest.mark.parametrize("left", [8_192, 65_536, 262_144])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk(name: str, left: int, whole: dict[str, Whole], tmp_path: Path) -> None:
    """It says so, and goes on once there is room again."""
    undisturbed(name, whole, tmp_path)
    with small_disk(tmp_path / "disk", "64m") as disk:
        filled(disk, left).close()
        folder = disk / "r"
        with started(name, folder) as process:
            _, errors = process.communicate(timeout=PATIENCE)
        assert "Traceback" not in errors
        assert "MES_DEBUG" not in errors
        assert process.returncode in (0, 1, 2), errors
        (disk / "filling").unlink()
        if process.returncode:
            assert "No space left" in errors, errors
            finished(name, folder)
        sound(name, folder, whole[name])


def test_the_commands_are_those_that_write_folders() -> None:
    """A new command with ``--out`` for a folder belongs in ``COMMANDS``."""
    commands = {name: one for name, one in vars(main).items() if inspect.isfunction(one)}
    found = {name for name, one in commands.items() if "out" in inspect.signature(one).parameters}
    assert found == {*COMMANDS, "sensitivity", "report", "learn", "study"} - {"level"}
