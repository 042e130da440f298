"""Runs one function over many small specifications on any ``concurrent.futures`` executor.

A failing item is recorded and the rest are kept. A killed worker breaks its whole pool: the pool is rebuilt and every
item that was under way is tried again *alone*, so that only the item that really kills its worker is given up, after
at most two retries. Where losing a worker costs only some items (a cluster), those alone are tried again.
"""

from __future__ import annotations

import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import nullcontext
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from foundation.tasks.executors import SerialExecutor, executor_factory, postponed, stop

__all__ = ["Failure", "SerialExecutor", "WorkerLostError", "executor_factory", "run_ensemble", "stop"]

RETRIES = 2
PULSE = 1.0
"""Seconds between two looks at the executor's health."""
Item = TypeVar("Item")
Result = TypeVar("Result")


class WorkerLostError(Exception):
    """The workers that computed an item were lost; the executor goes on without them."""


@dataclass(frozen=True)
class Failure:
    """One item that could not be computed."""

    index: int
    """Position of the item among those given."""
    error: str
    """One line."""
    traceback: str


@dataclass(frozen=True)
class Listener:
    """Who is told what happens, in the thread of ``run_ensemble``."""

    done: Callable[[Any, Any], None] = lambda item, result: None
    """An item and its result."""
    failed: Callable[[Failure], None] = lambda failure: None
    lost: Callable[[tuple[int, ...]], None] = lambda indices: None
    """Positions of items whose worker was lost; they are tried again, or else reported to ``failed`` next."""
    fatal: tuple[type[Exception], ...] = ()
    """Errors of an item that end everything."""


def run_ensemble(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    make_executor: Callable[[], Executor],
    *,
    window: int,
    done: Callable[[Item, Result], None] = lambda item, result: None,
    failed: Callable[[Failure], None] = lambda failure: None,
    lost: Callable[[tuple[int, ...]], None] = lambda indices: None,
    fatal: tuple[type[Exception], ...] = (),
    retries: int = RETRIES,
) -> tuple[Failure, ...]:
    """Calls ``function`` on every item and ``done`` on each result as it arrives, in any order.

    ``window`` bounds the items under way; ``lost`` is told the positions of items whose worker was lost. Returns the
    failures, by position. What an executor's ``check()`` or a callback raises ends the workers at once and is passed
    on, as are ``KeyboardInterrupt`` and errors of an item that are ``fatal`` to all.
    """
    queue = _Queue(list(items), window, retries, Listener(done, failed, lost, fatal))
    executor = make_executor()
    with _interruptible(executor, queue.interrupt):
        try:
            while queue.unfinished:
                queue.fill(executor, function)
                if queue.collect(getattr(executor, "check", _healthy)):
                    stop(executor)
                    executor = make_executor()
        except BaseException:
            stop(executor)
            raise
        executor.shutdown()
    return tuple(sorted(queue.failures, key=lambda failure: failure.index))


def _interruptible(executor: Executor, interrupt: Callable[[], None]) -> Any:
    """Ctrl-C raises where it hits if nothing else runs, and is waited for where other threads do."""
    return nullcontext() if isinstance(executor, SerialExecutor) else postponed(interrupt)


def _healthy() -> None:
    """What an executor that reports its own troubles is asked."""


class _Queue:
    """What waits, what is under way, what was under way when its worker was lost (suspects), and what failed."""

    def __init__(self, items: list[Any], window: int, retries: int, listener: Listener) -> None:
        self.items, self.window, self.retries, self.listener = items, max(1, window), retries, listener
        self.waiting = deque(range(len(items)))
        self.suspects: deque[int] = deque()
        self.running: dict[Future[Any], int] = {}
        self.losses: Counter[int] = Counter()
        self.failures: list[Failure] = []
        # Finished futures, and None for an interrupt. Putting into it takes no lock that a signal could strand.
        self.events: SimpleQueue[Future[Any] | None] = SimpleQueue()

    @property
    def unfinished(self) -> bool:
        return bool(self.waiting or self.suspects or self.running)

    def interrupt(self) -> None:
        """Ends the waiting in ``collect`` with ``KeyboardInterrupt``."""
        self.events.put(None)

    def fill(self, executor: Executor, function: Callable[[Any], Any]) -> None:
        """Submits suspects one by one, then the others up to the window."""
        while len(self.running) < (1 if self.suspects else self.window) and (self.suspects or self.waiting):
            index = (self.suspects or self.waiting).popleft()
            alone = self.losses[index] > 0
            try:
                future = executor.submit(function, self.items[index])
            except BrokenExecutor:
                (self.suspects if alone else self.waiting).appendleft(index)
                return
            self.running[future] = index
            future.add_done_callback(self.events.put)
            if alone:
                return

    def collect(self, check: Callable[[], None]) -> bool:
        """Waits for something to finish and handles it; tells whether the executor is broken."""
        if not self.running:
            return True
        future = self._next_event(check)
        if future not in self.running:  # of a pool that broke since
            return False
        if not isinstance(_error(future), BrokenExecutor):
            self._settle({future: self.running.pop(future)})
            return False
        # A broken pool fails everything under way; what still reads as running can't finish either.
        running, self.running = self.running, {}
        self._settle(running)
        return True

    def _next_event(self, check: Callable[[], None]) -> Future[Any]:
        while True:
            try:
                future = self.events.get(timeout=PULSE)
            except Empty:
                check()
                continue
            if future is None:
                raise KeyboardInterrupt
            return future

    def _settle(self, finished: dict[Future[Any], int]) -> None:
        """Results first, then losses and failures."""
        errors = {index: _error(future) for future, index in finished.items()}
        for future, index in finished.items():
            if errors[index] is None:
                self.listener.done(self.items[index], future.result())
        if lost := tuple(index for index, error in errors.items() if isinstance(error, _LOST)):
            self.listener.lost(lost)
        for index, error in errors.items():
            if isinstance(error, _LOST):
                self._suspect(index)
            elif isinstance(error, self.listener.fatal):
                raise error
            elif error is not None:
                self._fail(index, error)

    def _suspect(self, index: int) -> None:
        self.losses[index] += 1
        if self.losses[index] > self.retries:
            message = f"its worker process was killed {self.losses[index]} times (out of memory?)"
            self._record(Failure(index, message, ""))
        else:
            self.suspects.append(index)

    def _fail(self, index: int, error: BaseException) -> None:
        line = (f"{type(error).__name__}: {error}".splitlines() or [""])[0]
        self._record(Failure(index, line, "".join(traceback.format_exception(error))))

    def _record(self, failure: Failure) -> None:
        self.failures.append(failure)
        self.listener.failed(failure)


_LOST = (BrokenExecutor, WorkerLostError, CancelledError)
"""What an item ends with when its worker is gone; nobody here cancels an item and goes on."""


def _error(future: Future[Any]) -> BaseException | None:
    """What the item ended with; ``None`` for a result."""
    if not future.done():
        return BrokenExecutor("the pool broke")
    try:
        return future.exception()
    except CancelledError as error:
        return error
