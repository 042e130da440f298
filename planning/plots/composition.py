"""What the money buys along the budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from planning.tables import million_euros
from planning.text import label, lever_title
from scenarios.numbers import number
from scenarios.plots.style import BLUE, GREY, ORANGE, SMALL, page, styled
from scenarios.plots.wrapping import wrap

Frames = Mapping[str, pd.DataFrame]
_USE = LinearSegmentedColormap.from_list("use", ["#FFFFFF", BLUE])
_MONEY = LinearSegmentedColormap.from_list("money", ["#FFFFFF", ORANGE])


@styled
def composition(frames: Frames, manifest: Mapping[str, Any], lang: str) -> Figure:
    """Two tables with shaded cells, levers by budgets: how much of each lever, and how the money is spread."""
    table = frames["plan"][frames["plan"]["budget_millions_eur"].notna()]
    kinds = dict(zip(table["lever"], table["kind"], strict=True))
    use = 100 * table.pivot(index="lever", columns="budget_millions_eur", values="share_of_ceiling")
    paid = table.pivot(index="lever", columns="budget_millions_eur", values="cost_mean")
    money = 100 * paid / paid.sum(axis=0).clip(lower=1e-9)
    # Bought early and much: on top.
    order = use.mean(axis=1).sort_values(ascending=False, kind="stable").index
    subtitle = label("composition.subtitle", lang, draws=len(manifest["plan"]["fresh_draws"]))
    figure = page(label("composition.title", lang), subtitle, 0.36 * len(order) + 0.9, manifest, lang)
    left, right = figure.subplots(1, 2, sharey=True)
    budgets = [million_euros(float(str(b)), lang) for b in use.columns]
    asked = list(use.columns).index(manifest["plan"]["budget_millions_eur"])
    for axes, values, colours, heading in ((left, use, _USE, "share"), (right, money, _MONEY, "spent")):
        _cells(axes, values.loc[order].to_numpy(), colours, lang)
        axes.set_xticks(range(len(budgets)), budgets)
        axes.get_xticklabels()[asked].set_fontweight("bold")
        axes.set_xlabel(label("composition.x", lang))
        axes.set_title(label(f"composition.{heading}", lang), size=SMALL + 1, loc="left")
    titles = ["\n".join(wrap(lever_title(str(name), kinds[name], lang), 2.2, SMALL, most=2)) for name in order]
    left.set_yticks(range(len(order)), titles)
    return figure


def _cells(axes: Axes, values: np.ndarray, colours: Any, lang: str) -> None:
    axes.imshow(values, cmap=colours, vmin=0, vmax=130, aspect="auto")
    for row, column in np.ndindex(*values.shape):
        value = float(values[row, column])
        if value >= 0.5:
            axes.text(column, row, number(value, 0, lang), ha="center", va="center", size=SMALL)
        elif value > 0:
            axes.text(column, row, "<1", ha="center", va="center", size=SMALL - 1, color=GREY)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_xticks(np.arange(-0.5, values.shape[1]), minor=True)
    axes.set_yticks(np.arange(-0.5, values.shape[0]), minor=True)
    axes.grid(which="minor", color="#D9D9D9", linewidth=0.6)
    axes.tick_params(which="minor", length=0)
