"""Pictures of a run: the page with its source line, and axes with a row per strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from foundation.drawing import style
from foundation.drawing.style import SMALL, wrap
from scenarios.words import quick_mark, region_mark, run_line, scenario_titles

ROOM = 2.9
"""Inches for a title."""


def page(
    title: str,
    subtitle: str,
    body: float,
    manifest: Mapping[str, object],
    lang: str,
    *,
    note: str = "",
    statistic: str = "interval",
) -> Figure:
    """A figure with ``body`` inches between title and source line, laid out there (constrained).

    ``statistic``: what it shows, as the source line names it (``scenarios.words.run_line``).
    """
    source = quick_mark(manifest, lang) + run_line(manifest, lang, statistic=statistic)
    title, quick = region_mark(manifest, lang) + title, bool(manifest["quick"])
    return style.page(title, subtitle, body, source, lang, quick=quick, note=note)


def name_rows(axes: Axes, names: Sequence[str], manifest: Mapping[str, object], lang: str) -> None:
    """Titles as ticks of rows 0, 1, … from the top."""
    titles = scenario_titles(manifest, lang)
    axes.set_yticks(range(len(names)), ["\n".join(wrap(titles[name], ROOM, SMALL, most=2)) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
