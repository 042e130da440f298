"""Attributed activations beside the effect of taking the channel out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from foundation.drawing.style import BLUE, ORANGE, SMALL, legend_below, light_grid, localise, page, styled
from foundation.drawing.wrapping import wrap
from foundation.language.numbers import day
from planning.effects.effects import summary
from planning.effects.table import channel_title
from planning.text import label
from scenarios.compare.pictures import save

COLOURS = {"attributed": ORANGE, "effect": BLUE}


@styled
def effects(frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any], lang: str) -> Figure:
    """At the horizon: a row per channel, two intervals each."""
    table = frames["effects"]
    found = summary(table)
    rows = found[found["day"] == "horizon"].reset_index(drop=True)
    subtitle = label("effects.subtitle", lang, day=day(manifest["until"], lang), draws=table["draw"].nunique())
    figure = page(label("effects.title", lang), subtitle, 0.5 * len(rows) + 0.9, manifest, lang)
    axes = figure.subplots()
    for place, row in rows.iterrows():
        for shift, (name, colour) in zip((-0.15, 0.15), COLOURS.items(), strict=True):
            height = float(str(place)) + shift
            axes.plot([row[f"{name}_p05"], row[f"{name}_p95"]], [height, height], color=colour, linewidth=1.6)
            axes.plot(row[f"{name}_p50"], height, "o", color=colour, ms=6, markeredgecolor="white")
    titles = ["\n".join(wrap(channel_title(str(c), lang), 2.4, SMALL, most=2)) for c in rows["channel"]]
    axes.set_yticks(range(len(rows)), titles)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    axes.set_xlabel(label("effects.axis", lang))
    axes.tick_params(axis="y", length=0)
    light_grid(axes, "x")
    localise(axes, lang, x=True)
    handles = [Line2D([], [], color=c, marker="o", label=label(f"effects.{n}_long", lang)) for n, c in COLOURS.items()]
    legend_below(figure, handles, 2)
    return figure


def draw_effects(
    frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, object], folder: Path, lang: str
) -> list[Path]:
    """Draws the picture into ``folder``."""
    folder.mkdir(exist_ok=True)
    return save(effects(frames, manifest, lang), folder / f"effects.{lang}")
