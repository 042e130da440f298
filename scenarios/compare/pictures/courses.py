"""Courses of the drivers: documents and service growth, known and drawn forward."""

from __future__ import annotations

from datetime import date
from typing import Any

from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from foundation.drawing.style import BLUE, GREEN, GREY, SMALL, legend_below, light_grid, localise, mark_years, styled
from foundation.language.numbers import day
from foundation.store.manifest import Manifest
from scenarios.compare import label
from scenarios.drawing import Frames, page

BANDS = (("p05", "p95", 0.2), ("p25", "p75", 0.3))


@styled
def driver_courses(_: Frames, manifest: Manifest, lang: str) -> Figure:
    """A panel a driver: median, 50 and 90 % bands over draws, and where its forecast begins."""
    figure = page(
        label("courses.title", lang), label("courses.subtitle", lang), 4.2, manifest, lang, statistic="intervals"
    )
    for axes, (name, records) in zip(figure.subplots(1, 2), manifest["courses"].items(), strict=True):
        _panel(axes, records, lang)
        axes.axvline(date2num(date.fromisoformat(manifest["policy_start"])), color=GREEN, linewidth=1.0, linestyle="-.")
        axes.set_title(label(f"courses.{name}", lang), size=SMALL, loc="left")
    legend_below(figure, _legend(manifest, lang), 3)
    return figure


def _panel(axes: Axes, records: list[dict[str, Any]], lang: str) -> None:
    days = [date2num(date.fromisoformat(record["date"])) for record in records]
    for low, high, opacity in BANDS:
        below, above = ([record[end] for record in records] for end in (low, high))
        axes.fill_between(days, below, above, color=BLUE, alpha=opacity, linewidth=0)
    axes.plot(days, [record["p50"] for record in records], color=BLUE, linewidth=1.8)
    last = max((at for at, record in zip(days, records, strict=True) if not record["forecast"]), default=days[0])
    axes.axvline(last, color=GREY, linewidth=1.0, linestyle=":")
    axes.set_ylim(0, None)
    axes.set_xlim(days[0], days[-1])
    mark_years(axes)
    light_grid(axes, "y")
    localise(axes, lang, y=True)


def _legend(manifest: Manifest, lang: str) -> list[Artist]:
    start = f"{label('adoption.policy_line', lang)} ({day(manifest['policy_start'], lang)})"
    return [
        Line2D([], [], color=BLUE, linewidth=1.8, label=label("courses.median", lang)),
        Patch(color=BLUE, alpha=0.5, label=label("adoption.band_50", lang)),
        Patch(color=BLUE, alpha=0.2, label=label("adoption.band_90", lang)),
        Line2D([], [], color=GREY, linestyle=":", label=label("courses.known", lang)),
        Line2D([], [], color=GREEN, linestyle="-.", label=start),
    ]
