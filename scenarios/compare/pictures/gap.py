"""The digital gap: share activated among the digitally excluded and among the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from foundation.drawing.placing import name_rows, number_rows
from foundation.drawing.style import BLUE, RED, legend_below, light_grid, localise, page, styled
from foundation.language.numbers import day, interval, number
from foundation.language.text import group_label, label
from foundation.quantiles import spread
from scenarios.compare.pictures.results import Frames, horizon, scenario_order, strategies_by_effect
from scenarios.compare.shares import group_shares, share_quantiles

LOOKS = {"yes": (RED, "o", -0.13), "no": (BLUE, "s", 0.13)}
"""Colour, marker and offset of the digitally excluded and of the others."""


@styled
def digital_gap(frames: Frames, manifest: Mapping[str, Any], lang: str) -> Figure:
    """A row per scenario with both groups' shares at the horizon, and the gap between them."""
    names = [scenario_order(frames["outcomes"])[0], *strategies_by_effect(frames)]
    shares = group_shares(frames["groups"], "digital_exclusion", horizon(manifest))
    title = label("gap.title", lang, until=day(manifest["until"], lang))
    figure = page(title, label("gap.subtitle", lang), 0.36 * len(names) + 1.2, manifest, lang)
    axes = figure.subplots()
    highest = max(_row(axes, place, shares, name) for place, name in enumerate(names))
    name_rows(axes, names, manifest, lang)
    number_rows(axes, [_gap(shares, name, lang) for name in names])
    axes.set_xlim(0, max(5.0, 108 * highest))
    axes.set_xlabel(label("gap.axis", lang))
    light_grid(axes, "x")
    localise(axes, lang, x=True)
    legend_below(figure, _legend(lang), 2)
    return figure


def _row(axes: Axes, place: int, shares: pd.DataFrame, name: str) -> float:
    """Draws both groups of a scenario; returns the highest share."""
    top = 0.0
    for group, (colour, marker, offset) in LOOKS.items():
        low, middle, high = share_quantiles(shares, name, group)
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
