"""Folders of plans, effects and sensitivities: as run folders, with a manifest that seals their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from foundation.errors import UserError
from foundation.store import manifest as manifests
from foundation.store.manifest import Manifest
from foundation.store.store import Store

Frames = Mapping[str, pd.DataFrame]


def create(folder: Path, planned: Manifest, *, section: str, resume: bool) -> Store:
    """A new folder, or one to be resumed; ``section`` of the manifest holds the settings of the command.

    Raises:
        UserError: as ``foundation.store.store.Store.begin``, and if the section differs from that of the folder to be
        resumed.
    """
    if resume and folder.is_dir():
        old = manifests.read(folder).get(section, {})
        for key, value in planned[section].items():
            if old.get(key) != value:
                raise UserError(
                    f"{folder}: can't be resumed with other settings\n  {key}: {old.get(key)!r} there, {value!r} now"
                )
    return Store.begin(folder, {**planned, "expects": [], "counts": None}, resume=resume)


def load(folder: Path, names: Sequence[str]) -> tuple[Manifest, dict[str, pd.DataFrame]]:
    """Manifest and tables of a finished folder, checked.

    Raises:
        UserError: it is not finished, or a table is missing or not as the command left it.
    """
    manifest = manifests.read(folder)
    if manifest.get("status") != "complete":
        raise UserError(f"{folder}: not finished (status: {manifest.get('status')}); finish it with --resume")
    return manifest, Store(folder, manifest).frames(names)
