"""What the results depend on: the code that computes them, the libraries it computes with, the files it reads.

Counted are the modules that can be reached by imports from those that compute (``roots``), each as it is
compiled: an edited rule shows, by the name of its module; a comment, a docstring or a comma doesn't, nor does a module
of pictures or of tables, which nothing that computes imports.
"""

from __future__ import annotations

import ast
import hashlib
import json
import platform
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import CodeType

LIBRARIES = ("numpy", "numba", "scipy", "pandas", "mesa", "scikit-learn", "SALib")
TOP = Path(__file__).parents[2]
"""The folder of the packages."""
NOT_COUNTED = ("foundation.drawing", "foundation.language", "foundation.store", "foundation.tasks", "foundation.study")
"""What keeps, carries and shows results, and makes none."""
SHOWING = frozenset({"pictures", "words", "page", "pages"})
"""Names of modules that show results."""


def code_fingerprint(roots: Iterable[str], top: Path = TOP) -> str:
    """Sixteen hexadecimal digits: two machines that agree on them compute the same numbers from the same inputs."""
    return fingerprint_of(modules(roots, top))


def fingerprint_of(found: Mapping[str, str]) -> str:
    """That of modules by their digests."""
    return digest_of([libraries(), dict(found)])[:16]


def digest_of(value: object) -> str:
    """SHA-256 of a JSON value."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hashes_of(files: Iterable[Path]) -> dict[str, str]:
    """Input files by name, with their SHA-256; line ends of texts don't count."""
    found = {}
    for path in sorted(files, key=lambda path: path.name):
        content = path.read_bytes()
        text = path.suffix in (".csv", ".toml", ".json")
        found[path.name] = hashlib.sha256(content.replace(b"\r\n", b"\n") if text else content).hexdigest()
    return found


@cache
def libraries() -> dict[str, str]:
    """Versions of what computes, Python among them."""
    return {"python": ".".join(platform.python_version_tuple()[:2]), **{name: _version(name) for name in LIBRARIES}}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def modules(roots: Iterable[str], top: Path = TOP) -> dict[str, str]:
    """Every module of ours that ``roots`` reach by imports, themselves among them, with the digest of its code.

    Raises:
        ModuleNotFoundError: a root that is no module below ``top``.
    """
    found: dict[str, str] = {}
    seen: set[str] = set()
    waiting = list(roots)
    if lost := [name for name in waiting if _file(name, top) is None]:
        raise ModuleNotFoundError(f"no module {lost[0]} in {top}")
    while waiting:
        name = waiting.pop()
        if name in seen or not _counts(name) or (file := _file(name, top)) is None:
            seen.add(name)
            continue
        seen.add(name)
        found[name], imports = _read(name, file, file.read_bytes())
        waiting += [*imports, *_parents(name)]
    return dict(sorted(found.items()))


def _counts(name: str) -> bool:
    return not name.startswith(NOT_COUNTED) and SHOWING.isdisjoint(name.split("."))


def _file(name: str, top: Path) -> Path | None:
    place = top.joinpath(*name.split("."))
    return next((file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()), None)


def _parents(name: str) -> Iterator[str]:
    """Packages that are imported on the way to a module."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


@cache
def _read(name: str, file: Path, content: bytes) -> tuple[str, tuple[str, ...]]:
    """Digest of a module's code, and the names that it may import."""
    tree = ast.parse(content)
    tree.body = [node for node in tree.body if not _for_types(node)]
    package = name if file.name == "__init__.py" else name.rpartition(".")[0]
    code = compile(tree, "", "exec", dont_inherit=True, optimize=2)  # 2: without docstrings
    return hashlib.sha256(repr(_bare(code)).encode()).hexdigest()[:16], tuple(_imports(tree.body, package))


def _bare(value: object) -> object:
    """What compiled code does, without where its lines stand."""
    if isinstance(value, frozenset):
        return "set", sorted(map(repr, value))
    if isinstance(value, tuple):
        return tuple(map(_bare, value))
    if not isinstance(value, CodeType):
        return value
    # From Python 3.13 on the body of a class holds the number of its first line.
    lines = [value.co_firstlineno] if "__firstlineno__" in value.co_names else []
    constants = [_bare(one) for one in value.co_consts if one not in lines]
    names = value.co_names, value.co_varnames, value.co_freevars, value.co_cellvars
    return value.co_name, value.co_code, constants, names, value.co_exceptiontable


def _imports(body: list[ast.stmt], package: str) -> Iterator[str]:
    """Names imported anywhere in a module; of what a module or only its attribute may be, both."""
    for node in body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*base, *([node.module] if node.module else [])])
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in node.names)
        for inner in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _imports(getattr(node, inner, []) if isinstance(node, _BLOCKS) else [], package)


_BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)


def _for_types(node: ast.stmt) -> bool:
    """``if TYPE_CHECKING:``, which never runs."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def changes(what: str, old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    """A line for each name whose hash differs, or that is on one side only."""
    for name in sorted({*old, *new}):
        if name not in new:
            yield f"{what} {name}: in the folder, but not now"
        elif name not in old:
            yield f"{what} {name}: now, but not in the folder"
        elif old[name] != new[name]:
            yield f"{what} {name}: has changed"
