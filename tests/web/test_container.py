"""The container file: its steps are those of this project, and they pass in an empty environment."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from cli.main import app

ROOT = Path(__file__).parents[2]
FILE = ROOT / "Containerfile"
PLACE = "/opt/mes"
LONGEST = 900


def steps(text: str) -> list[tuple[str, str]]:
    """Instructions and what they are given, in order."""
    lines = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE)).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines) if word]


def commands(text: str) -> Iterator[list[str]]:
    """What is run while it is built, one at a time, then what it starts with."""
    for word, rest in steps(text):
        if word == "RUN":
            yield from (shlex.split(part) for part in rest.split("&&"))
        if word == "CMD":
            yield list(eval(rest))


def understood(words: list[str]) -> None:
    """Raises what the command line refuses."""
    command = typer.main.get_command(app)
    _, inner, rest = command.resolve_command(typer.Context(command), words[1:])  # type: ignore[attr-defined]
    inner.make_context("mes", rest)


def test_its_steps_are_those_of_the_project() -> None:
    text, project = FILE.read_text("utf-8"), tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found = dict(steps(text))
    version = re.search(r"python:(3\.\d+)", found["FROM"])
    assert version
    assert f">={version[1]}" == project["requires-python"]
    assert found["COPY"].split() == [".", PLACE]
    (install,) = (words for words in commands(text) if "install" in words)
    (extra,) = re.findall(r"\[(\w+)\]", install[-3])
    assert extra in project["optional-dependencies"]
    assert install[-1] == f"{PLACE}/constraints.txt"
    assert (ROOT / "constraints.txt").is_file()
    typed = [words for words in commands(text) if words[0] == "mes"]
    assert [words[:2] for words in typed] == [["mes", "web"]] * 2
    for words in typed:
        understood(words)
    assert "--check" in typed[0]
    web = typer.main.get_command(app).commands["web"]  # type: ignore[attr-defined]
    (port,) = (option.default for option in web.params if option.name == "port")
    assert found["EXPOSE"] == str(port)
    assert found["USER"] != "root"
    assert {".git", ".venv", "runs"} <= set((ROOT / ".containerignore").read_text("utf-8").split())


@pytest.mark.parametrize("wrong", [["mes", "web", "--hosts", "0.0.0.0"], ["mes", "wbe"]])
def test_a_step_that_is_none_is_noticed(wrong: list[str]) -> None:
    with pytest.raises(Exception, match=r"[Nn]o such"):
        understood(wrong)


@pytest.mark.slow
def test_its_steps_pass_in_an_empty_environment(tmp_path: Path) -> None:
    """In place of the image: an empty environment, a copy of what git knows, a home of its own."""
    copy, home, empty = tmp_path / "mes", tmp_path / "home", tmp_path / "empty"
    known = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, known.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    home.mkdir()
    subprocess.run([sys.executable, "-m", "venv", str(empty)], check=True)
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "REQUESTS_", "LANG"))}
    given = {**kept, "PATH": f"{empty / 'bin'}:/usr/bin:/bin", "HOME": str(home), "MES_CACHE_DIR": str(home / "cache")}
    for words in [words for words in commands(FILE.read_text("utf-8")) if "useradd" not in words][:-1]:
        line = [word.replace(PLACE, str(copy)) for word in words]
        done = subprocess.run(line, cwd=home, env=given, capture_output=True, text=True, timeout=LONGEST, check=False)
        assert done.returncode == 0, (line, done.stderr[-2000:])
    assert not copy.exists(), "what is installed needs no copy of the project"
    (sources,) = empty.glob("lib/python3*/site-packages/model")
    times = {file.stat().st_mtime_ns % 1_000_000_000 for file in sources.rglob("*.py")}
    assert times == {0}, "an image keeps whole seconds; with others everything would be compiled again at each start"
    start = subprocess.run(["mes", "web", "--help"], cwd=home, env=given, capture_output=True, text=True, check=True)
    assert "--host" in start.stdout
