"""Progress with time left, on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """Yields a function that is told how many of ``total`` draws are over: a bar on a terminal, lines elsewhere."""
    if not sys.stderr.isatty():
        yield _lines(total, label)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(elapsed_when_finished=True))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=total)
        yield lambda finished: bar.update(task, completed=finished)


def _lines(total: int, label: str) -> Callable[[int], None]:
    """About ten lines for a whole run. The pace is taken from the first finished draw on: starting the processes and
    compiling would spoil it."""
    begin: int | None = None
    first: tuple[int, float] | None = None
    step = max(1, total // 10)

    def show(finished: int) -> None:
        nonlocal begin, first
        begin = finished if begin is None else begin
        if finished > begin and first is None:
            first = finished, time.monotonic()
        if finished % step == 0 or finished == total:
            print(f"{label}: {finished}/{total}{_left(first, finished, total)}", file=sys.stderr, flush=True)

    return show


def _left(first: tuple[int, float] | None, finished: int, total: int) -> str:
    if first is None or finished <= first[0]:
        return ""
    pace = (time.monotonic() - first[1]) / (finished - first[0])
    return f", {pace * (total - finished):.0f} s left"
