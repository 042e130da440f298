"""Where an ensemble is computed: in this process, or in local processes.

Any ``concurrent.futures.Executor`` serves; these two can also be stopped at once. For a cluster see
``foundation.tasks.cluster``.

And Ctrl-C while other threads are at work (``postponed``, ``held_back``): Python raises ``KeyboardInterrupt`` between
any two bytecodes of the main thread. Inside ``concurrent.futures`` that can be right after a lock was taken and before
the ``with`` that gives it back: the thread which looks after the workers then waits for this lock for ever, and the
program for that thread. So the signal is only noted, and acted on where no lock is held.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from multiprocessing.connection import wait as wait_for
from types import FrameType
from typing import Any

_METHOD = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
_SINGLE = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
GRACE, PATIENCE = 1.0, 30.0
"""Seconds to wait for the thread that looks after killed processes, before and after its pipes are closed."""


class SerialExecutor(Executor):
    """Computes at submission, in this process; only what is interrupted propagates."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


class LocalProcesses(ProcessPoolExecutor):
    """Processes of ``threads`` each, which leave Ctrl-C to the parent and don't outlive it.

    Copies of one process that has loaded what they need (``load_ahead``), where the system knows how.
    """

    def __init__(self, workers: int, threads: int = 1) -> None:
        context = multiprocessing.get_context(_METHOD)
        super().__init__(workers, mp_context=context, initializer=_prepare, initargs=(threads,))

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Starts a process where one is wanted: Ctrl-C doesn't reach it before it knows to ignore it."""
        with held_back():
            return super().submit(fn, *args, **kwargs)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        """Whoever leaves by an error (Ctrl-C among them) doesn't wait for what the processes are doing."""
        if kind is not None:
            self.stop()
        else:
            self.shutdown()

    def stop(self) -> None:
        """Ends the processes without waiting for what they are doing.

        This process holds the workers' ends of the two pipes as well, and while it does nobody notices that they are
        gone: the thread that sends tasks waits for one to be read, the one that looks after the workers for the rest of
        a result that a killed one had begun to send, and the program at its end for both.
        """
        ours: Any = self  # of the standard library's class, none of it public
        processes, manager = list((ours._processes or {}).values()), ours._executor_manager_thread
        ends = [ours._call_queue._reader, ours._result_queue._writer] if manager is not None else []
        self.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        if manager is not None:
            manager.join(GRACE)
            if manager.is_alive():
                for end in ends:
                    end.close()
                manager.join(PATIENCE)


class Kept(Executor):
    """Passes work on to an executor made when first needed; only ``stop`` ends it: its processes live through several
    ensembles, and each keeps what it knows (the histories it has simulated).

    ``run_ensemble`` shuts its executor down after each ensemble, which this ignores, and stops it when it is broken or
    interrupted, after which the next work gets a new executor.
    """

    def __init__(self, make: Callable[[], Executor], inner: Executor | None = None) -> None:
        self._make, self._inner = make, inner

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As any executor."""
        if self._inner is None:
            self._inner = self._make()
        return self._inner.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """The workers go on."""

    def stop(self) -> None:
        """Ends the workers without waiting for what they are doing."""
        inner, self._inner = self._inner, None
        if inner is not None:
            stop(inner)


def stop(executor: Executor) -> None:
    """Ends an executor without waiting for what its workers are doing, where it knows how to."""
    if hasattr(executor, "stop"):
        executor.stop()
    else:
        executor.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where an ensemble is computed, and what happened there."""

    make: Callable[[], Executor]
    """Gives an executor; again after one broke."""
    window: int
    """Items to have under way at once."""
    name: Mapping[str, Any]
    """As manifests record it."""
    shares_disk: bool = True
    """Whether workers can leave results in the run folder."""
    incidents: list[dict[str, Any]] = field(default_factory=list)
    release: Callable[[], None] = lambda: None
    """Ends the workers before the site is left, where nothing more is to be computed."""

    def note(self, what: str, **details: object) -> None:
        """Adds to the incidents, with the time."""
        self.incidents.append({"at": datetime.now(UTC).isoformat(timespec="seconds"), "what": what, **details})


def local_site(workers: int, threads: int = 1) -> Site:
    """This machine."""
    name = {"kind": "serial" if workers <= 1 else "processes", "workers": max(1, workers)}
    return Site(make=executor_factory(workers, threads), window=2 * max(1, workers), name=name)


@contextmanager
def kept_site(workers: int, threads: int = 1, begun: Executor | None = None) -> Iterator[Site]:
    """This machine, for a study in stages: until the block is left the processes are the same ones (those of ``begun``,
    where some wait already), and then they are ended without waiting for them to put their things away."""
    plain = local_site(workers, threads)
    pool = Kept(plain.make, begun)
    try:
        yield replace(plain, make=plain.make if workers <= 1 else lambda: pool, release=pool.stop)
    finally:
        pool.stop()


def executor_factory(workers: int, threads: int = 1) -> Callable[[], Executor]:
    """Makes executors: this process for one worker, otherwise local processes with ``threads`` each."""
    return SerialExecutor if workers <= 1 else lambda: LocalProcesses(workers, threads)


def load_ahead(modules: Sequence[str]) -> None:
    """Begins to load modules in the process that workers will be copies of, beside what this one does meanwhile; the
    first to ask decides. A module that can't be loaded there is left to the workers."""
    if _METHOD != "forkserver" or multiprocessing.parent_process() is not None:
        return
    from multiprocessing.forkserver import ensure_running, set_forkserver_preload

    before = {name: os.environ.get(name) for name in _SINGLE}
    os.environ.update(dict.fromkeys(_SINGLE, "1"))
    try:
        set_forkserver_preload(list(modules))
        with held_back():
            ensure_running()
    finally:
        for name, value in before.items():
            _restore(name, value)


def _restore(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def _prepare(threads: int) -> None:
    """In a worker: few threads, Ctrl-C left to the parent, no life after the parent's."""
    os.environ.update(dict.fromkeys(_SINGLE, "1"))
    os.environ["NUMBA_NUM_THREADS"] = str(threads)
    if "numba" in sys.modules:  # loaded ahead: it has read its settings
        sys.modules["numba"].config.reload_config()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for([parent.sentinel])
        os._exit(1)


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

    def note(number: int, frame: FrameType | None) -> None:
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
    from multiprocessing import resource_tracker

    resource_tracker.ensure_running()  # started with the first process, it would let Ctrl-C through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
