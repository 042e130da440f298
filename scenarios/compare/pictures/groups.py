"""Who is activated: by age band, with and without a digital life, and which groups catch up or fall behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from foundation.drawing.placing import number_rows
from foundation.drawing.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    RED,
    SMALL,
    WIDTH,
    legend_below,
    light_grid,
    localise,
    styled,
    wrap,
)
from foundation.language.numbers import day, interval, number
from foundation.quantiles import spread
from foundation.shapes import Floats
from foundation.store.manifest import Manifest
from model.terms.outcome import OBSTACLES
from scenarios.compare import label
from scenarios.compare.equity import equity_table, on_day
from scenarios.compare.pictures.results import Frames, horizon, scenario_order, strategies_by_effect
from scenarios.compare.shares import group_shares
from scenarios.compare.tables import groups_table
from scenarios.drawing import name_rows, page
from scenarios.words import group_label, scenario_titles

CELL: dict[str, Any] = {"ha": "center", "va": "center", "gid": "cell", "in_layout": False}
"""A number within the axes, for which they need give up no room."""


@styled
def by_age_band(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """Share of each age band that is activated at the horizon."""
    names = [scenario_order(frames["outcomes"])[0], *strategies_by_effect(frames)]
    shares = _shares(frames["groups"], "age_band", manifest)
    bands = list(dict.fromkeys(str(band) for _, band in shares))
    # [scenario, band, quantile], per cent
    found = 100 * np.array([[shares[name, band] for band in bands] for name in names])
    draw = _dots if len(names) <= 2 else _coloured
    return draw(found, names, bands, manifest, lang)


def _shares(groups: pd.DataFrame, dimension: str, manifest: Manifest) -> dict[tuple[str, str], Floats]:
    """5, 50 and 95 % quantiles of the shares at the horizon, as the tables have them, by scenario and group."""
    table = groups_table(groups[groups["dimension"] == dimension], horizon(manifest))
    keys = zip(table["scenario"].astype(str), table["group"].astype(str), strict=True)
    return dict(zip(keys, table[["share_p05", "share_p50", "share_p95"]].to_numpy(np.float64), strict=True))


def _title(manifest: Manifest, lang: str) -> str:
    return label("ages.title", lang, until=day(manifest["until"], lang))


def _dots(found: np.ndarray, names: Sequence[str], bands: Sequence[str], manifest: Manifest, lang: str) -> Figure:
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


def _coloured(found: np.ndarray, names: Sequence[str], bands: Sequence[str], manifest: Manifest, lang: str) -> Figure:
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
    axes.text(column, row, number(value, 0, lang), size=SMALL, color=colour, **CELL)


LOOKS = {"yes": (RED, "o", -0.13), "no": (BLUE, "s", 0.13)}
"""Colour, marker and offset of the digitally excluded and of the others."""


@styled
def digital_gap(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """A row per scenario with both groups' shares at the horizon, and the gap between them."""
    names = [scenario_order(frames["outcomes"])[0], *strategies_by_effect(frames)]
    shares = group_shares(frames["groups"], "digital_exclusion", horizon(manifest))
    title = label("gap.title", lang, until=day(manifest["until"], lang))
    figure = page(title, label("gap.subtitle", lang), 0.36 * len(names) + 1.2, manifest, lang)
    axes = figure.subplots()
    quantiles = _shares(frames["groups"], "digital_exclusion", manifest)
    highest = max(_row(axes, place, quantiles, name) for place, name in enumerate(names))
    name_rows(axes, names, manifest, lang)
    number_rows(axes, [_gap(shares, name, lang) for name in names])
    axes.set_xlim(0, max(5.0, 108 * highest))
    axes.set_xlabel(label("gap.axis", lang))
    light_grid(axes, "x")
    localise(axes, lang, x=True)
    legend_below(figure, _legend(lang), 2)
    return figure


def _row(axes: Axes, place: int, shares: Mapping[tuple[str, str], Floats], name: str) -> float:
    """Draws both groups of a scenario; returns the highest share."""
    top = 0.0
    for group, (colour, marker, offset) in LOOKS.items():
        low, middle, high = shares[name, group]
        axes.plot([100 * low, 100 * high], [place + offset] * 2, color=colour, linewidth=1.6)
        axes.plot(100 * middle, place + offset, marker, color=colour, ms=6, markeredgecolor="white")
        top = max(top, float(np.nan_to_num(high)))
    return top


def _gap(shares: pd.DataFrame, name: str, lang: str) -> str:
    """Others minus excluded, points, draw by draw."""
    table = shares[shares["scenario"] == name].pivot(index="draw", columns="group", values="share")
    found = spread(100 * (table["no"] - table["yes"]))
    return f"{number(found['p50'], 0, lang)} {interval(found['p05'], found['p95'], 0, lang)}"


def _legend(lang: str) -> list[Artist]:
    return [
        Line2D([], [], color=colour, marker=marker, label=group_label("digital_exclusion", group, lang))
        for group, (colour, marker, _) in LOOKS.items()
    ]


SHOWN = {"age_band": None, "digital_exclusion": ("yes",), "long_term_illness": ("yes",)}
"""Dimensions and groups of the table in colour: of two groups one is enough, the other's gap is the opposite."""
_DIVERGING = LinearSegmentedColormap.from_list("behind and ahead", [ORANGE, "white", BLUE])
MINOR = ("guardian", "child")
COLOURS = {
    "activated": BLUE,
    "minor": "#B8D8EB",
    "not_visited": "#F3D9A4",
    "unaware": "#E69F00",
    "information": "#D55E00",
    "time": "#E58A4B",
    "no_use": "#8F3B00",
    "other_reason": "#C9A08A",
    "refused": "#6E6E6E",
}
"""From activated to far from it; barriers in one family of colours."""


