"""Survey answers: published, and the intervals within which the model would have them published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from foundation.drawing.placing import number_rows
from foundation.drawing.style import BLACK, BLUE, ORANGE, RED, SMALL, legend_below, light_grid, localise, page, styled
from foundation.drawing.wrapping import wrap
from foundation.language.text import label

_ROOM = 3.1
"""Inches for a question."""
_ROW, _REST = 0.38, 0.45
"""Inches for a row, and for a panel's title."""
Interval = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class PredictedAnswer:
    """One row; percent."""

    name: str
    published: float
    posterior: Interval
    """5 %, median, 95 % of what would be published."""
    prior: Interval | None
    inside: bool
    numbers: str
    """What stands at the right edge."""


@styled
def predicted_answers(
    panels: Sequence[tuple[str, Sequence[PredictedAnswer]]], manifest: Mapping[str, Any], lang: str
) -> Figure:
    """A panel a survey (title, rows), a row an answer."""
    heights = [_ROW * len(rows) + _REST for _, rows in panels]
    title, subtitle = label("fit_answers.title", lang), label("fit_answers.subtitle", lang)
    figure = page(title, subtitle, sum(heights) + 0.95, manifest, lang)
    grid = figure.subplots(len(panels), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights})
    for axes, (name, rows) in zip(grid[:, 0], panels, strict=True):
        _panel(axes, name, rows)
        localise(axes, lang, x=True, decimals=0)
    grid[-1, 0].set_xlabel(label("fit_answers.axis", lang))
    legend_below(figure, _legend(lang), 4)
    return figure


def _panel(axes: Axes, title: str, rows: Sequence[PredictedAnswer]) -> None:
    axes.set_title(title, size=SMALL, weight="bold", loc="left")
    for place, row in enumerate(rows):
        for interval, colour, shift in ((row.prior, ORANGE, 0.17), (row.posterior, BLUE, -0.03)):
            if interval is not None:
                low, middle, high = interval
                axes.plot([low, high], [place + shift] * 2, color=colour, linewidth=2.2, solid_capstyle="butt")
                axes.plot(middle, place + shift, "o", color=colour, ms=5.5, markeredgecolor="white")
        axes.plot(row.published, place - 0.23, "D", color=BLACK if row.inside else RED, ms=5, zorder=5, clip_on=False)
    axes.set_yticks(range(len(rows)), ["\n".join(wrap(row.name, _ROOM, SMALL, most=2)) for row in rows])
    axes.set_ylim(len(rows) - 0.45, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    number_rows(axes, [row.numbers for row in rows])
    axes.set_xlim(0, 100)
    axes.set_xticks(range(0, 101, 20))
    light_grid(axes, "x")


def _legend(lang: str) -> list[Any]:
    diamonds = [("inside", BLACK), ("outside", RED)]
    bars = [("posterior", BLUE), ("prior", ORANGE)]
    return [
        *(
            Line2D([], [], color=colour, marker="D", ms=5, linestyle="", label=label(f"fit_answers.{name}", lang))
            for name, colour in diamonds
        ),
        *(
            Line2D([], [], color=colour, marker="o", ms=5.5, linewidth=2.2, label=label(f"fit_answers.{name}", lang))
            for name, colour in bars
        ),
    ]
