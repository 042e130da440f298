"""The tornado: cold where an unknown is low, warm where it is high, and no bar behind another."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from foundation.drawing.style import BLUE, ORANGE
from planning.sensitivity.pictures import NOISE, THIRDS, draw_thirds, key_of_thirds

ROWS = pd.DataFrame(
    {"known": [True, True, False], "when_low": [20.0, 31.0, 30.1], "when_high": [40.0, 36.0, 29.9]}
).assign(
    **{
        f"when_{name}_{level}": lambda rows, name=name, by=by: rows[f"when_{name}"] + by
        for name in THIRDS
        for level, by in (("p05", -1), ("p95", 1))
    }
)
"""The second has both thirds above the middle."""


def drawn() -> Axes:
    axes = Figure().subplots()
    draw_thirds(axes, ROWS)
    return axes


def test_low_is_blue_and_above_high_is_orange_and_below() -> None:
    bars = drawn().patches
    ends = {(round(bar.get_y() + bar.get_height() / 2), to_hex(bar.get_facecolor()).upper()): bar for bar in bars}
    low, high = ends[0, BLUE], ends[0, ORANGE]
    assert (low.get_width(), high.get_width()) == (20.0 - 30.55, 40.0 - 30.55), "from the middle of all medians"
    assert low.get_y() < high.get_y()
    assert [to_hex(line.get_color()).upper() for line in key_of_thirds(["low", "high", "noise"])] == [
        BLUE, ORANGE, NOISE,
    ]  # fmt: skip
    assert {colour for place, colour in ends if place == 2} == {NOISE}


def test_no_bar_hides_another() -> None:
    boxes = [bar.get_bbox() for bar in drawn().patches]
    assert [(a, b) for i, a in enumerate(boxes) for b in boxes[:i] if min(a.y1, b.y1) - max(a.y0, b.y0) > 1e-9] == []
    same = [box for box in boxes if round((box.y0 + box.y1) / 2) == 1]
    assert min(same[0].x1, same[1].x1) > max(same[0].x0, same[1].x0), "they lie on one side of the middle"
