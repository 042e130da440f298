"""Run folders: a manifest, a part for each draw as it finishes, and at the end one Parquet file per frame.

Parts appear in one step (written beside, then renamed), so a folder left by a killed run holds whole draws only, and
resuming it gives the same final tables as a run that was never stopped.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from foundation.errors import RunFailedError, StorageError, UserError
from foundation.store import manifest as manifests
from foundation.store.manifest import Manifest
from foundation.work.ensemble import Failure
from model.terms.outcome import WOULD_PASS
from scenarios.compare import parts
from scenarios.compare.parts import PARTS, finished_draws
from scenarios.frames import ORDER


def create(folder: Path, manifest: Manifest, *, resume: bool) -> Manifest:
    """Makes a new run folder, or opens one to resume it; returns the manifest as it stands in the folder.

    ``UserError`` if the folder exists (new), is missing or was begun with other settings (resume), or can't be
    written to: before anything is simulated.
    """
    if resume:
        return _reopen(folder, manifest)
    if folder.exists() or folder.is_symlink():
        raise UserError(f"{folder}: exists; name another folder (--out), or finish that run with --resume")
    fresh = {**manifest, "created": manifests.now(), "finished": None, "status": "running", "resumed": []}
    _make(folder, fresh)
    return fresh


def _make(folder: Path, manifest: Manifest) -> None:
    """The folder appears together with its manifest."""
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        manifests.write(temporary, manifest)
        (temporary / PARTS).mkdir()
        os.rename(temporary, folder)
    except OSError as error:
        shutil.rmtree(temporary, ignore_errors=True)
        raise UserError(f"{folder}: can't be written to: {error.strerror or error}") from None


def _reopen(folder: Path, manifest: Manifest) -> Manifest:
    if not folder.is_dir():
        raise UserError(f"{folder}: no such run folder to resume")
    old = manifests.read(folder)
    if lines := manifests.differences(old, manifest):
        raise UserError(f"{folder}: can't be resumed with other settings\n  " + "\n  ".join(lines))
    if old["status"] == "complete":
        return old
    entry = {"at": manifests.now(), "after": old["status"], "command_line": manifest.get("command_line")}
    if old.get("failures"):
        entry["failures"] = [failure["draw"] for failure in old["failures"]]
    if manifest.get("machine") != old.get("machine"):
        entry["machine"] = manifest.get("machine")
    # What the last attempt sealed is made anew: until then the folder holds parts, nothing final.
    resumed = {**old, "status": "running", "failures": [], "files": {}, "resumed": [*old["resumed"], entry]}
    resumed.pop("error", None)
    try:
        (folder / PARTS).mkdir(exist_ok=True)
        parts.drop_unfinished(folder)
        if damaged := parts.drop_damaged(folder, manifests.identity(old)):
            entry["damaged_parts"] = damaged
        manifests.write(folder, resumed)
    except OSError as error:
        raise UserError(f"{folder}: can't be written to: {error.strerror or error}") from None
    return resumed


def write_part(folder: Path, draw: int, frames: Mapping[str, pd.DataFrame]) -> None:
    """Adds the frames of one draw to an unfinished run folder."""
    parts.write_part(folder, draw, parts.encode(frames), manifests.identity(manifests.read(folder)))


def write_parquet(path: Path, frame: pd.DataFrame) -> None:
    """Parquet with zstd, in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(parts.parquet(frame))
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise StorageError(f"{path}: can't be written: {error.strerror or error}") from None


