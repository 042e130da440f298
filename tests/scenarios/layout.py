"""Finds text that leaves the figure or lies over other text, from the boxes the renderer gives."""

from __future__ import annotations

from itertools import combinations

from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from foundation.drawing.style import settle

TOLERANCE = 1.0
"""Pixels by which boxes may overlap: they hold the room of letters with descenders."""


def boxes(figure: Figure) -> list[tuple[str, Bbox]]:
    """Every text that is drawn, with its box in pixels."""
    renderer = settle(figure)
    hidden = {id(label) for axes in figure.axes for axis in (axes.xaxis, axes.yaxis) for label in _out_of_view(axis)}
    texts = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text().strip()]
    return [(text.get_text(), text.get_window_extent(renderer)) for text in texts if id(text) not in hidden]


def _out_of_view(axis) -> list[Text]:  # type: ignore[no-untyped-def]
    low, high = sorted(axis.get_view_interval())
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    return [label for tick in ticks if not low <= tick.get_loc() <= high for label in (tick.label1, tick.label2)]


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts that lie over each other."""
    return [(one, other) for (one, a), (other, b) in combinations(boxes(figure), 2) if _overlap(a, b)]


def _overlap(a: Bbox, b: Bbox) -> bool:
    across, up = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
    return bool(min(across, up) > TOLERANCE)


def crowded(figure: Figure, least: float = 20.0) -> list[tuple[str, str]]:
    """Pairs of tick labels of different axes that stand on one line, nearer than their letters are high: they read as
    one."""
    renderer, ticks = settle(figure), []
    for axes in figure.axes:
        hidden = {id(label) for label in _out_of_view(axes.xaxis)}
        shown = [text for text in axes.get_xticklabels() if text.get_visible() and text.get_text()]
        ticks += [
            (id(axes), text.get_text(), text.get_window_extent(renderer)) for text in shown if id(text) not in hidden
        ]
    return [(one, other) for (i, one, a), (j, other, b) in combinations(ticks, 2) if i != j and _near(a, b, least)]


def _near(a: Bbox, b: Bbox, least: float) -> bool:
    level = min(a.y1, b.y1) - max(a.y0, b.y0) > TOLERANCE
    return bool(level and max(a.x0, b.x0) - min(a.x1, b.x1) < least)


def outside(figure: Figure) -> list[str]:
    """Texts that leave the figure."""
    whole = figure.bbox
    return [
        text
        for text, box in boxes(figure)
        if box.x0 < -TOLERANCE or box.y0 < -TOLERANCE or box.x1 > whole.x1 + TOLERANCE or box.y1 > whole.y1 + TOLERANCE
    ]
