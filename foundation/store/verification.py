"""Whether a folder of results is complete and as its command left it, or what is missing or altered.

Everything is recomputed from the files: the manifest's hash of itself, the hash of every file it lists, the counts in
its tables, the parts of a folder that is not finished. What a folder has to hold its manifest says: ``expects`` lists
files; ``counts`` says in which tables (``files``) each entry of the manifest's list ``groups`` has to come with as many
``unit`` as the manifest's number ``units`` less the failures.

Hashes show damage and careless edits, not deceit: they can be computed anew. Against that, only running again with the
same seed helps.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from foundation.errors import UserError
from foundation.store import manifest as manifests
from foundation.store import parts, tables
from foundation.store.atomic import refuse_link
from foundation.store.manifest import Manifest
from foundation.store.reading import read_json
from foundation.store.store import files_of

SEALED = ("complete", "failed")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong; ``foundation/language/words.toml`` has its sentence under ``verify.<kind>``."""

    kind: str
    where: str
    """File or folder, relative to the run folder."""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was found in a folder."""

    folder: Path
    manifest: Manifest
    """As it stands; empty if it can't be read."""
    files: int
    """Files whose hash was compared."""
    found: int | None
    """Units (draws) that are there; ``None`` where that can't be told."""
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Complete and unaltered."""
        return not self.findings


def verify_folder(folder: Path) -> Verification:
    """Verifies a folder of any command.

    Raises:
        UserError: what is no folder of results: nothing there, no manifest, or one of another version of mes.
    """
    manifest = _manifest(folder)
    if manifest is None:
        unreadable = Finding(kind="manifest_unreadable", where=manifests.FILE)
        return Verification(folder=folder, manifest={}, files=0, found=None, findings=(unreadable,))
    findings = [*_own_hash(manifest), *_status(manifest), *_failures(manifest), *_files(folder, manifest)]
    found = None
    if not any(finding.kind == "manifest_altered" for finding in findings):  # what was edited says nothing of counts
        found, more = (_tables if _listed(manifest) else _parts)(folder, manifest, {f.where for f in findings})
        findings += more
    return Verification(
        folder=folder, manifest=manifest, files=len(_listed(manifest)), found=found, findings=tuple(findings)
    )


def _manifest(folder: Path) -> dict[str, Any] | None:
    """The manifest as it stands; ``None`` if there is one that can't be read."""
    if not folder.is_dir():
        raise UserError(f"{folder}: no such run folder")
    path = folder / manifests.FILE
    if not path.exists():
        raise UserError(f"{folder}: not a run folder (it holds no {manifests.FILE})")
    try:
        refuse_link(path)
        manifest = read_json(path)
    except UserError:
        return None
    if manifest.get("format") != manifests.FORMAT and not list(_own_hash(manifest)):
        manifests.read(folder)  # says which version it is of
    return manifest


def _own_hash(manifest: Manifest) -> Iterator[Finding]:
    stated = manifest.get(manifests.OWN_HASH)
    if stated is None:
        yield Finding(kind="manifest_unsealed", where=manifests.FILE)
    elif stated != manifests.own_hash(manifest):
        yield Finding(kind="manifest_altered", where=manifests.FILE)


def _status(manifest: Manifest) -> Iterator[Finding]:
    status = manifest.get("status")
    if status == "failed" and manifest.get("error"):
        yield Finding(kind="stopped", where=manifests.FILE, values={"error": manifest["error"]})
    elif status not in SEALED:
        yield Finding(kind="unfinished", where=manifests.FILE, values={"status": status})


def _failures(manifest: Manifest) -> Iterator[Finding]:
    for failure in _list(manifest, "failures"):
        values = {"draw": manifests.named(failure), "error": failure.get("error")}
        yield Finding(kind="draw_failed", where=manifests.FILE, values=values)
    for entry in _list(manifest, manifests.LEFT_OUT):
        values = {key: entry.get(key) for key in ("scenario", "draw", "error")}
        yield Finding(kind="scenario_failed", where=manifests.FILE, values=values)


def _files(folder: Path, manifest: Manifest) -> Iterator[Finding]:
    """Files that the manifest lists, and those that it should list."""
    listed = _listed(manifest)
    for name, digest in listed.items():
        kind = _harm(folder, name, digest)
        if kind:
            yield Finding(kind=kind, where=name)
    if manifest.get("status") not in SEALED or not listed:
        return
    expected = [name for name in _strings(manifest, "expects") if isinstance(name, str)]
    there = sorted(files_of(folder)) if manifest.get("sealed") is True else []
    for name in dict.fromkeys([*expected, *there]):
        if name not in listed:
            yield Finding(kind="unlisted", where=name)


