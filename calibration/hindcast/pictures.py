"""Forecasts from each origin with their bands, against what came: a row a forecaster, a column an origin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from calibration.hindcast import label
from foundation.drawing.style import BLUE, GREEN, GREY, ORANGE, SMALL, legend_below, light_grid, localise, styled, wrap
from foundation.language.numbers import day
from scenarios.compare.pictures.adoption import reach, yerror
from scenarios.drawing import page

Results = Mapping[str, Any]
COLOURS = {"model-frozen": BLUE, "model-actual": GREEN, "last-slope": ORANGE}
"""Grey for all others."""
FRAME = 0.55, 1.3
"""Lower and upper end of a frame over the lowest and the highest published figure; wider bands are cut."""


@styled
def hindcast_panels(results: Results, lang: str) -> Figure:
    """The picture of a hindcast, from its document."""
    names = [entry["forecaster"] for entry in results["forecasters"]]
    many = len(results["origins"]) > 1
    columns = len(results["origins"]) if many else 3
    rows = len(names) if many else ceil(len(names) / columns)
    title = label("hindcast.title_actuals" if results["actuals"] else "hindcast.title", lang)
    subtitle = f"{label('hindcast.subtitle', lang)} {label('hindcast.cut', lang)}"
    run = {key: results[key] for key in ("people", "draws", "seed", "data_end") if key in results} | {"quick": False}
    figure = page(title, subtitle, rows * (1.25 if many else 1.9) + 0.9, run, lang, note=label("hindcast.caveat", lang))
    panels = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for place, axes in enumerate(panels.flat):
        if many:
            _panel(axes, results, results["origins"][place % columns], names[place // columns], lang)
        elif place < len(names):
            _panel(axes, results, results["origins"][0], names[place], lang)
        else:
            axes.remove()
    if many:
        for axes, origin in zip(panels[0], results["origins"], strict=True):
            axes.set_title(f"{label('hindcast.origin_short', lang, day=day(origin, lang))}\n", size=SMALL, loc="left")
    _scale(panels[0, 0], results, lang)
    _name(panels, names, many, lang)
    legend_below(figure, _legend(results, lang), 4)
    return figure


def _panel(axes: Axes, results: Results, origin: str, name: str, lang: str) -> None:
    """One forecaster on one origin."""
    band = [row for row in results["bands"] if (row["origin"], row["forecaster"]) == (origin, name)]
    colour = COLOURS.get(name, GREY)
    if band:
        days = [date2num(date.fromisoformat(row["date"])) for row in band]
        low, middle, high = ([row[key] for row in band] for key in ("p05", "p50", "p95"))
        axes.fill_between(days, low, high, color=colour, alpha=0.25, linewidth=0)
        axes.plot(days, middle, color=colour, linewidth=1.6)
    else:
        entry = next(e for e in results["absent"] if (e["origin"], e["forecaster"]) == (origin, name))
        posterior = entry["reason"] == "no posterior"
        words = label("hindcast.no_posterior" if posterior else "hindcast.not_enough", lang, **_counts(entry))
        lines = "\n".join(wrap(words, 1.5, SMALL))
        axes.text(0.98, 0.03, lines, transform=axes.transAxes, size=SMALL, color=GREY, ha="right", va="bottom")
    axes.axvline(date2num(date.fromisoformat(origin)), color=GREY, linewidth=0.8, linestyle=":")
    for target in results["published"]:
        _published(axes, target, known=target["date"] <= origin)


def _counts(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {key: entry[key] for key in ("given", "needed") if key in entry}


def _published(axes: Axes, target: Mapping[str, Any], *, known: bool) -> None:
    x = date2num(date.fromisoformat(target["date"]))
    bound = target["kind"] == "lower bound"
    error = yerror(reach(target))
    look: dict[str, Any] = {
        "fmt": "^" if bound else "o",
        "color": "black",
        "ms": 3.6,
        "elinewidth": 0.8,
        "markeredgewidth": 0.8,
    }
    axes.errorbar(x, target["millions"], error, markerfacecolor="black" if known else "white", zorder=5, **look)


def _scale(axes: Axes, results: Results, lang: str) -> None:
    """All panels share their axes; the first is set."""
    days = [date.fromisoformat(target["date"]) for target in results["published"]]
    millions = [target["millions"] for target in results["published"]]
    axes.set_ylim(FRAME[0] * min(millions), FRAME[1] * max(millions))
    axes.set_xlim(date2num(min(days)) - 60, date2num(max(days)) + 45)
    axes.xaxis.set_major_locator(YearLocator())
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))
    for panel in axes.figure.axes:
        light_grid(panel, "y")
    localise(axes, lang, y=True)


def _name(panels: np.ndarray, names: Sequence[str], many: bool, lang: str) -> None:
    """The forecaster above its panel, or above the first panel of its row, where nothing published is covered."""
    for place, forecaster in enumerate(names):
        words = label(f"forecaster.{forecaster}", lang)
        if not many:
            panels.flat[place].set_title(words, size=SMALL, loc="left", weight="bold")
            continue
        axes = panels[place, 0]
        if place:
            axes.set_title(" ", size=SMALL, loc="left")  # keeps the line free
        name = axes.annotate(words, (0, 1), (0, 5), "axes fraction", "offset points", size=SMALL, weight="bold")
        name.set_in_layout(False)  # it may be wider than its panel


def _legend(results: Results, lang: str) -> list[Artist]:
    dot: dict[str, Any] = {"marker": "o", "color": "black", "linestyle": "", "ms": 4}
    found: list[Artist] = [
        Patch(facecolor=GREY, alpha=0.4, label=label("hindcast.band", lang)),
        Line2D([], [], label=label("hindcast.published", lang), **dot),
        Line2D([], [], markerfacecolor="white", label=label("hindcast.came", lang), **dot),
    ]
    if any(target["kind"] == "lower bound" for target in results["published"]):
        words = label("adoption.lower_bound", lang)
        found.append(Line2D([], [], markerfacecolor="white", label=words, **{**dot, "marker": "^"}))
    return found
