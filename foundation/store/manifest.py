"""The manifest of a run folder: what was run, on what, where, and whether it is whole."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from foundation.errors import UserError

FILE = "manifest.json"
OWN_HASH = "manifest_sha256"
FORMAT = 2
"""2: with the frame ``equity``."""
Manifest = dict[str, Any]

RESULTS_DEPEND_ON = (
    "format", "version", "code", "command", "people", "draws", "seed", "engine", "structure", "averaged",
    "policy_start", "until", "target_millions", "every", "quick",
)  # fmt: skip
"""Keys that a resumed run has to share with its beginning, besides scenarios and data."""


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


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """Replaces ``path`` in one step: a reader sees the old text or the new."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8")
        os.replace(temporary, path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def read(folder: Path) -> Manifest:
    """The manifest of a run folder; ``UserError`` if there is none that can be read."""
    path = folder / FILE
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{folder}: not a run folder (it holds no {FILE})") from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise UserError(f"{path}: not a readable manifest: {error}") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        found = manifest.get("format") if isinstance(manifest, dict) else type(manifest).__name__
        raise UserError(f"{path}: format {found!r}; this version reads format {FORMAT}")
    manifest.pop(OWN_HASH, None)
    return manifest


def write(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Writes the manifest of a run folder in one step, with a hash of itself."""
    sealed = {**manifest, OWN_HASH: own_hash(manifest)}
    write_atomically(folder / FILE, json.dumps(sealed, ensure_ascii=False, indent=2, allow_nan=False) + "\n")


def own_hash(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of all that the manifest says, but for this hash itself."""
    return _hash({key: value for key, value in manifest.items() if key != OWN_HASH})


def identity(manifest: Mapping[str, Any]) -> str:
    """Stands for all that the results of a run depend on: settings, scenarios, data."""
    settings = {key: manifest.get(key) for key in RESULTS_DEPEND_ON}
    return _hash([settings, _scenario_hashes(manifest), manifest.get("data", {})])


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """A line for each setting, scenario or data file in which two runs differ."""
    lines = [
        f"{key}: {old.get(key)!r} there, {new.get(key)!r} now"
        for key in RESULTS_DEPEND_ON
        if old.get(key) != new.get(key)
    ]
    lines += _hash_differences("scenario", _scenario_hashes(old), _scenario_hashes(new))
    return [*lines, *_hash_differences("data file", old.get("data", {}), new.get("data", {}))]


def _scenario_hashes(manifest: Mapping[str, Any]) -> dict[str, str]:
    return {entry["name"]: entry["sha256"] for entry in manifest.get("scenarios", ())}


def _hash_differences(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        if name not in new:
            yield f"{what} {name}: there, but not now"
        elif name not in old:
            yield f"{what} {name}: now, but not there"
        elif old[name] != new[name]:
            yield f"{what} {name}: has changed"
