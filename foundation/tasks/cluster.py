"""An ensemble on an existing Dask cluster: ``tcp://HOST:PORT`` of its scheduler.

Workers need the same code and libraries, which is checked, and share no disk: parts travel back. Dask runs a task again
by itself when its worker is lost; a task that loses several workers is tried again alone by
``foundation.tasks.ensemble``.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import Any

from foundation.errors import ClusterLostError, UserError
from foundation.store.fingerprint import code_fingerprint
from foundation.tasks.ensemble import WorkerLostError
from foundation.tasks.executors import Site, held_back

CONNECT, WORKERS = 5.0, 10.0
"""Seconds to reach the scheduler, and then to find a worker."""
ANSWER = 6.0
"""Seconds in all for something that listens to answer as a scheduler does."""
ALONE = 60.0
"""Seconds without any worker after which a run gives up (``--resume`` finishes it)."""
WINDOW = 1000
"""Draws sent ahead: the scheduler hands them out, also to workers that join later."""
_ADDRESS = re.compile(r"(?P<protocol>tcp|tls)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):(?P<port>\d{1,5})")


def check_address(address: str) -> None:
    """``UserError`` unless it reads ``tcp://HOST:PORT`` (or ``tls://``)."""
    found = _ADDRESS.fullmatch(address)
    if not found or not 0 < int(found["port"]) < 65536:
        raise UserError(f"--cluster {address}: is no address of a Dask scheduler; write it as tcp://HOST:PORT")


@contextmanager
def cluster_site(address: str, modules: Sequence[str], code: str | None = None) -> Iterator[Site]:
    """Connects to the scheduler and yields the cluster as a place to compute; the cluster is left running.

    ``UserError`` within seconds if there is no scheduler, no worker, or a worker whose code is not ``code`` (by default
    that of this process), counting what ``modules`` import.
    """
    check_address(address)
    client = _connect(address)
    try:
        workers = _checked_workers(client, address, modules, code or code_fingerprint(modules))
        name = {"kind": "dask", "scheduler": address, "workers": workers}
        site = Site(
            make=lambda: ClusterExecutor(client, address, site.note), window=WINDOW, name=name, shares_disk=False
        )
        yield site
    finally:
        with held_back():  # its event loop runs in a thread of its own, which an interrupt would strand
            client.close(timeout=CONNECT)


def _connect(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise UserError("--cluster: Dask is not installed; pip install 'mes[cluster]' brings it") from None
    for name in ("distributed", "distributed.client", "distributed.comm", "distributed.core", "tornado.application"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters is said below
    _refuse_tls_unset(address)
    found: SimpleQueue[Any] = SimpleQueue()

    def connect() -> None:
        try:
            found.put(Client(address, timeout=CONNECT, set_as_default=False, name="mes"))
        except BaseException as error:
            found.put(error)

    with held_back():
        # In a thread of its own: what listens there but is no scheduler keeps Dask waiting for much longer.
        threading.Thread(target=connect, daemon=True).start()
    try:
        client = found.get(timeout=ANSWER)
    except Empty:
        client = TimeoutError(f"no answer within {ANSWER:.0f} s")
    if isinstance(client, BaseException):
        reason = (str(client).splitlines() or [""])[0] or type(client).__name__
        raise UserError(f"--cluster {address}: no Dask scheduler answers there: {reason}") from None
    return client


def _refuse_tls_unset(address: str) -> None:
    """``UserError`` for an encrypted connection that Dask has no certificates for: it would try for long."""
    import dask

    names = ("ca-file", "client.cert", "client.key")
    lacking = [name for name in names if not dask.config.get(f"distributed.comm.tls.{name}", None)]
    if address.startswith("tls://") and lacking:
        raise UserError(
            f"--cluster {address}: tls needs certificates; the settings distributed.comm.tls of Dask lack "
            f"{', '.join(lacking)}"
        )


def _checked_workers(client: Any, address: str, modules: Sequence[str], code: str) -> int:
    """Number of workers, all with this code."""
    deadline = time.monotonic() + WORKERS
    while not _workers(client):
        if time.monotonic() > deadline:
            raise UserError(f"--cluster {address}: the cluster has no workers (waited {WORKERS:.0f} s)")
        time.sleep(0.1)
    answers = client.run(code_fingerprint, tuple(modules), on_error="return")
    for worker, answer in sorted(answers.items()):
        if isinstance(answer, ModuleNotFoundError):
            raise UserError(f"--cluster {address}: mes is not installed on worker {worker} ({answer})")
        if answer != code:
            found = repr(answer) if isinstance(answer, BaseException) else answer
            raise UserError(
                f"--cluster {address}: worker {worker} runs other code or libraries ({found}; {code} here): "
                f"install the same version of mes with the same constraints.txt on both"
            )
    return len(answers)


def _workers(client: Any) -> set[str]:
    with held_back():
        return set(client.scheduler_info(n_workers=-1)["workers"])


class ClusterExecutor(Executor):
    """Dask's own executor, with the losses of workers told apart from errors of a task, and noted."""

    def __init__(self, client: Any, address: str, note: Callable[..., None]) -> None:
        self.client, self.address, self.note = client, address, note
        self.dask = client.get_executor(pure=False)
        self.workers = _workers(client)
        self.alone_since: float | None = None
        client.subscribe_topic("all", self._hear)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """``ClusterLostError`` if the scheduler is gone."""
        self._check_scheduler()
        outer: Future[Any] = Future()
        self.dask.submit(fn, *args, **kwargs).add_done_callback(lambda inner: _pass_on(inner, outer))
        return outer

    def check(self) -> None:
        """``ClusterLostError`` if the scheduler is gone, or has had no worker for a while."""
        self._check_scheduler()
        if self.workers:
            self.alone_since = None
            return
        self.alone_since = self.alone_since or time.monotonic()
        if time.monotonic() - self.alone_since > ALONE:
            raise ClusterLostError(f"{self.address}: the cluster has had no workers for {ALONE:.0f} s")

    def _check_scheduler(self) -> None:
        if self.client.status != "running":
            raise ClusterLostError(f"{self.address}: the scheduler doesn't answer any more")

    def _hear(self, event: tuple[float, Any]) -> None:
        """What the scheduler tells of its workers (in the client's thread)."""
        message = event[1] if isinstance(event[1], dict) else {}
        worker = message.get("worker")
        if message.get("action") == "add-worker":
            self.workers.add(str(worker))
        elif message.get("action") == "remove-worker":
            self.workers.discard(worker)
            if message.get("processing-tasks") or message.get("lost-computed-tasks"):
                self.note("cluster worker lost", worker=worker, tasks=len(message.get("processing-tasks") or ()))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Takes no more tasks."""
        with suppress(ValueError):  # done already
            self.client.unsubscribe_topic("all")
        self.dask.shutdown(wait=wait)

    def stop(self) -> None:
        """Takes back what has not begun; what a worker is computing it computes to the end, in vain."""
        if self.client.status == "running":
            self.shutdown(wait=False)


def _pass_on(inner: Future[Any], outer: Future[Any]) -> None:
    """Result or error of one future to another; a loss of workers becomes ``WorkerLostError``."""
    from distributed.scheduler import KilledWorker

    try:
        outer.set_result(inner.result())
    except (KilledWorker, CancelledError) as error:
        lost = WorkerLostError((str(error).splitlines() or ["cancelled"])[0])
        outer.set_exception(lost)
    except BaseException as error:
        outer.set_exception(error)
