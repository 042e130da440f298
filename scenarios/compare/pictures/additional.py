"""What each strategy adds to the status quo, as intervals sorted by median."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from foundation.drawing.placing import name_rows, number_rows
from foundation.drawing.style import BLUE, GREY, light_grid, localise, page, styled
from foundation.language.numbers import day, interval, number
from foundation.language.text import label
from scenarios.compare.pictures.results import Frames, quantiles_of, strategies_by_effect


@styled
def additional_activations(frames: Frames, manifest: Mapping[str, Any], lang: str) -> Figure:
    """Median, 50 % and 90 % intervals of the additional activations of each strategy, with the numbers beside them."""
    until = day(manifest["until"], lang)
    names = strategies_by_effect(frames)
    title, subtitle = label("additional.title", lang, until=until), label("additional.subtitle", lang)
    figure = page(title, subtitle, 0.36 * len(names) + 0.9, manifest, lang)
    axes = figure.subplots()
    texts = [_row(axes, place, frames, name, lang) for place, name in enumerate(names)]
    name_rows(axes, names, manifest, lang)
    number_rows(axes, texts)
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_xlabel(label("additional.axis", lang))
    light_grid(axes, "x")
    localise(axes, lang, x=True)
    return figure


def _row(axes: Axes, place: int, frames: Frames, name: str, lang: str) -> str:
    """Draws one strategy; returns its numbers in words."""
    p05, p25, p50, p75, p95 = quantiles_of(frames["outcomes"], name, "additional_millions")
    axes.plot([p05, p95], [place, place], color=BLUE, linewidth=1.4, solid_capstyle="butt")
    axes.plot([p25, p75], [place, place], color=BLUE, linewidth=5, alpha=0.55, solid_capstyle="butt")
    axes.plot(p50, place, "o", color=BLUE, ms=6, markeredgecolor="white")
    return f"{number(p50, 2, lang)} {interval(p05, p95, 2, lang)}"