def _harm(folder: Path, name: str, digest: object) -> str | None:
    """What is wrong with a listed file; a path that leads out of the folder is not followed."""
    plain = PurePosixPath(name)
    if plain.is_absolute() or ".." in plain.parts or "\\" in name or "\x00" in name:
        return "outside"
    places = [folder.joinpath(*plain.parts[: i + 1]) for i in range(len(plain.parts))]
    if any(place.is_symlink() for place in places):
        return "outside"
    if not (folder / name).is_file():
        return "missing"
    return None if manifests.sha256_of(folder / name) == digest else "altered"


def _tables(folder: Path, manifest: Manifest, bad: set[str]) -> tuple[int | None, list[Finding]]:
    """Groups and units in the tables of a finished folder, against the manifest; damaged tables are left out."""
    counts = manifest.get("counts")
    if not isinstance(counts, dict):
        return None, []
    left_out = {entry.get("scenario") for entry in _list(manifest, manifests.LEFT_OUT)}
    names = {str(entry.get("name")) for entry in _list(manifest, str(counts.get("groups")))} - left_out
    wanted = _wanted(manifest, counts)
    found, findings = None, []
    for file in (str(name) for name in _strings(counts, "files")):
        if file in bad or file not in _listed(manifest):
            continue
        group, unit = str(counts.get("group")), str(counts.get("unit"))
        units = _units(folder / file, group, unit, tables.most_rows(manifest))
        if units is None:
            findings.append(Finding(kind="altered", where=file))
            continue
        found = max(units.values(), default=0)
        if set(units) != names:
            others = ", ".join(sorted(names ^ set(units)))
            findings.append(Finding(kind="scenarios_differ", where=file, values={"scenarios": others}))
        elif wanted is not None and set(units.values()) != {wanted}:
            values = {"found": min(units.values()), "wanted": wanted}
            findings.append(Finding(kind="draws_differ", where=file, values=values))
    return found, findings


def _units(path: Path, group: str, unit: str, most: int) -> dict[str, int] | None:
    """Distinct units of each group in a table; ``None`` if it can't be read."""
    try:
        table = tables.read(path, most, columns=[group, unit])
    except UserError:
        return None
    return {str(name): int(count) for name, count in table.groupby(group)[unit].nunique().items()}


def _wanted(manifest: Manifest, counts: Mapping[str, Any]) -> int | None:
    """Units that each group must have; ``None`` for folders put side by side, which may differ in this."""
    units = manifest.get(str(counts.get("units")))
    if "sources" in manifest or not isinstance(units, int):
        return None
    return units - len(_list(manifest, "failures"))


def _parts(folder: Path, manifest: Manifest, bad: set[str]) -> tuple[int | None, list[Finding]]:
    """Parts of a folder that is not finished: which are damaged, and which tasks lack one.

    An edited manifest doesn't tell which question they belong to, nor does one of a version that didn't say on what its
    results depend.
    """
    try:
        there = parts.keys(folder)
    except UserError as error:
        link = Path(str(error).partition(": is a link")[0])
        return None, [Finding(kind="outside", where=link.relative_to(folder).as_posix())]
    known = isinstance(manifest.get("depends_on"), list) and not list(_own_hash(manifest))
    question = manifests.identity(manifest) if known else None
    damaged = {key: harm for key in there if (harm := parts.damage(folder, key, question))}
    findings = [
        Finding(kind="foreign_part" if kind == "foreign" else kind, where=Path(path).relative_to(folder).as_posix())
        for kind, path in damaged.values()
    ]
    wanted = manifests.wanted(manifest)
    if not isinstance(wanted, int):
        return None, findings
    numbers = {int(tail) for key in there if (tail := key.rpartition("-")[2]).isdecimal()}
    if lacking := sorted(set(range(wanted)) - numbers):
        values = {"count": len(lacking), "draws": wanted, "which": ranges(lacking)}
        findings.append(Finding(kind="draws_missing", where=parts.PARTS, values=values))
    return len(there) - len(damaged), findings


def _listed(manifest: Manifest) -> Mapping[str, Any]:
    """Files with their hashes."""
    files = manifest.get("files")
    return files if isinstance(files, dict) else {}


def _list(manifest: Manifest, key: str) -> list[Mapping[str, Any]]:
    """A list of objects of the manifest, whatever an edit has made of it."""
    return [entry for entry in _strings(manifest, key) if isinstance(entry, dict)]


def _strings(manifest: Manifest, key: str) -> list[object]:
    value = manifest.get(key)
    return value if isinstance(value, list) else []


def ranges(numbers: list[int]) -> str:
    """Ascending whole numbers as ``0, 3-5, 9``."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in runs)
