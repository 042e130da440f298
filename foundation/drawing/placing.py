"""Direct labels without overlap: each in turn takes the cheapest free place near its point, until nothing moves; where
not all names find one, those that matter least are numbers, for a list beside.

Boxes are rows (x0, y0, x1, y1) in pixels. Also numbers beside the rows of axes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke

from foundation.drawing.style import GREY, MARGIN, SMALL, WIDTH, legend_below, settle, width
from foundation.shapes import Floats

Bools = npt.NDArray[np.bool_]
_ANGLES = np.deg2rad([15, -15, 165, 195, 50, -50, 130, 230, 90, 270, 70, 110, 250, 290, 0, 180])
_REACH = np.array([8, 14, 22, 30, 40, 52, 66, 82, 100, 120, 145, 175, 210, 250, 300, 360])
"""Distances from the point to the nearest edge of its label, points."""
_SWEEPS = 6
OUTSIDE, COVERED, MISLED, TAKEN, CROSSED, TOUCHED = 1e7, 1e5, 2e3, 1.5e3, 1.5e3, 800.0
"""What is worse than a long way, in pixels: beyond the axes; over a label or a point; a leader through the point of
another label, to which it would seem to lead; no leader, and nearer to another point; a leader through a label or
another leader; an arm of a cross behind the label, which hides it. A place that has any of these is at fault."""
DOT, SAME = 3.5, 0.5
"""Points from the middle of a dot to its rim, and between two dots that are one to the eye."""
LED = 12.0
"""Points between a label and its point from which on a leader is drawn."""
FAR = 50.0
"""Points beyond which nobody follows a leader from a name: at fault, where the name can be a number."""
APART = 12.0
"""Pixels between two labels at least, more than between words, so that they don't read as one line."""
NEAR = 3.0
"""Pixels within which a leader or an arm seems to touch a label, whose letters have a white rim."""


@dataclass(frozen=True)
class _Options:
    """The candidate places of one label: boxes [candidate, 4], leaders from the point to the box [candidate, 2, xy],
    own cost [candidate], whether a place is at fault by itself [candidate], and its text [candidate]."""

    boxes: Floats
    leaders: Floats
    cost: Floats
    faulty: Bools
    texts: npt.NDArray[np.str_]

    def at(self, place: int) -> _Options:
        """That place alone."""
        one = slice(place, place + 1)
        return _Options(self.boxes[one], self.leaders[one], self.cost[one], self.faulty[one], self.texts[one])


class _Canvas:
    """Points, crosses and room of axes whose layout is settled, in pixels."""

    def __init__(self, axes: Axes, points: Floats, crosses: Floats) -> None:
        self.axes, self.points = axes, points
        self.renderer = settle(axes.figure)  # type: ignore[arg-type]
        self.scale = axes.figure.dpi / 72
        to_pixels = axes.transData.transform
        self.xy = to_pixels(points)
        ends = to_pixels(crosses.reshape(-1, 2)).reshape(-1, 2, 2)
        self.arms = np.hstack([ends.min(axis=1), ends.max(axis=1)])
        self.room = np.hstack([np.asarray(axes.bbox.min) + 4, np.asarray(axes.bbox.max) - 4])

    def options(self, label: int, texts: Sequence[str], far: float = np.inf) -> _Options:
        """Places of a label, in each way that it can be written; those further than ``far`` (points) are at fault."""
        ways = [self._places(label, text, far) for text in texts]
        boxes, leaders, cost, faulty = (np.concatenate(parts) for parts in zip(*ways, strict=True))
        return _Options(boxes, leaders, cost, faulty, np.repeat(np.array(texts), len(ways[0][0])))

    def _places(self, label: int, text: str, far: float) -> tuple[Floats, Floats, Floats, Bools]:
        scale, point, size = self.scale, self.xy[label], self._size(text)
        reach, angle = (grid.ravel() for grid in np.meshgrid(_REACH * scale, _ANGLES, indexing="ij"))
        direction = np.stack([np.cos(angle), np.sin(angle)], axis=1)
        low = point + reach[:, None] * direction + (direction - 1) * size / 2
        boxes = np.hstack([low, low + size])
        ends = np.clip(point, boxes[:, :2], boxes[:, 2:])
        own = np.linalg.norm(ends - point, axis=1)
        leaders = np.stack([np.broadcast_to(point, ends.shape), ends], axis=1)
        led, others = own > LED * scale, np.delete(self.xy, label, axis=0)
        # A point that lies under its neighbour can't be told from it by any leader: their numbers stand together. One
        # that shows beside it can, if its leader comes out on its own side.
        away = np.linalg.norm(others - point, axis=1)
        apart, beside = others[away > 4 * scale], others[(away > SAME * scale) & (away <= 4 * scale)]
        shown = others[away > SAME * scale]
        outside = (boxes[:, :2] < self.room[:2]).any(axis=1) | (boxes[:, 2:] > self.room[2:]).any(axis=1)
        dots = np.hstack([self.xy - 4.5 * scale, self.xy + 4.5 * scale])
        near = np.linalg.norm(np.clip(shown, boxes[:, None, :2], boxes[:, None, 2:]) - shown, axis=2)
        counts = (
            (OUTSIDE, outside),
            (COVERED, _overlaps(boxes, dots).sum(axis=1)),
            (TOUCHED, _overlaps(boxes, self.arms).sum(axis=1)),
            (MISLED, led * _through(leaders, _around(apart, 4 * scale)).sum(axis=1)),
            (MISLED, led * _out_of(leaders, beside, DOT * scale).sum(axis=1)),
            (TAKEN, ~led & (near.min(axis=1, initial=np.inf) < own)),
            (MISLED, own > far * scale),
        )
        # One long leader is worse than two short ones.
        cost = own + own**2 / (60 * scale) + sum(weight * count for weight, count in counts)
        faulty = np.any([count > 0 for _, count in counts], axis=0)
        return boxes, np.where(led[:, None, None], leaders, np.nan), cost, faulty

    def _size(self, text: str) -> Floats:
        note = self.axes.text(0, 0, text, size=SMALL, linespacing=1.05)
        box = note.get_window_extent(self.renderer)
        note.remove()
        return np.array([box.width, box.height])

    def write(self, label: int, options: _Options, place: int, text: str = "") -> None:
        """The label, or a text in its stead, at one of its places, with its leader if it is far."""
        to_data = self.axes.transData.inverted().transform
        box, leader = options.boxes[place], options.leaders[place]
        style: dict[str, Any] = {"size": SMALL, "linespacing": 1.05, "va": "bottom", "ha": "left", "zorder": 6}
        where = tuple(to_data(box[:2]))
        text = text or str(options.texts[place])
        note = self.axes.annotate(text, tuple(self.points[label]), where, textcoords="data", gid="direct", **style)
        note.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
        if not np.isnan(leader).any():
            ends = to_data(leader)
            self.axes.plot(
                ends[:, 0], ends[:, 1], color=GREY, linewidth=0.6, zorder=3, scalex=False, scaley=False, gid="leader"
            )


