"""Folders of plans, effects and sensitivities: interrupted, spoilt and resumed; what is refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest

from foundation.errors import Interrupted, RunFailedError, UserError
from foundation.store import manifest as manifests
from foundation.store import parts
from foundation.store.verification import verify_folder
from foundation.study import carry_out
from scenarios.language.schema import scaled
from tests.planning import folders
from tests.planning.folders import STOP, STUDIES

MOMENTS = {"plan": (0, 3, 17, 25), "effects": (0, 4), "sensitivity": (0, 3)}
"""Tasks that are done when Ctrl-C comes: of a plan, in each of its stages."""


@pytest.fixture(autouse=True, scope="module")
def hasty() -> Iterator[None]:
    """Any mix will do."""
    with folders.hasty():
        yield


@pytest.fixture(autouse=True)
def never_stopped() -> None:
    STOP.clear()


@pytest.fixture(scope="module", params=STUDIES)
def whole(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, hasty: None) -> Path:
    """A folder that nobody stopped, named after its command."""
    STOP.clear()
    folder = tmp_path_factory.mktemp("whole") / request.param
    carry_out(STUDIES[request.param](), folder)
    return folder


def tables(folder: Path) -> dict[str, str]:
    """Files but the manifest, which tells when, and without the folder's own name, which a plan's command has."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name != manifests.FILE)
    return {path.name: sha256(path.read_bytes().replace(bytes(folder), b"")).hexdigest() for path in files}


def stopped(folder: Path, command: str, after: int) -> Path:
    """A folder that Ctrl-C hit after so many tasks."""
    STOP[:] = [after]
    with pytest.raises(Interrupted):
        carry_out(STUDIES[command](), folder)
    assert len(parts.keys(folder)) == after
    return folder


@pytest.mark.slow
def test_interrupted_and_resumed_it_ends_as_if_never_stopped(tmp_path: Path, whole: Path) -> None:
    for after in MOMENTS[whole.name]:
        folder = stopped(tmp_path / str(after), whole.name, after)
        assert {finding.kind for finding in verify_folder(folder).findings} >= {"unfinished"}
        assert carry_out(STUDIES[whole.name](), folder, resume=True).complete
        assert tables(folder) == tables(whole), after
        assert verify_folder(folder).sound


def multiplied(part: Path, other: Path) -> None:
    for path in part.glob("*.parquet"):
        table = pd.read_parquet(path)
        numbers = table.select_dtypes("number").columns
        table.assign(**{name: table[name] * 1.5 for name in numbers}).to_parquet(path)


def swapped(part: Path, other: Path) -> None:
    shutil.rmtree(part)
    shutil.copytree(other, part)


def emptied(part: Path, other: Path) -> None:
    for path in part.glob("*.parquet"):
        path.write_bytes(b"")


def without_seal(part: Path, other: Path) -> None:
    (part / parts.SEAL).unlink()


@pytest.mark.parametrize("spoil", [multiplied, swapped, emptied, without_seal])
def test_a_spoilt_part_is_computed_again(tmp_path: Path, whole: Path, spoil: Callable[[Path, Path], None]) -> None:
    folder = stopped(tmp_path / "r", whole.name, 3)
    first, second, *_ = parts.keys(folder)
    spoil(folder / parts.PARTS / first, folder / parts.PARTS / second)
    store = carry_out(STUDIES[whole.name](), folder, resume=True)
    assert store.manifest["resumed"][0]["damaged_parts"] == [first]
    assert tables(folder) == tables(whole)


def test_an_edited_data_file_is_refused_by_name(tmp_path: Path, whole: Path) -> None:
    folder = stopped(tmp_path / "r", whole.name, 2)
    with pytest.raises(UserError, match=r"data file priors\.csv: has changed"):
        carry_out(STUDIES[whole.name](**{"priors.csv": "edited"}), folder, resume=True)
    assert len(parts.keys(folder)) == 2


def test_another_question_is_refused_by_name(tmp_path: Path) -> None:
    plan, sensitivity = stopped(tmp_path / "p", "plan", 2), stopped(tmp_path / "s", "sensitivity", 2)
    with pytest.raises(UserError, match=r"asked: .*30\.0.*20\.0"):
        carry_out(folders.plan(budget=20.0), plan, resume=True)
    with pytest.raises(UserError, match=r"asked: .*30\.0.*20\.0"):
        carry_out(folders.sensitivity(value=20.0), sensitivity, resume=True)
    (scenario,) = folders.plan().shipped
    with pytest.raises(UserError, match="shipped scenario email-reminders: has changed"):
        carry_out(folders.plan(shipped=[scaled(scenario, 0.5)]), plan, resume=True)


def test_what_cannot_be_planned_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="more than the levers can spend"):
        carry_out(folders.plan(budget=900.0), tmp_path / "runs" / "p")
    assert list(tmp_path.iterdir()) == []


def test_a_draw_that_fails_at_first_is_left_out_and_later_ends_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(number: int) -> Callable[..., object]:
        seen: list[int] = []

        def work(task: folders.Task) -> object:
            seen.append(task.draw.index)
            if task.draw.index == 2 and seen.count(2) == number:
                raise ValueError("no answer")
            return folders.plan_work(task)

        return work

    monkeypatch.setattr(folders.ToyPlan, "work", staticmethod(failing(1)))
    store = carry_out(folders.plan(), tmp_path / "first")
    assert store.manifest["status"] == "failed"
    assert [failure["draw"] for failure in store.manifest["failures"]] == [2]
    assert store.manifest["plan"]["search_draws"] == [0, 1, 3]
    monkeypatch.setattr(folders.ToyPlan, "work", staticmethod(failing(2)))
    with pytest.raises(RunFailedError, match="draw 2: ValueError: no answer"):
        carry_out(folders.plan(), tmp_path / "later")
