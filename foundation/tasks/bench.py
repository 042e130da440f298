"""Computes the tasks of a study wherever there are cores, and keeps what they find in its folder."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from foundation.errors import RunFailedError, StorageError
from foundation.store import parts
from foundation.store.fingerprint import code_fingerprint
from foundation.store.manifest import named
from foundation.store.parts import Content, Encoded
from foundation.store.reading import Document
from foundation.store.store import Store, nothing_finished
from foundation.tasks.ensemble import Failure, run_ensemble
from foundation.tasks.executors import Site
from foundation.tasks.journal import journal
from foundation.tasks.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

Task = TypeVar("Task")
Asked = TypeVar("Asked", contravariant=True)


class Work(Protocol[Asked]):
    """What a bench has to know of a study (``foundation.study.Study``)."""

    unit: ClassVar[str]
    work: ClassVar[Callable[..., Content]]

    def code(self) -> Sequence[str]:
        """Modules that compute."""

    def key(self, task: Asked, /) -> str:
        """Name of a task's part."""

    def number(self, task: Asked, /) -> int:
        """Of the task within its stage."""

    def named(self, task: Asked, /) -> Document:
        """As failures name it."""

    def weight(self, task: Asked, /) -> int:
        """What it adds to the progress shown."""


@dataclass(frozen=True)
class Found(Generic[Task]):
    """What the tasks that came through found, in the order of the tasks."""

    store: Store
    tasks: tuple[Task, ...]
    keys: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.tasks)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """What each found, read when it is asked for."""
        return (self.store.part(key) for key in self.keys)

    def ordered(self, rank: Callable[[Task], Any]) -> Found[Task]:
        """The same in another order."""
        order = sorted(range(len(self.tasks)), key=lambda i: rank(self.tasks[i]))
        return Found(self.store, tuple(self.tasks[i] for i in order), tuple(self.keys[i] for i in order))

    def noted(self, name: str) -> Iterator[tuple[Task, Any]]:
        """What is called so, of the tasks that found such a thing."""
        having = set(parts.having(self.store.folder, name))
        for task, key in zip(self.tasks, self.keys, strict=True):
            if key in having:
                yield task, self.store.part(key)[name]

    def frame(self, name: str, together: tuple[str, Sequence[str]] | None = None) -> pd.DataFrame:
        """One table of all, one after the other, or as ``parts.frame`` puts rows ``together``."""
        return parts.frame(self.store.folder, self.keys, name, together)


class OtherCodeError(Exception):
    """A worker's code differs from that of the program which sends it work."""


@dataclass(frozen=True, kw_only=True)
class _Sent:
    """What a worker is sent."""

    work: Callable[[Any], Content]
    task: Any
    key: str
    question: str
    folder: Path | None
    """Where to leave the part; ``None`` where the worker doesn't share the disk: the part travels back."""
    code: tuple[str, Sequence[str]] | None = None
    """Fingerprint and modules of the code that has to compute it, where the worker has a copy of its own."""


def _computed(sent: _Sent) -> Encoded | None:
    """Computes one task and leaves its part in the folder, or returns it."""
    if sent.code is not None and (ours := code_fingerprint(sent.code[1])) != sent.code[0]:
        raise OtherCodeError(f"the worker runs other code or libraries ({ours}, not {sent.code[0]})")
    encoded = parts.encode(sent.work(sent.task))
    _settle()
    if sent.folder is None:
        return encoded
    parts.write(sent.folder, sent.key, encoded, sent.question)
    return None


@cache
def _settle() -> None:
    """In a worker, after its first task, once: what has been loaded for it stays, and is not searched for cycles again
    and again, which took a twenty-fifth of a draw. Another process lives on with things of its own."""
    if multiprocessing.parent_process() is not None:
        gc.collect()  # what the task has left behind would stay too
        gc.freeze()