def place_labels(axes: Axes, points: Floats, texts: Sequence[str], crosses: Floats) -> None:
    """Writes each text beside its point, inside the axes, clear of points and of other labels.

    ``points`` [label, xy] and ``crosses`` [arm, 4] (lines as boxes without width, avoided where there is a choice) are
    in data coordinates. Long ways get a leader line. The figure is laid out for good.
    """
    canvas = _Canvas(axes, points, crosses)
    options = [canvas.options(label, [text]) for label, text in enumerate(texts)]
    for label, place in enumerate(_choose(options, canvas.xy)):
        canvas.write(label, options[label], place)


def name_or_number(
    axes: Axes, points: Floats, names: Sequence[Sequence[str]], crosses: Floats, numbered: Collection[int] = ()
) -> list[int]:
    """As ``place_labels`` for names in order of their weight, each in the ways that it can be written: where one can't
    be read clearly (it or its leader would cover or cross something, or lead far), the last of those at fault is a
    number, until none is.

    Returns what has a number, for a list beside: numbers count from 1 in this order, from left to right. ``numbered``
    are numbers in any case, and then no other name is tried in a number's stead.
    """
    canvas = _Canvas(axes, points, crosses)
    full = [canvas.options(label, name, FAR) for label, name in enumerate(names)]
    # As wide as any number: which one it is, is known at the end.
    brief = [canvas.options(label, ["00" if len(names) > 9 else "0"]) for label in range(len(names))]
    short = set(numbered)
    while True:
        options = [(brief if label in short else full)[label] for label in range(len(names))]
        chosen = _choose(options, canvas.xy)
        bad = _at_fault(options, chosen)
        named = [label for label in range(len(names)) if label not in short]
        if not bad or not named:
            break
        # Where only numbers are at fault, the last of the names gives way to them.
        short.add(next((label for label in reversed(bad) if label not in short), named[-1]))
    for label in () if numbered else sorted(short):  # room may have come since
        place, clear = _clear_place(full[label], [(options[k], chosen[k]) for k in range(len(names)) if k != label])
        if clear:
            options[label], chosen[label] = full[label], place
            short.discard(label)
    order = sorted(short, key=lambda label: (canvas.xy[label, 0], canvas.xy[label, 1]))
    for label in range(len(names)):
        text = str(order.index(label) + 1) if label in short else ""
        canvas.write(label, options[label], chosen[label], text)
    return order


def _around(points: Floats, reach: float) -> Floats:
    return np.hstack([points - reach, points + reach])


def _overlaps(boxes: Floats, others: Floats, margin: float = NEAR) -> Bools:
    """[box, other]: whether they are less than ``margin`` pixels apart."""
    left, low, right, high = boxes[:, None].T
    others_left, others_low, others_right, others_high = others[None].T
    across = (left - margin < others_right) & (others_left < right + margin)
    return (across & (low - margin < others_high) & (others_low < high + margin)).T


