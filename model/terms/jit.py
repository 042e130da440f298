"""One decorator for compiled functions, and a compilation cache that notices edits.

Numba's own cache looks only at the file of the function compiled: after an edit of ``rules.py`` it would go on using a
kernel compiled from the old rule. Each file's kernels therefore have a cache folder that is named after the text of
every file that they can be compiled from; an edit elsewhere leaves it alone.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from inspect import unwrap
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar, cast
from weakref import WeakSet

import numba
from numba.core import event, types
from numba.np import arrayobj

from model.terms.cached import cache_folder

_njit: Any = numba.njit
_config: Any = numba.config
F = TypeVar("F", bound=Callable[..., Any])
Handler = Callable[[int, FrameType | None], object] | None


def compiled(function: F) -> F:
    """Compile with Numba: no Python lock held, cached on disk, IEEE arithmetic (results are the same to the bit)."""
    return _made(function)


def kernel(function: F) -> F:
    """``compiled``, for functions that allocate nothing: arrays are then passed without counting references, which
    would cost more than the work."""
    return _made(function, _nrt=False)


def inlined(function: F) -> F:
    """A ``kernel`` that is always written into its caller: a call would hand over every array of ``Run`` by value, some
    eighty words, which costs more than most of what is done for one person."""
    return _made(function, _nrt=False, forceinline=True)


def _made(function: F, **options: bool) -> F:
    """Compiled without what the tests wrap around functions to check their arguments."""
    plain = unwrap(function)
    if not os.environ.get("NUMBA_CACHE_DIR"):
        _config.CACHE_DIR = str(cache_folder(Path(plain.__code__.co_filename)))
    made = _njit(nogil=True, cache=True, error_model="numpy", **options)(plain)
    if "_nrt" in options:
        _KERNELS.add(made)
    return cast(F, made)


_KERNELS: WeakSet[Callable[..., object]] = WeakSet()


class _Compiling(event.Listener):
    """What Numba compiles just now, innermost last: it compiles in one thread at a time."""

    def __init__(self) -> None:
        self.stack: list[object] = []

    def on_start(self, what: event.Event) -> None:
        self.stack.append(what.data["dispatcher"])

    def on_end(self, what: object) -> None:
        self.stack.pop()


_COMPILING = _Compiling()
event.register("numba:compile", _COMPILING)
_either_end: Callable[..., object] | None = getattr(arrayobj, "fix_integer_index", None)


def _counted_from_the_start(context: object, builder: object, kind: object, index: object, size: object) -> object:
    """Numba's reading of an index, without the question whether it is negative and counts from the end: in a kernel
    none is (``tests/model/engine/test_bounds.py``), and the answer took a twentieth of a run. What others compile in
    this process is asked as ever."""
    if kind == types.int64 and _COMPILING.stack and _COMPILING.stack[-1] in _KERNELS:
        return index
    assert _either_end
    return _either_end(context, builder, kind, index, size)


if _either_end is not None:  # a function of Numba's own: one that lacks it asks, and takes longer
    arrayobj.fix_integer_index = _counted_from_the_start


class _Uninterrupted(event.Listener):
    """Ctrl-C waits for the end of a compilation: the compiler calls back into Python from where no exception can pass,
    so that it would be lost there, or the compilation end as a failure of whoever asked for it."""

    def __init__(self) -> None:
        self.depth, self.noted = 0, False
        self.before: Handler = None

    def on_start(self, what: object) -> None:
        """One compilation may start another. Ctrl-C is only heard in the main thread."""
        self.depth += 1
        if self.depth > 1 or threading.current_thread() is not threading.main_thread():
            return
        handler = signal.getsignal(signal.SIGINT)
        if callable(handler):  # not ignored
            self.before, self.noted = handler, False
            signal.signal(signal.SIGINT, self._note)

    def on_end(self, what: object) -> None:
        """Does for a Ctrl-C that came meanwhile what would have been done: as a rule, ``KeyboardInterrupt``."""
        self.depth -= 1
        if self.depth == 0 and self.before is not None:
            before, self.before = self.before, None
            signal.signal(signal.SIGINT, before)
            if self.noted:
                before(signal.SIGINT, None)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.noted = True


UNINTERRUPTED = _Uninterrupted()
event.register("numba:compile", UNINTERRUPTED)
