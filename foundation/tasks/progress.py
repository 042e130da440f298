"""Progress with rate and time left, on stderr: a bar on a terminal, lines now and then elsewhere."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from foundation.language.numbers import number
from foundation.language.text import label as words
from foundation.tasks.journal import journal

MINUTE = 60.0
"""Seconds."""
QUIET, SILENT = 2.0, 30.0
"""Seconds without a line after which people wonder, in the beginning and ever."""


def patience(so_far: float) -> float:
    """Seconds that may pass without a line after so many: a tenth more."""
    return min(max(QUIET, so_far / 10), SILENT)


Progress = Callable[[int, str], AbstractContextManager[Callable[[int], None]]]
"""Given how many there are in all and the name of the stage, a context whose value is told how many are done."""


def silent(total: int, stage: str) -> AbstractContextManager[Callable[[int], None]]:
    """Shows nothing."""
    return nullcontext(lambda done: None)


@contextmanager
def progress(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """Yields a function that is told how many of ``total`` are done; the log is told how long that took."""
    with journal.stage(f"{label} ({total})"):
        if sys.stderr.isatty():
            with _bar(total, label) as show:
                yield show
        else:
            with _lines(total, label) as show:
                yield show


@contextmanager
def _bar(total: int, label: str) -> Iterator[Callable[[int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    pace = Pace()
    left = TimeRemainingColumn(elapsed_when_finished=True)
    columns = (TextColumn(label), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), left)
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=total, rate="")

        def show(done: int) -> None:
            pace.tell(done, time.monotonic())
            bar.update(task, completed=done, rate=pace.rate())

        yield show


def adding(tell: Callable[[int], None]) -> Callable[[int], None]:
    """A function that is told how many more are done, and tells how many are in all."""
    done = 0

    def more(finished: int) -> None:
        nonlocal done
        done += finished
        tell(done)

    return more


@contextmanager
def _lines(total: int, label: str) -> Iterator[Callable[[int], None]]:
    """About ten lines for a whole run, the first as soon as it can say how long it takes, and one wherever there was
    none for long."""
    lines = _Lines(total, label)
    with never_silent(lines.again, lambda: lines.last):
        yield lines.show


@contextmanager
def never_silent(say: Callable[[], None], last: Callable[[], float]) -> Iterator[None]:
    """Until the block is left, a thread calls ``say`` where nothing was said since ``last`` (of ``time.perf_counter``)
    for longer than patience lasts."""
    over, began = threading.Event(), time.perf_counter()

    def watch() -> None:
        while not over.wait(QUIET / 4):
            now = time.perf_counter()
            if now - last() > patience(now - began):
                say()

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        over.set()


class _Lines:
    """What was last said, and when."""

    def __init__(self, total: int, label: str) -> None:
        self.pace, self.total, self.stage = Pace(), total, label
        self.step, self.done, self.timed = max(1, total // 10), 0, False
        self.said: int | None = None
        self.began = self.last = time.perf_counter()

    def show(self, done: int) -> None:
        """So many are done."""
        self.pace.tell(done, time.monotonic())
        self.done = done
        left = self.pace.left(self.total)
        if done == self.said:
            return
        crossed = self.said is None or done // self.step != self.said // self.step or done == self.total
        if crossed or (left is not None and not self.timed):
            if left is None:
                self._say("done")
            else:
                self._say("left", seconds=f"{left:.0f}")
            self.said, self.timed = done, left is not None

    def again(self) -> None:
        """It goes on."""
        self._say("at_work", seconds=f"{time.perf_counter() - self.began:.0f}")

    def _say(self, key: str, **more: str) -> None:
        self.last = time.perf_counter()
        told = {"stage": self.stage, "done": self.done, "total": self.total}
        print(words(f"log.{key}", journal.lang, **told, **more), file=sys.stderr, flush=True)


class Pace:
    """How fast draws finish. In the first minute counted from the first finished one on: starting the processes and
    compiling would spoil it; later from the start, for slow draws that run side by side finish side by side."""

    def __init__(self) -> None:
        self.marks: list[tuple[int, float]] = []
        """Finished draws and time: at the start, and at the first finished draw."""
        self.now = (0, 0.0)

    def tell(self, finished: int, when: float) -> None:
        """So many are done."""
        self.now = (finished, when)
        if len(self.marks) < 2 and (not self.marks or finished > self.marks[0][0]):
            self.marks.append(self.now)

    def _since(self) -> tuple[int, float]:
        """Finished, and seconds taken, since the mark that counts."""
        count, since = self.marks[0 if self.now[1] - self.marks[0][1] > MINUTE else -1]
        return self.now[0] - count, self.now[1] - since

    def left(self, total: int) -> float | None:
        """Seconds left; ``None`` while nothing can be said."""
        finished, seconds = self._since()
        return seconds / finished * (total - self.now[0]) if finished > 0 else None

    def rate(self) -> str:
        """So many a second, a minute or an hour; nothing while nothing can be said."""
        finished, seconds = self._since()
        if finished <= 0 or seconds <= 0:
            return ""
        each = finished / seconds
        size, unit = next(((n, u) for n, u in ((1.0, "s"), (60.0, "min")) if each * n >= 1), (3600.0, "h"))
        return f"{number(each * size, 1, journal.lang)}/{unit}"
