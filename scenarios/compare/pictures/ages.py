"""Who is activated, by age band: dots for one or two scenarios, a table in colour for more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D

from foundation.drawing.placing import name_rows
from foundation.drawing.style import BLUE, GREY, SMALL, WIDTH, legend_below, light_grid, localise, page, styled
from foundation.drawing.wrapping import wrap
from foundation.language.numbers import day, number
from foundation.language.text import group_label, label, scenario_titles
from scenarios.compare.pictures.results import Frames, horizon, scenario_order, strategies_by_effect
from scenarios.compare.shares import group_shares, share_quantiles


@styled
def by_age_band(frames: Frames, manifest: Mapping[str, object], lang: str) -> Figure:
    """Share of each age band that is activated at the horizon."""
    names = [scenario_order(frames["outcomes"])[0], *strategies_by_effect(frames)]
    shares = group_shares(frames["groups"], "age_band", horizon(manifest))
    bands = [str(band) for band in shares["group"].unique()]
    # [scenario, band, quantile], per cent
    found = 100 * np.array([[share_quantiles(shares, name, band) for band in bands] for name in names])
    draw = _dots if len(names) <= 2 else _coloured
    return draw(found, names, bands, manifest, lang)


def _title(manifest: Mapping[str, Any], lang: str) -> str:
    return label("ages.title", lang, until=day(manifest["until"], lang))


def _dots(
    found: np.ndarray, names: Sequence[str], bands: Sequence[str], manifest: Mapping[str, object], lang: str
) -> Figure:
    figure = page(_title(manifest, lang), label("ages.subtitle_few", lang), 4.4, manifest, lang)
    axes, titles = figure.subplots(), scenario_titles(manifest, lang)
    colours = (BLUE,) if len(names) == 1 else (GREY, BLUE)
    handles = []
    for i, (name, colour, marker) in enumerate(zip(names, colours, ("s", "o"), strict=False)):
        x = np.arange(len(bands)) + (i - (len(names) - 1) / 2) * 0.22
        axes.vlines(x, found[i, :, 0], found[i, :, 2], color=colour, linewidth=2)
        axes.plot(x, found[i, :, 1], marker, color=colour, ms=7, markeredgecolor="white")
        words = "\n".join(wrap(titles[name], WIDTH / 2 - 0.8, SMALL))
        handles.append(Line2D([], [], color=colour, marker=marker, label=words))
    _name_bands(axes, bands, lang)
    axes.set_ylabel(label("ages.share", lang))
    axes.set_ylim(0, max(5.0, 1.1 * float(np.nanmax(found))))
    light_grid(axes, "y")
    localise(axes, lang, y=True)
    legend_below(figure, handles, 2)
    return figure


def _name_bands(axes: Axes, bands: Sequence[str], lang: str) -> None:
    axes.set_xticks(range(len(bands)), [group_label("age_band", band, lang) for band in bands])
    axes.set_xlabel(label("ages.axis", lang))


def _coloured(
    found: np.ndarray, names: Sequence[str], bands: Sequence[str], manifest: Mapping[str, object], lang: str
) -> Figure:
    body = 0.36 * len(names) + 0.9
    figure = page(_title(manifest, lang), label("ages.subtitle_many", lang), body, manifest, lang)
    axes = figure.subplots()
    medians = found[:, :, 1]
    low, high = float(np.nanmin(medians)), float(np.nanmax(medians))
    image = axes.imshow(medians, aspect="auto", cmap="viridis", vmin=low, vmax=max(high, low + 1))
    for row, column in np.ndindex(*medians.shape):
        _cell(axes, row, column, float(medians[row, column]), image, lang)
    name_rows(axes, names, manifest, lang)
    _name_bands(axes, bands, lang)
    axes.tick_params(axis="x", length=0)
    axes.axhline(0.5, color="white", linewidth=3)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _cell(axes: Axes, row: int, column: int, value: float, image: AxesImage, lang: str) -> None:
    """The number, dark on light colours and light on dark ones."""
    red, green, blue, _ = image.to_rgba(np.array([value]))[0]
    colour = "black" if 0.299 * red + 0.587 * green + 0.114 * blue > 0.46 else "white"
    axes.text(column, row, number(value, 0, lang), size=SMALL, color=colour, ha="center", va="center", gid="cell")
