"""What each strategy adds to the status quo, and what that costs; who goes on using the service: users by month without
new action, and lasting users that each strategy adds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from foundation.drawing.placing import list_below, list_height, name_or_number, number_rows
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
from foundation.language.numbers import NO_BREAK, day, number
from foundation.store.manifest import Manifest
from scenarios.compare import label
from scenarios.compare.use import counted
from scenarios.drawing import Frames, name_rows, of_scenario, page, quantiles_of, scenario_order, strategies_by_effect
from scenarios.words import in_units, scenario_titles, units_of, units_word

ROWS = (("users", BLUE, "-"), ("weekly", GREEN, "--"))
NAME_WIDTH = 2.0
"""Inches for a strategy's name beside its row."""


@styled
def additional_activations(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """Median, 50 % and 90 % intervals of the additional activations of each strategy, with the numbers beside them."""
    until = day(manifest["until"], lang)
    names = strategies_by_effect(frames, manifest)
    unit = {"units": units_word(manifest, lang)}
    title, subtitle = label("additional.title", lang, until=until), label("additional.subtitle", lang, **unit)
    figure = page(title, subtitle, 0.36 * len(names) + 0.9, manifest, lang, statistic="intervals")
    axes = figure.subplots()
    texts = [_row(axes, place, frames, name, manifest, lang) for place, name in enumerate(names)]
    name_rows(axes, names, manifest, lang)
    number_rows(axes, texts)
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_xlabel(label("additional.axis", lang, **unit))
    light_grid(axes, "x")
    localise(axes, lang, x=True)
    return figure


def _row(axes: Axes, place: int, frames: Frames, name: str, manifest: Manifest, lang: str) -> str:
    """Draws one strategy; returns its numbers in words."""
    found = units_of(manifest) * quantiles_of(frames["outcomes"], name, "additional_millions")
    p05, p25, p50, p75, p95 = found
    axes.plot([p05, p95], [place, place], color=BLUE, linewidth=1.4, solid_capstyle="butt")
    axes.plot([p25, p75], [place, place], color=BLUE, linewidth=5, alpha=0.55, solid_capstyle="butt")
    axes.plot(p50, place, "o", color=BLUE, ms=6, markeredgewidth=0)  # a rim would hide short intervals
    return in_units(p05, p50, p95, manifest, lang)


Cross = tuple[np.ndarray, np.ndarray]
"""Low, median and high of cost and of effect."""


@styled
def cost_against_effect(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """A cross per strategy: 90 % intervals of public cost (log) and additional activations, labelled directly, or with
    a number for a list below where a name would hide something."""
    names = strategies_by_effect(frames, manifest)
    titles = scenario_titles(manifest, lang)
    crosses = [cross_of(frames, name, manifest) for name in names]
    texts = [_ways(titles[name]) for name in names]
    numbered: list[int] = []
    while True:  # the list of those that get a number takes room below the axes, which are then drawn anew
        # With a point: a title may begin with a number, as "100 % of the …".
        listed = [f"{place}.{NO_BREAK}{titles[names[label]]}" for place, label in enumerate(numbered, 1)]
        figure, axes, points, arms = _crosses(crosses, listed, manifest, lang)
        found = name_or_number(axes, points, texts, arms, numbered)
        if len(found) == len(numbered):
            return figure
        numbered = found


def _ways(title: str) -> list[str]:
    """Ways to write a name on one to three lines."""
    return list(dict.fromkeys("\n".join(wrap(title, room, SMALL, most=3)) for room in (2.6, 1.8, 1.2)))


def _crosses(
    crosses: Sequence[Cross], listed: Sequence[str], manifest: Manifest, lang: str
) -> tuple[Figure, Axes, np.ndarray, np.ndarray]:
    """The picture without names: its axes, and where points and arms are on them."""
    dates = {"start": day(manifest["policy_start"], lang), "until": day(manifest["until"], lang)}
    note = label("cost.numbered", lang) if listed else ""
    words = label("cost.title", lang, **dates), label("cost.subtitle", lang)
    figure = page(*words, 5.4 + 0.1 * len(crosses) + list_height(listed), manifest, lang, note=note)
    list_below(figure, listed)
    axes = figure.subplots()
    free = money_scale(axes, crosses, lang)
    crosses = [(np.where(cost > 0, cost, free), effect) for cost, effect in crosses]
    for cross in crosses:
        _draw(axes, cross)
    axes.set_ylabel(label("cost.y", lang, units=units_word(manifest, lang)))
    axes.set_xlabel(label("cost.x", lang))
    light_grid(axes, "both")
    localise(axes, lang, y=True)
    return figure, axes, np.array([[cost[1], effect[1]] for cost, effect in crosses]), arms_of(crosses)


def cross_of(frames: Frames, name: str, manifest: Manifest) -> Cross:
    cost, effect = (quantiles_of(frames["outcomes"], name, m) for m in ("cost_millions_eur", "additional_millions"))
    return cost[[0, 2, 4]], units_of(manifest) * effect[[0, 2, 4]]


def money_scale(axes: Axes, crosses: Sequence[Cross], lang: str) -> float:
    """Powers of ten that hold all costs; returns where a cost of zero goes: a decade to the left of the smallest."""
    paid = np.concatenate([cost[cost > 0] for cost, _ in crosses])
    low, high = (np.floor(np.log10(paid.min())), np.ceil(np.log10(paid.max()))) if len(paid) else (0.0, 1.0)
    has_free = any((cost <= 0).any() for cost, _ in crosses)
    free = float(10 ** (low - 1))
    axes.set_xscale("log")
    high = max(high, low + 1)
    steps = (1, 2, 5) if high - low <= 2 else (1,)
    decades = (step * 10.0**exponent for exponent in np.arange(low, high + 1) for step in steps)
    ticks = [*([free] * has_free), *(tick for tick in decades if tick <= 10.0**high)]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: _euros(value, free if has_free else 0.0, lang)))
    dearest = float(paid.max()) if len(paid) else ticks[-1]
    axes.set_xlim(ticks[0] / 1.6, min(ticks[-1], 2 * dearest) * 1.6)
    effects = np.concatenate([effect for _, effect in crosses])
    spread = max(float(effects.max() - min(0.0, effects.min())), 0.1)
    # Most strategies add little: labels find room below them.
    axes.set_ylim(min(0.0, effects.min()) - 0.16 * spread, effects.max() + 0.1 * spread)
    return free


