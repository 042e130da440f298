"""A run folder is whole or can be finished, to the same bytes; a folder that isn't as it should be is refused."""

from __future__ import annotations

import itertools
import os
import shutil
from datetime import date
from pathlib import Path
from shlex import join
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from foundation.errors import RunFailedError, UserError
from foundation.store import manifest as manifests
from foundation.store import parts
from foundation.study import carry_out
from scenarios.compare.comparison import load
from scenarios.compare.study import options_of
from tests.scenarios import made_up

NAMES = {"status-quo": 0.0, "letters": 1e6}
UNTIL = date(2027, 12, 31)
EXPERIMENT: Any = SimpleNamespace(threads=1)
DRAWS: Any = [SimpleNamespace(index=index) for index in range(4)]


def simulate(experiment: Any, draw: Any) -> dict[str, pd.DataFrame]:
    return made_up.frames(NAMES, draw.index, until=UNTIL)


def run(folder: Path, *, resume: bool = False, simulate: Any = simulate, **changes: Any) -> dict[str, Any]:
    study = made_up.study(EXPERIMENT, DRAWS, made_up.manifest(NAMES, **changes), simulate)
    return carry_out(study, folder, resume=resume).manifest


def stopped_at(draw: int, error: BaseException) -> Any:
    def stopped(experiment: Any, item: Any) -> dict[str, pd.DataFrame]:
        if item.index == draw:
            raise error
        return simulate(experiment, item)

    return stopped


def hashes(folder: Path) -> dict[str, str]:
    return {path.name: manifests.sha256_of(path) for path in folder.glob("*.parquet")}


def test_a_finished_run_is_complete_and_ordered(tmp_path: Path) -> None:
    manifest = run(tmp_path / "r")
    assert manifest["status"] == "complete"
    assert manifest["finished"] is not None
    assert not (tmp_path / "r" / "parts").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["r"], "nothing else is left behind"
    again, frames = load(tmp_path / "r")
    assert again == manifest
    keys = frames["outcomes"][["scenario", "draw"]].to_numpy().tolist()
    assert keys == [list(pair) for pair in itertools.product(NAMES, range(4))]
    assert frames["weekly"].groupby(["scenario", "draw"])["week"].is_monotonic_increasing.all()


def test_an_interrupted_run_resumes_to_the_same_bytes(tmp_path: Path) -> None:
    run(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "r", simulate=stopped_at(2, KeyboardInterrupt()))
    assert manifests.read(tmp_path / "r")["status"] == "interrupted"
    assert parts.keys(tmp_path / "r") == ["draw-00000", "draw-00001"]
    # What a killed process leaves of a part that it was writing.
    (tmp_path / "r" / "parts" / ".draw-00002.1.tmp").mkdir()
    manifest = run(tmp_path / "r", resume=True)
    assert (manifest["status"], len(manifest["resumed"])) == ("complete", 1)
    assert hashes(tmp_path / "r") == hashes(tmp_path / "whole")
    # Negative control: another draw would have shown.
    assert hashes(tmp_path / "r")["outcomes.parquet"] != manifests.sha256_of(tmp_path / "r" / "weekly.parquet")


def test_the_order_of_finishing_does_not_matter(tmp_path: Path) -> None:
    run(tmp_path / "a")
    carry_out(made_up.study(EXPERIMENT, DRAWS[::-1], made_up.manifest(NAMES), simulate), tmp_path / "b")
    assert hashes(tmp_path / "a") == hashes(tmp_path / "b")


def test_a_failing_draw_is_named_and_tried_again_on_resume(tmp_path: Path) -> None:
    run(tmp_path / "whole")
    manifest = run(tmp_path / "r", simulate=stopped_at(1, ValueError("no such luck")))
    assert manifest["status"] == "failed"
    assert [(f["draw"], f["error"]) for f in manifest["failures"]] == [(1, "ValueError: no such luck")]
    assert "Traceback" in manifest["failures"][0]["traceback"]
    assert sorted(load(tmp_path / "r")[1]["outcomes"]["draw"].unique()) == [0, 2, 3]
    manifest = run(tmp_path / "r", resume=True)
    assert (manifest["status"], manifest["failures"]) == ("complete", [])
    assert manifest["resumed"][0]["failures"] == [1], "what failed before stays on record"
    assert hashes(tmp_path / "r") == hashes(tmp_path / "whole")


@pytest.mark.parametrize("harm", ["flipped", "truncated", "missing", "foreign", "emptied", "swapped", "extra"])
def test_a_damaged_part_is_simulated_again(tmp_path: Path, harm: str) -> None:
    run(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path / "r", simulate=stopped_at(3, KeyboardInterrupt()))
    file = tmp_path / "r" / "parts" / "draw-00001" / "weekly.parquet"
    content = file.read_bytes()
    if harm == "flipped":
        file.write_bytes(content[:100] + bytes([content[100] ^ 1]) + content[101:])
    elif harm == "truncated":
        file.write_bytes(content[:-1])
    elif harm == "missing":
        file.unlink()
    elif harm == "emptied":
        file.write_bytes(b"")
        file.with_name("part.json").write_bytes(b"")
    elif harm == "swapped":
        shutil.rmtree(file.parent)
        shutil.copytree(file.parent.with_name("draw-00000"), file.parent)
    elif harm == "extra":
        file.with_name("more.parquet").write_bytes(content)
    else:
        seal = file.with_name("part.json")
        seal.write_text(seal.read_text().replace(manifests.identity(made_up.manifest(NAMES)), "another run"))
    manifest = run(tmp_path / "r", resume=True)
    assert manifest["resumed"][0]["damaged_parts"] == ["draw-00001"]
    assert hashes(tmp_path / "r") == hashes(tmp_path / "whole")


