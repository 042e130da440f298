"""What the data teach about parameters: spread of the posterior over the prior's, and correlations between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from foundation.drawing.style import BLUE, GREY, ORANGE, PALE, SMALL, legend_below, light_grid, localise, page, styled
from foundation.drawing.wrapping import wrap
from foundation.language.numbers import number
from foundation.language.text import label

_VERDICTS = {"learned": (BLUE, "o"), "hardly": (ORANGE, "s"), "not": (GREY, "D")}
_ROOM = 2.9
"""Inches for a parameter's name."""
_MOST = 12
"""Parameters in the map of correlations."""
_NINETY = 1.645


@styled
def identified_parameters(table: pd.DataFrame, manifest: Mapping[str, Any], lang: str) -> Figure:
    """A row a parameter, the best known first: ratio of standard deviations; posterior interval on places.

    ``table``: ``parameter, sd_ratio, place_p05, place_p50, place_p95, verdict``.
    """
    rows = table.sort_values("sd_ratio", kind="stable", ignore_index=True)
    height = 0.27 * len(rows) + 0.9
    title, subtitle = label("identified.title", lang), label("identified.subtitle", lang)
    figure = page(title, subtitle, height, manifest, lang, note=_source(manifest, lang))
    left, right = figure.subplots(1, 2, sharey=True)
    right.axvspan(-_NINETY, _NINETY, color=PALE, alpha=0.6, linewidth=0)
    left.axvline(1, color=GREY, linewidth=1)
    right.axvline(0, color=GREY, linewidth=1)
    for place, row in enumerate(rows.to_dict("records")):
        colour, marker = _VERDICTS[row["verdict"]]
        left.plot([row["sd_ratio"], 1], [place] * 2, color=PALE, linewidth=1.5, zorder=1)
        left.plot(row["sd_ratio"], place, marker, color=colour, ms=6)
        right.plot(
            [row["place_p05"], row["place_p95"]], [place] * 2, color=colour, linewidth=2.2, solid_capstyle="butt"
        )
        right.plot(row["place_p50"], place, marker, color=colour, ms=6, markeredgecolor="white")
    _name(left, [str(name) for name in rows["parameter"]], lang)
    left.set_xlim(0, max(1.15, 1.05 * float(rows["sd_ratio"].max())))
    left.set_xlabel(label("identified.ratio_axis", lang))
    right.set_xlabel(label("identified.place_axis", lang))
    for axes, decimals in ((left, 1), (right, 0)):
        light_grid(axes, "x")
        localise(axes, lang, x=True, decimals=decimals)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
    legend_below(figure, _legend(lang), 2)
    return figure


def _source(manifest: Mapping[str, Any], lang: str) -> str:
    """How many draws of the posterior: all of them, whatever was simulated."""
    posterior = manifest["posterior"]
    draws, effective = (number(posterior[name], 0, lang) for name in ("draws", "effective"))
    return label("identified.source", lang, draws=draws, effective=effective)


def _name(axes: Axes, names: list[str], lang: str) -> None:
    texts = ["\n".join(wrap(label(f"parameter.{name}", lang), _ROOM, SMALL, most=2)) for name in names]
    axes.set_yticks(range(len(names)), texts)
    axes.set_ylim(len(names) - 0.4, -0.6)


def _legend(lang: str) -> list[Any]:
    return [
        Line2D([], [], color=colour, marker=marker, ms=6, linestyle="", label=label(f"identified.{name}_long", lang))
        for name, (colour, marker) in _VERDICTS.items()
    ]


@styled
def correlation_map(pairs: pd.DataFrame, manifest: Mapping[str, Any], lang: str) -> Figure:
    """Lower triangle of correlations between the parameters of the strongest pairs.

    ``pairs``: ``first, second, correlation, significant``, the strongest first.
    """
    names = _strongest(pairs)
    matrix = _matrix(pairs, names)
    title, subtitle = label("identified.heat_title", lang), label("identified.heat_subtitle", lang)
    figure = page(title, subtitle, 0.42 * len(names) + 1.6, manifest, lang, note=_source(manifest, lang))
    axes = figure.subplots()
    image = axes.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1, aspect="auto")
    for i, j in zip(*np.nonzero(np.isfinite(matrix)), strict=True):
        colour = "white" if abs(matrix[i, j]) > 0.6 else "black"
        axes.text(j, i, number(matrix[i, j], 2, lang), ha="center", va="center", size=SMALL, color=colour)
    texts = [label(f"parameter.{name}", lang) for name in names]
    axes.set_yticks(range(len(names) - 1), ["\n".join(wrap(text, _ROOM, SMALL, most=2)) for text in texts[1:]])
    shown = ["\n".join(wrap(text, 1.7, SMALL, most=3)) for text in texts[:-1]]
    axes.set_xticks(range(len(names) - 1), shown, rotation=40, ha="right", rotation_mode="anchor")
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    bar = figure.colorbar(image, ax=axes, shrink=0.8, ticks=[-1, -0.5, 0, 0.5, 1])
    bar.set_label(label("identified.correlation", lang))
    localise(bar.ax, lang, y=True, decimals=1)
    return figure


def _strongest(pairs: pd.DataFrame) -> list[str]:
    """Parameters of the strongest pairs, in the order in which they come up; two at least."""
    names: list[str] = []
    for row in pairs[pairs["significant"] | (pairs.index == 0)].to_dict("records"):
        new = [str(row[side]) for side in ("first", "second") if row[side] not in names]
        if len(names) + len(new) <= _MOST:
            names += new
    return names


def _matrix(pairs: pd.DataFrame, names: list[str]) -> npt.NDArray[np.float64]:
    """Correlations [second..last, first..last but one], NaN above the diagonal and where chance would do."""
    found = {
        frozenset((row["first"], row["second"])): row["correlation"]
        for row in pairs[pairs["significant"] | (pairs.index == 0)].to_dict("records")
    }
    n = len(names) - 1
    matrix = np.full((n, n), np.nan)
    for i, j in zip(*np.tril_indices(n), strict=True):
        matrix[i, j] = found.get(frozenset((names[i + 1], names[j])), np.nan)
    return matrix
