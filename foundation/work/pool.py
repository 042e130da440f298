"""Worker processes that live through several ensembles, so that each keeps the histories it has simulated."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

from foundation.work.ensemble import executor_factory, stop


class Kept(Executor):
    """Passes work on to an executor made when first needed; only ``stop`` ends it.

    ``run_ensemble`` shuts its executor down after each ensemble, which this ignores, and stops it when it is broken or
    interrupted, after which the next work gets a new executor.
    """

    def __init__(self, make: Callable[[], Executor]) -> None:
        self._make = make
        self._inner: Executor | None = None

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


def kept_executor(workers: int, threads: int) -> Executor:
    """This process for one worker (what it knows stays in it anyhow), otherwise local processes that are kept."""
    make = executor_factory(workers, threads)
    return make() if workers <= 1 else Kept(make)
