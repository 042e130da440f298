"""Where compiled kernels are kept: a folder for each file that has some, named after all that it is compiled from.

Nothing here loads the compiler: whether all is compiled is known without it.
"""

from __future__ import annotations

import hashlib
import os
import re
from functools import cache
from importlib.metadata import version
from pathlib import Path

import platformdirs

_IMPORT = re.compile(r"^(?:from|import) (model(?:\.\w+)*)(?: import (.*))?", re.MULTILINE)
_TOP = Path(__file__).parents[2]


@cache
def _imported(file: Path) -> frozenset[Path]:
    """Files of the package that a file of it imports when it is loaded; a whole folder where names can't be told."""
    found: set[Path] = set()
    for module, names in _IMPORT.findall(file.read_text(encoding="utf-8")):
        place = _TOP.joinpath(*module.split("."))
        if place.is_dir():
            parts = [place / f"{name}.py" for name in re.findall(r"\w+", names)]
            known = bool(parts) and all(part.exists() for part in parts)
            found.update(parts if known else place.rglob("*.py"))
        else:
            found.add(place.with_suffix(".py"))
    return frozenset(found)


def behind(file: Path) -> list[Path]:
    """The files of the package whose text can change what is compiled in ``file``: itself, and all that it imports,
    directly or not."""
    known, new = {file}, {file}
    while new:
        new = {other for one in new for other in _imported(one)} - known
        known |= new
    return sorted(known)


@cache
def cache_folder(file: Path) -> Path:
    """Where the kernels of a file are kept."""
    digest = hashlib.sha256(version("numba").encode())
    for path in behind(file):
        digest.update(os.path.relpath(path, _TOP).encode() + path.read_bytes())
    base = os.environ.get("MES_CACHE_DIR") or platformdirs.user_cache_dir("mes")
    return Path(base) / "compiled" / digest.hexdigest()[:16]


def cache_folders() -> list[Path]:
    """Where what the package compiles is kept, a folder for each file that compiles; others after an edit."""
    files = sorted(_TOP.joinpath("model").rglob("*.py"))
    return [cache_folder(path) for path in files if "terms.jit import" in path.read_text("utf-8")]


def cache_mark() -> Path:
    """A file to be made once everything that the package compiles is in the cache; another one after an edit."""
    folders = cache_folders()
    digest = hashlib.sha256(" ".join(folder.name for folder in folders).encode()).hexdigest()[:16]
    given = os.environ.get("NUMBA_CACHE_DIR")
    return (Path(given) if given else folders[0].parent) / f"complete-{digest}"
