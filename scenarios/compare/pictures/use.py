"""Who goes on using the service: users by month without new action, and lasting users that each strategy adds."""

from __future__ import annotations

from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from foundation.drawing.style import (
    BLUE,
    GREEN,
    GREY,
    SMALL,
    legend_below,
    light_grid,
    localise,
    mark_years,
    styled,
    wrap,
)
from foundation.language.numbers import day
from foundation.store.manifest import Manifest
from scenarios.compare import label
from scenarios.compare.pictures.results import Frames, of_scenario, quantiles_of, scenario_order, strategies_by_effect
from scenarios.compare.use import counted
from scenarios.drawing import page
from scenarios.words import scenario_titles

ROWS = (("users", BLUE, "-"), ("weekly", GREEN, "--"))
NAME_WIDTH = 2.0
"""Inches for a strategy's name beside its row."""


@styled
def use_after_activation(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """Left, monthly and weekly users of the reference, medians and 90 % bands; right, lasting users added, 90 %."""
    names = strategies_by_effect(frames)
    reference = scenario_order(frames["outcomes"])[0]
    subtitle = label("users.subtitle", lang, scenario=scenario_titles(manifest, lang)[reference])
    row = 0.36 if any("\n" in name for name in _names(names, manifest, lang)) else 0.26
    height = max(3.6, row * len(names) + 1.4)
    figure = page(label("users.picture", lang), subtitle, height, manifest, lang)
    if not counted(frames["outcomes"]):
        axes = figure.subplots()
        axes.set_axis_off()
        axes.text(0.5, 0.5, label("users.not_counted", lang), ha="center", va="center", color=GREY)
        return figure
    left, right = figure.subplots(1, 2, width_ratios=(1.0, 1.0)) if names else (figure.subplots(), None)
    _courses(left, frames, reference, manifest, lang)
    if right is not None:
        _added(right, frames, names, manifest, lang)
    start = f"{label('adoption.policy_line', lang)} ({day(manifest['policy_start'], lang)})"
    legend = [
        Line2D([], [], color=BLUE, linestyle="-", label=label("users.users", lang)),
        Line2D([], [], color=GREEN, linestyle="--", label=label("users.weekly", lang)),
        Line2D([], [], color=GREY, linestyle="-.", label=start),
    ]
    legend_below(figure, legend, 3)
    return figure


def _courses(axes: Axes, frames: Frames, reference: str, manifest: Manifest, lang: str) -> None:
    rows = of_scenario(frames["users"], reference)
    for name, colour, line in ROWS:
        table = rows.pivot(index="month", columns="draw", values=name).sort_index()
        days = [date2num(date.fromisoformat(f"{month}-15")) for month in table.index]
        low, middle, high = np.quantile(table.to_numpy(np.float64) / 1e6, (0.05, 0.5, 0.95), axis=1)
        axes.fill_between(days, low, high, color=colour, alpha=0.2, linewidth=0)
        axes.plot(days, middle, color=colour, linestyle=line, linewidth=1.8)
    axes.axvline(date2num(date.fromisoformat(manifest["policy_start"])), color=GREY, linewidth=1.0, linestyle="-.")
    axes.set_ylim(0, None)
    axes.set_title(label("users.courses", lang), size=SMALL, loc="left")
    mark_years(axes)
    light_grid(axes, "y")
    localise(axes, lang, y=True)


def _names(names: list[str], manifest: Manifest, lang: str) -> list[str]:
    """Titles beside their rows, on two lines at most."""
    titles = scenario_titles(manifest, lang)
    return ["\n".join(wrap(titles[name], NAME_WIDTH, SMALL, most=2)) for name in names]


def _added(axes: Axes, frames: Frames, names: list[str], manifest: Manifest, lang: str) -> None:
    for place, name in enumerate(names):
        low, _, middle, _, high = quantiles_of(frames["outcomes"], name, "additional_lasting_users_millions")
        axes.plot([low, high], [place, place], color=BLUE, linewidth=1.4)
        axes.plot(middle, place, "o", color=BLUE, ms=5, markeredgewidth=0)
    axes.set_yticks(range(len(names)), _names(names, manifest, lang), size=SMALL)
    axes.invert_yaxis()
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_title(label("users.added", lang), size=SMALL, loc="left")
    light_grid(axes, "x")
    localise(axes, lang, x=True)
