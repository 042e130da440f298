"""Who computes, for whom, in which order. Each worker is one process with draws of its own, so that what it has in
memory is never sent. People take turns, a draw at a time; the status quo of draws not yet warm is made while nobody
waits.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field

import pandas as pd

from foundation.errors import RunFailedError
from foundation.tasks.executors import LocalProcesses, load_ahead, stop
from scenarios.draw import Draw
from scenarios.experiment import Experiment
from scenarios.frames import ORDER, Frames
from scenarios.language.schema import Scenario
from web.worlds import Task, compute, know, resident

RETRIES = 1
LOADED = ("web.worlds", "model.fast", "model.prevalence", "pandas", "calibration.forecast.carried",
          "calibration.posterior.conditioning", "foundation.tasks.settled")  # fmt: skip


@dataclass(eq=False)
class Course:
    """What one strategy has given so far in one world, draw by draw."""

    strategy: Scenario | None
    """``None``: the status quo."""
    looks_on: bool = True
    found: dict[int, Frames] = field(default_factory=dict)
    under_way: set[int] = field(default_factory=set)
    error: Exception | None = None
    _joined: tuple[tuple[int, ...], Frames] = field(default_factory=lambda: ((), {}))
    _whole: Frames | None = None
    """Of all draws, once it is settled."""

    def joined(self, draws: Sequence[int]) -> Frames:
        """The frames of these draws one under the other, in their order."""
        wanted = tuple(sorted(draws))
        if self._whole is not None:  # a strategy beside it may be at its first draws
            every = len(wanted) == len(self.found)
            return self._whole if every else {name: of(frame, wanted) for name, frame in self._whole.items()}
        if self._joined[0] != wanted:
            found = [self.found[draw] for draw in wanted]
            frames = {name: pd.concat([one[name] for one in found], ignore_index=True) for name in ORDER}
            self._joined = wanted, frames
        return self._joined[1]

    def settle(self) -> None:
        """All draws are there and joined: they are not kept twice."""
        if self._whole is None:
            self._whole, self._joined = self._joined[1], ((), {})
            self.found = {draw: {} for draw in self.found}


def of(frame: pd.DataFrame, draws: Sequence[int]) -> pd.DataFrame:
    """The rows of these draws."""
    return frame[frame["draw"].isin(draws)].reset_index(drop=True)


@dataclass(eq=False)
class Wish:
    """Courses of one world that somebody waits for, draw by draw."""

    world: int
    """Its number, which workers know it by."""
    experiment: Experiment
    draws: Sequence[Draw]
    courses: Sequence[Course]
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    cancelled: bool = False

    def done(self) -> list[int]:
        """Draws on which all courses have come through."""
        return [draw.index for draw in self.draws if all(draw.index in course.found for course in self.courses)]

    def open(self, worker: int, workers: int) -> Iterator[tuple[Draw, Course]]:
        """What is still to be computed by a worker, the first draw first."""
        for draw in self.draws:
            if draw.index % workers == worker:
                for course in self.courses:
                    if not (draw.index in course.found or draw.index in course.under_way or course.error):
                        yield draw, course


def alone() -> Executor:
    """One process."""
    return LocalProcesses(1)


class Pool:
    """Workers, and the wishes they work for."""

    def __init__(self, workers: int, make: Callable[[], Executor] = alone) -> None:
        """``make`` gives the executor of one worker, of one process."""
        self.count, self.make = workers, make
        self.wishes: deque[Wish] = deque()
        self.behind: Wish | None = None
        """What is computed while nobody waits."""
        self.resident = [0] * workers
        self._executors: list[Executor | None] = [None] * workers
        self._known: list[set[int]] = [set() for _ in range(workers)]
        self._work = asyncio.Condition()
        self._loops: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins to work."""
        load_ahead(LOADED)
        self._loops = [asyncio.create_task(self._loop(worker)) for worker in range(self.count)]

    def stop(self) -> None:
        """Ends the workers without waiting for what they are doing."""
        for loop in self._loops:
            loop.cancel()
        for executor in self._executors:
            if executor is not None:
                stop(executor)

    async def wish(self, wish: Wish) -> None:
        """Has a wish worked for, last in the round."""
        self.wishes.append(wish)
        await self.wake()

    def drop(self, wish: Wish) -> None:
        """Works for a wish no more; what is under way for it is kept when it comes."""
        wish.cancelled = True
        wish.changed.set()
        if wish in self.wishes:
            self.wishes.remove(wish)

    async def wake(self) -> None:
        """Has the workers look for something to do."""
        async with self._work:
            self._work.notify_all()

    async def _loop(self, worker: int) -> None:
        while True:
            async with self._work:
                while (turn := self._turn(worker)) is None:
                    await self._work.wait()
            wish, draw, course = turn
            try:
                course.found[draw.index] = await self._computed(worker, wish, draw, course)
            except Exception as error:
                course.error = RunFailedError(f"draw {draw.index} failed: {type(error).__name__}: {error}")
            finally:
                course.under_way.discard(draw.index)
            for other in (*self.wishes, *([self.behind] if self.behind else [])):
                if course in other.courses:
                    other.changed.set()

    def _turn(self, worker: int) -> tuple[Wish, Draw, Course] | None:
        """The next task of a worker: of the wish whose turn it is, which then goes to the end of the round."""
        for wish in [*self.wishes, *([self.behind] if self.behind else [])]:
            if (found := next(wish.open(worker, self.count), None)) is not None:
                if wish in self.wishes:
                    self.wishes.remove(wish)
                    self.wishes.append(wish)
                found[1].under_way.add(found[0].index)
                return wish, *found
        return None

    async def _computed(self, worker: int, wish: Wish, draw: Draw, course: Course) -> Frames:
        world = wish.world
        task = Task(experiment=world, draw=draw, strategy=course.strategy, looks_on=course.looks_on)
        for attempt in range(RETRIES + 1):
            try:
                executor = self._executor(worker)
                if world not in self._known[worker]:
                    await asyncio.wrap_future(executor.submit(know, world, wish.experiment))
                    self._known[worker] = {0, world} & {*self._known[worker], world}
                frames = await asyncio.wrap_future(executor.submit(compute, task))
                if world == 0 and course.strategy is None:
                    self.resident[worker] = await asyncio.wrap_future(executor.submit(resident))
                return frames
            except BrokenExecutor:
                self._executors[worker] = None  # another process, which has to warm its draws again
                if attempt == RETRIES:
                    raise BrokenProcessPool("the process that computed it was lost, twice") from None
        raise AssertionError

    def _executor(self, worker: int) -> Executor:
        executor = self._executors[worker]
        if executor is None:
            executor = self._executors[worker] = self.make()
            self._known[worker] = set()
        return executor
