"""Compiled code is thrown away when, and only when, a file that it is made from changes."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import numba
import pytest
from numba.core import event

from model.terms import cached
from model.terms.jit import UNINTERRUPTED

MODEL = Path(cached.__file__).parents[1]


def names(file: str) -> set[str]:
    return {path.relative_to(MODEL).as_posix() for path in cached.behind(MODEL / file)}


@pytest.mark.parametrize(
    ("file", "other"),
    [
        ("engine/kernel.py", "terms/rules.py"),  # from a package
        ("engine/kernel.py", "engine/processes.py"),  # at second hand
        ("counting/tally.py", "terms/spells.py"),
        ("population/attributes.py", "terms/keyed.py"),
    ],
)
def test_an_edit_of_what_is_compiled_along_is_noticed(file: str, other: str) -> None:
    assert other in names(file)


@pytest.mark.parametrize(
    "other", ["adoption.py", "fast.py", "prevalence.py", "twin/reference.py", "counting/answers.py"]
)
def test_other_edits_cost_nothing(other: str) -> None:
    assert (MODEL / other).exists()
    assert not any(other in names(path.relative_to(MODEL).as_posix()) for path in (MODEL / "engine").glob("*.py"))


def test_folders_differ_with_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MES_CACHE_DIR", str(tmp_path))
    file = tmp_path / "rule.py"
    found = set()
    for text in ("a = 1\n", "a = 2\n", "a = 2\n"):
        file.write_text(text, encoding="utf-8")
        cached.cache_folder.cache_clear()
        found.add(cached.cache_folder(file))
    cached.cache_folder.cache_clear()
    assert len(found) == 2


def test_each_python_has_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one has compiled another can't use: it doesn't count as there."""
    folders, marks = set(), set()
    for tag in ("cpython-311", "cpython-313"):
        monkeypatch.setattr(sys.implementation, "cache_tag", tag)
        cached.cache_folder.cache_clear()
        folders.add(cached.cache_folder(MODEL / "engine/kernel.py"))
        marks.add(cached.cache_mark())
    monkeypatch.undo()
    cached.cache_folder.cache_clear()
    assert (len(folders), len(marks)) == (2, 2)


def test_files_that_lie_elsewhere_or_are_newer_are_compiled_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The compiler's own cache asks for the place and the time of a file."""
    marks = set()
    for place, time in (("one", 1_000_000_000), ("other", 1_000_000_000), ("other", 1_000_000_001)):
        file = tmp_path / place / "rule.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text("a = 1\n", encoding="utf-8")
        os.utime(file, (time, time))
        monkeypatch.setattr(cached, "compiling_files", lambda file=file: [file])
        monkeypatch.setattr(cached, "cache_folder", lambda file: tmp_path / "kept" / "same")
        marks.add(cached.cache_mark())
    assert len(marks) == 3


class Hits(event.Listener):
    """Ctrl-C in the midst of a compilation."""

    def on_start(self, what: object) -> None:
        signal.raise_signal(signal.SIGINT)

    def on_end(self, what: object) -> None:
        pass


def compiled_when_hit() -> int:
    """How many versions of a function there are after Ctrl-C while one was compiled."""
    function = numba.njit(lambda x: x + 1)
    with event.install_listener("numba:run_pass", Hits()), pytest.raises(KeyboardInterrupt):
        function(1)
    return len(function.signatures)


def test_ctrl_c_comes_after_the_compilation() -> None:
    assert compiled_when_hit() == 1
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_without_that_it_cuts_the_compilation_short() -> None:
    """Negative control."""
    event.unregister("numba:compile", UNINTERRUPTED)
    try:
        assert compiled_when_hit() == 0
    finally:
        event.register("numba:compile", UNINTERRUPTED)