class Bench(Generic[Task]):
    """Where the tasks of one study are computed, and what they found is kept."""

    def __init__(self, study: Work[Task], store: Store, site: Site, progress: Progress) -> None:
        self.study, self.store, self.site, self.progress = study, store, site, progress
        self.failures: list[dict[str, Any]] = []
        """As the manifest records them."""
        self._tell: Callable[[int], None] | None = None
        self._done = 0

    @contextmanager
    def shown(self, total: int, stage: str) -> Iterator[None]:
        """Until the block is left, everything that is computed counts towards one progress, by the tasks' weights."""
        with self.progress(total, stage) as self._tell:
            self._done = 0
            yield
            self._over(total - self._done)  # where fewer tasks did than foreseen
        self._tell = None

    def each(self, tasks: Sequence[Task], stage: str = "", *, whole: bool = False) -> Found[Task]:
        """Computes the tasks of which the folder holds no part. Failures are recorded and left out.

        Args:
            stage: keeps the parts of a stage apart; names the progress.
            whole: end with the first failure that is found, rather than go on without the task.

        Raises:
            RunFailedError: no task came through, or with ``whole`` one failed.
        """
        if self._tell is None:
            with self.shown(sum(map(self.study.weight, tasks)), stage or self.study.unit + "s"):
                return self.each(tasks, stage, whole=whole)
        keys = [f"{stage}/{self.study.key(task)}".removeprefix("/") for task in tasks]
        kept, store = self.store.kept(), self.store
        self._over(sum(self.study.weight(task) for task, key in zip(tasks, keys, strict=True) if key in kept))
        missing = [pair for pair in zip(tasks, keys, strict=True) if pair[1] not in kept]
        failures = self._compute(missing)
        if failures and len(failures) == len(tasks):
            raise nothing_finished(store.folder, self.failures[-len(failures) :], self.study.unit)
        if failures and whole:
            first = named(self.study.named(missing[failures[0].index][0]))
            raise RunFailedError(f"{store.folder}: {self.study.unit} {first}: {failures[0].error}")
        failed = {missing[failure.index][1] for failure in failures}
        through = [(task, key) for task, key in zip(tasks, keys, strict=True) if key not in failed]
        return Found(store, tuple(task for task, _ in through), tuple(key for _, key in through))

    def _over(self, more: int) -> None:
        self._done += more
        if self._tell is not None:
            self._tell(self._done)

    def _compute(self, missing: Sequence[tuple[Task, str]]) -> tuple[Failure, ...]:
        store, study, site, question = self.store, self.study, self.site, self.store.question
        weights, before = {key: study.weight(task) for task, key in missing}, len(self.failures)

        def done(sent: _Sent, encoded: Encoded | None) -> None:
            if encoded is not None:
                store.keep(sent.key, encoded)
            self._over(weights[sent.key])

        def told(failure: Failure) -> dict[str, object]:
            name = study.named(missing[failure.index][0])
            return {**name, "error": failure.error, "traceback": failure.traceback}

        def failed(failure: Failure) -> None:
            self.failures.append(told(failure))
            journal.note("failure", what=f"{study.unit} {named(self.failures[-1])}", error=failure.error)
            self._over(weights[missing[failure.index][1]])

        def lost(positions: tuple[int, ...]) -> None:
            site.note("worker lost", **{f"{study.unit}s": [study.number(missing[i][0]) for i in positions]})

        failures = run_ensemble(
            _computed,
            [self._sent(task, key, question) for task, key in missing],
            site.make,
            window=site.window,
            done=done,
            failed=failed,
            lost=lost,
            fatal=(StorageError,),
        )
        self.failures[before:] = map(told, failures)  # in the order of the tasks
        return failures

    def _sent(self, task: Task, key: str, question: str) -> _Sent:
        store, apart = self.store, not self.site.shares_disk
        return _Sent(
            work=type(self.study).work,
            task=task,
            key=key,
            question=question,
            folder=None if apart else store.folder,
            code=(store.manifest["code"], self.study.code()) if apart else None,
        )
