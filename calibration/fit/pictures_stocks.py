"""Prior and posterior predictive of the stocks over time, against the published counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from foundation.drawing.style import BLACK, BLUE, GREY, ORANGE, SMALL, legend_below, light_grid, localise, page, styled
from foundation.language.numbers import day
from foundation.language.text import label
from scenarios.compare.pictures.adoption import NINETY, yerror

_COLOURS = {"prior": ORANGE, "posterior": BLUE}
_LOWEST = 1.0
"""Millions at the foot of the logarithmic scale."""


@styled
def predicted_stocks(curves: pd.DataFrame, lines: pd.DataFrame, manifest: Mapping[str, Any], lang: str) -> Figure:
    """Left: prior and posterior on a logarithmic scale; right: the posterior alone.

    ``curves``: a row a week and kind with ``date`` and ``true_p05, true_p50, true_p95``, millions. ``lines``: published
    figures, of which those with the key ``stock`` and no region are drawn (``date, published, error, bound``).
    """
    points = lines[(lines["key"] == "stock") & (lines["region"] == "")]
    regional = (lines["region"] != "").any()
    note = label("fit_stocks.regions", lang) if regional else ""
    figure = page(label("fit_stocks.title", lang), label("fit_stocks.subtitle", lang), 4.6, manifest, lang, note=note)
    left, right = figure.subplots(1, 2)
    for kind in ("prior", "posterior"):
        _band(left, curves[curves["kind"] == kind], _COLOURS[kind])
    _band(right, curves[curves["kind"] == "posterior"], BLUE)
    left.set_yscale("log")
    top = float(curves["true_p95"].max())
    left.set_ylim(_LOWEST, 1.1 * top)
    left.set_yticks([tick for tick in (1, 2, 5, 10, 20, 50) if tick <= 1.1 * top], minor=False)
    left.set_yticks([], minor=True)
    right.set_ylim(0, None)
    right.yaxis.set_major_locator(MultipleLocator(5))
    for axes, name in ((left, "wide"), (right, "close")):
        _surroundings(axes, points, manifest)
        axes.set_title(label(f"fit_stocks.{name}", lang), size=SMALL, weight="bold", loc="left")
        axes.xaxis.set_major_locator(YearLocator())
        axes.xaxis.set_major_formatter(DateFormatter("%Y"))
        light_grid(axes, "y")
        localise(axes, lang, y=True, decimals=0)
    left.set_ylabel(label("common.millions", lang))
    legend_below(figure, _legend(manifest, lang), 3)
    return figure


def _band(axes: Axes, rows: pd.DataFrame, colour: str) -> None:
    days = [date2num(date.fromisoformat(text)) for text in rows["date"]]
    axes.fill_between(days, rows["true_p05"], rows["true_p95"], color=colour, alpha=0.25, linewidth=0)
    axes.plot(days, rows["true_p50"], color=colour, linewidth=1.8)


def _surroundings(axes: Axes, points: pd.DataFrame, manifest: Mapping[str, Any]) -> None:
    """Published counts with 90 % of their error, and the day data end."""
    axes.axvline(date2num(date.fromisoformat(manifest["data_end"])), color=GREY, linewidth=1.0, linestyle=":")
    for point in points.to_dict("records"):
        error = None if point["bound"] else NINETY * point["error"]
        x = date2num(date.fromisoformat(point["date"]))
        fmt = "^" if point["bound"] else "o"
        axes.errorbar(x, point["published"], yerror(error), fmt=fmt, color=BLACK, ms=4.5, elinewidth=1, zorder=5)


def _legend(manifest: Mapping[str, Any], lang: str) -> list[Any]:
    observed = label("adoption.observed", lang)
    return [
        *(
            Line2D([], [], color=colour, linewidth=1.8, label=label(f"fit_stocks.{kind}", lang))
            for kind, colour in _COLOURS.items()
        ),
        Line2D([], [], color=BLACK, marker="o", ms=4.5, linestyle="", label=observed),
        Line2D([], [], color=BLACK, marker="^", ms=4.5, linestyle="", label=label("adoption.lower_bound", lang)),
        Line2D(
            [], [], color=GREY, linestyle=":",
            label=f"{label('adoption.data_line', lang)} ({day(manifest['data_end'], lang)})",
        ),
    ]  # fmt: skip
