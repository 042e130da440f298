"""Adoption curves: activated profiles over time, against the published counts and the target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from foundation.drawing.style import (
    BLUE,
    GREEN,
    GREY,
    RED,
    SMALL,
    WIDTH,
    legend_below,
    light_grid,
    localise,
    mark_years,
    styled,
    wrap,
)
from foundation.language.numbers import day, exact, number, with_interval
from foundation.shapes import Floats
from foundation.store.manifest import Manifest, references_of
from model.terms.weeks import START, position
from scenarios.compare import label
from scenarios.drawing import (
    Frames,
    horizon,
    of_scenario,
    on_day,
    page,
    scenario_order,
    strategies_by_effect,
    weekly_bands,
)
from scenarios.words import in_units, scenario_titles, units_of, units_word

NINETY = 1.645
"""Standard deviations on each side of a 90 % interval of a normal law."""


THICK = 0.01
"""Share of the height of a small panel that a line takes: a strategy whose median adds less can't be told apart from
the reference there."""


@styled
def adoption_curves(frames: Frames, manifest: Mapping[str, object], lang: str) -> Figure:
    """One scenario (with the reference behind it, if there is one) in a large panel, or a small panel per strategy
    that can be told apart from the reference."""
    names = scenario_order(frames["weekly"])
    shown, least = _apart(frames, manifest, names[1:])
    left_out = len(names) - 1 - len(shown)
    thick = number(least, 1 if least >= 0.05 else 3, lang)
    note = label("adoption.left_out", lang, count=left_out, least=thick) if left_out else ""
    if len(shown) <= 1:
        return _one(frames, manifest, lang, [names[0], *shown], note)
    return _many(frames, manifest, lang, [names[0], *shown], note)


def _apart(frames: Frames, manifest: Manifest, names: Sequence[str]) -> tuple[list[str], float]:
    """Strategies whose median adds at least so many millions, or else the one that adds most; and how many millions."""
    least = THICK * top_of(frames, manifest)
    medians = frames["outcomes"].groupby("scenario", sort=False)["additional_millions"].median()
    found = [name for name in names if abs(medians[name]) >= least]
    return found or strategies_by_effect(frames, manifest)[:1], least


def _one(frames: Frames, manifest: Mapping[str, object], lang: str, names: Sequence[str], note: str) -> Figure:
    titles = scenario_titles(manifest, lang)
    words = _words_of_one(frames, manifest, lang, names[-1])
    figure = page(*words, 5.6, manifest, lang, note=note, statistic="intervals")
    axes = figure.subplots()
    if len(names) == 2:
        curve(axes, of_scenario(frames["weekly"], names[0]), GREY, [(0.05, 0.95, 0.25)], "--")
    curve(axes, of_scenario(frames["weekly"], names[-1]), BLUE, [(0.05, 0.95, 0.2), (0.25, 0.75, 0.3)])
    surroundings(axes, manifest)
    _scale(axes, frames, manifest, lang)
    axes.set_ylabel(label("common.millions", lang))
    handles = _legend_of_one(manifest, lang, [titles[name] for name in names])
    legend_below(figure, handles, 2 if len(names) == 2 else 3)
    return figure


def _words_of_one(frames: Frames, manifest: Mapping[str, object], lang: str, name: str) -> tuple[str, str]:
    """Title and subtitle, with the result at the horizon."""
    until = horizon(manifest)
    millions = on_day(of_scenario(frames["weekly"], name), "activated", until) / 1e6
    low, middle, high = np.quantile(millions, [0.05, 0.5, 0.95])
    title = label("adoption.title_one", lang, scenario=scenario_titles(manifest, lang)[name], year=until.year)
    result = with_interval(low, middle, high, lang)
    return title, label("adoption.subtitle_one", lang, until=day(until, lang), result=result)


def _many(frames: Frames, manifest: Manifest, lang: str, names: Sequence[str], note: str) -> Figure:
    """Strategy over reference, panel by panel; all share their axes."""
    until, strategies = horizon(manifest), len(names) - 1
    columns = 2 if strategies <= 4 else 3 if strategies <= 9 else 4
    rows = ceil(strategies / columns)
    title = label("adoption.title_many", lang, year=until.year)
    subtitle = label("adoption.subtitle_many", lang, until=day(until, lang), units=units_word(manifest, lang))
    figure = page(title, subtitle, rows * (2.7, 2.2, 1.9)[columns - 2] + 0.8, manifest, lang, note=note)
    panels = list(figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).flat)
    _scale(panels[0], frames, manifest, lang, every=2)  # first: else every line fits the scale of all panels anew
    band = [(0.05, 0.95, 0.25)]
    against = {name: references_of(manifest).get(name, names[0]) for name in names}
    references = {name: curve_of(frames["weekly"], name, band) for name in {*against.values()}}
    target = (target_shown(manifest) or 0.0) / top_of(frames, manifest)
    for axes, name in zip(panels, names[1:], strict=False):
        draw_curve(axes, references[against[name]], GREY, band, "--")
        draw_curve(axes, curve_of(frames["weekly"], name, band), BLUE, band)
        _surround(axes, frames, manifest, lang, name, 8.9 / columns - 0.2, target)
    _drop_empty(panels, strategies, columns)
    legend_below(figure, _legend_of_many(manifest, lang, scenario_titles(manifest, lang)[names[0]]), 3)
    return figure


def _surround(axes: Axes, frames: Frames, manifest: Manifest, lang: str, name: str, room: float, target: float) -> None:
    """All but the curves of a small panel: ``room`` for its title in inches, ``target`` as a share of the height."""
    surroundings(axes, manifest, small=True)
    axes.set_title("\n".join(wrap(scenario_titles(manifest, lang)[name], room, SMALL, most=2)), size=SMALL, loc="left")
    _gain(axes, of_scenario(frames["outcomes"], name), target, manifest, lang)


def _drop_empty(panels: Sequence[Axes], used: int, columns: int) -> None:
    """Removes panels without a strategy; those above them get the years."""
    for place in range(used, len(panels)):
        panels[place].remove()
        panels[place - columns].tick_params(labelbottom=True)


Bands = Sequence[tuple[float, float, float]]
"""Low level, high level, opacity."""


def curve(axes: Axes, rows: pd.DataFrame, colour: str, bands: Bands, line: str = "-") -> None:
    """Median and bands of the stocks of one scenario, millions."""
    draw_curve(axes, _quantiles(rows, bands), colour, bands, line)


def curve_of(weekly: pd.DataFrame, name: str, bands: Bands) -> tuple[Floats, Floats]:
    """What ``draw_curve`` draws of a scenario, again and again: weeks, and quantiles [end of a band, week]."""
    return _quantiles(of_scenario(weekly, name), bands)


def _quantiles(rows: pd.DataFrame, bands: Bands) -> tuple[Floats, Floats]:
    return weekly_bands(rows, "activated", [*(level for low, high, _ in bands for level in (low, high)), 0.5])


def draw_curve(axes: Axes, found: tuple[Floats, Floats], colour: str, bands: Bands, line: str = "-") -> None:
    """Median and bands, millions."""
    days, millions = date2num(START) + 7 * found[0], found[1] / 1e6
    for i, (_, _, opacity) in enumerate(bands):
        axes.fill_between(days, millions[2 * i], millions[2 * i + 1], color=colour, alpha=opacity, linewidth=0)
    axes.plot(days, millions[-1], line, color=colour, linewidth=1.8)


def surroundings(axes: Axes, manifest: Manifest, *, small: bool = False) -> None:
    """Target, published counts, the day data end and the day policy starts."""
    if (target := target_shown(manifest)) is not None:
        axes.axhline(target, color=RED, linewidth=1.3, linestyle=(0, (6, 2)))
    axes.axvline(date2num(date.fromisoformat(manifest["data_end"])), color=GREY, linewidth=1.0, linestyle=":")
    axes.axvline(date2num(date.fromisoformat(manifest["policy_start"])), color=GREEN, linewidth=1.0, linestyle="-.")
    points = [p for p in manifest.get("stock_targets") or () if position(date.fromisoformat(p["date"])) >= 0]
    for bound, marker in ((False, "o"), (True, "^")):
        if alike := [point for point in points if (point["kind"] == "lower bound") == bound]:
            _observed(axes, alike, marker, 2.5 if small else 5.0)


def _observed(axes: Axes, points: Sequence[Mapping[str, Any]], marker: str, size: float) -> None:
    """Published counts with their 90 % errors; those published as "more than" have no upper end."""
    days = date2num([date.fromisoformat(point["date"]) for point in points])
    errors = [np.nan if (error := reach(point)) is None else error for point in points]
    millions, known = [point["millions"] for point in points], not np.isnan(errors).all()
    axes.errorbar(days, millions, errors if known else None, fmt=marker, color="black", ms=size, elinewidth=1, zorder=5)


def reach(point: Mapping[str, Any]) -> float | None:
    """Millions either side of a published count: its 90 % error, all of a headline's interval; none for a bound."""
    if point["kind"] == "lower bound":
        return None
    if point["kind"] == "headline":
        return float(point["high_millions"] - point["low_millions"]) / 2
    return NINETY * float(point["error_millions"])


