"""The package ``mes``: its names, and that its numbers are those of the command line."""

from __future__ import annotations

import inspect
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import mes
from cli.main import app
from foundation.errors import ScenarioError, UserError

PEOPLE, DRAWS = 2_000, 2
ROOT = Path(mes.__file__).parents[1]
LETTERS = """
[title]
en = "Letters for all"

[[lever]]
kind = "letter"
start = 2027-03-01
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command line makes of two scenarios."""
    out = tmp_path_factory.mktemp("cli") / "run"
    sizes = ["--people", str(PEOPLE), "--draws", str(DRAWS), "--workers", "1", "--pictures", "none"]
    done = CliRunner().invoke(app, ["compare", "letters-with-code", "simplified-signup", *sizes, "--out", str(out)])
    assert done.exit_code == 0, done.stderr
    return out


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> mes.Results:
    """The same from Python."""
    return mes.compare(["letters-with-code", "simplified-signup"], people=PEOPLE, draws=DRAWS, workers=1)


def test_a_comparison_is_that_of_the_command_line(folder: Path, found: mes.Results) -> None:
    told = mes.open_run(folder)
    assert set(told.frames) == set(found.frames)
    for name, frame in told.frames.items():
        pd.testing.assert_frame_equal(frame, found.frames[name], check_exact=True)
    pd.testing.assert_frame_equal(told.summary, found.summary, check_exact=True)
    assert list(found.summary["scenario"]) == ["status-quo", "letters-with-code", "simplified-signup"]
    assert len(found.groups) > 0


def test_the_manifest_names_a_command_that_gives_the_same(folder: Path, found: mes.Results) -> None:
    line = found.manifest["command_line"]
    assert line[:4] == ["mes", "compare", "letters-with-code", "simplified-signup"]
    assert line[line.index("--people") + 1] == str(PEOPLE)
    same = ("people", "draws", "seed", "policy_start", "until", "target_millions", "structure", "continued", "every")
    told = mes.open_run(folder).manifest
    assert {key: told[key] for key in same} == {key: found.manifest[key] for key in same}


def test_a_branch_is_the_world_of_the_comparison(found: mes.Results) -> None:
    draw = mes.load_posterior(DRAWS)[1]
    past = mes.history(draw, people=PEOPLE)
    weekly = mes.weekly(past.branch("letters-with-code"))
    rows = found.frames["weekly"]
    rows = rows[(rows["scenario"] == "letters-with-code") & (rows["draw"] == 1)]
    assert weekly["activated"].iloc[-len(rows) :].tolist() == rows["simulated"].tolist()
    assert past.world.levers == ()


def test_another_draw_is_another_world(found: mes.Results) -> None:
    weekly = mes.weekly(mes.history(mes.load_posterior(1)[0], people=PEOPLE).branch("letters-with-code"))
    rows = found.frames["weekly"]
    rows = rows[(rows["scenario"] == "letters-with-code") & (rows["draw"] == 1)]
    assert weekly["activated"].iloc[-1] != rows["simulated"].iloc[-1]


def test_a_scenario_of_ones_own_is_kept_with_its_text(tmp_path: Path) -> None:
    mine = mes.scenario(LETTERS, "all-letters")
    out = tmp_path / "kept"
    found = mes.run(mine, people=PEOPLE, draws=1, workers=1, as_simulated=True, out=out)
    assert mes.open_run(out).manifest["scenarios"][1]["text"] == LETTERS
    assert "--as-simulated" in found.manifest["command_line"]
    assert found.summary["additional_millions_p50"].iloc[1] > 0


def test_the_command_names_a_file_by_its_path(tmp_path: Path) -> None:
    """Of a name that is shipped too: a file is a file."""
    file = tmp_path / "media.toml"
    file.write_text(LETTERS, encoding="utf-8")
    found = mes.compare([file, "simplified-signup"], people=PEOPLE, draws=1, workers=1)
    assert found.manifest["command_line"][2:4] == [str(file), "simplified-signup"]


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(ScenarioError, match="letters-with-code"):
        mes.compare(["letter-with-code"], people=PEOPLE, draws=1)
    with pytest.raises(UserError, match="allowed: fast, mesa"):
        mes.history(mes.load_posterior(1)[0], engine="slow")
    with pytest.raises(UserError, match="policy start"):
        mes.history(mes.load_posterior(1)[0], people=PEOPLE, policy_start="2028-01-01", until="2027-01-01")
    past = mes.history(mes.load_posterior(1)[0], people=PEOPLE)
    with pytest.raises(UserError, match=r"\[drivers\]"):
        past.branch(mes.scenario(LETTERS + "[drivers]\ndocuments_per_year = 0.1\n"))
    with pytest.raises(AttributeError, match="it has"):
        mes.compere  # noqa: B018


NUMBERS: list[dict[str, Any]] = [
    {"target": -5}, {"target": math.nan}, {"target": True}, {"people": 2000.5}, {"people": "x"},
    {"people": math.nan}, {"draws": 1.5}, {"draws": True}, {"seed": 1.5}, {"seed": "a"}, {"every": 0}, {"every": 2.5},
    {"workers": 1.5},
]  # fmt: skip


@pytest.mark.parametrize("given", NUMBERS, ids=str)
def test_numbers_that_can_not_be_are_said_before_anything_runs(given: dict[str, Any]) -> None:
    (name,) = given
    with pytest.raises(UserError, match=name):
        mes.compare(["media"], **{"people": PEOPLE, "draws": 1, **given})
    if name in ("people", "seed"):
        with pytest.raises(UserError, match=name):
            mes.history(mes.load_posterior(1)[0], **given)


def test_a_target_may_be_a_number_of_millions() -> None:
    found = [mes.compare(["media"], people=PEOPLE, draws=1, target=target).manifest for target in (41, "41M")]
    assert [manifest["target_millions"] for manifest in found] == [41.0, 41.0]


def test_a_file_that_hides_one_of_our_packages_is_named(tmp_path: Path) -> None:
    asked = [sys.executable, "-c", "import mes"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run(asked, cwd=tmp_path, env=env, capture_output=True).returncode == 0
    (tmp_path / "model.py").write_text("mine = 1\n")
    told = subprocess.run(asked, cwd=tmp_path, env=env, capture_output=True, text=True)
    assert told.stderr.splitlines()[-1].startswith(f"ImportError: {tmp_path / 'model.py'} hides the package 'model'")


def test_importing_loads_nothing_heavy() -> None:
    code = "import mes, sys; print([m for m in ('numpy', 'pandas', 'numba', 'mesa', 'typer') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True).stdout == "[]\n"


def test_every_name_has_a_docstring() -> None:
    assert [name for name in mes.__all__ if not inspect.getdoc(getattr(mes, name))] == []
