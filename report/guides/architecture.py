"""The table of rooms and the picture of floors in ``docs/architecture.md``, from the modules themselves."""

from __future__ import annotations

import ast
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from report.guides.imports import Module, between_floors, floors, read_modules, rooms

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
    from report.guides.pictures import floors_picture, save_with_summary

    found = house(root)
    save_with_summary(floors_picture(found.rooms, found.imports), into / "architecture.png", found.summary())


def floors_are_current(root: Path, picture: Path) -> bool:
    """Whether the picture shows the modules as they are; the libraries that drew it may differ."""
    from PIL import Image

    if not picture.is_file():
        return False
    with Image.open(picture) as image:
        return bool(image.info.get("Description") == house(root).summary())
