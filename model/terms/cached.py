"""Where compiled kernels are kept: a folder for each file that has some, named after all that it is compiled from.

Nothing here loads the compiler: whether all is compiled is known without it.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
import sys
from contextlib import suppress
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
    """Where the kernels of a file are kept: another folder for each version of the compiler and of Python, for which
    they are compiled anew."""
    digest = hashlib.sha256(f"{version('numba')} {sys.implementation.cache_tag}".encode())
    for path in behind(file):
        digest.update(os.path.relpath(path, _TOP).encode() + path.read_bytes())
    return cache_base() / "compiled" / digest.hexdigest()[:16]


@cache
def cache_base() -> Path:
    """The folder of all that is compiled; ``MES_CACHE_DIR`` names another one.

    What is in it is run, so nobody but the user may write into it: it is made so, and another is refused.

    Raises:
        PermissionError: others may write to it, or it belongs to somebody else.
    """
    base = Path(os.environ.get("MES_CACHE_DIR") or platformdirs.user_cache_dir("mes"))
    with suppress(OSError):  # cannot be made: compiled code isn't kept then
        (base / "compiled").mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in (base, base / "compiled"):
        refuse_shared(folder)
    return base


def refuse_shared(folder: Path) -> None:
    """Raises ``PermissionError`` for a folder that others may write to, or that is somebody else's (not the
    system's)."""
    if not hasattr(os, "geteuid") or not folder.exists():
        return
    found = folder.stat()
    if found.st_uid not in (os.geteuid(), 0):
        why = "belongs to somebody else: compiled code in it would be run; MES_CACHE_DIR names another folder"
        raise PermissionError(errno.EPERM, why, str(folder))
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        why = "others may write to it: compiled code in it would be run; chmod go-w, or another folder by MES_CACHE_DIR"
        raise PermissionError(errno.EPERM, why, str(folder))


def compiling_files() -> list[Path]:
    """Files of which something is compiled."""
    files = sorted(_TOP.joinpath("model").rglob("*.py"))
    return [path for path in files if "terms.jit import" in path.read_text("utf-8")]


def cache_folders() -> list[Path]:
    """Where what the package compiles is kept, a folder for each file that compiles; others after an edit."""
    return [cache_folder(path) for path in compiling_files()]


def cache_mark() -> Path:
    """A file to be made once everything that the package compiles is in the cache; another one after an edit, and for
    another place or time of the files: Numba asks for these too, and doesn't take what another clone has compiled."""
    folders = cache_folders()
    known = [(folder.name, str(path), path.stat()) for folder, path in zip(folders, compiling_files(), strict=True)]
    stamps = " ".join(f"{name} {place} {found.st_mtime_ns} {found.st_size}" for name, place, found in known)
    digest = hashlib.sha256(stamps.encode()).hexdigest()[:16]
    given = os.environ.get("NUMBA_CACHE_DIR")
    if given:
        refuse_shared(Path(given))
    return (Path(given) if given else folders[0].parent) / f"complete-{digest}"
