"""What a pointer over a figure shows, or the arrow keys within it: the values there, in a box. By style alone, without
a script: each spot is an area that shows its own box while it is hovered or touched, or while its radio button has the
focus. Buttons of a figure are one stop of the Tab key, and arrow keys go from one to the next. Spots lie over the
figure, which is an image and holds nothing that could be reached; nothing of them is printed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup, escape

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


class Drawn(NamedTuple):
    """A figure of a page, and what lies over it."""

    svg: Markup
    spots: Markup = Markup("")


def with_spots(svg: str, frame: Frame, spots: Sequence[Spot], *, name: str, ruler: bool) -> Drawn:
    """The figure with its spots.

    Args:
        name: of its radio buttons, unique on the page.
        ruler: with an upright line through the marks.
    """
    found = re.search(r'viewBox="[^"]*"', svg)
    box = found[0] if found else ""
    drawn = "".join(_drawn(spot, frame, name, ruler, spot is spots[-1]) for spot in spots)
    return Drawn(Markup(svg), Markup(f'<svg class="spots" {box}>{drawn}</svg>'))


def _drawn(spot: Spot, frame: Frame, name: str, ruler: bool, last: bool) -> str:
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
    place = f'x="{area.left:.1f}" y="{area.top:.1f}"'
    size = f'width="{area.right - area.left:.1f}" height="{area.bottom - area.top:.1f}"'
    said = escape("; ".join(f"{one}{value}" for one, value in spot.lines))
    checked = ' checked="checked"' if last else ""
    return (
        f'<g class="spot"><foreignObject {place} {size}>'
        f'<input type="radio" name="{name}" autocomplete="off" aria-label="{said}"{checked}/></foreignObject>'
        f"<rect {place} {size}/>"
        f'<g aria-hidden="true">{rule}{marks}{box}<text {x} y="{top + PAD - 3:.1f}">{text}</text></g></g>'
    )


def _fitted(name: str, value: str, most: int) -> list[str]:
    """One line, or two where there is no room for one."""
    if len(name) + len(value) <= most:
        return [f"{name}{value}"]
    return [name if len(name) <= most else f"{name[: most - 1]}…", f"\u2003{value}"]
