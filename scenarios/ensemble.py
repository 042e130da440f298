"""Runs one function over many small specifications on any ``concurrent.futures`` executor.

A failing item is recorded and the rest are kept. A killed worker breaks its whole pool: the pool is rebuilt and every
item that was under way is tried again *alone*, so that only the item that really kills its worker is given up, after
at most two retries.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections import Counter, deque
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for
from typing import Any, TypeVar

RETRIES = 2
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Failure:
    """One item that could not be computed."""

    index: int
    """Position of the item among those given."""
    error: str
    """One line."""
    traceback: str


class SerialExecutor(Executor):
    """Computes at submission, in this process; only what is interrupted propagates."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def executor_factory(workers: int, threads: int = 1) -> Callable[[], Executor]:
    """Makes executors: this process for one worker, otherwise spawned local processes with ``threads`` each."""
    if workers <= 1:
        return SerialExecutor
    context = multiprocessing.get_context("spawn")
    return lambda: ProcessPoolExecutor(workers, mp_context=context, initializer=_prepare, initargs=(threads,))


def _prepare(threads: int) -> None:
    """In a worker, before numpy is imported: few threads, Ctrl-C left to the parent, no life after the parent's."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    os.environ["NUMBA_NUM_THREADS"] = str(threads)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


def run_ensemble(
    function: Callable[[Item], Result],
    items: Iterable[Item],
    make_executor: Callable[[], Executor],
    *,
    window: int,
    done: Callable[[Item, Result], None] = lambda item, result: None,
    failed: Callable[[Failure], None] = lambda failure: None,
    retries: int = RETRIES,
) -> tuple[Failure, ...]:
    """Calls ``function`` on every item and ``done`` on each result as it arrives, in any order.

    ``window`` bounds the items under way. Returns the failures, by position; raises ``KeyboardInterrupt`` at once,
    after ending the workers.
    """
    queue = _Queue(list(items), window, retries)
    executor = make_executor()
    try:
        while queue.unfinished:
            queue.fill(executor, function)
            broken = queue.collect(done, failed)
            if broken:
                _stop(executor)
                executor = make_executor()
    except BaseException:
        _stop(executor)
        raise
    executor.shutdown()
    return tuple(sorted(queue.failures, key=lambda failure: failure.index))


def _stop(executor: Executor) -> None:
    """Ends an executor without waiting for what its workers are doing."""
    processes = list((getattr(executor, "_processes", None) or {}).values())
    executor.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()


class _Queue:
    """What waits, what is under way, what was under way when a pool broke (suspects), and what failed."""

    def __init__(self, items: list[Any], window: int, retries: int) -> None:
        self.items, self.window, self.retries = items, max(1, window), retries
        self.waiting = deque(range(len(items)))
        self.suspects: deque[int] = deque()
        self.running: dict[Future[Any], int] = {}
        self.breaks: Counter[int] = Counter()
        self.failures: list[Failure] = []

    @property
    def unfinished(self) -> bool:
        return bool(self.waiting or self.suspects or self.running)

    def fill(self, executor: Executor, function: Callable[[Any], Any]) -> None:
        """Submits suspects one by one, then the others up to the window."""
        while len(self.running) < (1 if self.suspects else self.window) and (self.suspects or self.waiting):
            index = (self.suspects or self.waiting).popleft()
            alone = self.breaks[index] > 0
            try:
                self.running[executor.submit(function, self.items[index])] = index
            except BrokenExecutor:
                (self.suspects if alone else self.waiting).appendleft(index)
                return
            if alone:
                return

    def collect(self, done: Callable[[Any, Any], None], failed: Callable[[Failure], None]) -> bool:
        """Handles what has finished; tells whether the executor is broken."""
        if not self.running:
            return True
        finished, _ = wait(self.running, return_when=FIRST_COMPLETED)
        broken = any(isinstance(future.exception(), BrokenExecutor) for future in finished)
        # A broken pool fails everything under way; what still reads as running can't finish either.
        for future in list(self.running) if broken else finished:
            self._settle(future, self.running.pop(future), done, failed)
        return broken

    def _settle(
        self, future: Future[Any], index: int, done: Callable[[Any, Any], None], failed: Callable[[Failure], None]
    ) -> None:
        error = future.exception() if future.done() else BrokenExecutor("the pool broke")
        if error is None:
            done(self.items[index], future.result())
        elif isinstance(error, BrokenExecutor):
            self._suspect(index, failed)
        else:
            self._fail(index, error, failed)

    def _suspect(self, index: int, failed: Callable[[Failure], None]) -> None:
        self.breaks[index] += 1
        if self.breaks[index] > self.retries:
            message = f"its worker process was killed {self.breaks[index]} times (out of memory?)"
            self._record(Failure(index, message, ""), failed)
        else:
            self.suspects.append(index)

    def _fail(self, index: int, error: BaseException, failed: Callable[[Failure], None]) -> None:
        line = f"{type(error).__name__}: {error}".splitlines()[0]
        self._record(Failure(index, line, "".join(traceback.format_exception(error))), failed)

    def _record(self, failure: Failure, failed: Callable[[Failure], None]) -> None:
        self.failures.append(failure)
        failed(failure)
