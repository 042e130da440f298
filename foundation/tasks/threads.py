"""Threads within this process: of linear algebra, and of work that leaves Python's lock alone."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import cache
from typing import TypeVar

from threadpoolctl import ThreadpoolController

Item = TypeVar("Item")


def one_thread_of_algebra() -> AbstractContextManager[object]:
    """Until the block is left, linear algebra runs on one thread: with more, the last digits depend on the machine's
    cores, and threads that call it wait for each other."""
    return _libraries().limit(limits=1, user_api="blas")


@cache
def _libraries() -> ThreadpoolController:
    return ThreadpoolController()


def side_by_side(work: Callable[[Item], None], items: Sequence[Item], threads: int) -> None:
    """Call ``work`` on every item, on ``threads`` threads at most, this one among them.

    Worth while where an item takes a tenth of a millisecond or more, nearly all of it in NumPy. Ctrl-C ends the waiting
    at once: the threads are made for one call, hold no lock, and the program doesn't wait for them.

    Raises:
        Exception: what ``work`` raised first, in whichever thread.
    """
    errors: list[Exception] = []

    def carry_out(some: Sequence[Item]) -> None:
        try:
            for item in some:
                work(item)
        except Exception as error:
            errors.append(error)

    count = max(1, min(threads, len(items)))
    others = [threading.Thread(target=carry_out, args=(items[at::count],), daemon=True) for at in range(1, count)]
    for thread in others:
        thread.start()
    carry_out(items[::count])
    for thread in others:
        thread.join()
    if errors:
        raise errors[0]
