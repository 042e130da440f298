"""Equity: which strategies let a group catch up or fall further behind, and where those not activated stand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from foundation.drawing.placing import name_rows
from foundation.drawing.style import BLACK, BLUE, ORANGE, SMALL, legend_below, localise, page, styled
from foundation.drawing.wrapping import wrap
from foundation.language.numbers import day, number
from foundation.language.text import group_label, label, scenario_titles
from model.terms.outcome import OBSTACLES
from scenarios.compare.equity import equity_table, on_day
from scenarios.compare.pictures.results import Frames, horizon, scenario_order, strategies_by_effect

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
def equity_changes(frames: Frames, manifest: Mapping[str, Any], lang: str) -> Figure:
    """A row per strategy, a column per group: change of the group's gap to the others against the reference."""
    names = strategies_by_effect(frames)
    table = equity_table(frames["equity"], manifest["until"]).set_index(["scenario", "dimension", "group"])
    groups = shown_groups(table)
    found = np.array([[table.loc[(name, *group), "gap_change_points_p50"] for group in groups] for name in names])
    dates = {key: day(manifest[at], lang) for key, at in (("start", "policy_start"), ("until", "until"))}
    title, subtitle = label("equity.title", lang, **dates), label("equity.subtitle", lang)
    figure = page(title, subtitle, 0.36 * len(names) + 1.3, manifest, lang)
    axes = figure.subplots()
    most = max(1.0, float(np.nanmax(np.abs(found))))
    axes.imshow(found, aspect="auto", cmap=_DIVERGING, vmin=-1.5 * most, vmax=1.5 * most)
    for row, column in np.ndindex(*found.shape):
        text = number(float(found[row, column]), 1, lang, sign=True)
        axes.text(column, row, text, size=SMALL, color=BLACK, ha="center", va="center", gid="cell")
    name_rows(axes, names, manifest, lang)
    heads = ["\n".join(wrap(group_label(*group, lang), 0.72, SMALL)) for group in groups]
    axes.set_xticks(range(len(groups)), heads)
    axes.xaxis.tick_top()
    axes.tick_params(axis="x", length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure


def shown_groups(table: pd.DataFrame) -> list[tuple[str, str]]:
    """(dimension, group) of a table indexed by scenario, dimension and group, in its order."""
    return [
        (dimension, group)
        for dimension, group in _groups(table)
        if dimension in SHOWN and (SHOWN[dimension] is None or group in (SHOWN[dimension] or ()))
    ]


def _groups(table: pd.DataFrame) -> list[tuple[str, str]]:
    return list(dict.fromkeys((str(key[1]), str(key[2])) for key in table.index))


@styled
def left_behind(frames: Frames, manifest: Mapping[str, Any], lang: str) -> Figure:
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


def standing_shares(equity: pd.DataFrame, manifest: Mapping[str, object]) -> pd.DataFrame:
    """Per scenario, dimension and group (regions aside), the mean over draws of each part of the living members, per
    cent: columns of ``COLOURS``, which sum to 100."""
    now = on_day(equity, horizon(manifest))
    now = now[now["dimension"].isin(list(SHOWN))]
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
                axes.text(start + wide / 2, row, number(wide, 0, lang), size=SMALL, color=ink, ha="center", va="center")
        left += widths
    axes.set_xlim(0, 100)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label("left.share", lang))
    localise(axes, lang, x=True)


def _words(name: str, lang: str) -> str:
    return label(f"left.{name}" if name in ("activated", "minor") else f"obstacle.{name}", lang)