def test_a_run_without_any_draw_fails(tmp_path: Path) -> None:
    def fails(experiment: Any, draw: Any) -> Any:
        raise ValueError("never")

    with pytest.raises(RunFailedError, match="draw 0: ValueError: never"):
        run(tmp_path / "r", simulate=fails)
    assert manifests.read(tmp_path / "r")["status"] == "failed"
    with pytest.raises(UserError, match="not finished"):
        load(tmp_path / "r")


def test_an_existing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="exists"):
        run(tmp_path)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"seed": 2}, "seed: 1 there, 2 now"),
        ({"structure": {"reading": "naive"}}, "structure"),
        ({"until": "2027-01-01"}, "until"),
        ({"data": {"draws.parquet": "e", "costs.csv": "c"}}, "data file draws.parquet: has changed"),
        (
            {"scenarios": made_up.manifest({"status-quo": 0})["scenarios"]},
            "scenario letters: in the folder, but not now",
        ),
    ],
)
def test_resuming_with_other_settings_names_them(tmp_path: Path, change: dict[str, Any], named: str) -> None:
    run(tmp_path / "r")
    with pytest.raises(UserError, match=named):
        run(tmp_path / "r", resume=True, **change)


def test_resuming_a_complete_run_changes_nothing(tmp_path: Path) -> None:
    manifest = run(tmp_path / "r")
    assert run(tmp_path / "r", resume=True) == manifest


def test_resuming_what_is_no_run_folder(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such run folder"):
        run(tmp_path / "r", resume=True)
    with pytest.raises(UserError, match="not a run folder"):
        run(tmp_path, resume=True)
    (tmp_path / "manifest.json").write_text("[]")
    with pytest.raises(UserError, match=r"no JSON of ours"):
        run(tmp_path, resume=True)


def test_a_folder_that_cannot_be_written_to_is_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="can't be written to"):
        run(tmp_path / "file" / "r")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions don't bind the superuser")
def test_a_read_only_folder_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(UserError, match="can't be written to"):
        run(tmp_path / "r")


def test_a_changed_file_is_noticed(tmp_path: Path) -> None:
    run(tmp_path / "r")
    path = tmp_path / "r" / "outcomes.parquet"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(UserError, match="not as the run left it"):
        load(tmp_path / "r")
    path.unlink()
    with pytest.raises(UserError, match="missing"):
        load(tmp_path / "r")


@pytest.mark.parametrize(
    ("changes", "options"),
    [
        ({}, ""),
        ({"policy_start": "2027-06-07", "until": "2028-12-31"}, "--policy-start 2027-06-07 --until 2028-12-31"),
        ({"target_millions": 37.125}, "--target 37.125M"),
        ({"target_millions": 5.0, "target_on": "users"}, "--target users=5M"),
        ({"region": "Bretagne", "target_millions": 0.185, "target_on": "users", "region_share": 0.05},
         "--target users=0.185M --region Bretagne"),
        ({"region": "Bretagne", "target_millions": 2.0, "continued": False, "region_share": 0.05}, "--region Bretagne"),
        ({"region": "Bretagne", "target_millions": 1.825, "level": {"folder": "my level"}, "region_share": 0.05},
         "--target 1.825M --region Bretagne --level 'my level'"),
        ({"costs": {"own.toml": "1"}, "command_line": ["mes", "plan", "--costs", "prices/own.toml"]},
         "--costs prices/own.toml"),
        ({"effects": {"trial.json": "1"}, "command_line": ["mes", "plan", "--effects=a/trial.json"]},
         "--effects a/trial.json"),
        ({"effects": {"trial.json": "1"}, "command_line": ["analysis.py"]}, "--effects trial.json"),
        ({"structure": {"traits": "lifelong", "word_of_mouth": "on"}, "continued": False},
         "--structure traits=lifelong --as-simulated"),
        ({"averaged": {"default": 0.5, "naive": 0.5}}, "--structure average"),
        ({"draws_file": "my-fit"}, "--posterior my-fit"),
    ],
)  # fmt: skip
def test_the_options_that_ask_for_a_run_again(changes: dict[str, Any], options: str) -> None:
    """By hand; a world as shipped needs none."""
    manifest = made_up.manifest({"status-quo": 0.0}, structure={}, draws_file="posterior/default.parquet")
    assert join(options_of({**manifest, **changes}, sample=False)) == options
    whole = join(options_of({**manifest, **changes}, sample=True))
    assert whole == f"{options} --people 1000 --draws 4 --seed 1".strip()
