"""The seam between a question and what carries it out: ``Study`` says what is asked, ``carry_out`` does it in a folder.

A study of draws that don't depend on each other::

    @dataclass(frozen=True)
    class Roll:                                       # a task: small, frozen, sent to a worker
        index: int
        dice: int

    def roll(task: Roll) -> dict[str, Any]:           # the work: a function of a module, so that it can be sent
        faces = np.random.default_rng(task.index).integers(1, 7, task.dice)
        return {"faces": faces, "rolls": pd.DataFrame({"draw": [task.index], "sum": [faces.sum()]})}

    @dataclass(frozen=True)
    class Dice(Study[Roll]):
        dice: int = 2
        draws: int = 100
        work = staticmethod(roll)
        command = "dice"

        def question(self) -> dict[str, Any]:         # what results depend on: a resume has to share it
            return {"dice": self.dice, "draws": self.draws}

        def inputs(self) -> dict[str, str]:           # files that the work reads, with their SHA-256
            return hashes_of([DATA / "weights.csv"])

        def tasks(self) -> list[Roll]:
            return [Roll(index, self.dice) for index in range(self.draws)]

        def tables(self, found: Found[Roll]) -> dict[str, pd.DataFrame]:
            return {"rolls": found.frame("rolls")}    # concatenated, in the order of the tasks

        def write(self, folder: Path, frames: Frames, manifest: Manifest) -> None:
            write_json(folder / "dice.json", {"mean": float(frames["rolls"]["sum"].mean())})

    store = carry_out(Dice(), folder, resume=False, site=local_site(2), progress=progress)
    frames = store.frames(["rolls"])

What is to be computed in stages, the later ones from what the earlier found, replaces ``tables`` by ``solve``::

        def solve(self, bench: Bench) -> dict[str, pd.DataFrame]:
            first = bench.each(self.tasks(), stage="first")
            chosen = best([content["faces"] for content in first])
            return {"rolls": bench.each(more(chosen), stage="second", whole=True).frame("rolls")}

Everything between stages has to be a pure function of question and parts: it is computed again on a resume.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from foundation.errors import ClusterLostError, Interrupted, StorageError, UserError
from foundation.store import manifest as manifests
from foundation.store.atomic import give_back, tables_written
from foundation.store.fingerprint import fingerprint_of, libraries, modules
from foundation.store.manifest import Manifest
from foundation.store.parts import Content
from foundation.store.reading import Document
from foundation.store.store import Store
from foundation.tasks.bench import Bench, Found
from foundation.tasks.executors import Site, local_site
from foundation.tasks.progress import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

    from foundation.store.atomic import Made

Task = TypeVar("Task")
Frames = Mapping[str, "pd.DataFrame"]
Tables = Mapping[str, "Made"]


class Study(ABC, Generic[Task]):
    """One question: what is asked, the tasks it falls into, the work of one, and what is made of what they found."""

    command: str
    """Name of the command, as manifests record it."""
    unit: ClassVar[str] = "draw"
    """What a task is called in failures, keys and messages."""
    work: ClassVar[Callable[..., Content]]
    """One task to what it found: tables, arrays, or what JSON can say, by name."""

    @abstractmethod
    def question(self) -> Document:
        """The settings on which results depend, defaults filled in, as JSON values: keys of the manifest."""

    @abstractmethod
    def inputs(self) -> Mapping[str, str]:
        """Every file that the work reads, by name, with its SHA-256 (``fingerprint.hashes_of``)."""

    def code(self) -> Sequence[str]:
        """Modules that compute what parts hold, tasks included; what they import is found. By default that of
        ``work``."""
        return (type(self).work.__module__,)

    def about(self) -> Document:
        """What the manifest says besides; a resumed command may say other things here."""
        return {}

    def expects(self) -> Sequence[str]:
        """Files that a finished folder holds."""
        return ()

    def tasks(self) -> Sequence[Task]:
        """The tasks of a study without stages."""
        raise NotImplementedError

    def key(self, task: Task) -> str:
        """Name of a task's part, unlike any other of its stage."""
        return f"{self.unit}-{self.number(task):05d}"

    def number(self, task: Task) -> int:
        """The task's number, unlike any other of its stage."""
        return int(getattr(task, "index"))  # noqa: B009

    def named(self, task: Task) -> Document:
        """The task as failures name it."""
        return {self.unit: self.number(task)}

    def weight(self, task: Task) -> int:
        """What the task adds to the progress shown."""
        return 1

    def solve(self, bench: Bench[Task]) -> Tables:
        """The final tables, by name: all tasks, then ``tables``."""
        return self.tables(bench.each(self.tasks()))

    def tables(self, found: Found[Task]) -> Tables:
        """The final tables of a study without stages; the same whatever order the tasks finished in. One that ``write``
        doesn't read may be a function that makes it: it is made when it is written, and then let go."""
        raise NotImplementedError

    def write(self, folder: Path, frames: Frames, manifest: Manifest) -> None:
        """Adds what else belongs in the folder (tables for a spreadsheet, documents), before it is sealed. ``frames``
        are those tables that are made."""

    def planned(self) -> Manifest:
        """The manifest of a folder that has not begun."""
        question, found = self.question(), modules(self.code())
        return {
            "format": manifests.FORMAT,
            "version": manifests.package_version(),
            "command": self.command,
            "command_line": ["mes", *sys.argv[1:]],
            **question,
            **self.about(),
            "data": dict(self.inputs()),
            "code": fingerprint_of(found),
            "modules": found,
            "libraries": libraries(),
            "depends_on": list(dict.fromkeys([*manifests.ALWAYS, *question])),
            "expects": list(self.expects()),
            "machine": manifests.machine(),
            "failures": [],
            "files": {},
        }


