"""The judge itself: careless readers are found out, in each of the ways that one can be careless."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from foundation.errors import UserError
from tests.hostile import judge


def careless(path: Path) -> float:
    """Reads without a look: the negative control."""
    return float(json.loads(path.read_text())["target"])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_text('{"target": 40}')
    return path


@pytest.mark.parametrize("fault", ["cut", "emptied", "zeros", "one more byte"])
def test_what_python_says_is_rejected(file: Path, fault: str) -> None:
    judge.FILE_FAULTS[fault](file)
    with pytest.raises(AssertionError):
        judge.owed(lambda: careless(file), 40.0, file)


def test_another_number_is_rejected(file: Path) -> None:
    file.write_text('{"target": 25}')
    with pytest.raises(AssertionError, match="another result without a word"):
        judge.owed(lambda: careless(file), 40.0, file)


def test_a_message_that_names_nothing_is_rejected(file: Path) -> None:
    def refuse() -> None:
        raise UserError("something is wrong")

    with pytest.raises(AssertionError, match="names none"):
        judge.owed(refuse, 40.0, file)


def test_a_hang_is_rejected(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judge, "LONGEST", 0.01)
    with pytest.raises(AssertionError, match="took"):
        judge.owed(lambda: time.sleep(0.05), None, file)


def test_what_is_owed_passes(file: Path) -> None:
    assert judge.owed(lambda: careless(file), 40.0, file) == ""

    def refuse() -> None:
        raise UserError(f"{file}: edited")

    assert judge.owed(refuse, 40.0, file) == f"{file}: edited"
