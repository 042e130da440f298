"""A toy study: carried out, interrupted, killed, resumed, verified, spoilt. ``python -m tests.foundation.test_study
FOLDER HOLD`` carries it out and waits before the task HOLD, to be stopped from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from foundation.errors import Interrupted, RunFailedError, UserError
from foundation.language.text import in_language
from foundation.store import manifest as manifests
from foundation.store import parts
from foundation.store.atomic import write_json
from foundation.store.store import Store
from foundation.store.verification import verify_folder
from foundation.study import Study, Tables, _kept, carry_out
from foundation.tasks.bench import Bench, Found

DRAWS = 5


@dataclass(frozen=True)
class Roll:
    index: int
    dice: int
    stop: str = ""


def roll(task: Roll) -> dict[str, Any]:
    """Waits while there is a file of the name ``stop``; ``stop`` may also say what to raise."""
    if task.stop == "interrupt":
        raise KeyboardInterrupt
    if task.stop == "fail":
        raise ValueError("no dice")
    while task.stop and Path(task.stop).exists():
        time.sleep(0.01)
    faces = np.random.default_rng([task.index, task.dice]).integers(1, 7, task.dice)
    return {"faces": faces, "rolls": pd.DataFrame({"draw": [task.index], "sum": [faces.sum()]})}


@dataclass(frozen=True)
class Dice(Study[Roll]):
    dice: int = 2
    weights: str = "hash of weights.csv"
    stops: Mapping[int, str] | None = None
    """What happens to a task, by its index."""
    refused: bool = False
    command = "dice"
    work = staticmethod(roll)

    def question(self) -> dict[str, Any]:
        return {"dice": self.dice, "draws": DRAWS}

    def inputs(self) -> dict[str, str]:
        return {"weights.csv": self.weights}

    def code(self) -> tuple[str, ...]:
        return ("foundation.seeds",)

    def expects(self) -> tuple[str, ...]:
        return "rolls.parquet", "dice.json"

    def tasks(self) -> list[Roll]:
        return [Roll(index, self.dice, (self.stops or {}).get(index, "")) for index in range(DRAWS)]

    def tables(self, found: Found[Roll]) -> dict[str, pd.DataFrame]:
        if self.refused:
            raise UserError("not with these dice")
        return {"rolls": found.frame("rolls")}

    def write(self, folder: Path, frames: Mapping[str, pd.DataFrame], manifest: dict[str, Any]) -> None:
        write_json(folder / "dice.json", {"mean": float(frames["rolls"]["sum"].mean())})


@dataclass(frozen=True)
class Staged(Dice):
    """Those who rolled most roll again, with more dice."""

    def solve(self, bench: Bench[Roll]) -> dict[str, pd.DataFrame]:
        first = bench.each(self.tasks(), stage="first")
        sums = [int(content["faces"].sum()) for content in first]
        again = [Roll(task.index, max(sums)) for task, found in zip(first.tasks, sums, strict=True) if found > 6]
        return {"rolls": bench.each(again, stage="second", whole=True).frame("rolls")}


class Later(Dice):
    """The table of sums, and one that nobody reads."""

    def tables(self, found: Found[Roll]) -> Tables:
        return {**super().tables(found), "again": lambda: found.frame("rolls")}

    def write(self, folder: Path, frames: Mapping[str, pd.DataFrame], manifest: dict[str, Any]) -> None:
        assert list(frames) == ["rolls"]
        super().write(folder, frames, manifest)


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: manifests.sha256_of(path) for path in folder.iterdir() if path.suffix == ".parquet"}


@pytest.mark.parametrize("study", [Dice, Staged])
@pytest.mark.parametrize("at", [0, 2, 4])
def test_interrupted_and_resumed_it_ends_as_if_never_stopped(tmp_path: Path, study: type[Dice], at: int) -> None:
    carry_out(study(), tmp_path / "whole")
    with pytest.raises(Interrupted, match=r"--resume --out .*/r finishes the rest"):
        carry_out(study(stops={at: "interrupt"}), tmp_path / "r")
    assert manifests.read(tmp_path / "r")["status"] == "interrupted"
    assert len(parts.keys(tmp_path / "r")) == at
    assert {finding.kind for finding in verify_folder(tmp_path / "r").findings} >= {"unfinished"}
    assert carry_out(study(), tmp_path / "r", resume=True).complete
    assert hashes(tmp_path / "r") == hashes(tmp_path / "whole")
    assert verify_folder(tmp_path / "r").sound
    carry_out(study(dice=3), tmp_path / "other")
    assert hashes(tmp_path / "other") != hashes(tmp_path / "whole"), "negative control"


def test_a_table_that_is_made_when_it_is_written_is_like_any_other(tmp_path: Path) -> None:
    store = carry_out(Later(), tmp_path / "r")
    assert verify_folder(tmp_path / "r").sound
    found = store.frames(["rolls", "again"])
    pd.testing.assert_frame_equal(found["again"], found["rolls"])
    assert len(hashes(tmp_path / "r")) == 2


def wait_for_parts(folder: Path, count: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 120
    while not folder.is_dir() or len(parts.keys(folder)) < count:
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("at", [0, 2, 4])
def test_killed_and_resumed_it_ends_as_if_never_stopped(tmp_path: Path, at: int) -> None:
    carry_out(Dice(), tmp_path / "whole")
    folder, hold = tmp_path / "r", tmp_path / "hold"
    hold.touch()
    command = [sys.executable, "-m", "tests.foundation.test_study", str(folder), str(at), str(hold)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        wait_for_parts(folder, at, process)
        process.send_signal(signal.SIGKILL)
    assert manifests.read(folder)["status"] == "running"
    assert carry_out(Dice(), folder, resume=True).complete
    assert hashes(folder) == hashes(tmp_path / "whole")


@pytest.mark.skipif(os.name == "nt", reason="locks of POSIX")
def test_a_second_resume_at_the_same_time_is_refused_and_the_first_unharmed(tmp_path: Path) -> None:
    carry_out(Dice(), tmp_path / "whole")
    folder, hold = tmp_path / "r", tmp_path / "hold"
    hold.touch()
    command = [sys.executable, "-m", "tests.foundation.test_study", str(folder), "2", str(hold)]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2]) as process:
        wait_for_parts(folder, 2, process)
        (folder / "parts" / ".draw-00009.1.tmp").mkdir()  # what the first is writing
        with pytest.raises(UserError, match=f"process {process.pid} is at work in it"):
            carry_out(Dice(), folder, resume=True)
        assert (folder / "parts" / ".draw-00009.1.tmp").is_dir()
        hold.unlink()
        assert process.wait(120) == 0
    assert verify_folder(folder).sound
    assert hashes(folder) == hashes(tmp_path / "whole")
    assert not (folder / ".lock").exists()


def test_what_turns_out_to_be_no_question_leaves_no_folder(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    for folder in (tmp_path / "runs" / "r", tmp_path / "there" / "r"):
        with pytest.raises(UserError, match="not with these dice"):
            carry_out(Dice(refused=True), folder)
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert list((tmp_path / "there").iterdir()) == []


def test_a_failing_task_is_named_and_tried_again(tmp_path: Path) -> None:
    store = carry_out(Dice(stops={3: "fail"}), tmp_path / "r")
    assert store.manifest["status"] == "failed"
    assert [(f["draw"], f["error"]) for f in store.manifest["failures"]] == [(3, "ValueError: no dice")]
    assert store.frames(["rolls"])["rolls"]["draw"].tolist() == [0, 1, 2, 4]
    assert carry_out(Dice(), tmp_path / "r", resume=True).complete
    with pytest.raises(RunFailedError, match="no draw finished; draw 0: ValueError: no dice"):
        carry_out(Dice(stops=dict.fromkeys(range(DRAWS), "fail")), tmp_path / "none")


@dataclass(frozen=True)
class Handed(Dice):
    def named(self, task: Roll) -> dict[str, Any]:
        return {"hand": "left" if task.index % 2 else "right", "draw": task.index}


def test_a_task_may_have_a_longer_name(tmp_path: Path) -> None:
    store = carry_out(Handed(stops={3: "fail", 1: "fail"}), tmp_path / "r")
    named = [{key: f[key] for key in ("hand", "draw", "error")} for f in store.manifest["failures"]]
    assert named == [{"hand": "left", "draw": draw, "error": "ValueError: no dice"} for draw in (1, 3)]
    told = [
        finding.values["draw"] for finding in verify_folder(tmp_path / "r").findings if finding.kind == "draw_failed"
    ]
    assert told == ["left, 1", "left, 3"]
    assert carry_out(Handed(), tmp_path / "r", resume=True).manifest["resumed"][0]["failures"] == told
    with pytest.raises(RunFailedError, match="no draw finished; draw right, 0: ValueError: no dice"):
        carry_out(Handed(stops=dict.fromkeys(range(DRAWS), "fail")), tmp_path / "none")


@pytest.mark.parametrize(
    ("study", "said"),
    [(Dice(dice=3), "dice: 2 there, 3 now"), (Dice(weights="another"), "data file weights.csv: has changed")],
)
def test_another_question_or_input_is_refused_by_name(tmp_path: Path, study: Dice, said: str) -> None:
    with pytest.raises(Interrupted):
        carry_out(Dice(stops={1: "interrupt"}), tmp_path / "r")
    with pytest.raises(UserError, match=said):
        carry_out(study, tmp_path / "r", resume=True)


def test_one_flipped_byte_is_found_in_every_file(tmp_path: Path) -> None:
    carry_out(Dice(), tmp_path / "r")
    for path in [path for path in (tmp_path / "r").rglob("*") if path.is_file()]:
        content = path.read_bytes()
        for at in (0, len(content) // 2, len(content) - 2):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
            assert not verify_folder(tmp_path / "r").sound, path.name
        path.write_bytes(content)
    (tmp_path / "r" / "more.csv").write_text("a")
    assert [(f.kind, f.where) for f in verify_folder(tmp_path / "r").findings] == [("unlisted", "more.csv")]
    (tmp_path / "r" / "more.csv").unlink()
    (tmp_path / "r" / "dice.json").unlink()
    assert [(f.kind, f.where) for f in verify_folder(tmp_path / "r").findings] == [("missing", "dice.json")]


@pytest.mark.parametrize("where", ["parts", "parts/draw-00000"])
def test_a_link_is_refused_by_name_and_not_followed(tmp_path: Path, where: str) -> None:
    with pytest.raises(Interrupted):
        carry_out(Dice(stops={1: "interrupt"}), tmp_path / "r")
    (tmp_path / "r" / where).rename(tmp_path / "elsewhere")
    (tmp_path / "r" / where).symlink_to(tmp_path / "elsewhere")
    before = sorted(path.name for path in (tmp_path / "elsewhere").rglob("*"))
    with pytest.raises(UserError, match=f"{where}: is a link"):
        carry_out(Dice(), tmp_path / "r", resume=True)
    assert sorted(path.name for path in (tmp_path / "elsewhere").rglob("*")) == before
    assert "outside" in {finding.kind for finding in verify_folder(tmp_path / "r").findings}


def test_paths_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    store = carry_out(Dice(), tmp_path / "r")
    (tmp_path / "secret").write_text("x")
    digest = manifests.sha256_of(tmp_path / "secret")
    for name in ("../secret", str(tmp_path / "secret")):
        manifests.write(tmp_path / "r", {**store.manifest, "files": {**store.manifest["files"], name: digest}})
        assert [(f.kind, f.where) for f in verify_folder(tmp_path / "r").findings] == [("outside", name)]


def test_an_edited_manifest_is_refused_by_every_reader(tmp_path: Path) -> None:
    carry_out(Dice(), tmp_path / "r")
    path = tmp_path / "r" / manifests.FILE
    path.write_text(path.read_text().replace('"dice": 2', '"dice": 5'))
    with pytest.raises(UserError, match="edited since"):
        Store.opened(tmp_path / "r")


if __name__ == "__main__":
    carry_out(Dice(stops={int(sys.argv[2]): sys.argv[3]}), Path(sys.argv[1]))


@pytest.mark.parametrize(
    ("count", "unit", "en", "fr"),
    [(0, "quantity", "0 quantities are", "0 grandeurs"), (1, "quantity", "1 quantity is", "1 grandeur"),
     (20, "draw", "20 draws are", "20 tirages"), (2, "run", "2 runs are", "2 simulations")],
)  # fmt: skip
def test_what_a_full_disk_leaves_is_told_in_both_languages(count: int, unit: str, en: str, fr: str) -> None:
    message = f"r: no space left\n  {_kept(count, unit)}"
    assert message.endswith(f"  {en} kept; --resume finishes the rest")
    assert in_language(message, "fr").endswith(f"gardé\u00a0: {fr}\u202f; --resume achève le reste")
