"""Whether a run folder is complete and as the run left it, or what is missing or altered.

Everything is recomputed from the files: the manifest's hash of itself, the hash of every file it lists, the draws in
each table, the parts of a run that is not finished. Hashes show damage and careless edits. Who wants to deceive can
compute them anew: against that, only running again with the same seed helps.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from foundation.errors import UserError
from foundation.store import manifest as manifests
from scenarios.compare import parts
from scenarios.frames import ORDER

SEALED = ("complete", "failed")
EVERY_DRAW = ("weekly", "groups", "channels", "outcomes")
"""Frames in which each draw of each scenario has rows."""
TABLES = tuple(f"{name}.{lang}.csv" for name in ("summary", "groups") for lang in ("en", "fr"))
"""Written when a run is complete, at the end of the command."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong; ``foundation/language/text.toml`` has its sentence under ``verify.<kind>``."""

    kind: str
    where: str
    """File or folder, relative to the run folder."""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was found in a folder."""

    folder: Path
    manifest: Mapping[str, Any]
    """As it stands; empty if it can't be read."""
    files: int
    """Files whose hash was compared."""
    found: int | None
    """Draws that are there; ``None`` where that can't be told."""
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Complete and unaltered."""
        return not self.findings


def verify_folder(folder: Path) -> Verification:
    """Verifies a folder of ``mes run``, ``mes compare`` or any other that has such a manifest.

    ``UserError`` for what is no run folder: nothing there, no manifest, or one of another version of mes.
    """
    manifest = _manifest(folder)
    if manifest is None:
        unreadable = Finding(kind="manifest_unreadable", where=manifests.FILE)
        return Verification(folder=folder, manifest={}, files=0, found=None, findings=(unreadable,))
    findings = [*_own_hash(manifest), *_status(manifest), *_failures(manifest), *_files(folder, manifest)]
    found: int | None = None
    if "scenarios" in manifest:
        found, more = (_tables if _listed(manifest) else _parts)(folder, manifest, {f.where for f in findings})
        findings += more
    files = len(_listed(manifest))
    return Verification(folder=folder, manifest=manifest, files=files, found=found, findings=tuple(findings))


def _manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest as it stands; ``None`` if there is one that can't be read."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such run folder")
    path = folder / manifests.FILE
    if not path.is_file():
        raise UserError(f"{folder}: not a run folder (it holds no {manifests.FILE})")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(manifest, dict):
        return None
    if manifest.get("format") != manifests.FORMAT and not list(_own_hash(manifest)):
        manifests.read(folder)  # says which version it is of
    return manifest


def _own_hash(manifest: Mapping[str, Any]) -> Iterator[Finding]:
    stated = manifest.get(manifests.OWN_HASH)
    if stated is None:
        yield Finding(kind="manifest_unsealed", where=manifests.FILE)
    elif stated != manifests.own_hash(manifest):
        yield Finding(kind="manifest_altered", where=manifests.FILE)


def _status(manifest: Mapping[str, Any]) -> Iterator[Finding]:
    status = manifest.get("status")
    if status == "failed" and manifest.get("error"):
        yield Finding(kind="stopped", where=manifests.FILE, values={"error": manifest["error"]})
    elif status not in SEALED:
        yield Finding(kind="unfinished", where=manifests.FILE, values={"status": status})


def _failures(manifest: Mapping[str, Any]) -> Iterator[Finding]:
    for failure in _list(manifest, "failures"):
        values = {"draw": failure.get("draw"), "error": failure.get("error")}
        yield Finding(kind="draw_failed", where=manifests.FILE, values=values)


def _files(folder: Path, manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Files that the manifest lists, and those that it should list."""
    listed = _listed(manifest)
    for name, digest in listed.items():
        path = folder / name
        if not path.is_file():
            yield Finding(kind="missing", where=name)
        elif manifests.sha256_of(path) != digest:
            yield Finding(kind="altered", where=name)
    if "scenarios" in manifest and manifest.get("status") in SEALED and listed:
        for name in (*(f"{frame}.parquet" for frame in ORDER), *TABLES):
            if name not in listed:
                yield Finding(kind="unlisted", where=name)


def _tables(folder: Path, manifest: Mapping[str, Any], bad: set[str]) -> tuple[int | None, list[Finding]]:
    """Draws in the tables of a finished run, against the manifest; damaged tables are left out."""
    names = {str(entry.get("name")) for entry in _list(manifest, "scenarios")}
    found, findings = None, []
    for frame in EVERY_DRAW:
        file = f"{frame}.parquet"
        if file in bad or not (folder / file).is_file():
            continue
        counts = _draws_of(folder / file)
        if counts is None:
            findings.append(Finding(kind="altered", where=file))
            continue
        found = max(counts.values(), default=0)
        if set(counts) != names:
            others = ", ".join(sorted(names ^ set(counts)))
            findings.append(Finding(kind="scenarios_differ", where=file, values={"scenarios": others}))
        elif (wanted := _wanted(manifest)) is not None and set(counts.values()) != {wanted}:
            values = {"found": min(counts.values()), "wanted": wanted}
            findings.append(Finding(kind="draws_differ", where=file, values=values))
    return found, findings


def _draws_of(path: Path) -> dict[str, int] | None:
    """Draws per scenario of a table; ``None`` if it can't be read."""
    try:
        keys = pd.read_parquet(path, columns=["scenario", "draw"])
    except Exception:
        return None
    return {str(name): int(count) for name, count in keys.groupby("scenario")["draw"].nunique().items()}


def _wanted(manifest: Mapping[str, Any]) -> int | None:
    """Draws that each scenario must have; ``None`` for folders compared, which may differ in this."""
    draws = manifest.get("draws")
    if "sources" in manifest or not isinstance(draws, int):
        return None
    return draws - len(_list(manifest, "failures"))


def _parts(folder: Path, manifest: Mapping[str, Any], bad: set[str]) -> tuple[int, list[Finding]]:
    """Parts of a run that is not finished: which draws lack one, and which are damaged.

    An edited manifest doesn't tell which run they belong to.
    """
    there = sorted(parts.finished_draws(folder))
    run = None if list(_own_hash(manifest)) else manifests.identity(manifest)
    findings = []
    damaged = {draw: harm for draw in there if (harm := parts.damage(folder, draw, run))}
    for kind, path in damaged.values():
        where = Path(path).relative_to(folder).as_posix()
        findings.append(Finding(kind="foreign_part" if kind == "foreign" else kind, where=where))
    draws = manifest.get("draws")
    lacking = sorted(set(range(draws if isinstance(draws, int) else 0)) - set(there))
    if lacking:
        values = {"count": len(lacking), "draws": draws, "which": ranges(lacking)}
        findings.append(Finding(kind="draws_missing", where=parts.PARTS, values=values))
    return len(there) - len(damaged), findings


def _listed(manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """Files with their hashes."""
    files = manifest.get("files")
    return files if isinstance(files, dict) else {}


def _list(manifest: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """A list of objects of the manifest, whatever an edit has made of it."""
    value = manifest.get(key)
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def ranges(numbers: list[int]) -> str:
    """Ascending whole numbers as ``0, 3-5, 9``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs)