@styled
def equity_changes(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """A row per strategy, a column per group: change of the group's gap to the others against the reference."""
    names = strategies_by_effect(frames)
    found, groups = _changes(frames["equity"], horizon(manifest), names)
    dates = {key: day(manifest[at], lang) for key, at in (("start", "policy_start"), ("until", "until"))}
    title, subtitle = label("equity.title", lang, **dates), label("equity.subtitle", lang)
    figure = page(title, subtitle, 0.36 * len(names) + 1.3, manifest, lang)
    axes = figure.subplots()
    most = max(1.0, float(np.nanmax(np.abs(found))))
    axes.imshow(found, aspect="auto", cmap=_DIVERGING, vmin=-1.5 * most, vmax=1.5 * most)
    for row, column in np.ndindex(*found.shape):
        text = number(float(found[row, column]), 1, lang, sign=True)
        axes.text(column, row, text, size=SMALL, color=BLACK, **CELL)
    name_rows(axes, names, manifest, lang)
    heads = ["\n".join(wrap(group_label(*group, lang), 0.72, SMALL)) for group in groups]
    axes.set_xticks(range(len(groups)), heads)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _changes(equity: pd.DataFrame, until: date, names: Sequence[str]) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """Medians over draws [strategy, group] of the change of the gap, points, as the table has them; and the groups."""
    medians = equity_table(equity, until).set_index(["scenario", "dimension", "group"])["gap_change_points_p50"]
    groups = shown_groups(medians)
    wanted = [(name, *group) for name in names for group in groups]
    return medians.reindex(wanted).to_numpy().reshape(len(names), -1), groups


def shown_groups(table: pd.DataFrame | pd.Series[float]) -> list[tuple[str, str]]:
    """(dimension, group) of a table indexed by scenario, dimension and group, in its order."""
    return [
        (dimension, group)
        for dimension, group in _groups(table)
        if dimension in SHOWN and (SHOWN[dimension] is None or group in (SHOWN[dimension] or ()))
    ]


def _groups(table: pd.DataFrame | pd.Series[float]) -> list[tuple[str, str]]:
    return list(dict.fromkeys((str(key[1]), str(key[2])) for key in table.index))


@styled
def left_behind(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """Bars of 100 %: activated, and where the others stand; for the reference and the strategy that adds most."""
    names = [scenario_order(frames["outcomes"])[0], *strategies_by_effect(frames)[:1]]
    shares = standing_shares(frames["equity"], manifest)
    groups = _groups(shares)
    dates = {key: day(manifest[at], lang) for key, at in (("start", "policy_start"), ("until", "until"))}
    title, subtitle = label("left.title", lang, until=dates["until"]), label("left.subtitle", lang, **dates)
    figure = page(title, subtitle, 0.33 * len(groups) + 2.2, manifest, lang, intervals=False)
    panels = figure.subplots(1, len(names), sharey=True, squeeze=False)[0]
    titles = scenario_titles(manifest, lang)
    for axes, name in zip(panels, names, strict=True):
        _bars(axes, shares.reindex(pd.MultiIndex.from_tuples([(name, *group) for group in groups])), lang)
        axes.set_title("\n".join(wrap(titles[name], 3.4, SMALL, most=2)), size=SMALL, loc="left")
    panels[0].set_yticks(range(len(groups)), [group_label(*group, lang) for group in groups])
    panels[0].set_ylim(len(groups) - 0.5, -0.5)
    legend_below(figure, [Patch(color=colour, label=_words(name, lang)) for name, colour in COLOURS.items()], 3)
    return figure


def standing_shares(equity: pd.DataFrame, manifest: Manifest) -> pd.DataFrame:
    """Per scenario, dimension and group (regions aside), the mean over draws of each part of the living members, per
    cent: columns of ``COLOURS``, which sum to 100."""
    now = on_day(equity[equity["dimension"].isin(list(SHOWN))], horizon(manifest))
    parts = now[["activated", *OBSTACLES]].div(now["living"].where(now["living"] > 0), axis=0) * 100
    parts["minor"] = parts[list(MINOR)].sum(axis=1)
    keyed = pd.concat([now[["scenario", "dimension", "group"]], parts[list(COLOURS)]], axis=1)
    return keyed.groupby(["scenario", "dimension", "group"], sort=False).mean()


def _bars(axes: Axes, shares: pd.DataFrame, lang: str) -> None:
    left = np.zeros(len(shares))
    for name, colour in COLOURS.items():
        widths = shares[name].fillna(0).to_numpy()
        axes.barh(range(len(shares)), widths, left=left, color=colour, height=0.78)
        for row, (start, wide) in enumerate(zip(left, widths, strict=True)):
            if wide >= 7:
                ink = "white" if name in ("activated", "no_use", "refused", "information") else BLACK
                axes.text(start + wide / 2, row, number(wide, 0, lang), size=SMALL, color=ink, **CELL)
        left += widths
    axes.set_xlim(0, 100)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label("left.share", lang))
    localise(axes, lang, x=True)


def _words(name: str, lang: str) -> str:
    return label(f"left.{name}" if name in ("activated", "minor") else f"obstacle.{name}", lang)
