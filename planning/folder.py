"""Folders of plans, effects and sensitivities: as run folders, with a manifest that seals their tables."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from foundation.errors import UserError
from foundation.store import manifest as manifests
from foundation.store.manifest import Manifest
from scenarios.compare import runs
from scenarios.compare.parts import PARTS

Frames = Mapping[str, pd.DataFrame]


def create(folder: Path, planned: Manifest, *, section: str, resume: bool) -> Manifest:
    """A new folder, or one to be resumed; ``section`` of the manifest holds the settings of the command.

    Raises:
        UserError: as ``scenarios.compare.runs.create``, and if the section differs from that of the folder to be
        resumed.
    """
    if resume and folder.is_dir():
        old = manifests.read(folder).get(section, {})
        for key, value in planned[section].items():
            if old.get(key) != value:
                raise UserError(
                    f"{folder}: can't be resumed with other settings\n  {key}: {old.get(key)!r} there, {value!r} now"
                )
    return runs.create(folder, planned, resume=resume)


def finish(folder: Path, manifest: Manifest, frames: Frames) -> Manifest:
    """Writes the tables and the manifest with their hashes; what was kept for resuming is removed."""
    for name, frame in frames.items():
        runs.write_parquet(folder / f"{name}.parquet", frame)
    sealed = runs.seal(folder, {**manifest, "status": "complete", "finished": manifests.now()})
    shutil.rmtree(folder / PARTS, ignore_errors=True)
    return sealed


def load(folder: Path, names: Sequence[str]) -> tuple[Manifest, dict[str, pd.DataFrame]]:
    """Manifest and tables of a finished folder, verified.

    Raises:
        UserError: it is not finished, or a table is missing or not as the command left it.
    """
    manifest = manifests.read(folder)
    if manifest.get("status") != "complete":
        raise UserError(f"{folder}: not finished (status: {manifest.get('status')}); finish it with --resume")
    for name in (f"{frame}.parquet" for frame in names):
        path = folder / name
        if not path.is_file():
            raise UserError(f"{path}: missing, though the manifest lists it")
        if manifests.sha256_of(path) != manifest["files"].get(name):
            raise UserError(f"{path}: not as the command left it (its SHA-256 differs from the manifest's)")
    return manifest, {name: pd.read_parquet(folder / f"{name}.parquet") for name in names}


def write_json(path: Path, document: Mapping[str, Any]) -> None:
    """One document, in one step."""
    manifests.write_atomically(path, json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n")
