"""Shapes of arrays are checked; Ctrl-C works as it does for a user, also where whoever started the tests ignored it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import settings

from cli.errors import Mes as Commands
from foundation.tasks.journal import journal
from tests.shapes import check_shapes

check_shapes()
settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
settings.load_profile("fixed")


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