def gather(folder: Path, manifest: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """All parts as one frame of each kind, ordered by scenario (as in the manifest), then draw.

    ``RunFailedError`` if no draw finished.
    """
    draws = sorted(finished_draws(folder))
    if not draws:
        raise RunFailedError(f"{folder}: no draw finished; {_first_failure(manifest)}")
    order = [entry["name"] for entry in manifest["scenarios"]]
    return {name: _gathered(folder, draws, name, order) for name in ORDER}


def _gathered(folder: Path, draws: list[int], name: str, order: list[str]) -> pd.DataFrame:
    frame = parts.read(folder, draws, name)
    rank = frame["scenario"].map({scenario: i for i, scenario in enumerate(order)})
    # Parts come in order of their draws, each with its rows in order: a stable sort keeps both.
    return frame.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


def _first_failure(manifest: Mapping[str, Any]) -> str:
    failures = manifest.get("failures") or []
    return f"draw {failures[0]['draw']}: {failures[0]['error']}" if failures else "nothing was simulated"


def finish(
    folder: Path, manifest: Manifest, frames: Mapping[str, pd.DataFrame], failures: Iterable[Mapping[str, Any]] = ()
) -> Manifest:
    """Writes the final frames, then the manifest that seals them; parts of a whole run are removed.

    ``StorageError`` if they can't be written; the parts stay.
    """
    for name in ORDER:
        write_parquet(folder / f"{name}.parquet", frames[name])
    failed = list(failures)
    status = "failed" if failed else "complete"
    sealed = seal(folder, {**manifest, "failures": failed, "status": status, "finished": manifests.now()})
    if not failed:
        shutil.rmtree(folder / PARTS, ignore_errors=True)
    return sealed


def seal(folder: Path, manifest: Manifest) -> Manifest:
    """Writes the manifest with the hash of every Parquet and CSV file of the folder."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in (".parquet", ".csv") and path.name[0] != ".")
    sealed = {**manifest, "files": {path.name: manifests.sha256_of(path) for path in paths}}
    try:
        manifests.write(folder, sealed)
    except OSError as error:
        raise StorageError(f"{folder / manifests.FILE}: can't be written: {error.strerror or error}") from None
    return sealed


def mark(
    folder: Path, manifest: Manifest, status: str, failures: Iterable[Mapping[str, Any]] = (), error: str | None = None
) -> None:
    """Notes in the manifest how an unfinished run stands. On a full disk it goes on saying ``running``: that, too, can
    be resumed."""
    reason = {} if error is None else {"error": error}
    with suppress(OSError, UserError):
        if manifests.read(folder)["status"] != "running":  # sealed already
            return
        manifests.write(folder, {**manifest, "status": status, "failures": list(failures), **reason})


def failure_entry(draw: int, failure: Failure) -> dict[str, Any]:
    """A failure as the manifest records it."""
    return {"draw": draw, "error": failure.error, "traceback": failure.traceback}


def load(folder: Path) -> tuple[Manifest, dict[str, pd.DataFrame]]:
    """Manifest and frames of a finished run folder, verified against the hashes in its manifest.

    ``UserError`` if it is unfinished, altered, or of a version whose frames were others.
    """
    manifest = manifests.read(folder)
    if not manifest.get("files"):
        raise UserError(
            f"{folder}: the run is not finished (status: {manifest.get('status')}); finish it with --resume"
        )
    verify(folder, manifest)
    frames = {name: pd.read_parquet(folder / f"{name}.parquet") for name in ORDER}
    if WOULD_PASS not in frames["equity"]:
        raise UserError(f"{folder}: of an earlier version, which didn't record what stopped people last; run it again")
    return manifest, frames


def verify(folder: Path, manifest: Mapping[str, Any]) -> None:
    """``UserError`` naming the first frame that is missing or not as the run left it. (Tables in CSV are listed in the
    manifest too, but a spreadsheet may have rewritten them; nothing reads them back.)"""
    for name in (f"{frame}.parquet" for frame in ORDER):
        path, digest = folder / name, manifest["files"].get(name)
        if not path.is_file():
            raise UserError(f"{path}: missing, though the manifest lists it")
        if manifests.sha256_of(path) != digest:
            raise UserError(f"{path}: not as the run left it (its SHA-256 differs from the manifest's)")