def carry_out(
    study: Study[Any],
    folder: Path,
    *,
    resume: bool = False,
    site: Site | None = None,
    progress: Progress = silent,
    prepare: Callable[[], None] = lambda: None,
) -> Store:
    """Computes what the folder lacks and finishes it; of a folder that is complete already nothing is computed.

    Status afterwards: ``complete``, or ``failed`` when tasks failed (the final tables hold the others).

    Args:
        site: where to compute (``executors.local_site``, ``cluster.cluster_site``); by default this process.
        progress: shows a stage; ``foundation.tasks.progress.progress`` for people.
        prepare: called once it is known that something will be computed.

    Raises:
        UserError: the folder exists, or can't be resumed, before anything is computed; or the first stage shows that
            the question can't be answered: then a new folder is removed again.
        RunFailedError: no task came through, the disk is full (``StorageError``) or the cluster is lost
            (``ClusterLostError``). What has finished is kept; the manifest says what happened.
        Interrupted: Ctrl-C; likewise.
    """
    store = Store.begin(folder, study.planned(), resume=resume)
    if store.complete:
        return store
    site = site or local_site(1)
    bench: Bench[Any] = Bench(study, store, site, progress)
    try:
        prepare()
        store.note(executor=dict(site.name))
        tables = study.solve(bench)
        store.note(incidents=[*store.manifest.get("incidents", ()), *site.incidents], failures=bench.failures)
        with tables_written(folder, tables):
            made = {name: table for name, table in tables.items() if not callable(table)}
            study.write(folder, made, store.manifest)
        store.finish({}, bench.failures)
    except KeyboardInterrupt:
        store.mark("interrupted", bench.failures)
        raise Interrupted(f"interrupted; the same command with --resume --out {folder} finishes the rest") from None
    except (StorageError, ClusterLostError) as error:
        store.mark("failed", bench.failures, str(error))
        raise type(error)(f"{error}\n  {_kept(len(store.kept()), study.unit)}") from None
    except Exception as error:
        # What turns out to be no question leaves no folder behind.
        if not (isinstance(error, UserError) and store.discard()):
            store.mark("failed", bench.failures, str(error))
        raise
    finally:
        store.release()
    del tables, made
    give_back()
    return store


def _kept(count: int, unit: str) -> str:
    """What a run that was cut off has left."""
    many = f"{unit[:-1]}ies" if unit.endswith("y") else f"{unit}s"
    if count == 1:
        return f"1 {unit} is kept; --resume finishes the rest"
    return f"{count} {many} are kept; --resume finishes the rest"
