"""The tornado of the report: where a quantity stands when an input is low, and when it is high."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from foundation.drawing.style import BLUE, GREY, ORANGE, light_grid, localise, styled
from foundation.drawing.wrapping import wrap
from report.figures import text_svg

WIDTHS, TITLES = {"wide": 8.6, "narrow": 4.4}, {"wide": 3.2, "narrow": 1.7}
"""Inches: of the figure, and for the names of inputs."""
SMALL = 9.0
NOISE = "#C8C8C8"


@dataclass(frozen=True)
class Panel:
    """One quantity.

    ``rows`` has an input a row, the one on top first: ``title``, ``known`` (beyond noise), ``when_low`` and
    ``when_high`` with their ends ``_p05`` and ``_p95``.
    """

    title: str
    rows: pd.DataFrame


@styled
def report_tornado(panels: Sequence[Panel], legend: Sequence[str], lang: str, shape: str, prefix: str) -> str:
    """A panel per quantity; ``legend`` names the low and the high third of an input."""
    lines = sum(len(panel.rows) for panel in panels) * (0.27 if shape == "wide" else 0.42)
    figure = Figure(figsize=(WIDTHS[shape], lines + 0.8 * len(panels) + 0.5), dpi=100)
    figure.set_layout_engine("constrained")
    figure.patch.set_alpha(0.0)
    heights = [len(panel.rows) + 1 for panel in panels]
    found = figure.subplots(len(panels), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    for axes, panel in zip(found, panels, strict=True):
        _draw(axes, panel, shape, lang)
    handles = [
        Line2D([], [], color=colour, linewidth=7, label=words)
        for colour, words in zip((ORANGE, BLUE), legend, strict=True)
    ]
    columns = 2 if shape == "wide" else 1
    figure.legend(handles=handles, loc="outside lower left", ncols=columns, frameon=False, fontsize=SMALL)
    return text_svg(figure, prefix)


def _draw(axes: Axes, panel: Panel, shape: str, lang: str) -> None:
    rows = panel.rows
    middle = float(rows[["when_low", "when_high"]].to_numpy().mean())
    for place, (_, row) in enumerate(rows.iterrows()):
        for name, colour in (("low", ORANGE), ("high", BLUE)):
            shown = colour if row["known"] else NOISE
            axes.barh(place, row[f"when_{name}"] - middle, left=middle, height=0.6, color=shown)
            axes.plot([row[f"when_{name}_p05"], row[f"when_{name}_p95"]], [place, place], color=GREY, linewidth=0.8)
    axes.axvline(middle, color=GREY, linewidth=0.8)
    titles = ["\n".join(wrap(str(title), TITLES[shape], SMALL, most=3)) for title in rows["title"]]
    axes.set_yticks(range(len(rows)), titles, size=SMALL)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    title = "\n".join(wrap(panel.title, WIDTHS[shape] - 0.2, SMALL + 1, weight="bold"))
    axes.set_title(title, loc="left", size=SMALL + 1, weight="bold", x=0 if shape == "wide" else -0.6)
    axes.tick_params(axis="y", length=0)
    light_grid(axes, "x")
    localise(axes, lang, x=True)
