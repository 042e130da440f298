"""Finished run folders side by side, without simulating again: whose names stay, who shares a world, what differs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from foundation.errors import UserError
from foundation.store.manifest import LEFT_OUT, Manifest, entries, references_of, worlds_of
from scenarios.compare.comparison import SAME_CHANCE, SAME_QUESTION, SAME_RUN, Frames, load
from scenarios.compare.when import cut_off, last_looked_at
from scenarios.frames import ORDER


def compare_folders(folders: Sequence[Path]) -> tuple[Manifest, Frames]:
    """Finished run folders side by side, without simulating again.

    The first folder's scenarios keep their names; a later one whose name is taken becomes ``name@folder``, unless it
    is the very same run, which is dropped. All that is told as a difference is that from the status quo of the
    scenario's own folder, draw by draw, which its entry in the manifest names as ``against``; scenarios of one
    ``world`` there share every setting of ``SAME_RUN``, so that they may be ranked. The manifest says under ``paired``
    whether the folders share their draws and people, and lists under ``differences`` the settings in which they differ.
    ``UserError`` if the folders answer different questions (horizon, target).
    """
    loaded = [(folder, *load(folder)) for folder in folders]
    _same_question(loaded)
    kept: list[dict[str, Any]] = []
    parts: list[Frames] = []
    seen: list[Mapping[str, Any]] = []
    for folder, manifest, frames in loaded:
        names, own = _new_names(folder, manifest, kept, seen)
        parts.append({name: _renamed(frames[name], names) for name in ORDER})
        kept += own
    merged = {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in ORDER}
    manifest = _merged_manifest(loaded, kept)
    return manifest, {**merged, "outcomes": cut_off(merged["outcomes"], last_looked_at(manifest))}


def _same_question(loaded: Sequence[tuple[Path, Manifest, Frames]]) -> None:
    folder, first, _ = loaded[0]
    for other, manifest, _ in loaded[1:]:
        for key in SAME_QUESTION:
            if manifest.get(key) != first.get(key):
                raise UserError(
                    f"{other}: {key} is {manifest.get(key)}, but {first.get(key)} in {folder}: these can't be compared"
                )


def _new_names(
    folder: Path, manifest: Manifest, taken: Sequence[Mapping[str, Any]], seen: list[Mapping[str, Any]]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """Old to new names of the scenarios to keep, and their entries; ``seen`` has what each world so far agrees on, and
    gets those of the folder."""
    of, against, found = worlds_of(manifest), references_of(manifest), entries(manifest)
    number = {world: _world(manifest, world, seen) for world in dict.fromkeys(of[entry["name"]] for entry in found)}
    there = {(entry["world"], entry["was"], entry["sha256"]): entry["name"] for entry in taken}
    names, new = {str(entry["name"]): str(entry["name"]) for entry in taken}, {}
    for entry in found:
        name = entry["name"]
        same = there.get((number[of[name]], name, entry["sha256"]))
        new[name] = same or (_free(f"{name}@{folder.resolve().name}", names) if name in names else name)
        names[new[name]] = new[name]
    kept = [entry for entry in found if new[entry["name"]] not in there.values()]
    own = [
        {
            **entry,
            "name": new[entry["name"]],
            "was": entry["name"],
            "folder": entry.get("folder", str(folder)),
            "world": number[of[entry["name"]]],
            "against": new.get(against[entry["name"]], new[entry["name"]]),
        }
        for entry in kept
    ]
    return {entry["name"]: new[entry["name"]] for entry in kept}, own


def _world(manifest: Manifest, world: int, seen: list[Mapping[str, Any]]) -> int:
    """The number of a world of a folder among those ``seen``; of a folder of several, only the first is known well
    enough to be that of another folder."""
    settings = {"within": world and len(seen)} | {key: manifest.get(key) for key in SAME_RUN}
    if settings not in seen:
        seen.append(settings)
    return seen.index(settings)


def _free(name: str, taken: Mapping[str, Any]) -> str:
    """``name``, numbered if need be."""
    numbered = (name if i == 1 else f"{name}-{i}" for i in range(1, len(taken) + 2))
    return next(candidate for candidate in numbered if candidate not in taken)


def _renamed(frame: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    kept = frame[frame["scenario"].isin(list(names))]
    return kept.assign(scenario=kept["scenario"].map(dict(names)))


def _merged_manifest(loaded: Sequence[tuple[Path, Manifest, Frames]], kept: Sequence[Mapping[str, Any]]) -> Manifest:
    manifests = [manifest for _, manifest, _ in loaded]
    first = manifests[0]
    names = {entry["name"] for entry in kept}
    inner = [dict(entry) for manifest in manifests for entry in manifest.get("differences", ())]
    pair = {"first_folder": str(loaded[0][0])}
    differences = [
        {"folder": str(folder), "setting": key, "value": manifest.get(key), "first": first.get(key)} | pair
        for folder, manifest, _ in loaded[1:]
        for key in SAME_RUN
        if manifest.get(key) != first.get(key)
    ]
    return {
        **first,
        "scenarios": list(kept),
        LEFT_OUT: [one for manifest in manifests for one in manifest.get(LEFT_OUT, ()) if one["scenario"] not in names],
        "paired": all(m.get("paired", True) and all(m.get(k) == first.get(k) for k in SAME_CHANCE) for m in manifests),
        "differences": inner + differences,
        "quick": any(manifest["quick"] for manifest in manifests),
        "dates_until": min(last_looked_at(manifest) for manifest in manifests),
        "failures": [failure for manifest in manifests for failure in manifest["failures"]],
        "sources": [str(folder) for folder, _, _ in loaded],
        "files": {},
    }
