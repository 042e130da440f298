"""A remake goes on where it was, does nothing twice, ships nothing quick, and says what changed."""

import inspect
import json
import shutil
from datetime import date

import numpy as np
import pytest

from calibration.draws.files import read_draws, save_draws
from calibration.facts.priors import FREE
from calibration.facts.tables import DATA
from calibration.uncertainty.work import LEAST_DRAWS
from cli import main
from foundation.errors import RunFailedError, UserError
from report.guides import evidence
from report.guides import steps as made
from report.guides.evidence import COPY, STATE, Work, carry_out, listed
from report.guides.filling import project_root
from report.guides.steps import QUICK_EFFORT, QUICK_POSTERIORS, Step, steps

TOY = """
import sys
from pathlib import Path
name, *words = sys.argv[1:]
folder = Path(name)
folder.mkdir(exist_ok="--resume" in words)
with (folder / "times").open("a") as file:
    file.write("once" + "".join(word for word in words if word == "--resume") + " ")
if (Path("broken")).exists():
    sys.exit(3)
# A step that ships: the project is where the module is.
(Path(__file__).parent / "docs" / name).write_text("shipped")
"""


def toy(name, **more):
    return Step(name=name, command=("toy", name), minutes=1, code=("toy",), makes=name, data=("data/*.csv",), **more)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of two steps, the second of which builds on the first."""
    root = tmp_path / "project"
    for folder in ("docs", "data"):
        (root / folder).mkdir(parents=True)
    (root / "toy.py").write_text(TOY)
    (root / "data" / "a.csv").write_text("1")
    chosen = [toy("one", resumes=True), toy("two", needs=("one",))]
    monkeypatch.setattr(evidence, "project_root", lambda: root)
    monkeypatch.setattr(evidence, "steps", lambda root, quick: chosen)
    monkeypatch.setattr(evidence, "changes", lambda before, after: "nothing\n")
    return root


@pytest.fixture
def work(tmp_path):
    return tmp_path / "work"


def times(work):
    return {name: (work / name / "times").read_text().split() for name in ("one", "two") if (work / name).exists()}


def test_finished_steps_are_not_done_again(project, work, capsys):
    assert carry_out(Work(folder=work), resume=False) == "nothing\n"
    carry_out(Work(folder=work), resume=True)
    assert times(work) == {"one": ["once"], "two": ["once"]}
    assert capsys.readouterr().err.count("done before") == 2
    assert (project / "docs" / "two").read_text() == "shipped"


@pytest.mark.parametrize(
    ("file", "text", "again"),
    [("toy.py", TOY + "print()\n", True), ("toy.py", TOY + "# so\n", False), ("data/a.csv", "2", True)],
    ids=["code", "comment", "data"],
)
def test_code_and_data_count(project, work, capsys, file, text, again):
    carry_out(Work(folder=work), resume=False)
    (project / file).write_text(text)
    capsys.readouterr()
    carry_out(Work(folder=work), resume=True)
    assert ("done before" in capsys.readouterr().err) is not again
    assert times(work) == {"one": ["once"], "two": ["once"]}  # in a new folder if done again


def test_a_failed_step_is_tried_again(project, work):
    work.mkdir()
    work.rmdir()
    (project / "toy.py").write_text(TOY.replace('Path("broken")', 'Path(__file__).with_name("broken")'))
    (project / "broken").write_text("")
    with pytest.raises(RunFailedError, match=r"one ended with status 3 .*one\.txt"):
        carry_out(Work(folder=work), resume=False)
    (project / "broken").unlink()
    carry_out(Work(folder=work), resume=True)
    assert times(work) == {"one": ["once", "once--resume"], "two": ["once"]}


def test_quick_results_stay_in_the_copy(project, work):
    carry_out(Work(folder=work, quick=True), resume=False)
    assert (work / COPY / "docs" / "two").read_text() == "shipped"
    assert list((project / "docs").iterdir()) == []
    with pytest.raises(UserError, match="begun with --quick; go on in the same way"):
        carry_out(Work(folder=work), resume=True)
    assert list((project / "docs").iterdir()) == []


def test_full_work_is_not_gone_on_with_quickly(project, work):
    carry_out(Work(folder=work), resume=False)
    with pytest.raises(UserError, match="begun without --quick"):
        carry_out(Work(folder=work, quick=True), resume=True)


def test_what_can_not_be_begun(project, work):
    with pytest.raises(UserError, match="no such step; allowed: one, two"):
        listed(Work(folder=work, only="three"))
    with pytest.raises(UserError, match="no work to go on with"):
        carry_out(Work(folder=work), resume=True)
    with pytest.raises(UserError, match="two builds on one, which isn't done"):
        carry_out(Work(folder=work, only="two"), resume=False)
    with pytest.raises(UserError, match="exists; name another folder"):
        carry_out(Work(folder=work), resume=False)


def test_the_plan_knows_what_steps_took(project, work):
    assert "   1.0 min  one " in listed(Work(folder=work))
    carry_out(Work(folder=work), resume=False)
    state = json.loads((work / STATE).read_text())
    state["steps"]["one"]["seconds"] = 720
    (work / STATE).write_text(json.dumps(state))
    assert "  12.0 min  one " in listed(Work(folder=work))


def test_every_shipped_posterior_is_remade():
    found = steps(project_root(), quick=False)
    made = {step.makes for step in found}
    for place, least in (("posterior", 1), ("origins", 6)):
        names = {path.stem for path in (project_root() / "calibration/data" / place).glob("*.parquet")}
        assert len(names) >= least
        assert {f"{place}/{name}" for name in names} <= made
    known = {step.name for step in found}
    assert all(set(step.needs) <= known for step in found)
    quick = {step.name for step in steps(project_root(), quick=True)}
    assert quick < known
    assert {f"calibrate/{name}" for name in QUICK_POSTERIORS} <= quick


def test_the_rehearsal_asks_for_no_more_draws_than_its_posterior_has():
    """The split of the uncertainty takes two of a posterior's draws for one of its own."""
    command = next(step.command for step in steps(project_root(), quick=True) if step.name == "uncertainty")
    asked = int(command[command.index("--draws") + 1])
    assert LEAST_DRAWS <= asked <= QUICK_EFFORT["draws"] // 2


