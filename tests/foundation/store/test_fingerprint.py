"""What the fingerprint counts, on a copy of the source tree in which files are edited."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from calibration.draws import files as draws_module
from cli.runs.simulation import CODE
from foundation.store.fingerprint import TOP, changes, code_fingerprint, hashes_of, modules
from foundation.store.manifest import differences

PACKAGES = ("foundation", "model", "scenarios", "calibration", "planning", "report", "cli")
PLAN = ("planning.mix.plan", *CODE)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    top = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(TOP / package, top / package, ignore=shutil.ignore_patterns("__pycache__", "*.parquet"))
    return top


def edited(top: Path, file: str, old: str, new: str, roots: tuple[str, ...]) -> list[str]:
    """Lines that name what an edit has changed; the file is as before afterwards."""
    path, before = top / file, modules(roots, top)
    text = path.read_text(encoding="utf-8")
    assert old in text, "nothing to edit"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        return list(changes("module", before, modules(roots, top)))
    finally:
        path.write_text(text, encoding="utf-8")


def test_a_copy_has_the_same_fingerprint(copied: Path) -> None:
    assert code_fingerprint(PLAN, copied) == code_fingerprint(PLAN)


@pytest.mark.parametrize(
    ("file", "old", "new", "name"),
    [
        ("model/terms/weeks.py", "return ", "return not ", "model.terms.weeks"),
        ("scenarios/lever_schemas/messages.py", "return ", "return not ", "scenarios.lever_schemas.messages"),
        ("planning/mix/search.py", "KNOWN = 24", "KNOWN = 25", "planning.mix.search"),
        ("calibration/draws/files.py", "or DEFAULT\n", 'or "other"\n', "calibration.draws.files"),
    ],
)
def test_an_edited_rule_is_named(copied: Path, file: str, old: str, new: str, name: str) -> None:
    assert edited(copied, file, old, new, PLAN) == [f"module {name}: has changed"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("planning/mix/tables.py", "def headline(", "CHANGED = 1\n\n\ndef headline("),  # what shows
        ("scenarios/compare/tables.py", ",\n", ", \n"),
        ("planning/mix/search.py", "from __future__", "# A comment.\nfrom __future__"),
        ("model/terms/weeks.py", '"""', '"""Another beginning. '),
        ("planning/mix/search.py", "levers = len(switches)\n", "levers = len(\n        switches,\n    )\n"),
    ],
)
def test_what_changes_no_result_does_not_count(copied: Path, file: str, old: str, new: str) -> None:
    assert edited(copied, file, old, new, PLAN) == []


def test_a_new_module_counts_once_it_is_imported(copied: Path) -> None:
    (copied / "model" / "terms" / "another.py").write_text("X = 1\n")
    assert edited(copied, "model/terms/weeks.py", "from __future__", "from __future__", PLAN) == []
    text = "from datetime import"
    lines = edited(copied, "model/terms/weeks.py", text, f"from model.terms import another\n{text}", PLAN)
    assert lines == ["module model.terms.another: now, but not in the folder", "module model.terms.weeks: has changed"]


def test_an_edited_data_file_is_named(copied: Path) -> None:
    data = copied / draws_module.DATA.relative_to(TOP)

    def lines() -> list[str]:
        return differences(before, {**before, "data": hashes_of(data.glob("*.csv"))})

    before = {"depends_on": ["data"], "data": hashes_of(data.glob("*.csv"))}
    priors = data / "priors.csv"
    priors.write_bytes(priors.read_bytes().replace(b"\n", b"\r\n"))
    assert lines() == [], "ends of lines don't count"
    priors.write_text(priors.read_text() + "\n")
    assert lines() == ["data file priors.csv: has changed"]


def test_of_lists_only_what_differs_is_told() -> None:
    first, other = {"date": "2024-12-31", "millions": 0.9}, {"date": "2024-12-31", "millions": 1.0}
    last = {"date": "2025-12-31", "millions": 1.3}
    before, now = ({"depends_on": ["counts_used"], "counts_used": counts} for counts in ([first, last], [other, last]))
    assert differences(before, now) == [
        "counts_used: date 2024-12-31, millions 0.9 there, date 2024-12-31, millions 1.0 now"
    ]
    assert differences(before, {**now, "counts_used": [first]})[0].endswith("millions 1.3 there, nothing more now")
