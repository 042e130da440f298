"""A region before and after its counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from math import isfinite
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from calibration.region import label
from calibration.region.page import said, told
from foundation.drawing.style import BLUE, GREY, SMALL, legend_below, light_grid, localise, save, styled
from foundation.store.manifest import Manifest
from foundation.store.store import load
from scenarios.compare.pictures.adoption import NINETY
from scenarios.drawing import page
from scenarios.words import group_label

SHADES = {"before": (GREY, 0.22), "after": (BLUE, 0.3)}


@styled
def fan(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: str) -> Figure:
    """Bands before and after, and the counts."""
    region = group_label("region", manifest["region"], lang)
    figure = page(
        label("picture.title", lang, region=region),
        label("picture.subtitle", lang),
        5.0,
        told(manifest),
        lang,
        note=" ".join(said(frames["result"], lang)),
    )
    axes, table = figure.subplots(), frames["fan"]
    days = np.array([date2num(date.fromisoformat(str(one))) for one in table["date"]])
    for when, (colour, opacity) in SHADES.items():
        ends = table[f"{when}_p05"].to_numpy(), table[f"{when}_p95"].to_numpy()
        axes.fill_between(days, *ends, color=colour, alpha=opacity, linewidth=0)
        axes.plot(days, table[f"{when}_p50"].to_numpy(), color=colour, linewidth=1.8)
    for count in manifest["counts_used"]:
        _count(axes, count)
    axes.axvline(date2num(date.fromisoformat(manifest["last_count"])), color=GREY, linewidth=1.0, linestyle=":")
    axes.set_ylim(bottom=0)
    axes.margins(x=0)
    axes.xaxis.set_major_locator(YearLocator())
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))
    axes.set_ylabel(label("common.millions", lang))
    axes.tick_params(labelsize=SMALL)
    light_grid(axes, "y")
    localise(axes, lang, y=True)
    legend_below(figure, _legend(manifest, lang), 3)
    return figure


PICTURES = {"level": fan}


def _count(axes: Axes, count: Mapping[str, object]) -> None:
    """A figure with its 90 % error, a headline from end to end, a bound as an arrowhead."""
    x, middle = date2num(date.fromisoformat(str(count["date"]))), float(str(count["millions"]))
    high = count["high_millions"]
    if high is None or not isfinite(float(str(high))):
        axes.plot(x, middle, "^", color="black", ms=5, zorder=5)
        return
    headline = count["kind"] == "headline"
    width = float(str(high)) - float(str(count["low_millions"]))
    error = width / 2 if headline else NINETY * float(str(count["error_millions"]))
    face = "white" if headline else "black"
    axes.errorbar(
        x, middle, error, fmt="o", color="black", markerfacecolor=face, ms=4, elinewidth=1, capsize=2, zorder=5
    )


def _legend(manifest: Manifest, lang: str) -> list[Artist]:
    kinds = {count["kind"] == "headline" for count in manifest["counts_used"]}
    dots = [
        Line2D(
            [],
            [],
            marker="o",
            color="black",
            linestyle="",
            ms=4,
            markerfacecolor="white" if headline else "black",
            label=label("picture.headline" if headline else "picture.count", lang),
        )
        for headline in sorted(kinds)
    ]
    bands = [Patch(facecolor=SHADES[when][0], alpha=0.4, label=label(f"picture.{when}", lang)) for when in SHADES]
    return [*bands, *dots, Line2D([], [], color=GREY, linestyle=":", label=label("picture.last", lang))]


def draw(folder: Path, into: Path) -> None:
    """``region.png`` and ``region.fr.png`` for guides."""
    manifest, frames = load(folder, ["fan", "result"])
    for lang, name in (("en", "region"), ("fr", "region.fr")):
        save(fan(frames, manifest, lang), into / name, ["png"])