def test_commands_are_those_that_made_the_shipped_posteriors():
    commands = {step.makes: step.shown() for step in steps(project_root(), quick=False)}
    for place, name in (("posterior", "default"), ("origins", "2024-10-07")):
        _, info = read_draws(DATA / place / f"{name}.parquet")
        made = info.command.replace(f"--out {name}", f"--out {place}/{name}")
        assert sorted(commands[f"{place}/{name}"].split()) == sorted(made.split())


@pytest.fixture
def two_trees(tmp_path):
    """What is watched, before and after: the posterior moved by half a standard deviation in one parameter."""
    values, info = read_draws()
    for name, shift in (("before", 0.0), ("after", 0.5)):
        folder = tmp_path / name / "calibration/data/posterior"
        folder.mkdir(parents=True)
        moved = values.copy()
        moved[:, 0] += shift * values[:, 0].std()
        columns = dict(zip(FREE, np.maximum(moved, 0).T, strict=True))
        save_draws(folder / "default.parquet", columns, command="c", data_end=date.fromisoformat(info.data_end), seed=1)
        guide = tmp_path / name / "docs" / "odd.md"
        guide.parent.mkdir()
        number = "1,234" if name == "before" else "1,300"
        guide.write_text(f"<!-- parameters -->\n| a | b | {number} | 0.5 |\n<!-- /parameters -->\n")
    return tmp_path / "before", tmp_path / "after"


def test_what_changed(two_trees, monkeypatch):
    before, after = two_trees
    monkeypatch.setattr(made, "PARTS", [part for part in made.PARTS if part.mark == "parameters"])
    text = made.changes(before, after)
    assert f"- default: {FREE[0]} +0.50" in text
    assert "- docs/odd.md, parameters: 1 of 2 numbers, most: 1,234 → 1,300 (a, b)" in text
    assert "- changed: docs/odd.md" in text
    shutil.copytree(before, after, dirs_exist_ok=True)
    assert made.changes(before, after).count("- nothing") == 3


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("| a | 0,13 [0,05; 0,3] |\n", "| a | 0,14 [0,05; 0,3] |\n", "1 of 3 numbers, most: 0,13 → 0,14 (a"),
        ("| a | −0.5 |\n", "| a | 0.5 |\n", "1 of 1 numbers, most: −0.5 → 0.5 (a"),
        ("| a | 1 |\n", "| a | 1 |\n| b | 2 |\n", "0 lines gone, 1 new (words or rows differ)"),
        ("| yes | 1 |\n", "| **no** | 1 |\n", "1 lines gone, 1 new (words or rows differ)"),
    ],
)
def test_numbers_are_compared_in_their_lines(old, new, told):
    assert made.said(old, new).startswith(told)


def test_every_step_whose_command_can_be_taken_up_is() -> None:
    for step in steps(project_root(), quick=True):
        words = step.command[1:]
        if step.command[0] != "cli" or words[0] == "docs":
            continue
        takes = "resume" in inspect.signature(vars(main)[words[0]]).parameters
        assert takes == (step.resumes or step.goes_on), step.name
