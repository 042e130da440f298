"""Direct labels without overlap: each in turn takes the cheapest free place near its point, until nothing moves.

Boxes are rows (x0, y0, x1, y1) in pixels. Also numbers beside the rows of axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation

from foundation.drawing.style import GREY, SMALL, settle
from foundation.shapes import Floats

_ANGLES = np.deg2rad([15, -15, 165, 195, 50, -50, 130, 230, 90, 270, 70, 110, 250, 290, 0, 180])
_REACH = np.array([8, 14, 22, 30, 40, 52, 66, 82, 100, 120, 145, 175, 210, 250, 300, 360])
"""Distances from the point to the nearest edge of its label, points."""
_ALONG = np.linspace(0, 1, 61)[:, None]
_SWEEPS = 6
OUTSIDE, COVERED, MISLED, TAKEN, CROSSED, TOUCHED = 1e7, 1e5, 2e3, 400.0, 150.0, 40.0
"""What is worse than a long way, in pixels: beyond the axes; over a label or a point; a leader through the point of
another label, to which it would seem to lead; no leader, and nearer to another point; a leader through a label; an arm
of a cross behind the label."""
LED = 12.0
"""Points between a label and its point from which on a leader is drawn."""


APART = 7.0
"""Pixels between two labels at least, more than between words, so that they don't read as one line."""


@dataclass(frozen=True)
class _Options:
    """The candidate places of one label: boxes [candidate, 4], leaders [candidate, step, xy], own cost [candidate]."""

    boxes: Floats
    leaders: Floats
    cost: Floats


def place_labels(axes: Axes, points: Floats, texts: Sequence[str], crosses: Floats) -> list[Annotation]:
    """Writes each text beside its point, inside the axes, clear of points and of other labels.

    ``points`` [label, xy] and ``crosses`` [arm, 4] (lines as boxes without width, avoided where there is a choice) are
    in data coordinates. Long ways get a leader line. The figure is laid out for good.
    """
    renderer = settle(axes.figure)  # type: ignore[arg-type]
    scale = axes.figure.dpi / 72
    to_pixels = axes.transData.transform
    xy = to_pixels(points)
    arms = to_pixels(crosses.reshape(-1, 2)).reshape(-1, 4)
    room = np.hstack([np.asarray(axes.bbox.min) + 4, np.asarray(axes.bbox.max) - 4])
    sizes = [_size(axes, text, renderer) for text in texts]
    options = [_options(i, xy, size, room, arms, scale) for i, size in enumerate(sizes)]
    chosen = _choose(options, xy)
    return [_write(axes, points[i], texts[i], options[i].boxes[c], options[i].leaders[c]) for i, c in enumerate(chosen)]


def _size(axes: Axes, text: str, renderer: object) -> Floats:
    note = axes.text(0, 0, text, size=SMALL, linespacing=1.05)
    box = note.get_window_extent(renderer)  # type: ignore[arg-type]
    note.remove()
    return np.array([box.width, box.height])


def _options(label: int, xy: Floats, size: Floats, room: Floats, arms: Floats, scale: float) -> _Options:
    point, dots = xy[label], np.hstack([xy - 4.5 * scale, xy + 4.5 * scale])
    reach, angle = (grid.ravel() for grid in np.meshgrid(_REACH * scale, _ANGLES, indexing="ij"))
    direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    low = point + reach[:, None] * direction + (direction - 1) * size / 2
    boxes = np.hstack([low, low + size])
    ends = np.clip(point, boxes[:, :2], boxes[:, 2:])
    outside = (boxes[:, :2] < room[:2]).any(axis=1) | (boxes[:, 2:] > room[2:]).any(axis=1)
    own = np.linalg.norm(ends - point, axis=1)
    cost = own + own**2 / (60 * scale) + OUTSIDE * outside  # one long leader is worse than two short ones
    cost += COVERED * _overlaps(boxes, dots).sum(axis=1) + TOUCHED * _overlaps(boxes, arms).sum(axis=1)
    leaders = point + _ALONG * (ends - point)[:, None]
    others = np.delete(xy, label, axis=0)
    cost += MISLED * _through(leaders, np.hstack([others - 3 * scale, others + 3 * scale])).sum(axis=1)
    nearest = np.linalg.norm(np.clip(others, boxes[:, None, :2], boxes[:, None, 2:]) - others, axis=2).min(
        axis=1, initial=np.inf
    )
    return _Options(boxes, leaders, cost + TAKEN * ((own <= LED * scale) & (nearest < own)))