def _euros(value: float, free: float, lang: str) -> str:
    return label("cost.free", lang) if free and value <= free * 1.01 else money(value, lang)


def money(value: float, lang: str) -> str:
    """A tick of a logarithmic scale: as many decimals as its first digit needs."""
    return number(value, max(0, int(-np.floor(np.log10(value) + 1e-9))), lang)


def _draw(axes: Axes, cross: Cross) -> None:
    (low, cost, high), (less, effect, more) = cross
    axes.plot([low, high], [effect, effect], color=BLUE, alpha=0.45, linewidth=1.1)
    axes.plot([cost, cost], [less, more], color=BLUE, alpha=0.45, linewidth=1.1)
    axes.plot(cost, effect, "o", color=BLUE, ms=6, markeredgecolor="white", zorder=4)


def arms_of(crosses: Sequence[Cross]) -> np.ndarray:
    """Both arms of each cross as boxes without width: x0, y0, x1, y1."""
    level = [[cost[0], effect[1], cost[2], effect[1]] for cost, effect in crosses]
    upright = [[cost[1], effect[0], cost[1], effect[2]] for cost, effect in crosses]
    return np.array(level + upright)


@styled
def use_after_activation(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """Left, monthly and weekly users of the reference, medians and 90 % bands; right, lasting users added, 90 %."""
    names = strategies_by_effect(frames, manifest)
    reference = scenario_order(frames["outcomes"])[0]
    subtitle = label(
        "users.subtitle", lang, scenario=scenario_titles(manifest, lang)[reference], units=units_word(manifest, lang)
    )
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
        found = units_of(manifest) * quantiles_of(frames["outcomes"], name, "additional_lasting_users_millions")
        low, _, middle, _, high = found
        axes.plot([low, high], [place, place], color=BLUE, linewidth=1.4)
        axes.plot(middle, place, "o", color=BLUE, ms=5, markeredgewidth=0)
    axes.set_yticks(range(len(names)), _names(names, manifest, lang), size=SMALL)
    axes.invert_yaxis()
    axes.axvline(0, color=GREY, linewidth=1)
    axes.set_title(label("users.added", lang, units=units_word(manifest, lang)), size=SMALL, loc="left")
    axes.xaxis.set_major_locator(MaxNLocator(4))  # more would touch where they have decimals
    light_grid(axes, "x")
    localise(axes, lang, x=True)
