"""Progress with time left, on stderr."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MINUTE = 60.0
"""Seconds."""


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
    """About ten lines for a whole run."""
    pace = _Pace()
    step = max(1, total // 10)

    def show(finished: int) -> None:
        pace.tell(finished, time.monotonic())
        if finished % step == 0 or finished == total:
            left = pace.left(total)
            shown = "" if left is None else f", {left:.0f} s left"
            print(f"{label}: {finished}/{total}{shown}", file=sys.stderr, flush=True)

    return show


class _Pace:
    """How fast draws finish. In the first minute counted from the first finished one on: starting the processes and
    compiling would spoil it; later from the start, for slow draws that run side by side finish side by side."""

    def __init__(self) -> None:
        self.marks: list[tuple[int, float]] = []
        """Finished draws and time: at the start, and at the first finished draw."""
        self.now = (0, 0.0)

    def tell(self, finished: int, when: float) -> None:
        """So many are over."""
        self.now = (finished, when)
        if len(self.marks) < 2 and (not self.marks or finished > self.marks[0][0]):
            self.marks.append(self.now)

    def left(self, total: int) -> float | None:
        """Seconds left; ``None`` while nothing can be said."""
        finished, when = self.now
        count, since = self.marks[0 if when - self.marks[0][1] > MINUTE else -1]
        return (when - since) / (finished - count) * (total - finished) if finished > count else None
