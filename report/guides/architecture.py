"""The table of rooms and the picture of floors in ``docs/architecture.md``, from the modules themselves: from their
text, of which nothing is executed, and from which imports which.
"""

from __future__ import annotations

import ast
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import networkx as nx
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from foundation.drawing.style import (
    BLUE,
    DPI,
    GREY,
    LARGE,
    NORMAL,
    PALE,
    SMALL,
    made_of,
    save,
    source_of,
    styled,
)


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


Rooms = Mapping[str, Mapping[str, int]]
Imports = Mapping[tuple[str, str], int]
PER_LINE, LINE = 4, 0.42
"""Boxes of rooms beside each other; inches of a line of boxes."""
LEFT, BOX, GAP, MATRIX, CELL = 1.3, 1.2, 0.06, 6.55, 0.56
"""Inches: where the boxes begin, their width, between them, where the matrix begins, its cells."""
HEAD, BETWEEN, FOOT = 1.05, 0.16, 0.35


@styled
def floors_picture(rooms: Rooms, imports: Imports) -> Figure:
    """Rooms as boxes, floors from top to bottom; imports run down only, so the matrix has numbers on one side of its
    diagonal."""
    heights = {floor: LINE * -(-len(inner) // PER_LINE) + 0.1 for floor, inner in rooms.items()}
    height = HEAD + sum(heights.values()) + BETWEEN * len(rooms) + FOOT
    width = MATRIX + 0.2 + CELL * len(rooms)
    figure = Figure(figsize=(width, height), dpi=DPI)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    axes.text(0.2, 0.32, "Floors and rooms", fontsize=LARGE, weight="bold", va="center")
    axes.text(0.2, 0.62, "A floor imports those below it only. In each box: modules of the room.", va="center")
    middles, top = {}, HEAD
    for floor, inner in rooms.items():
        _floor(axes, floor, inner, top, heights[floor])
        middles[floor] = top + heights[floor] / 2
        top += heights[floor] + BETWEEN
    _matrix(axes, list(rooms), middles, imports)
    axes.text(0.2, height - 0.2, "Drawn by mes docs from the modules themselves.", fontsize=SMALL, color=GREY)
    return figure


def _floor(axes: Axes, floor: str, inner: Mapping[str, int], top: float, height: float) -> None:
    _box(axes, 0.2, top, MATRIX - 0.35, height, "#F5F5F5")
    axes.text(0.32, top + height / 2, floor, weight="bold", va="bottom", fontsize=NORMAL)
    axes.text(0.32, top + height / 2 + 0.03, f"{sum(inner.values())} modules", va="top", fontsize=SMALL, color=GREY)
    for place, (room, count) in enumerate(inner.items()):
        left = LEFT + place % PER_LINE * (BOX + GAP)
        upper = top + 0.08 + place // PER_LINE * LINE
        _box(axes, left, upper, BOX, LINE - 0.08, "white")
        name = room.partition(".")[2].replace(".", "/") or "(itself)"
        # Names of rooms within rooms are long.
        size = SMALL * min(1.0, 12 / len(name))
        axes.text(left + 0.07, upper + 0.17, name, fontsize=size, va="center")
        axes.text(left + BOX - 0.07, upper + 0.17, str(count), fontsize=SMALL, va="center", ha="right", color=BLUE)


def _box(axes: Axes, left: float, top: float, width: float, height: float, colour: str) -> None:
    shape = FancyBboxPatch((left, top), width, height, boxstyle="round,pad=0,rounding_size=0.05", fc=colour, ec=PALE)
    axes.add_patch(shape)


def _matrix(axes: Axes, floors: list[str], middles: Mapping[str, float], imports: Imports) -> None:
    """A row for each importing floor, a column for each imported one."""
    columns = floors[1:]
    most = max(imports.values(), default=1)
    for place, floor in enumerate(columns):
        x = MATRIX + 0.2 + place * CELL
        axes.text(x, HEAD - 0.08, floor, rotation=40, ha="left", va="bottom", fontsize=SMALL)
        for row in floors[: place + 1]:
            count = imports.get((row, floor), 0)
            if count:
                size = 60 + 700 * count / most
                axes.scatter(x, middles[row], s=size, color=BLUE, alpha=0.18 + 0.3 * count / most, lw=0)
            colour = "black" if count else GREY
            axes.text(x, middles[row], str(count or "·"), ha="center", va="center", fontsize=SMALL, color=colour)
    axes.text(MATRIX, 0.32, "Imports between floors, pairs of modules", fontsize=SMALL, color=GREY, va="center")


DATA = "data"
"""Rooms below a folder of this name hold files, not code."""


@dataclass(frozen=True)
class House:
    """What the picture shows."""

    rooms: Mapping[str, Mapping[str, int]]
    """Floor, the uppermost first: room and modules in it, those of the floor itself under the floor's name."""
    imports: Mapping[tuple[str, str], int]
    """(importing floor, imported floor): pairs of modules."""

    def summary(self) -> str:
        """Rooms, and which floor imports which, to compare pictures by: numbers alone make none stale."""
        arrows = sorted(f"{source} -> {target}" for source, target in self.imports)
        return json.dumps([{floor: list(inner) for floor, inner in self.rooms.items()}, arrows])


def house(root: Path) -> House:
    """The modules of a checkout."""
    tops = floors(root)
    modules = read_modules(root, tops)
    counts = {room: count for room, count in rooms(modules).items() if DATA not in room.split(".")}
    return House(
        {top: {room: n for room, n in sorted(counts.items()) if room.partition(".")[0] == top} for top in tops},
        between_floors(modules),
    )


def rooms_table(root: Path) -> str:
    """Markdown: a row for each room with the question it answers and what may be touched."""
    tops = floors(root)
    modules = read_modules(root, tops)
    found = [module for module in modules.values() if module.is_room and DATA not in module.name.split(".")]
    found.sort(key=lambda module: (tops.index(module.floor), module.name))
    lines = ["| Room | Question | What may be touched |", "| --- | --- | --- |"]
    return "\n".join([*lines, *map(_row, found)]) + "\n"


def _row(module: Module) -> str:
    path = module.name.replace(".", "/")
    question, rest = said(module)
    return f"| [`{path}/`](../{path}/__init__.py) | {question} | {rest or '–'} |"


def said(module: Module) -> tuple[str, str]:
    """The first sentence of a docstring, which is the room's question, and the others; two backticks become one."""
    text = " ".join((ast.get_docstring(ast.parse(module.text)) or "").split()).replace("``", "`").replace("|", r"\|")
    ends = [at for at in (text.find("? "), text.find(". ")) if at >= 0]
    at = min(ends, default=len(text) - 1)
    return text[: at + 1], text[at + 2 :]


def draw_floors(root: Path, into: Path) -> None:
    """``architecture.png``, which carries what it shows, into a folder."""
    found = house(root)
    with made_of(found.summary()):
        save(floors_picture(found.rooms, found.imports), into / "architecture", ["png"])


def floors_are_current(root: Path, picture: Path) -> bool:
    """Whether the picture shows the modules as they are; the libraries that drew it may differ."""
    return source_of(picture) == house(root).summary()