def yerror(error: float | None) -> list[list[float]] | None:
    return None if error is None else [[error], [error]]


def top_of(frames: Frames, manifest: Manifest) -> float:
    """Upper end of the scale, millions: above the target and all but the highest twentieth of the draws."""
    weekly = frames["weekly"]
    last = weekly[weekly["week"] == weekly["week"].max()].groupby("scenario")["activated"].quantile(0.95)
    return 1.08 * max(float(last.max()) / 1e6, target_shown(manifest) or 0.0)


def target_shown(manifest: Manifest) -> float | None:
    """The target, millions of activated profiles; none where it is on something else, of another scale."""
    return None if manifest.get("target_on") == "users" else float(manifest["target_millions"])


def _scale(axes: Axes, frames: Frames, manifest: Mapping[str, object], lang: str, every: int = 1) -> None:
    axes.set_ylim(0, top_of(frames, manifest))
    axes.set_xlim(date2num(START.replace(month=1, day=1)), date2num(horizon(manifest)) + 1)
    mark_years(axes, every, open_end=every > 1)
    for panel in axes.figure.axes:
        light_grid(panel, "y")
    localise(axes, lang, y=True)


def _gain(axes: Axes, outcomes: pd.DataFrame, target: float, manifest: Manifest, lang: str) -> None:
    """What is added, just below the target line (at ``target`` of the height), or at the top if that line lies low."""
    height = target - 0.04 if target > 0.6 else 0.97
    found = units_of(manifest) * np.quantile(outcomes["additional_millions"].to_numpy(), [0.05, 0.5, 0.95])
    low, middle, high = map(float, found)
    text = in_units(low, middle, high, manifest, lang, sign=True).replace(" ", "\n", 1)
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1}
    axes.text(0.04, height, text, transform=axes.transAxes, size=SMALL, color=BLUE, va="top", bbox=box, gid="gain")


