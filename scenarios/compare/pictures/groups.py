"""Who is activated: by age band, with and without a digital life, and which groups catch up or fall behind."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from foundation.drawing.placing import number_rows
from foundation.drawing.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SMALL,
    WIDTH,
    hold_ends,
    legend_below,
    light_grid,
    localise,
    styled,
    wrap,
)
from foundation.language.numbers import day, interval, number
from foundation.shapes import Floats
from foundation.store.manifest import Manifest, references_of
from model.terms.outcome import OBSTACLES
from scenarios.compare import label
from scenarios.compare.equity import equity_table, on_day
from scenarios.drawing import Frames, horizon, name_rows, page, scenario_order, strategies_by_effect
from scenarios.words import group_label, scenario_titles

CELL: dict[str, Any] = {"ha": "center", "va": "center", "gid": "cell", "in_layout": False}
"""A number within the axes, for which they need give up no room."""
LEADING = 3
"""Strategies beside the reference in the picture of ages, at most."""
POINT, HALF = 1.0, 0.5
"""Percentage points by which a median has to move for a strategy to be shown, and a change for its number to be."""


@styled
def by_age_band(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """Share of each age band that is activated at the horizon: the reference, and strategies that move it most."""
    names = [scenario_order(frames["outcomes"])[0], *strategies_by_effect(frames, manifest)]
    table = _table(frames, manifest, "age_band")
    bands = list(dict.fromkeys(str(band) for _, band in table.index))
    # [scenario, band, quantile], per cent
    found = 100 * np.array([[table.loc[(name, band), QUANTILES] for band in bands] for name in names], float)
    moved = [name for name, row in zip(names, found, strict=True) if moves(row[:, 1] - found[0, :, 1], POINT)]
    shown = [names[0], *(moved or names[1:2])[:LEADING]]
    note = left_out_note("ages", len(names) - len(shown), lang)
    dates = {key: day(manifest[at], lang) for key, at in (("start", "policy_start"), ("until", "until"))}
    title, subtitle = label("ages.title", lang, **dates), label("ages.subtitle", lang, **dates)
    figure = page(title, subtitle, 4.4, manifest, lang, note=note)
    axes = figure.subplots()
    handles = _dots(axes, found[[names.index(name) for name in shown]], shown, manifest, lang)
    axes.set_xticks(range(len(bands)), [group_label("age_band", band, lang) for band in bands])
    axes.set_xlabel(label("ages.axis", lang))
    axes.set_ylabel(label("ages.share", lang))
    axes.set_ylim(0, max(5.0, 1.1 * float(np.nanmax(found))))
    light_grid(axes, "y")
    localise(axes, lang, y=True)
    legend_below(figure, handles, 2)
    return figure


QUANTILES = ["share_p05", "share_p50", "share_p95"]


def _table(frames: Frames, manifest: Manifest, dimension: str) -> pd.DataFrame:
    """The rows of the equity table of one dimension, by scenario and group: the same people as in every other picture
    of groups, who are sorted into them at the policy start."""
    equity = frames["equity"]
    table = equity_table(equity[equity["dimension"] == dimension], horizon(manifest), references_of(manifest))
    return table.astype({"scenario": str, "group": str}).set_index(["scenario", "group"])


def moves(points: Floats, least: float) -> bool:
    """Whether any of these differences is at least so large."""
    return bool(np.nanmax(np.abs(points), initial=0.0) >= least)


def left_out_note(section: str, count: int, lang: str) -> str:
    """How many strategies a picture leaves out and why; "" where it shows all."""
    return label(f"{section}.left_out", lang, count=count) if count else ""


def _dots(axes: Axes, found: np.ndarray, names: Sequence[str], manifest: Manifest, lang: str) -> list[Artist]:
    """Medians and intervals side by side, a colour a scenario; returns the legend."""
    titles = scenario_titles(manifest, lang)
    handles: list[Artist] = []
    colours = (BLUE,) if len(names) == 1 else (GREY, BLUE, GREEN, ORANGE)
    for i, (name, colour, marker) in enumerate(zip(names, colours, ("s", "o", "^", "D"), strict=False)):
        x = np.arange(found.shape[1]) + (i - (len(names) - 1) / 2) * 0.18
        axes.vlines(x, found[i, :, 0], found[i, :, 2], color=colour, linewidth=2)
        axes.plot(x, found[i, :, 1], marker, color=colour, ms=7, markeredgecolor="white")
        words = "\n".join(wrap(titles[name], WIDTH / 2 - 0.8, SMALL))
        handles.append(Line2D([], [], color=colour, marker=marker, label=words))
    return handles


LOOKS = {"yes": (RED, "o", -0.13), "no": (BLUE, "s", 0.13)}
"""Colour, marker and offset of the digitally excluded and of the others."""


@styled
def digital_gap(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """A row per scenario with both groups' shares at the horizon, and the gap between them."""
    names = [scenario_order(frames["outcomes"])[0], *strategies_by_effect(frames, manifest)]
    table = _table(frames, manifest, "digital_exclusion")
    shares = 100 * table["share_p50"].unstack("group").loc[:, list(LOOKS)]
    medians = {name: shares.loc[name].to_numpy(np.float64) for name in names}
    moved = [name for name in names[1:] if moves(medians[name] - medians[names[0]], POINT)]
    shown = [names[0], *(moved or names[1:2])]
    dates = {key: day(manifest[at], lang) for key, at in (("start", "policy_start"), ("until", "until"))}
    title, note = label("gap.title", lang, **dates), left_out_note("gap", len(names) - len(shown), lang)
    figure = page(title, label("gap.subtitle", lang, **dates), 0.36 * len(shown) + 1.2, manifest, lang, note=note)
    axes = figure.subplots()
    highest = max(_row(axes, place, table, name) for place, name in enumerate(shown))
    name_rows(axes, shown, manifest, lang)
    number_rows(axes, [_gap(table, name, lang) for name in shown])
    axes.set_xlim(0, max(5.0, 108 * highest))
    axes.set_xlabel(label("gap.axis", lang))
    light_grid(axes, "x")
    localise(axes, lang, x=True)
    legend_below(figure, _legend(lang), 2)
    return figure


