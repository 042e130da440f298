"""What is installed elsewhere holds all that the checkout does, and answers from an empty folder with an empty
environment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[1]
ROOMS = ("foundation", "model", "scenarios", "calibration", "planning", "report", "cli", "mes")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from what git knows of this checkout: what only lies about in it must not be needed."""
    place = tmp_path_factory.mktemp("wheel")
    subprocess.run(["git", "checkout-index", "--all", f"--prefix={place}/source/"], cwd=ROOT, check=True)
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(place), str(place / "source")]
    subprocess.run(build, check=True, timeout=300)
    return next(place.glob("*.whl"))


def test_every_file_of_the_rooms_is_in_it(wheel: Path) -> None:
    """Also those in folders whose names are no names of packages."""
    listed = subprocess.run(["git", "ls-files", *ROOMS], cwd=ROOT, capture_output=True, text=True, check=True)
    assert set(listed.stdout.split("\n")) - {""} <= set(ZipFile(wheel).namelist())


@pytest.mark.parametrize(
    "command",
    [
        ("scenarios", "list"),
        ("forecast", "--score"),
        ("run", "email-reminders", "--people", "1000", "--draws", "2", "--workers", "1", "--pictures", "none"),
    ],
)
def test_it_answers_from_an_empty_folder(command: tuple[str, ...], wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    into = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(place), str(wheel)]
    subprocess.run(into, check=True, timeout=300)
    empty = tmp_path / "empty"
    empty.mkdir()
    says = "import cli, sys; assert cli.__file__.startswith(sys.argv.pop(1)); from cli.__main__ import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", says, str(place), *command],
        cwd=empty,
        env={"PATH": os.defpath, "HOME": str(tmp_path), "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout
