"""A folder of results: made, taken up again, sealed and read in one way by every command that writes one.

While a command runs, the folder holds a manifest (``status``: ``running``) and the parts that have finished. At the end
the tables are written, then a manifest with the SHA-256 of every file, and the parts go. Everything appears in one
step, so a killed command leaves whole parts only, and what is resumed ends as if it had never stopped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from foundation.errors import RunFailedError, StorageError, UserError
from foundation.language.text import status_word
from foundation.store import manifest as manifests
from foundation.store import parts, tables
from foundation.store.atomic import drop_abandoned, hidden, lock, refuse_link, tables_written, unlock
from foundation.store.manifest import Manifest
from foundation.store.parts import PARTS, Content, Encoded
from foundation.store.reading import Document, read_json
from foundation.tasks.journal import LOG, journal

if TYPE_CHECKING:
    import pandas as pd

Frames = Mapping[str, "pd.DataFrame"]


class Store:
    """One folder and its manifest as it now is."""

    def __init__(self, folder: Path, manifest: Manifest, made: Sequence[Path] = ()) -> None:
        self.folder, self.manifest = folder, manifest
        self._made = made
        """Folders that this process made, the innermost first."""
        self._lock: int | None = None

    @classmethod
    def begin(cls, folder: Path, planned: Manifest, *, resume: bool) -> Store:
        """A new folder, or one to be resumed.

        Raises:
            UserError: the folder exists (new); is missing, was edited, was begun with another question, other inputs or
                other code, or another process is at work in it (resume); or can't be written to. Before anything is
                computed.
        """
        return cls.reopen(folder, planned) if resume else cls.create(folder, planned)

    @classmethod
    def create(cls, folder: Path, planned: Manifest) -> Store:
        """The folder appears together with its manifest."""
        if folder.exists() or folder.is_symlink():
            raise UserError(f"{folder}: exists; name another folder (--out), or finish that run with --resume")
        fresh = {**planned, "created": manifests.now(), "finished": None, "status": "running", "resumed": []}
        temporary, made = hidden(folder), [parent for parent in folder.parents if not parent.exists()]
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            drop_abandoned(folder.parent)
            temporary.mkdir()
            manifests.write(temporary, fresh)
            (temporary / PARTS).mkdir()
            handle = lock(temporary)
            os.rename(temporary, folder)
        except (OSError, StorageError) as error:
            shutil.rmtree(temporary, ignore_errors=True)
            raise _unwritable(folder, error) from None
        store = cls(folder, fresh, [folder, *made])
        store._lock = handle
        journal.keep_in(folder)
        journal.note("folder")
        return store

    @classmethod
    def reopen(cls, folder: Path, planned: Manifest) -> Store:
        """To be resumed with the same question, inputs and code; anything else may differ (machine, workers)."""
        if not folder.is_dir():
            raise UserError(f"{folder}: no such run folder to resume")
        refuse_link(folder / PARTS)
        old = manifests.read(folder)
        manifests.require(folder, old, ("status", "failures", "resumed"))
        if lines := manifests.differences(old, planned):
            raise UserError(f"{folder}: can't be resumed with other settings\n  " + "\n  ".join(lines))
        store = cls(folder, old)
        if store.complete:
            journal.keep_in(folder)
            journal.note("complete")
        else:
            store._take_up(planned)
        return store

    def _take_up(self, planned: Manifest) -> None:
        try:
            self._lock = lock(self.folder)
        except OSError as error:
            raise _unwritable(self.folder, error) from None
        self.manifest = old = manifests.read(self.folder)
        if self.complete:  # since it was looked at
            return
        entry = {"at": manifests.now(), "after": old["status"], "command_line": planned.get("command_line")}
        if old.get("failures"):
            entry["failures"] = [manifests.named(failure) for failure in old["failures"]]
        if planned.get("machine") != old.get("machine"):
            entry["machine"] = planned.get("machine")
        # What the last attempt sealed is made anew: until then the folder holds parts, nothing final.
        self.manifest = {**old, "status": "running", "failures": [], "files": {}, "resumed": [*old["resumed"], entry]}
        for key in ("error", manifests.LEFT_OUT):
            self.manifest.pop(key, None)
        try:
            (self.folder / PARTS).mkdir(exist_ok=True)
            if damaged := parts.drop_damaged(self.folder, self.question):
                entry["damaged_parts"] = damaged
            for key in parts.having(self.folder, manifests.LEFT_OUT):  # is tried again
                shutil.rmtree(parts.place_of(self.folder, key))
            manifests.write(self.folder, self.manifest)
        except (OSError, StorageError) as error:
            raise _unwritable(self.folder, error) from None
        journal.keep_in(self.folder)
        journal.note("resumed", parts=len(self.kept()))

    @property
    def complete(self) -> bool:
        """Nothing is left to do."""
        return bool(self.manifest.get("status") == "complete")

    @property
    def question(self) -> str:
        """Hash of all that the results depend on."""
        return manifests.identity(self.manifest)

    def kept(self) -> set[str]:
        """Keys of the parts that are there."""
        return set(parts.keys(self.folder)) if (self.folder / PARTS).is_dir() else set()

    def keep(self, key: str, content: Content | Encoded) -> None:
        """Adds what a task found; ``StorageError`` if it can't be written."""
        encoded = all(isinstance(value, bytes) for value in content.values())
        parts.write(self.folder, key, dict(content) if encoded else parts.encode(content), self.question)

    def part(self, key: str) -> dict[str, Any]:
        """What a task found."""
        return parts.read(self.folder, key)

    def note(self, **more: object) -> None:
        """Adds to the manifest; written with the next change of status."""
        self.manifest = {**self.manifest, **more}

    def mark(self, status: str, failures: Iterable[Mapping[str, Any]] = (), error: str | None = None) -> None:
        """Says in the manifest how an unfinished folder was left: ``interrupted`` or ``failed``. On a full disk it goes
        on saying ``running``: that, too, can be resumed."""
        reason = {} if error is None else {"error": error}
        with suppress(OSError, UserError, StorageError):
            if manifests.read(self.folder)["status"] == "running":  # not sealed already
                manifests.write(self.folder, {**self.manifest, "status": status, "failures": list(failures), **reason})
        self.release()

    def release(self) -> None:
        """Lets others work in the folder."""
        handle, self._lock = self._lock, None
        if handle is not None:
            unlock(self.folder, handle)

    def discard(self) -> bool:
        """Removes a folder that this process made, and the empty ones above it; whether it did."""
        if self._made:
            shutil.rmtree(self.folder, ignore_errors=True)
        with suppress(OSError):
            for parent in self._made[1:]:
                parent.rmdir()
        return bool(self._made)

    def finish(self, frames: Frames, failures: Sequence[Mapping[str, Any]] = (), *, status: str | None = None) -> None:
        """Writes the final tables that are not there, then the manifest that seals all files; parts are removed if
        ``status`` (by default ``failed`` where there are failures or something is left out) is ``complete``.

        Raises:
            StorageError: they can't be written; the parts stay.
        """
        with tables_written(self.folder, frames):
            pass
        status = status or ("failed" if failures or self.manifest.get(manifests.LEFT_OUT) else "complete")
        self.note(failures=list(failures), status=status, finished=manifests.now())
        self.seal()
        if status == "complete":
            shutil.rmtree(self.folder / PARTS, ignore_errors=True)
        journal.note("sealed", status=status_word(status, journal.lang), failures=len(failures))
        self.release()

    def seal(self, place: str = "") -> None:
        """Writes the manifest with the hash of every file of the folder; with ``place`` of those below it alone, which
        were added or made anew after ``finish``: what else was altered meanwhile still shows."""
        others = {name: digest for name, digest in self.manifest["files"].items() if not name.startswith(place)}
        names = [name for name in files_of(self.folder) if name.startswith(place)]
        hashes = others | {name: manifests.sha256_of(self.folder / name) for name in names}
        self.note(files=dict(sorted(hashes.items())), sealed=True)
        manifests.write(self.folder, self.manifest)

    @classmethod
    def opened(cls, folder: Path) -> Store:
        """A folder that is there; ``UserError`` as ``manifest.read``."""
        return cls(folder, manifests.read(folder))

    def frames(self, names: Sequence[str]) -> dict[str, pd.DataFrame]:
        """Tables of a finished folder, each checked against its hash."""
        return {name: read_frame(self.folder, self.manifest, name) for name in names}


def _unwritable(folder: Path, error: Exception) -> UserError:
    return UserError(f"{folder}: can't be written to: {getattr(error, 'strerror', None) or error}")


def files_of(folder: Path) -> Iterator[str]:
    """Paths of all files that a manifest seals, relative to the folder, with slashes: not the manifest itself, nor
    the log, nor parts, nor what is hidden. Links are named, not followed."""
    for place, inner, files in os.walk(folder):
        here = Path(place)
        inner[:] = [name for name in inner if name[0] != "." and not (here == folder and name == PARTS)]
        links = [name for name in inner if (here / name).is_symlink()]
        for name in (*files, *links):
            path = (here / name).relative_to(folder).as_posix()
            if name[0] != "." and path not in (manifests.FILE, LOG):
                yield path


def load(folder: Path, names: Sequence[str]) -> tuple[Manifest, dict[str, pd.DataFrame]]:
    """Manifest and tables of a finished folder, checked against the hashes in its manifest.

    Raises:
        UserError: it is unfinished or altered.
    """
    manifest = manifests.read(folder)
    if not manifest.get("files"):
        raise UserError(
            f"{folder}: the run is not finished (status: {manifest.get('status')}); finish it with --resume"
        )
    for name in names:
        check(folder, manifest, f"{name}.parquet")
    return manifest, Store(folder, manifest).frames(names)


def read_frame(folder: Path, manifest: Manifest, name: str) -> pd.DataFrame:
    """One table of a sealed folder, checked; its size is known before it is read.

    Raises:
        UserError: as ``check``; or it is no table, or has more rows than this run can have.
    """
    return tables.read(check(folder, manifest, f"{name}.parquet"), tables.most_rows(manifest))


def check(folder: Path, manifest: Manifest, file: str) -> Path:
    """The path of a file that is as the manifest says.

    Raises:
        UserError: it is missing, a link, or not as the run left it.
    """
    path, digest = folder / file, manifest.get("files", {}).get(file)
    for place in (path, *path.parents[: len(Path(file).parts) - 1]):
        refuse_link(place)
    if not path.is_file():
        raise UserError(f"{path}: missing, though the manifest lists it" if digest else f"{path}: missing")
    if digest is None:
        raise UserError(f"{path}: the manifest doesn't list it, so nobody knows whether it is as the run left it")
    if manifests.sha256_of(path) != digest:
        raise UserError(f"{path}: not as the run left it (its SHA-256 differs from the manifest's)")
    return path


def seal_made(folder: Path, about: Mapping[str, Any]) -> None:
    """Writes the manifest of a folder whose files are all there, with the hash of each; what it is ``about`` says."""
    files = {name: manifests.sha256_of(folder / name) for name in sorted(files_of(folder))}
    status = "failed" if about.get("failures") else "complete"
    made = {"version": manifests.package_version(), "status": status, "finished": manifests.now(), "failures": []}
    whole = {"machine": manifests.machine(), "expects": list(files), "sealed": True, "files": files}
    manifests.write(folder, {"format": manifests.FORMAT, **made, **about, **whole})


def document(folder: Path, file: str) -> Document:
    """A JSON document of a folder, checked where the folder has a manifest.

    Raises:
        UserError: there is none, it is not as the command left it, or can't be read.
    """
    if (folder / manifests.FILE).exists():
        check(folder, manifests.read(folder), file)
    return read_json(folder / file)


def nothing_finished(folder: Path, failures: Sequence[Mapping[str, Any]], unit: str) -> RunFailedError:
    """What to raise where no task came through."""
    first = f"{unit} {manifests.named(failures[0])}: {failures[0]['error']}" if failures else "nothing was computed"
    return RunFailedError(f"{folder}: no {unit} finished; {first}")
