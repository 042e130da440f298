"""One decorator for compiled functions, and a compilation cache that notices edits.

Numba's own cache looks only at the file of the function compiled: after an edit of ``rules.py`` it would go on using a
kernel compiled from the old rule. Each file's kernels therefore have a cache folder that is named after the text of
every file that they can be compiled from; an edit elsewhere leaves it alone.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from functools import cache
from inspect import unwrap
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import platformdirs

_njit: Any = numba.njit
_config: Any = numba.config
F = TypeVar("F", bound=Callable[..., Any])


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
def _cache_folder(file: Path) -> Path:
    digest = hashlib.sha256(numba.__version__.encode())
    for path in behind(file):
        digest.update(os.path.relpath(path, _TOP).encode() + path.read_bytes())
    base = os.environ.get("MES_CACHE_DIR") or platformdirs.user_cache_dir("mes")
    return Path(base) / "compiled" / digest.hexdigest()[:16]


def cache_folders() -> list[Path]:
    """Where what the package compiles is kept, a folder for each file that compiles; others after an edit."""
    files = sorted(_TOP.joinpath("model").rglob("*.py"))
    return [_cache_folder(path) for path in files if "terms.jit import" in path.read_text("utf-8")]


def cache_mark() -> Path:
    """A file to be made once everything that the package compiles is in the cache; another one after an edit."""
    folders = cache_folders()
    digest = hashlib.sha256(" ".join(folder.name for folder in folders).encode()).hexdigest()[:16]
    given = os.environ.get("NUMBA_CACHE_DIR")
    return (Path(given) if given else folders[0].parent) / f"complete-{digest}"


def compiled(function: F) -> F:
    """Compile with Numba: no Python lock held, cached on disk, IEEE arithmetic (results are the same to the bit)."""
    return _made(function)


def kernel(function: F) -> F:
    """``compiled``, for functions that allocate nothing: arrays are then passed without counting references, which
    would cost more than the work."""
    return _made(function, _nrt=False)


def inlined(function: F) -> F:
    """A ``kernel`` that is always written into its caller: a call would hand over every array of ``Run`` by value, some
    eighty words, which costs more than most of what is done for one person."""
    return _made(function, _nrt=False, forceinline=True)


def _made(function: F, **options: bool) -> F:
    """Compiled without what the tests wrap around functions to check their arguments."""
    plain = unwrap(function)
    if not os.environ.get("NUMBA_CACHE_DIR"):
        _config.CACHE_DIR = str(_cache_folder(Path(plain.__code__.co_filename)))
    return cast(F, _njit(nogil=True, cache=True, error_model="numpy", **options)(plain))
