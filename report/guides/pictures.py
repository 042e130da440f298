"""The picture of the floors: rooms as boxes, and beside them how many modules of one floor import another one."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from foundation.drawing.style import BLUE, DPI, GREY, LARGE, NORMAL, PALE, SMALL, WIDTH, styled

Rooms = Mapping[str, Mapping[str, int]]
Imports = Mapping[tuple[str, str], int]
PER_LINE, LINE = 4, 0.42
"""Boxes of rooms beside each other; inches of a line of boxes."""
LEFT, BOX, GAP, MATRIX, CELL = 1.3, 1.2, 0.06, 6.55, 0.56
"""Inches: where the boxes begin, their width, between them, where the matrix begins, its cells."""
HEAD, BETWEEN, FOOT = 1.05, 0.16, 0.35


@styled
def floors_picture(rooms: Rooms, imports: Imports) -> Figure:
    """Floors from top to bottom; imports run down only, so the matrix has numbers on one side of its diagonal."""
    heights = {floor: LINE * -(-len(inner) // PER_LINE) + 0.1 for floor, inner in rooms.items()}
    height = HEAD + sum(heights.values()) + BETWEEN * len(rooms) + FOOT
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, WIDTH), ylim=(height, 0))
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


def save_with_summary(figure: Figure, path: Path, summary: str) -> None:
    """A PNG that carries a text, in one step."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        figure.savefig(temporary, format="png", dpi=DPI, metadata={"Software": None, "Description": summary})
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
