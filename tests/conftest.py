"""Ctrl-C works in the tests as it does for a user, also where whoever started them had it ignored (a background job)."""

from __future__ import annotations

import signal
import threading


def pytest_configure() -> None:
    """Handlers are for the main thread; processes started by tests inherit the default."""
    if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
