"""Ctrl-C while other threads are at work.

Python raises ``KeyboardInterrupt`` between any two bytecodes of the main thread. Inside ``concurrent.futures`` that
can be right after a lock was taken and before the ``with`` that gives it back: the thread which looks after the workers
then waits for this lock for ever, and the program for that thread. So the signal is only noted, and acted on where no
lock is held.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def postponed(tell: Callable[[], None]) -> Iterator[None]:
    """Until the block is left Ctrl-C calls ``tell``, and only then does what it did before (as a rule:
    ``KeyboardInterrupt``).

    ``tell`` runs in the main thread between two bytecodes, so it may take no lock (``queue.SimpleQueue.put`` may).
    Outside the main thread, or where Ctrl-C is ignored, nothing changes.
    """
    previous = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(previous):
        yield
        return
    noted = False

    def note(number: int, frame: Any) -> None:
        nonlocal noted
        noted = True
        tell()

    signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)
        if noted:
            previous(signal.SIGINT, None)


@contextmanager
def held_back() -> Iterator[None]:
    """Until the block is left this thread, and every process started in it, gets no Ctrl-C; it arrives afterwards.

    A process inherits what is held back: it can't be hit before it has settled what Ctrl-C means to it.
    """
    if not hasattr(signal, "pthread_sigmask"):  # not on this system
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