def _overlaps(boxes: Floats, others: Floats, margin: float = 3.0) -> npt.NDArray[np.bool_]:
    """[box, other]: whether they are less than ``margin`` pixels apart."""
    left, low, right, high = boxes[:, None].T
    others_left, others_low, others_right, others_high = others[None].T
    across = (left - margin < others_right) & (others_left < right + margin)
    return (across & (low - margin < others_high) & (others_low < high + margin)).T


def _through(leaders: Floats, boxes: Floats) -> npt.NDArray[np.bool_]:
    """[leader, box]: whether a leader [leader, step, xy] passes through a box."""
    x, y = leaders[:, None, :, 0], leaders[:, None, :, 1]
    left, low, right, high = boxes.T[:, None, :, None]
    return ((x > left) & (x < right) & (y > low) & (y < high)).any(axis=-1)


def _choose(options: Sequence[_Options], xy: Floats) -> list[int]:
    """Index of the place of each label; crowded points choose first, then all choose again while anything changes."""
    chosen: dict[int, int] = {}
    order = _crowded_first(xy)
    for _ in range(_SWEEPS):
        before = dict(chosen)
        for i in order:
            others = [(options[j], place) for j, place in chosen.items() if j != i]
            chosen[i] = int(np.argmin(_cost(options[i], others)))
        if chosen == before:
            break
    return [chosen[i] for i in range(len(options))]


def _cost(option: _Options, others: Sequence[tuple[_Options, int]]) -> Floats:
    if not others:
        return option.cost
    boxes = np.array([other.boxes[place] for other, place in others])
    leaders = np.array([other.leaders[place] for other, place in others])
    crossed = _through(option.leaders, boxes).sum(axis=1) + _through(leaders, option.boxes).sum(axis=0)
    return option.cost + COVERED * _overlaps(option.boxes, boxes, APART).sum(axis=1) + CROSSED * crossed


def _crowded_first(xy: Floats) -> list[int]:
    distances = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    nearest = np.sort(distances, axis=1)[:, 1:5].sum(axis=1)
    return [int(i) for i in np.argsort(nearest, kind="stable")]


def _write(axes: Axes, point: Floats, text: str, box: Floats, leader: Floats) -> Annotation:
    to_data = axes.transData.inverted().transform
    style: dict[str, Any] = {
        "size": SMALL,
        "linespacing": 1.05,
        "va": "bottom",
        "ha": "left",
        "gid": "direct",
        "zorder": 6,
    }
    note = axes.annotate(text, tuple(point), tuple(to_data(box[:2])), textcoords="data", **style)
    note.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
    if np.linalg.norm(leader[-1] - leader[0]) > LED * axes.figure.dpi / 72:
        ends = to_data(leader[[0, -1]])
        axes.plot(ends[:, 0], ends[:, 1], color=GREY, linewidth=0.6, zorder=3, scalex=False, scaley=False)
    return note


def number_rows(axes: Axes, texts: Sequence[str]) -> None:
    """Numbers at the right edge, aligned with the rows."""
    right = axes.twinx()
    right.set_ylim(axes.get_ylim())
    right.set_yticks(range(len(texts)), texts)
    right.tick_params(axis="y", length=0)
    for spine in right.spines.values():
        spine.set_visible(False)
