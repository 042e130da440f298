"""What a pointer over a figure shows: the values under it, in a box of the figure itself. By style alone, without a
script: each spot is an area that shows its own box while it is hovered or touched; nothing of it is printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import escape

LETTER, LINE, PAD, EDGE = 5.2, 12.0, 5.0, 4.0
"""Points: about the width of a letter at this size, height of a line, room around the text and the box."""
Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """The plot inside its figure, in points from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class Spot:
    """Where, what is marked, and what is said."""

    area: Frame
    marks: Sequence[Point]
    lines: Sequence[tuple[str, str]]
    """What is named, and its value, which is never cut."""


def with_spots(svg: str, frame: Frame, spots: Iterable[Spot], *, ruler: bool) -> str:
    """The figure with its spots; ``ruler``: with an upright line through the marks."""
    drawn = "".join(_drawn(spot, frame, ruler) for spot in spots)
    head, _, tail = svg.rpartition("</svg>")
    return f'{head}<g class="spots">{drawn}</g></svg>{tail}'


def _drawn(spot: Spot, frame: Frame, ruler: bool) -> str:
    area, most = spot.area, int((frame.right - frame.left - 2 * PAD - 2 * EDGE) / LETTER)
    lines = [part for name, value in spot.lines for part in _fitted(name, value, most)]
    width, height = LETTER * max(map(len, lines)) + 2 * PAD, LINE * len(lines) + 2 * PAD
    # In a half of the plot that the pointer isn't in; the curves rise to the right, so on the left where it is free.
    middle, at = (frame.left + frame.right) / 2, (area.left + area.right) / 2
    left = frame.left + EDGE if ruler or at > middle else frame.right - EDGE - width
    covered = any(
        x < left + width + EDGE and y < frame.top + height + 2 * EDGE for x, y in spot.marks if x > left - EDGE
    )
    top = frame.bottom - EDGE - height if covered else frame.top + EDGE
    rule = f'<path d="M{at:.1f} {frame.top:.1f}V{frame.bottom:.1f}"/>' if ruler else ""
    marks = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in spot.marks)
    box = f'<rect x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"/>'
    x = f'x="{left + PAD:.1f}"'
    text = "".join(f'<tspan {x} dy="{LINE:.0f}">{escape(line)}</tspan>' for line in lines)
    size = f'width="{area.right - area.left:.1f}" height="{area.bottom - area.top:.1f}"'
    return (
        f'<g class="spot"><rect x="{area.left:.1f}" y="{area.top:.1f}" {size}/>'
        f'<g>{rule}{marks}{box}<text {x} y="{top + PAD - 3:.1f}">{text}</text></g></g>'
    )


def _fitted(name: str, value: str, most: int) -> list[str]:
    """One line, or two where there is no room for one."""
    if len(name) + len(value) <= most:
        return [f"{name}{value}"]
    return [name if len(name) <= most else f"{name[: most - 1]}…", f"\u2003{value}"]
