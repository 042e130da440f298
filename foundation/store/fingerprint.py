"""Which code computes: two machines that agree on this compute the same numbers for the same draw."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("numpy", "numba", "scipy", "pandas", "mesa")


@cache
def code_fingerprint() -> str:
    """Sixteen hexadecimal digits for the modules of ``model`` and ``scenarios`` (pictures aside) and the libraries they
    compute with."""
    digest = hashlib.sha256()
    for name in LIBRARIES:
        digest.update(f"{name} {_version(name)}\n".encode())
    top = Path(__file__).parents[2]
    for path in sorted(_modules(top), key=lambda path: path.relative_to(top).as_posix()):
        digest.update(path.relative_to(top).as_posix().encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def _modules(top: Path) -> list[Path]:
    return [*top.glob("model/**/*.py"), *top.glob("scenarios/**/*.py")]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
