"""A scenario that fails in a way nobody has foreseen is left out and named; the others are as without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import scenarios.experiment as experiment
from foundation.store import manifest as manifests
from foundation.store.verification import verify_folder
from scenarios.compare.comparison import comparison_document, load
from scenarios.frames import ORDER

SMALL = ("--people", "1000", "--draws", "3", "--workers", "1", "--seed", "5", "--pictures", "none")


def compared(folder: Path, *more: str) -> Result:
    from cli.main import app

    return CliRunner().invoke(app, ["compare", *more, *SMALL, "--out", str(folder)])


@contextmanager
def failing(name: str, index: int, text: str) -> Iterator[None]:
    """Within, a scenario fails on a draw; nothing else does."""

    def branch(asked: Any, scenario: Any, draw: Any, *more: Any) -> Any:
        if (scenario.name, draw.index) == (name, index):
            raise ZeroDivisionError(text)
        return WHOLE(asked, scenario, draw, *more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(experiment, "result_of", branch)
        yield


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    folder: Path = tmp_path_factory.mktemp("left") / "r"
    with failing("media", 1, "nobody\nhas foreseen this"):
        return folder, compared(folder, "media", "letters-with-code")


def test_the_others_are_kept_and_it_is_named(left: tuple[Path, Result]) -> None:
    folder, result = left
    assert result.exit_code == 1
    assert "media: left out of all tables, since it failed (1/3)" in result.stderr
    assert "1: ZeroDivisionError: nobody" in result.stderr
    manifest, frames = load(folder)
    assert manifest["status"] == "failed"
    assert manifest["failures"] == [], "no draw is lost"
    assert all(set(frames[name]["scenario"]) <= {"status-quo", "letters-with-code"} for name in ORDER)
    assert frames["outcomes"]["draw"].nunique() == 3
    document = comparison_document(frames, manifest)
    assert [one["scenario"] for one in document["scenarios"]] == ["status-quo", "letters-with-code"]
    assert document["left_out"] == [{"scenario": "media", "draw": 1, "error": "ZeroDivisionError: nobody"}]


def test_it_is_found_by_verify_and_nothing_else_is(left: tuple[Path, Result]) -> None:
    found = verify_folder(left[0])
    assert [(one.kind, one.values["scenario"]) for one in found.findings] == [("scenario_failed", "media")]
    assert found.found == 3


def test_the_report_says_so(left: tuple[Path, Result], tmp_path: Path) -> None:
    from cli.main import app

    result = CliRunner().invoke(app, ["report", str(left[0]), "--out", str(tmp_path / "r.html")])
    assert result.exit_code == 0, result.stderr
    assert "The scenario “media” failed and is missing" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_the_reference_takes_its_draw_along(tmp_path: Path) -> None:
    """All others are told as differences from it: a draw without it is none."""
    with failing("status-quo", 2, "the reference"):
        result = compared(tmp_path / "r", "letters-with-code")
    assert result.exit_code == 1
    manifest, frames = load(tmp_path / "r")
    assert [failure["draw"] for failure in manifest["failures"]] == [2]
    assert "left_out" not in manifest
    assert set(frames["outcomes"]["draw"]) == {0, 1}


def test_a_resume_tries_again_and_ends_as_if_nothing_had_failed(left: tuple[Path, Result], tmp_path: Path) -> None:
    folder = left[0]
    assert compared(folder, "media", "letters-with-code", "--resume").exit_code == 0
    assert compared(tmp_path / "whole", "media", "letters-with-code").exit_code == 0
    assert verify_folder(folder).sound
    assert "left_out" not in load(folder)[0]
    assert hashes(folder) == hashes(tmp_path / "whole")


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: manifests.sha256_of(path) for path in folder.glob("*.parquet")}


WHOLE: Callable[..., Any] = experiment.result_of
