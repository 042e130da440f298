"""The fan of a forecast: bands that begin at the last published count and widen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from calibration.forecast import label
from calibration.forecast.registered import Registered
from calibration.forecast.study import wide
from foundation.drawing.style import BLUE, GREY, PALE, RED, SMALL, legend_below, light_grid, localise, save, styled
from foundation.language.numbers import day, exact
from foundation.language.text import LANGUAGES
from foundation.store.manifest import Manifest
from scenarios.compare.pictures.adoption import NINETY
from scenarios.drawing import page

BANDS = ((0.05, 0.95, 0.2), (0.25, 0.75, 0.3))
"""Low level, high level, opacity."""


def draw_registered(forecast: Registered, folder: Path) -> list[Path]:
    """``forecast.png`` and ``forecast.fr.png`` for guides."""
    about = {**forecast.about, "quick": False, "forecast": {"from": forecast.about["forecast_from"]}}
    stems = {lang: folder / ("forecast" if lang == "en" else f"forecast.{lang}") for lang in LANGUAGES}
    return [path for lang, stem in stems.items() for path in save(fan(forecast.paths, about, lang), stem, ["png"])]


@styled
def fan(paths: pd.DataFrame, manifest: Manifest, lang: str) -> Figure:
    """``paths``: millions by day (index, ISO) and draw; ``manifest``: of the run, or what was registered of it."""
    last = manifest["forecast"]["from"]
    shown = {key: value for key, value in manifest.items() if key != "policy_start"}
    subtitle = label("forecast.subtitle", lang, day=day(last, lang))
    figure = page(label("forecast.title", lang), subtitle, 5.4, shown, lang, note=label("forecast.caveat", lang))
    axes = figure.subplots()
    _bands(axes, paths, last)
    axes.axhline(manifest["target_millions"], color=RED, linewidth=1.3, linestyle=(0, (6, 2)))
    axes.axvline(date2num(date.fromisoformat(last)), color=GREY, linewidth=1.0, linestyle=":")
    for point in manifest["stock_targets"]:
        if point["kind"] != "initial":
            _published(axes, point)
    _scale(axes, paths, manifest, lang)
    legend_below(figure, _legend(manifest, lang), 3)
    return figure


def _fan(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: str) -> Figure:
    """That of a run folder."""
    return fan(wide(frames["paths"]), manifest, lang)


PICTURES = {"forecast": _fan}


def _bands(axes: Axes, paths: pd.DataFrame, last: str) -> None:
    """The past pale, the forecast in colour."""
    days = np.array([date2num(date.fromisoformat(str(one))) for one in paths.index])
    known = np.array([str(one) <= last for one in paths.index])
    for part, colour in ((known, GREY), (~known | (paths.index == last), BLUE)):
        values = paths.to_numpy()[part]
        for low, high, opacity in BANDS:
            ends = np.quantile(values, [low, high], axis=1)
            axes.fill_between(days[part], *ends, color=colour, alpha=opacity, linewidth=0)
        axes.plot(days[part], np.median(values, axis=1), color=colour, linewidth=1.8)


def _published(axes: Axes, point: Mapping[str, Any]) -> None:
    """A figure with its 90 % error, a headline from end to end, a bound as an arrowhead."""
    x = date2num(date.fromisoformat(point["date"]))
    middle, high = point["millions"], point["high_millions"]
    if high is None or not isfinite(high):
        axes.plot(x, middle, "^", color="black", ms=5, zorder=5)
        return
    headline = point["kind"] == "headline"
    error = (high - point["low_millions"]) / 2 if headline else NINETY * point["error_millions"]
    face = "white" if headline else "black"
    axes.errorbar(
        x, middle, error, fmt="o", color="black", markerfacecolor=face, ms=4.5, elinewidth=1, capsize=2, zorder=5
    )


def _scale(axes: Axes, paths: pd.DataFrame, manifest: Manifest, lang: str) -> None:
    top = max(float(np.quantile(paths.to_numpy()[-1], 0.95)), manifest["target_millions"])
    axes.set_ylim(0, 1.05 * top)
    axes.set_xlim(right=date2num(date.fromisoformat(str(paths.index[-1]))))
    axes.margins(x=0)
    axes.xaxis.set_major_locator(YearLocator())
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))
    axes.set_ylabel(label("common.millions", lang))
    axes.tick_params(labelsize=SMALL)
    light_grid(axes, "y")
    localise(axes, lang, y=True)


def _legend(manifest: Manifest, lang: str) -> list[Artist]:
    target = label("forecast.legend_target", lang, millions=exact(manifest["target_millions"], lang))
    dot: dict[str, Any] = {"marker": "o", "color": "black", "linestyle": "", "ms": 4.5}
    return [
        Patch(facecolor=BLUE, alpha=0.45, label=label("forecast.legend_bands", lang)),
        Patch(facecolor=PALE, label=label("forecast.legend_past", lang)),
        Line2D([], [], color=RED, linestyle=(0, (6, 2)), label=target),
        Line2D([], [], label=label("forecast.legend_figure", lang), **dot),
        Line2D([], [], markerfacecolor="white", label=label("forecast.legend_headline", lang), **dot),
        Line2D([], [], color=GREY, linestyle=":", label=label("forecast.legend_end", lang)),
    ]
