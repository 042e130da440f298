"""What the money buys along the budget."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from foundation.drawing.style import BLUE, GREY, ORANGE, RED, SMALL, legend_below, light_grid, localise, styled, wrap
from foundation.language.numbers import day, number
from foundation.store.manifest import Manifest
from planning.mix import label
from planning.mix.shown import added, euros, lever_title, million_euros, told
from scenarios.compare.pictures.strategies import money
from scenarios.compare.when import on
from scenarios.drawing import page
from scenarios.words import units_of

Frames = Mapping[str, pd.DataFrame]
_USE = LinearSegmentedColormap.from_list("use", ["#FFFFFF", BLUE])
_MONEY = LinearSegmentedColormap.from_list("money", ["#FFFFFF", ORANGE])


@styled
def composition(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """Two tables with shaded cells, levers by budgets: how much of each lever, and how the money is spread."""
    table = frames["plan"][frames["plan"]["budget_millions_eur"].notna()]
    kinds = dict(zip(table["lever"], table["kind"], strict=True))
    use = 100 * table.pivot(index="lever", columns="budget_millions_eur", values="share_of_ceiling")
    paid = table.pivot(index="lever", columns="budget_millions_eur", values="cost_mean")
    money = 100 * paid / paid.sum(axis=0).clip(lower=1e-9)
    # Bought early and much: on top.
    order = use.mean(axis=1).sort_values(ascending=False, kind="stable").index
    subtitle = label("composition.subtitle", lang, draws=len(manifest["plan"]["fresh_draws"]))
    height = 0.36 * len(order) + 0.9
    figure = page(label("composition.title", lang), subtitle, height, manifest, lang, statistic="mean")
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


DASHES, DOTS = (0, (4, 2)), (0, (1, 1.5))


@styled
def frontier(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """Bands, medians and means of the best mixes along what they cost; the shipped strategies as points, means too.

    All stand at their mean cost on the fresh draws: at the budget a mix that costs less or more would seem to be
    beaten, or to beat, for nothing. The search maximises the mean, so it is the line of means that bounds points.
    """
    until = day(manifest["until"], lang)
    key = on(manifest, "frontier.subtitle", "frontier.subtitle_users")
    subtitle = told(key, manifest, lang, draws=len(manifest["plan"]["fresh_draws"]))
    known = frames["frontier"][frames["frontier"]["budget_millions_eur"].notna()]
    rows = known.sort_values("cost_mean", kind="stable")
    there = frames["shipped"][frames["shipped"]["affordable"].astype(bool) & (frames["shipped"]["cost_mean"] > 0)]
    title, note = label("frontier.title", lang, until=until), _above(there, rows, lang)
    figure = page(title, subtitle, 5.2, manifest, lang, note=note, statistic="frontier")
    axes = figure.subplots()
    _bands(axes, rows, frames["plan_draws"], units_of(manifest))
    asked = rows[rows["role"] == "asked"].iloc[0]
    _mark(axes, asked, manifest, lang)
    gains = units_of(manifest) * there["additional_mean"]
    axes.plot(there["cost_mean"], gains, "x", color=ORANGE, ms=7, markeredgewidth=1.8, zorder=4)
    _scale(axes, np.concatenate([rows["cost_mean"], there["cost_mean"], [asked["budget_millions_eur"]]]), lang)
    axes.set_xlabel(label("frontier.x", lang))
    axes.set_ylabel(told(on(manifest, "frontier.y", "frontier.y_users"), manifest, lang))
    light_grid(axes, "both")
    localise(axes, lang, y=True)
    legend_below(figure, _handles(lang, not there.empty), 3)
    return figure


def _above(there: pd.DataFrame, rows: pd.DataFrame, lang: str) -> str:
    """Which strategies add more, on average, than mixes of their cost do; "" where none does."""
    costs = rows["cost_mean"].to_numpy(float)
    bound = np.interp(np.log(there["cost_mean"]), np.log(costs), rows["additional_mean"], left=np.inf)
    names = there[f"title_{lang}"][there["additional_mean"].to_numpy(float) > bound].tolist()
    return label("frontier.above", lang, names=", ".join(map(str, names))) if names else ""


def _bands(axes: Axes, rows: pd.DataFrame, draws: pd.DataFrame, times: float) -> None:
    costs = rows["cost_mean"].to_numpy(float)
    gains = draws[draws["role"] == "frontier"].pivot(index="name", columns="draw", values="additional_millions")
    table = times * gains.loc[[f"{budget:.9g}" for budget in rows["budget_millions_eur"]]].to_numpy()
    p05, p25, p50, p75, p95 = np.quantile(table, [0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
    axes.fill_between(costs, p05, p95, color=BLUE, alpha=0.15, linewidth=0)
    axes.fill_between(costs, p25, p75, color=BLUE, alpha=0.3, linewidth=0)
    axes.plot(costs, p50, color=BLUE, linewidth=1.8, marker="o", ms=4)
    axes.plot(costs, times * rows["additional_mean"], color=BLUE, linewidth=1.2, linestyle=DASHES)
    axes.plot(costs, times * rows["search_additional_mean"], color=RED, linewidth=1.2, linestyle=DOTS)
    axes.set_ylim(0, float(p95.max()) * 1.06)


def _mark(axes: Axes, asked: Any, manifest: Manifest, lang: str) -> None:
    """The budget asked for, and the mix found for it at what it costs."""
    budget, x, y = (float(asked[name]) for name in ("budget_millions_eur", "cost_mean", "additional_p50"))
    axes.axvline(budget, color=GREY, linewidth=0.8, linestyle=":")
    axes.plot(x, units_of(manifest) * y, "o", ms=8, color=BLUE, markeredgecolor="white", zorder=5)
    axes.annotate(
        label("frontier.marked", lang, budget=euros(budget, lang), gain=added(y, manifest, lang)),
        (min(x, budget), units_of(manifest) * y),
        (-8, 10),
        textcoords="offset points",
        ha="right",
        weight="bold",
    )


def _scale(axes: Axes, costs: np.ndarray, lang: str) -> None:
    axes.set_xscale("log")
    low, high = float(costs.min()) / 1.3, float(costs.max()) * 1.15
    steps = (1, 2, 5) if high / low < 2000 else (1,)
    decades = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    ticks = [step * 10.0**power for power in decades for step in steps if low <= step * 10.0**power <= high]
    axes.xaxis.set_major_locator(FixedLocator(ticks))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: money(value, lang)))
    axes.set_xlim(low, high)


def _handles(lang: str, strategies: bool) -> list[Artist]:
    found: list[Artist] = [
        Line2D([], [], color=BLUE, marker="o", ms=4, label=label("frontier.median", lang)),
        Patch(color=BLUE, alpha=0.4, label=label("frontier.band_50", lang)),
        Patch(color=BLUE, alpha=0.15, label=label("frontier.band_90", lang)),
        Line2D([], [], color=BLUE, linestyle=DASHES, linewidth=1.2, label=label("frontier.mean", lang)),
        Line2D([], [], color=RED, linestyle=DOTS, linewidth=1.2, label=label("frontier.searched", lang)),
        Line2D([], [], color=GREY, linestyle=":", linewidth=0.8, label=label("frontier.asked", lang)),
    ]
    if strategies:
        text = label("frontier.strategies", lang)
        found.append(Line2D([], [], color=ORANGE, marker="x", ms=7, linestyle="", markeredgewidth=1.8, label=text))
    return found


PICTURES = {"frontier": frontier, "composition": composition}
