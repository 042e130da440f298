"""Compiled code is thrown away when, and only when, a file that it is made from changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.terms import cached

MODEL = Path(cached.__file__).parents[1]


def names(file: str) -> set[str]:
    return {path.relative_to(MODEL).as_posix() for path in cached.behind(MODEL / file)}


@pytest.mark.parametrize(
    ("file", "other"),
    [
        ("engine/kernel.py", "terms/rules.py"),  # from a package
        ("engine/kernel.py", "engine/sources.py"),  # at second hand
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
