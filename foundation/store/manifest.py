"""The manifest of a folder of results: what was asked, of which inputs and code, where, and whether it is whole.

It says itself what its results depend on: ``depends_on`` lists the keys that a resumed command has to share with its
beginning. A value there is plain, or a mapping of names to hashes, or a list of entries with ``name`` and ``sha256``;
of the last, nothing but these two counts.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, TypeAlias

from foundation.errors import UserError
from foundation.store.atomic import refuse_link, write_json
from foundation.store.fingerprint import changes, digest_of, sha256_of
from foundation.store.reading import NoFileError, read_json, wrong

__all__ = ["FILE", "FORMAT", "OWN_HASH", "Manifest", "differences", "identity", "machine", "now", "read", "write"]
__all__ += ["LEFT_OUT", "entries", "named", "own_hash", "package_version", "require", "sha256_of", "wanted"]

FILE = "manifest.json"
OWN_HASH = "manifest_sha256"
LEFT_OUT = "left_out"
"""Entries of the question that a task could not compute, though it computed the rest: a value of its part, and a key of
the manifest of a folder whose tables don't hold them."""
FORMAT = 2
"""2: with the frame ``equity``."""
Manifest: TypeAlias = Mapping[str, Any]
ALWAYS = ("format", "version", "command", "modules", "libraries", "data")
"""What the results of every command depend on, besides its own settings: ``data`` are input files with their SHA-256,
``modules`` the code that computes (``foundation.store.fingerprint``)."""
WORDS = {
    "data": "data file", "costs": "file of costs", "effects": "file of effects", "libraries": "library",
    "shipped": "shipped scenario",
}  # fmt: skip


def package_version() -> str:
    """Version of the installed package ("0+unknown" in a source tree that is not installed)."""
    try:
        return version("mes")
    except PackageNotFoundError:
        return "0+unknown"


def now() -> str:
    """The present second, UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def machine() -> dict[str, Any]:
    """What the numbers could depend on in the machine."""
    libraries = {name: _version_or_none(name) for name in ("numpy", "numba", "mesa", "pandas", "pyarrow")}
    return {
        "cpu_count": os.cpu_count(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        **libraries,
    }


def _version_or_none(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def read(folder: Path) -> Manifest:
    """The manifest of a folder, checked against its own hash.

    Raises:
        UserError: there is none that can be read, it is of another format, or it was edited.
    """
    path = folder / FILE
    refuse_link(path)
    try:
        manifest = read_json(path)
    except NoFileError:
        raise UserError(f"{folder}: not a run folder (it holds no {FILE})") from None
    if manifest.get("format") != FORMAT:
        raise UserError(f"{path}: format {manifest.get('format')!r}; this version reads format {FORMAT}")
    if manifest.pop(OWN_HASH, None) != own_hash(manifest):
        raise UserError(f"{path}: edited since the command wrote it (its SHA-256 of itself differs)")
    if problem := wrong(manifest):
        raise UserError(f"{path}: {problem}: not as mes writes a manifest")
    return manifest


def entries(manifest: Mapping[str, Any], key: str = "scenarios") -> list[Mapping[str, Any]]:
    """Entries of a list of the manifest that the tables hold."""
    missing = {entry.get("scenario") for entry in manifest.get(LEFT_OUT, ())}
    return [entry for entry in manifest[key] if entry["name"] not in missing]


def worlds_of(manifest: Mapping[str, Any]) -> dict[str, int]:
    """By scenario the number of its world: where folders are compared, those of one number share every setting; all of
    a run do."""
    return {entry["name"]: entry.get("world", 0) for entry in manifest.get("scenarios", ())}


def references_of(manifest: Mapping[str, Any]) -> dict[str, str]:
    """By scenario the one that it is compared with: the first, or that of its own folder where folders are compared."""
    found = entries(manifest) if "scenarios" in manifest else []
    return {entry["name"]: entry.get("against", found[0]["name"]) for entry in found}


def named(failure: Mapping[str, Any]) -> object:
    """The task of a failure: what it says besides of what went wrong, its number where that is all."""
    told = [value for key, value in failure.items() if key not in ("error", "traceback")]
    return told[0] if len(told) == 1 else ", ".join(map(str, told))


def wanted(manifest: Mapping[str, Any]) -> Any:
    """How many tasks there are to be; ``None`` where it doesn't say."""
    return manifest.get("tasks", manifest.get("draws"))


def require(folder: Path, manifest: Mapping[str, Any], keys: Sequence[str]) -> None:
    """``UserError`` unless a manifest has all these keys."""
    if lacking := [key for key in keys if key not in manifest]:
        raise UserError(f"{folder / FILE}: says nothing of {', '.join(lacking)}: not a folder of this kind")


def write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Writes the manifest of a folder in one step, with a hash of itself; ``StorageError`` if it can't."""
    write_json(folder / FILE, {**manifest, OWN_HASH: own_hash(manifest)})


def own_hash(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of all that the manifest says, but for this hash itself."""
    return digest_of({key: value for key, value in manifest.items() if key != OWN_HASH})


def identity(manifest: Mapping[str, Any]) -> str:
    """Hash of all that the results depend on: parts made under another one belong to another question."""
    return digest_of([[key, _counted(manifest.get(key))] for key in manifest.get("depends_on", ())])


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """A line for each setting, input file or module in which two questions differ."""
    keys = dict.fromkeys([*new.get("depends_on", ()), *old.get("depends_on", ())])
    return [line for key in keys for line in _difference(key, _counted(old.get(key)), _counted(new.get(key)))]


def _difference(key: str, old: Any, new: Any) -> Iterator[str]:
    if old == new:
        return
    lines: list[str] = []
    if _hashes(old) and _hashes(new):
        what = WORDS.get(key, key.removesuffix("s"))
        lines = list(changes(what, dict(old), dict(new))) or [f"{key}: in another order"]
    elif all(isinstance(each, list) and each and all(isinstance(e, dict) for e in each) for each in (old, new)):
        only = [[_entry(e) for e in some if e not in others] for some, others in ((old, new), (new, old))]
        there, now = ("; ".join(some) or "nothing more" for some in only)
        lines = [f"{key}: {there} there, {now} now"]
    yield from lines or [f"{key}: {old!r} there, {new!r} now"]


def _entry(entry: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in entry.items())


def _counted(value: object) -> object:
    """What counts of a value: names and hashes, where it has them."""
    if isinstance(value, list) and value and all(isinstance(e, dict) and {"name", "sha256"} <= {*e} for e in value):
        return [[entry["name"], entry["sha256"]] for entry in value]
    if isinstance(value, tuple):
        return list(value)
    return value


def _hashes(value: object) -> bool:
    """Whether a value pairs names with hashes."""
    pairs = list(value.items()) if isinstance(value, dict) else value
    return isinstance(pairs, list) and all(
        isinstance(pair, (list, tuple)) and len(pair) == 2 and all(isinstance(one, str) for one in pair)
        for pair in pairs
    )
