"""What is typed: names too long, not UTF-8, full of escapes; closed outputs; numbers of no use to any machine; a cache
of compiled code that others may write to; two at once in a folder."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.errors import Mes, _ready_to_print
from cli.main import app
from foundation.store.atomic import LOCK, held, lock, unlock
from foundation.store.store import Store
from foundation.tasks.cluster import cluster_site
from model.terms.cached import refuse_shared
from tests.hostile import judge
from tests.scenarios import faulty

Run = Callable[..., Result]


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    """What takes seconds to load is no hang."""
    for name in ("calibration.fit.study", "calibration.fit.report", "planning.mix.study", "report.page", "distributed"):
        import_module(name)


@pytest.fixture
def mes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    for name in ("MES_LANG", "MES_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


LONG, DEEP = "x" * 300, "/".join(["x" * 100] * 50)
ARGUMENTS: dict[str, tuple[str, ...]] = {
    **{f"{command}, {what}": (*command.split(), name) for what, name in (
        ("a long name", LONG), ("a long path", DEEP), ("a name that isn't UTF-8", "a\udcff"), ("escapes", "a\x1b[31m"),
        ("two lines", "a\nb\x07"), ("nothing there", "./none"),
    ) for command in ("verify", "plot", "report", "compare", "sensitivity", "run", "scenarios check")},
    "many threads": ("run", "media", "--threads", "1000000"),
    "many workers": ("run", "media", "--workers", "1000000"),
    "many threads of a plan": ("plan", "--budget", "1M", "--threads", "257"),
    "many workers of a fit": ("fit", "--workers", "99999"),
    "many workers of a hindcast": ("hindcast", "--workers", "99999"),
    "many workers of a survey": ("survey", "--workers", "99999"),
    "a posterior that isn't": ("run", "media", "--posterior", "none"),
    "a posterior of a long name": ("run", "media", "--posterior", LONG),
    "a posterior in a device": ("run", "media", "--posterior", "/dev/null"),
    "actuals in a device": ("hindcast", "--actuals", "/dev/zero"),
    "actuals in a folder": ("hindcast", "--actuals", "/"),
    "targets in a device": ("calibrate", "--out", "c", "--counts", "/dev/zero"),
    "out of a long name": ("run", "media", "--out", LONG, "--people", "1000", "--draws", "1"),
    "out of a long path": ("run", "media", "--out", DEEP, "--people", "1000", "--draws", "1"),
    "within a device": ("plan", "--budget", "1M", "--within", "/dev/zero"),
    "posteriors in a device": ("hindcast", "--posteriors", "/dev/null"),
    "tls without settings": ("run", "media", "--cluster", "tls://127.0.0.1:9"),
    "a cluster of nonsense": ("run", "media", "--cluster", "tcp://\u202ehost:1"),
}  # fmt: skip


@pytest.mark.parametrize("given", ARGUMENTS)
def test_arguments(given: str, mes: Run, tmp_path: Path) -> None:
    began = time.monotonic()
    result = mes(*ARGUMENTS[given])
    assert time.monotonic() - began < judge.LONGEST
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    judge.said(result.stderr, *(named for word in ARGUMENTS[given][1:] if (named := shown(word))))
    assert "\x1b" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def shown(word: str) -> str:
    """As a message names it: up to what is no plain text."""
    return re.split(r"[\x00-\x1f\udcff]", word)[0].removeprefix("./")


def test_home_is_filled_in(mes: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert f"{tmp_path}/home/none: not" in mes("plot", "~/none").stderr
    assert f"{tmp_path}/home/none" in mes("run", "media", "--posterior=~/none").stderr


def test_a_closed_output_is_one_that_nobody_listens_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", None)
    _ready_to_print()
    print("heard by nobody", flush=True)
    assert Mes.lang


@pytest.fixture
def mute() -> Iterator[str]:
    """Something that listens and says nothing."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"tcp://127.0.0.1:{listening.getsockname()[1]}"


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_what_listens_but_is_no_scheduler(mute: str) -> None:
    def connect() -> None:
        with cluster_site(mute, ("foundation.errors",)):
            pass

    assert "no Dask scheduler answers" in judge.owed(connect, "nothing will do", mute)


def test_a_cache_that_others_may_write_to(tmp_path: Path) -> None:
    for mode, allowed in ((0o700, True), (0o755, True), (0o775, False), (0o757, False), (0o777, False)):
        tmp_path.chmod(mode)
        message = judge.owed(lambda: refuse_shared(tmp_path), None, tmp_path)
        assert (message == "") is allowed, oct(mode)


def test_a_cache_of_somebody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    if tmp_path.stat().st_uid:  # the system's own is trusted
        assert "somebody else" in judge.owed(lambda: refuse_shared(tmp_path), None, tmp_path)


def test_a_second_one_at_the_same_time_is_refused(tmp_path: Path) -> None:
    """And the first goes on unharmed."""
    folder = tmp_path / "r"
    faulty.run(folder, raises=(3,))
    handle = lock(folder)
    seen: list[str] = []

    def second() -> None:
        seen.append(judge.owed(lambda: faulty.run(folder, resume=True), "nothing will do", folder))

    thread = threading.Thread(target=second)
    thread.start()
    thread.join()
    assert "is at work in it" in seen[0]
    assert handle is not None
    unlock(folder, handle)
    assert faulty.run(folder, resume=True)["status"] == "complete"
    with held(tmp_path):
        judge.owed(lambda: lock(tmp_path), "nothing will do", tmp_path)
    assert not (tmp_path / LOCK).exists()


def test_what_a_killed_command_left_beside_is_removed(tmp_path: Path) -> None:
    left, theirs = tmp_path / ".survey-1.999.tmp", tmp_path / ".editor.tmp"
    left.mkdir(), theirs.mkdir()
    (left / LOCK).touch()
    (left / "answers.parquet").touch()
    Store.create(tmp_path / "survey-2", {}).release()
    assert sorted(path.name for path in tmp_path.iterdir()) == [".editor.tmp", "survey-2"]


def test_what_another_command_is_making_stays(tmp_path: Path) -> None:
    making = tmp_path / ".one.999.tmp"
    making.mkdir()
    handle = lock(making)
    Store.create(tmp_path / "two", {}).release()
    assert handle is not None
    assert making.exists()
    unlock(making, handle)
