"""Shapes of arrays are checked; Ctrl-C works as it does for a user, also where whoever started the tests ignored it."""

from __future__ import annotations

import signal
import threading

import pytest
from hypothesis import settings

from foundation.tasks.journal import journal
from tests.shapes import check_shapes

check_shapes()
settings.register_profile("fixed", derandomize=True, database=None, deadline=None)
settings.load_profile("fixed")


def pytest_configure() -> None:
    """Handlers are for the main thread; processes started by tests inherit the default."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _in_english() -> None:
    """Whatever language the command of the test before was asked for."""
    journal.lang = "en"
