"""What the uncertainty of each result is made of: a dot for each source, and how far it can be told."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from calibration.uncertainty import label
from foundation.drawing.placing import number_rows
from foundation.drawing.style import BLUE, GREEN, GREY, ORANGE, legend_below, light_grid, styled
from foundation.language.numbers import day, number
from foundation.store.manifest import Manifest
from scenarios.drawing import name_rows, page

COLOURS = {"structure": ORANGE, "parameters": BLUE, "levers": GREEN, "chance": GREY}
APART = 0.18
"""Between the lines of two sources of one result, in rows."""


@styled
def uncertainty_split(shares: pd.DataFrame, manifest: Manifest, lang: str) -> Figure:
    """``shares``: a row a scenario with ``scenario, mean, sd`` and the share of each source (0..1) with its 90 %
    interval, ``<source>_low`` and ``<source>_high``; those of an earlier version have none.

    Dots side by side rather than bars on top of each other: a share whose interval goes from 10 to 90 % has no place
    where it ends.
    """
    until = day(manifest["until"], lang)
    figure = page(
        label("uncertainty.title", lang, until=until),
        label("uncertainty.subtitle", lang),
        0.62 * len(shares) + 1.1,
        manifest,
        lang,
        statistic="",
    )
    axes = figure.subplots()
    known = {source: colour for source, colour in COLOURS.items() if shares[source].notna().any()}
    for place, (source, colour) in enumerate(known.items()):
        _draw_source(axes, shares, source, colour, (place - (len(known) - 1) / 2) * APART)
    name_rows(axes, shares["scenario"].tolist(), manifest, lang)
    number_rows(
        axes,
        [f"{number(m, 2, lang)} ± {number(s, 2, lang)}" for m, s in zip(shares["mean"], shares["sd"], strict=True)],
    )
    axes.set_xlim(-2, 102)
    axes.set_xlabel(label("uncertainty.axis", lang))
    light_grid(axes, "x")
    legend_below(figure, [_key(colour, label(f"uncertainty.{source}", lang)) for source, colour in known.items()], 4)
    return figure


def _draw_source(axes: Axes, shares: pd.DataFrame, source: str, colour: str, aside: float) -> None:
    """The dots of one source, a row lower or higher by ``aside``, and their intervals."""
    rows = [place + aside for place in range(len(shares))]
    if f"{source}_low" in shares:
        low, high = (100 * shares[f"{source}_{end}"] for end in ("low", "high"))
        axes.hlines(rows, low, high, color=colour, linewidth=2, zorder=2)
    axes.plot(100 * shares[source], rows, "o", color=colour, markersize=5, zorder=3)


def _key(colour: str, words: str) -> Line2D:
    return Line2D([], [], color=colour, marker="o", markersize=5, linewidth=2, label=words)
