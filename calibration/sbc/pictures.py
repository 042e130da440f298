"""Ranks of truths: a small panel a line with the difference between their ECDF and a uniform one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from math import ceil

import numpy as np
from matplotlib.figure import Figure

from foundation.drawing.style import BLUE, DPI, GREY, LARGE, NORMAL, PALE, RED, SMALL, WIDTH, styled
from foundation.shapes import Floats

Band = Callable[[int, float], Floats]
COLUMNS, PANEL = 6, 1.25
"""Panels in a row; inches of height for each row."""
SURE = 0.95


@styled
def rank_panels(title: str, names: Sequence[str], ranks: Floats, failing: Collection[str], band: Band) -> Figure:
    """``ranks`` [truth, line] in 0..1; lines in ``failing`` are drawn in another colour. ``band`` gives lower and upper
    limits [2, point] of the ECDF for so many truths, crossed with a given probability."""
    rows = ceil(len(names) / COLUMNS)
    figure = Figure(figsize=(WIDTH, PANEL * rows + 1.0), dpi=DPI, layout="constrained")
    figure.suptitle(title, size=LARGE, weight="bold", x=0.01, ha="left")
    panels = figure.subplots(rows, COLUMNS, sharex=True, sharey=True, squeeze=False).ravel()
    limits = band(len(ranks), (1 - SURE) / len(names))
    points = np.arange(limits.shape[1] + 1) / limits.shape[1]
    low, high = np.hstack([[[0.0], [0.0]], limits]) - points
    for axes, name, column in zip(panels, names, ranks.T, strict=False):
        share = np.searchsorted(np.sort(column), points, side="right") / len(column)
        axes.fill_between(points, low, high, color=PALE, linewidth=0)
        axes.plot(points, share - points, color=RED if name in failing else BLUE, linewidth=1.3)
        axes.axhline(0, color=GREY, linewidth=0.6)
        axes.set_title(name.replace("overclaim_", "overclaim\n"), size=SMALL - 1.5, pad=2)
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.5, 1], ["0", "", "1"])
        axes.tick_params(labelsize=SMALL - 1.5)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    for axes in panels[max(0, len(names) - COLUMNS) : len(names)]:
        axes.tick_params(labelbottom=True)
    sure = f"{100 * SURE:.0f} %"
    figure.supxlabel(
        f"rank of the truth (0..1); {len(ranks)} truths; grey: {sure} band over all points and panels; red: fails",
        size=NORMAL,
        color=GREY,
    )
    figure.supylabel("share of ranks below, minus uniform", size=NORMAL, color=GREY)
    return figure
