"""One decorator for compiled functions, and a compilation cache that notices edits.

Numba's own cache looks only at the file of the function compiled: after an edit of ``rules.py`` it would go on using a
kernel compiled from the old rule. The cache folder is therefore named after the text of every file of the package.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from inspect import unwrap
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import platformdirs

_njit: Any = numba.njit
F = TypeVar("F", bound=Callable[..., Any])


def _fingerprint() -> str:
    digest = hashlib.sha256(numba.__version__.encode())
    top = Path(__file__).parents[1]
    for path in sorted(top.rglob("*.py")):
        digest.update(path.relative_to(top).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> Path:
    base = os.environ.get("MES_CACHE_DIR") or platformdirs.user_cache_dir("mes")
    return Path(base) / "compiled" / _fingerprint()


if not os.environ.get("NUMBA_CACHE_DIR"):
    _config: Any = numba.config
    _config.CACHE_DIR = str(_cache_folder())


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
    return cast(F, _njit(nogil=True, cache=True, error_model="numpy", **options)(unwrap(function)))