def _row(axes: Axes, place: int, table: pd.DataFrame, name: str) -> float:
    """Draws both groups of a scenario; returns the highest share."""
    top = 0.0
    for group, (colour, marker, offset) in LOOKS.items():
        low, middle, high = table.loc[(name, group), QUANTILES].to_numpy(float)
        axes.plot([100 * low, 100 * high], [place + offset] * 2, color=colour, linewidth=1.6)
        axes.plot(100 * middle, place + offset, marker, color=colour, ms=6, markeredgecolor="white")
        top = max(top, float(np.nan_to_num(high)))
    return top


def _gap(table: pd.DataFrame, name: str, lang: str) -> str:
    """Others minus excluded, points, draw by draw: the excluded's gap to the others the other way round."""
    levels = [f"gap_points_{level}" for level in ("p95", "p50", "p05")]
    low, middle, high = (-float(value) for value in table.loc[(name, "yes"), levels].to_numpy(np.float64))
    return f"{number(middle, 0, lang)} {interval(low, high, 0, lang)}"


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
    every = strategies_by_effect(frames, manifest)
    found, groups = _changes(frames["equity"], manifest, every)
    kept = [place for place, row in enumerate(found) if moves(row, HALF)] or [0]
    names, found = [every[place] for place in kept], found[kept]
    dates = {key: day(manifest[at], lang) for key, at in (("start", "policy_start"), ("until", "until"))}
    title, subtitle = label("equity.title", lang, **dates), label("equity.subtitle", lang)
    note = left_out_note("equity", len(every) - len(names), lang)
    figure = page(title, subtitle, 0.36 * len(names) + 1.3, manifest, lang, note=note, statistic="median")
    axes = figure.subplots()
    most = max(1.0, float(np.nanmax(np.abs(found))))
    axes.imshow(found, aspect="auto", cmap=_DIVERGING, vmin=-1.5 * most, vmax=1.5 * most)
    for row, column in np.ndindex(*found.shape):
        if abs(found[row, column]) >= HALF:
            text = number(float(found[row, column]), 1, lang, sign=True)
            axes.text(column, row, text, size=SMALL, color=BLACK, **CELL)
    name_rows(axes, names, manifest, lang)
    heads = ["\n".join(wrap(group_label(*group, lang), 0.62, SMALL - 1)) for group in groups]
    axes.set_xticks(range(len(groups)), heads, size=SMALL - 1)  # a column is 0.68 inches wide
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def _changes(
    equity: pd.DataFrame, manifest: Manifest, names: Sequence[str]
) -> tuple[np.ndarray, list[tuple[str, str]]]:
    """Medians over draws [strategy, group] of the change of the gap, points, as the table has them; and the groups."""
    table = equity_table(equity, horizon(manifest), references_of(manifest))
    medians = table.set_index(["scenario", "dimension", "group"])["gap_change_points_p50"]
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
    names = [scenario_order(frames["outcomes"])[0], *strategies_by_effect(frames, manifest)[:1]]
    shares = standing_shares(frames["equity"], manifest)
    groups = _groups(shares)
    dates = {key: day(manifest[at], lang) for key, at in (("start", "policy_start"), ("until", "until"))}
    title, subtitle = label("left.title", lang, until=dates["until"]), label("left.subtitle", lang, **dates)
    body, note = 0.33 * len(groups) + 2.2, label("left.means", lang)
    figure = page(title, subtitle, body, manifest, lang, note=note, statistic="mean")
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
    axes.set_xticks(range(0, 101, 20))
    localise(axes, lang, x=True)
    hold_ends(axes)


def _words(name: str, lang: str) -> str:
    return label(f"left.{name}" if name in ("activated", "minor") else f"obstacle.{name}", lang)
