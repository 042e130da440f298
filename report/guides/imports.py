"""Modules of the project, and which imports which, read from their text (nothing is executed)."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import networkx as nx


@dataclass(frozen=True)
class Module:
    """One file."""

    name: str
    path: Path
    text: str
    imports: frozenset[str]
    """Names imported at any place of the file, inside functions too: ``package.module`` or ``package.module.name``."""

    @property
    def is_room(self) -> bool:
        """Whether it is the ``__init__`` of a package."""
        return self.path.name == "__init__.py"

    @property
    def room(self) -> str:
        """The package that holds it; a room's own ``__init__`` belongs to the room."""
        return self.name if self.is_room else self.name.rpartition(".")[0]

    @property
    def floor(self) -> str:
        """The package at the top."""
        return self.name.partition(".")[0]


Modules = Mapping[str, Module]


def floors(root: Path) -> tuple[str, ...]:
    """Packages at the top, the uppermost first: the layers of the import contract in ``pyproject.toml``, where a bar
    separates those that are side by side."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    return tuple(name.strip() for layer in layers for name in layer.split("|"))


def read_modules(root: Path, tops: tuple[str, ...]) -> dict[str, Module]:
    """Every module below the packages named, by its name."""
    files = sorted(file for top in tops for file in (root / top).rglob("*.py"))
    return {module.name: module for module in (_module(root, file) for file in files)}


def _module(root: Path, file: Path) -> Module:
    name = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    text = file.read_text(encoding="utf-8")
    return Module(name, file, text, frozenset(_imported(ast.parse(text))))


def _imported(tree: ast.Module) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def graph(modules: Modules) -> nx.DiGraph:
    """An edge from each module to every module of the project that it imports."""
    edges = nx.DiGraph()
    edges.add_nodes_from(modules)
    for module in modules.values():
        for name in module.imports:
            if target := next((n for n in (name, name.rpartition(".")[0]) if n in modules), None):
                edges.add_edge(module.name, target)
    return edges


def circles(modules: Modules) -> list[list[str]]:
    """Groups of modules that import each other in a circle."""
    return [sorted(group) for group in nx.strongly_connected_components(graph(modules)) if len(group) > 1]


def rooms(modules: Modules) -> dict[str, int]:
    """Packages and the number of modules right in each, ``__init__`` included."""
    found: dict[str, int] = {}
    for module in modules.values():
        found[module.room] = found.get(module.room, 0) + 1
    return found


def between_floors(modules: Modules) -> dict[tuple[str, str], int]:
    """(floor that imports, floor imported): the number of pairs of modules."""
    found: dict[tuple[str, str], int] = {}
    for source, target in graph(modules).edges:
        pair = modules[source].floor, modules[target].floor
        if pair[0] != pair[1]:
            found[pair] = found.get(pair, 0) + 1
    return found