def _legend_of_one(manifest: Mapping[str, object], lang: str, titles: Sequence[str]) -> list[Artist]:
    """Curves first, then what surrounds them."""
    main = label("adoption.median", lang, scenario=titles[-1])
    room = WIDTH / 2 - 0.8
    handles: list[Artist] = [
        Line2D([], [], color=BLUE, linewidth=1.8, label="\n".join(wrap(main, room, SMALL))),
        Patch(color=BLUE, alpha=0.5, label=label("adoption.band_50", lang)),
        Patch(color=BLUE, alpha=0.2, label=label("adoption.band_90", lang)),
    ]
    if len(titles) == 2:
        words = label("adoption.reference", lang, scenario=titles[0])
        handles.append(_band_line(GREY, "\n".join(wrap(words, room, SMALL)), "--"))
    return handles + legend_of_surroundings(manifest, lang)


def _legend_of_many(manifest: Mapping[str, object], lang: str, reference: str) -> list[Artist]:
    room = WIDTH / 3 - 0.8
    words = "\n".join(wrap(label("adoption.reference", lang, scenario=reference), room, SMALL))
    curves = [_band_line(BLUE, label("adoption.strategy", lang)), _band_line(GREY, words, "--")]
    return curves + legend_of_surroundings(manifest, lang)


def _band_line(colour: str, words: str, line: Literal["-", "--"] = "-") -> Artist:
    return Line2D([], [], color=colour, linestyle=line, linewidth=1.8, label=words)


def legend_of_surroundings(manifest: Manifest, lang: str) -> list[Artist]:
    target = exact(manifest["target_millions"], lang)
    words = {name: f"{label(f'adoption.{name}_line', lang)}" for name in ("data", "policy")}
    aim = Line2D([], [], color=RED, linestyle=(0, (6, 2)), label=label("adoption.target", lang, target=target))
    handles: list[Artist] = [
        *([aim] if target_shown(manifest) is not None else []),
        Line2D([], [], color=GREY, linestyle=":", label=f"{words['data']} ({day(manifest['data_end'], lang)})"),
        Line2D([], [], color=GREEN, linestyle="-.", label=f"{words['policy']} ({day(manifest['policy_start'], lang)})"),
    ]
    shown = {point["kind"] == "lower bound" for point in manifest.get("stock_targets") or ()}
    counts = "adoption.observed_region" if manifest.get("region") else "adoption.observed"
    for bound, marker, key in ((False, "o", counts), (True, "^", "adoption.lower_bound")):
        if bound in shown:
            handles.append(Line2D([], [], color="black", marker=marker, linestyle="", ms=5, label=label(key, lang)))
    return handles
