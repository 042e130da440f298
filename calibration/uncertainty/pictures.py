"""What the uncertainty of each result is made of, as stacked bars."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from calibration.uncertainty import label
from foundation.drawing.placing import number_rows
from foundation.drawing.style import BLUE, GREEN, GREY, ORANGE, legend_below, light_grid, styled
from foundation.language.numbers import day, number
from foundation.store.manifest import Manifest
from scenarios.drawing import name_rows, page

COLOURS = {"structure": ORANGE, "parameters": BLUE, "levers": GREEN, "chance": GREY}


@styled
def uncertainty_split(shares: pd.DataFrame, manifest: Manifest, lang: str) -> Figure:
    """``shares``: a row a scenario with ``scenario, mean, sd`` and the share of each source (0..1)."""
    until = day(manifest["until"], lang)
    figure = page(
        label("uncertainty.title", lang, until=until),
        label("uncertainty.subtitle", lang),
        0.36 * len(shares) + 1.1,
        manifest,
        lang,
    )
    axes = figure.subplots()
    left = [0.0] * len(shares)
    for source, colour in COLOURS.items():
        widths = (100 * shares[source].fillna(0.0)).tolist()
        axes.barh(range(len(shares)), widths, left=left, color=colour, height=0.62)
        left = [before + width for before, width in zip(left, widths, strict=True)]
    name_rows(axes, shares["scenario"].tolist(), manifest, lang)
    number_rows(
        axes,
        [f"{number(m, 2, lang)} ± {number(s, 2, lang)}" for m, s in zip(shares["mean"], shares["sd"], strict=True)],
    )
    axes.set_xlim(0, 100)
    axes.set_xlabel(label("uncertainty.axis", lang))
    light_grid(axes, "x")
    legend_below(
        figure,
        [Patch(color=colour, label=label(f"uncertainty.{source}", lang)) for source, colour in COLOURS.items()],
        4,
    )
    return figure
