"""Worker processes that live through several ensembles, so that each keeps the histories it has simulated."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class Kept(Executor):
    """Passes work on to an executor made when first needed; only cancelling or ``close`` ends it.

    ``run_ensemble`` shuts its executor down after each ensemble and cancels it when it is broken or interrupted: the
    former is what this ignores, after the latter the next work gets a new executor.
    """

    def __init__(self, make: Callable[[], Executor]) -> None:
        self._make = make
        self._inner: Executor | None = None

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As any executor."""
        if self._inner is None:
            self._inner = self._make()
        return self._inner.submit(fn, *args, **kwargs)

    @property
    def _processes(self) -> Any:
        return getattr(self._inner, "_processes", None)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Ends the workers if they are to be cancelled; otherwise they go on."""
        if cancel_futures:
            self.close(wait=wait)

    def close(self, *, wait: bool = True) -> None:
        """Ends the workers."""
        inner, self._inner = self._inner, None
        if inner is not None:
            inner.shutdown(wait=wait, cancel_futures=True)