def _through(leaders: Floats, boxes: Floats) -> Bools:
    """[leader, box]: whether a leader [leader, 2, xy] passes through a box; one that isn't there (NaN) through none."""
    start, way = leaders[:, None, 0], leaders[:, None, 1] - leaders[:, None, 0]
    way = np.where(way == 0, 1e-9, way)
    one, other = (boxes[None, :, :2] - start) / way, (boxes[None, :, 2:] - start) / way
    low, high = np.minimum(one, other), np.maximum(one, other)
    # Of two numbers the larger: a reduction over so short an axis takes several times as long.
    enters, leaves = np.maximum(low[..., 0], low[..., 1]), np.minimum(high[..., 0], high[..., 1])
    return (enters < leaves) & (enters < 1) & (leaves > 0)


def _out_of(leaders: Floats, points: Floats, rim: float) -> Bools:
    """[leader, point]: whether a leader [leader, 2, xy] leaves its dot where it is hidden by that of a point beside it:
    where it comes to the ``rim`` it is nearer to that point than to its own."""
    way = leaders[:, 1] - leaders[:, 0]
    way = way * rim / np.maximum(np.linalg.norm(way, axis=1, keepdims=True), 1e-9)
    beside = points[None] - leaders[:, None, 0]
    return np.asarray((way[:, None] * beside).sum(axis=2) > (beside**2).sum(axis=2) / 2)


def _cross(leaders: Floats, others: Floats) -> Bools:
    """[leader, other]: whether two leaders cross."""
    a, b, c, d = leaders[:, None, 0], leaders[:, None, 1], others[None, :, 0], others[None, :, 1]

    def side(p: Floats, q: Floats, r: Floats) -> Floats:
        one, other = q - p, r - p
        return np.sign(one[..., 0] * other[..., 1] - one[..., 1] * other[..., 0])

    return (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)


def _choose(options: Sequence[_Options], xy: Floats) -> list[int]:
    """Index of the place of each label; crowded points choose first, then all choose again while anything changes."""
    chosen: dict[int, int] = {}
    order = _crowded_first(xy)
    for _ in range(_SWEEPS):
        before = dict(chosen)
        for i in order:
            others = [(options[j], place) for j, place in chosen.items() if j != i]
            covers, crosses = _between(options[i], others)
            chosen[i] = int(np.argmin(options[i].cost + COVERED * covers + CROSSED * crosses))
        if chosen == before:
            break
    return [chosen[i] for i in range(len(options))]


def _between(option: _Options, others: Sequence[tuple[_Options, int]]) -> tuple[Floats, Floats]:
    """How many other labels each place covers, and how many times leaders cross labels or leaders [candidate]."""
    if not others:
        return np.zeros(len(option.cost)), np.zeros(len(option.cost))
    boxes = np.array([other.boxes[place] for other, place in others])
    leaders = np.array([other.leaders[place] for other, place in others])
    margin = np.array([-NEAR, -NEAR, NEAR, NEAR])
    crossed = _through(option.leaders, boxes + margin).sum(axis=1)
    crossed += _through(leaders, option.boxes + margin).sum(axis=0)
    return _overlaps(option.boxes, boxes, APART).sum(axis=1), crossed + _cross(option.leaders, leaders).sum(axis=1)


def _faults(option: _Options, others: Sequence[tuple[_Options, int]]) -> Bools:
    """Whether each place is at fault, beside the places of others [candidate]."""
    covers, crosses = _between(option, others)
    return np.asarray(option.faulty | (covers > 0) | (crosses > 0))


def _at_fault(options: Sequence[_Options], chosen: Sequence[int]) -> list[int]:
    taken = list(zip(options, chosen, strict=True))
    return [k for k, (one, place) in enumerate(taken) if _faults(one.at(place), taken[:k] + taken[k + 1 :]).any()]


def _clear_place(option: _Options, others: Sequence[tuple[_Options, int]]) -> tuple[int, bool]:
    """The cheapest place that is not at fault, and whether there is one."""
    faults = _faults(option, others)
    return int(np.argmin(np.where(faults, np.inf, option.cost))), not faults.all()


def _crowded_first(xy: Floats) -> list[int]:
    distances = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    nearest = np.sort(distances, axis=1)[:, 1:5].sum(axis=1)
    return [int(i) for i in np.argsort(nearest, kind="stable")]


def number_rows(axes: Axes, texts: Sequence[str]) -> None:
    """Numbers at the right edge, aligned with the rows."""
    right = axes.twinx()
    right.set_ylim(axes.get_ylim())
    right.set_yticks(range(len(texts)), texts)
    right.tick_params(axis="y", length=0)
    for spine in right.spines.values():
        spine.set_visible(False)


def list_below(figure: Figure, texts: Sequence[str]) -> None:
    """Short texts in columns, in the place of a legend."""
    if texts:
        handles = [Line2D([], [], linestyle="", label=text) for text in texts]
        legend_below(figure, handles, _list_columns(texts), handlelength=0, handletextpad=0)


def list_height(texts: Sequence[str]) -> float:
    """Inches that ``list_below`` takes, about."""
    return 0.19 * ceil(len(texts) / _list_columns(texts)) + 0.06 if texts else 0.0


def _list_columns(texts: Sequence[str]) -> int:
    return max(1, int((WIDTH - 2 * MARGIN) // (max(width(text, SMALL) for text in texts) + 0.3)))
