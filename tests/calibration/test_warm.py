"""Compiled code of versions that nobody uses any more is removed, and none that somebody uses."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from calibration import warm
from calibration.warm import KEPT, ensure_compiled, forget_unused

NOW = 2_000_000_000.0


def version(base: Path, name: str, used: float, *folders: str) -> Path:
    """A version that was in use at a time; its folders were compiled long before."""
    for folder in folders:
        (base / folder).mkdir(exist_ok=True)
        os.utime(base / folder, (0.0, 0.0))
    mark = base / f"complete-{name}"
    mark.write_text("\n".join(folders), "utf-8")
    os.utime(mark, (used, used))
    return mark


def left(base: Path) -> set[str]:
    return {entry.name for entry in base.iterdir()}


def test_what_no_version_in_use_needs_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NUMBA_CACHE_DIR", raising=False)
    own = version(tmp_path, "own", NOW, "a", "b")
    version(tmp_path, "recent", NOW - 0.9 * KEPT, "b", "c")
    version(tmp_path, "old", NOW - 1.1 * KEPT, "a", "c", "d")
    forget_unused(own, NOW)
    assert left(tmp_path) == {"complete-own", "a", "b", "complete-recent", "c"}


def test_a_folder_that_was_given_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    own = version(tmp_path, "own", NOW)
    (tmp_path / "else").mkdir()
    os.utime(tmp_path / "else", (0.0, 0.0))
    forget_unused(own, NOW)
    assert "else" in left(tmp_path)


def test_where_nothing_can_be_kept_nothing_is_compiled_ahead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would be compiled twice: what other processes compile this one can't have."""
    (tmp_path / "file").touch()
    monkeypatch.setattr(warm, "cache_mark", lambda: tmp_path / "file" / "compiled" / "complete")
    monkeypatch.setattr(warm, "_compile", lambda: pytest.fail("compiled"))
    ensure_compiled()
    assert "can't be kept" in capsys.readouterr().err
