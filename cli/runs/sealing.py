"""Seals folders of ``mes study``: the hash of every file in a manifest, so that ``mes verify`` can prove them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from foundation.store.manifest import FILE
from foundation.store.reading import read_json
from foundation.store.store import seal_made

SETTINGS = "settings.json"
"""What a study that can be gone on with was begun for: settings, code, and the tables that it reads."""


def found_finished(folder: Path, sign: str, asked: Mapping[str, object]) -> bool:
    """Whether a folder holds what was asked for, finished by a version that left no manifest: nothing is to be done
    but to seal it. One that has a manifest is gone on with, so that what was altered is found out."""
    if (folder / FILE).exists() or not (folder / sign).is_file() or read_json(folder / sign) != dict(asked):
        return False
    print(f"{folder}: finished; sealed as it stands", file=sys.stderr)
    return True


def seal(folder: Path, study: str, *, as_found: bool) -> None:
    """Writes the manifest of a finished study, with what its folder says of its beginning; ``as_found``: its files were
    there before this command."""
    begun = read_json(folder / SETTINGS) if (folder / SETTINGS).is_file() else {}
    tables = {name: digest for name, digest in begun.items() if name.endswith(".csv")}
    about = {"command": f"study {study}", "command_line": ["mes", *sys.argv[1:]], "begun_with": begun, "data": tables}
    seal_made(folder, {**about, "sealed_as_found": as_found})
