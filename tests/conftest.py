"""Shapes of arrays are checked; Ctrl-C works as it does for a user, also where whoever started the tests ignored it."""

from __future__ import annotations

import gc
import signal
import threading
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

import pytest
import typer.testing
from hypothesis import settings

from cli.errors import Mes as Commands
from foundation.tasks.journal import journal
from tests.shapes import check_shapes

check_shapes()
gc.set_threshold(100_000, 10, 10)  # searched more rarely than at every 700 objects: the readable twin makes many
settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
settings.load_profile("fixed")


def parts_of(command: Any) -> Iterator[Any]:
    """A command, its options and its commands."""
    yield command
    yield from command.params
    for below in getattr(command, "commands", {}).values():
        yield from parts_of(below)


@cache
def built(app: typer.Typer) -> tuple[Any, list[tuple[Any, dict[str, Any]]]]:
    """The command line, and its parts as they are before a command has put its language into them."""
    command = typer.main.get_command(app)
    return command, [(part, dict(vars(part))) for part in parts_of(command)]


def as_built(app: typer.Typer) -> Any:
    """The command line as if built anew, which takes more time than many a command that tests run."""
    command, parts = built(app)
    for part, state in parts:
        vars(part).clear()
        vars(part).update(state)
    return command


typer.testing._get_command = as_built

LONG = (
    "web/browser/test_page.py",
    "scenarios/story/test_story.py",
    "golden/test_golden.py",
    "model/twin",
    "cli/test_report_browser.py",
    "cli/test_log.py",
    "cli/test_end_to_end.py",
    "cli/test_regions.py",
    "cli/test_pictures_parse.py",
    "calibration/hindcast",
    "hostile",
    "test_wheel.py",
    "test_notebook.py",
    "benchmarks",
)
"""Tests that take long, though some are few: begun first, so that no process of several is left with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """``LONG`` first, all others in their order (``--no-loadscope-reorder`` keeps it)."""

    def place(item: pytest.Item) -> int:
        return next((row for row, name in enumerate(LONG) if f"/tests/{name}" in item.path.as_posix()), len(LONG))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """What is loaded by now stays and is not searched for garbage again."""
    gc.collect()
    gc.freeze()


def pytest_configure() -> None:
    """Handlers are for the main thread; processes started by tests inherit the default."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """Whatever language the command of the test before was asked for."""
    journal.lang = Commands.lang = "en"


@pytest.fixture(autouse=True, scope="session")
def _today() -> Iterator[None]:
    """Made-up counts of any day can be read, whatever the clock says."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("calibration.facts.stocks.today", lambda: date(2029, 1, 1))
        yield
