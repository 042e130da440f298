"""Figures of the report, as SVG to stand inside a page: no titles (the page has them), text that stays text, and a
narrow version of each for small screens."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from markupsafe import Markup
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator, date2num, num2date
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, NullLocator

from foundation.drawing.placing import place_labels
from foundation.drawing.style import BLUE, GREEN, GREY, ORANGE, RED, light_grid, localise, styled, wrap
from foundation.language.numbers import colon, day, with_interval
from foundation.shapes import Floats
from foundation.store.manifest import Manifest
from model.terms.weeks import START, position
from planning.sensitivity.pictures import draw_thirds, key_of_thirds
from report.hover import Drawn, Frame, Spot, with_spots
from report.numbers import Numbers
from report.shown import Subject
from scenarios.compare import label
from scenarios.compare.pictures.adoption import curve, curve_of, legend_of_surroundings, surroundings
from scenarios.compare.pictures.strategies import arms_of, money_scale
from scenarios.drawing import horizon, of_scenario, quantiles_of
from scenarios.words import scenario_titles

SIZES = {"wide": (8.6, 4.6), "narrow": (4.4, 5.2)}
"""Inches. Text of 9 to 10 points then reads on a screen of 1,000 pixels and on one of 400."""
PAPER = "paper"
SHAPES = {**SIZES, PAPER: (7.2, 2.8)}
"""Also as low and wide as the first printed page can hold it, at nearly its size."""
COLUMNS = {"wide": 2, "narrow": 1, PAPER: 3}
"""Of the legend."""
LINES: tuple[tuple[str, Literal["-", "--", "-.", ":"]], ...] = ((GREY, "--"), (BLUE, "-"), (GREEN, "-."), (ORANGE, ":"))
BANDED = 2
EVERY = 4
"""Weeks between the days that a pointer finds."""
REACH = 9.0
"""Points about a cross within which a pointer finds it."""
SMALL = 9.0


def page_svg(figure: Figure, prefix: str) -> str:
    """A figure as an ``<svg>`` element for a page: sized by its box, ids of its own, fonts that most machines have."""
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(
        r"<metadata>.*?</metadata>|<style.*?</style>", "", text, flags=re.DOTALL
    )  # a style would be the page's
    text = re.sub(
        r'(<svg[^>]*?) width="[^"]*"', r"\1", re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", text, count=1), count=1
    )
    used = set(re.findall(r'(?:xlink:href="|url\()#([^")]+)', text))
    text = re.sub(r' id="([^"]*)"', lambda found: f' id="{prefix}-{found[1]}"' if found[1] in used else "", text)
    text = re.sub(r'(xlink:href="|url\()#', rf"\1#{prefix}-", text)
    text = text.replace("'DejaVu Sans'", "'DejaVu Sans', Verdana, Arial")
    return text.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1).strip()


@styled
def report_adoption(numbers: Numbers, names: Sequence[str], shape: str, prefix: str) -> Drawn:
    """What the target is on over time, of up to four scenarios, the reference first, then the one that adds most:
    medians, and 90 % bands of these two (more of them would lie over each other)."""
    figure, axes = _blank(shape)
    manifest, lang, weekly = numbers.manifest, numbers.lang, numbers.weekly
    if numbers.users:
        manifest = {**manifest, "stock_targets": []}  # which are of profiles
    parting, target = position(date.fromisoformat(manifest["policy_start"])), numbers.manifest["target_millions"]
    target *= numbers.times_of(numbers.total)
    for name, (colour, line) in reversed(list(zip(names, LINES, strict=False))):
        rows = of_scenario(weekly, name)
        # Until the policy starts all are one history: drawn once, with the reference.
        rows = rows if name == names[0] else rows[rows["week"] >= int(parting)]
        curve(axes, rows, colour, [(0.05, 0.95, 0.2)] if name in names[:BANDED] else [], line)
    surroundings(axes, manifest, small=shape != "wide")
    around = legend_of_surroundings(manifest, lang)
    if numbers.users:
        said = str(numbers.say("curves.target", target=numbers.target().striptags()))
        around.insert(0, axes.axhline(target, color=RED, linewidth=1.3, linestyle=(0, (6, 2)), label=said))
    axes.set_ylim(0, 1.06 * max(float(target), _highest(weekly, names)))
    axes.set_xlim(date2num(START.replace(month=1, day=1)), date2num(horizon(manifest)) + 1)
    axes.xaxis.set_major_locator(YearLocator(1))
    axes.xaxis.set_major_formatter(DateFormatter("%Y"))
    axes.set_ylabel(numbers.say("curves.y"))
    light_grid(axes, "y")
    localise(axes, lang, y=True)
    _legend(figure, [*_curves(names, manifest, lang, shape), *around], shape)
    svg = text_svg(figure, prefix)
    if shape == PAPER:
        return Drawn(Markup(svg))
    return with_spots(svg, *_looked_at(figure, axes, weekly, manifest, names, lang), name=prefix, ruler=True)


@styled
def report_costs(numbers: Numbers, ranks: Mapping[str, int], shape: str, prefix: str) -> Drawn:
    """Cost against effect: a cross per strategy, bearing its number in the table."""
    figure, axes = _blank(shape)
    lang = numbers.lang
    crosses = [_cross(numbers, name) for name in ranks]
    free = money_scale(axes, crosses, lang)
    crosses = [(np.where(cost > 0, cost, free), effect) for cost, effect in crosses]
    for cost, effect in crosses:
        axes.plot(cost[[0, 2]], [effect[1]] * 2, color=BLUE, alpha=0.35, linewidth=1)
        axes.plot([cost[1]] * 2, effect[[0, 2]], color=BLUE, alpha=0.35, linewidth=1)
        axes.plot(cost[1], effect[1], "o", color=BLUE, ms=5, markeredgecolor="white", zorder=4)
    axes.set_xlabel("\n".join(wrap(str(numbers.say("costs.x")), SIZES[shape][0] - 0.9, SMALL)))
    axes.set_ylabel(numbers.say("costs.y"))
    if shape == "narrow":
        _thin_ticks(axes)
    light_grid(axes, "both")
    localise(axes, lang, y=True)
    points = np.array([[cost[1], effect[1]] for cost, effect in crosses])
    place_labels(axes, points, [str(value) for value in ranks.values()], arms_of(crosses))
    svg, titles = text_svg(figure, prefix), scenario_titles(numbers.manifest, lang)
    frame, places = _placed(figure, axes, points)
    spots = [
        Spot(
            Frame(x - REACH, y - REACH, x + REACH, y + REACH),
            [(x, y)],
            [(f"{ranks[name]}. {titles[name]}", ""), *_cost_lines(numbers, name)],
        )
        for name, (x, y) in zip(ranks, places, strict=True)
    ]
    return with_spots(svg, frame, spots, name=prefix, ruler=False)


@styled
def report_frontier(points: pd.DataFrame, subject: Subject, shape: str, prefix: str) -> Drawn:
    """What budgets can buy: ``points`` has cost, p05, p50 and p95, a row per mix, in the unit that they are told in."""
    figure, axes = _blank(shape)
    rows = points.sort_values("cost")
    axes.fill_between(rows["cost"], rows["p05"], rows["p95"], color=BLUE, alpha=0.2, linewidth=0)
    axes.plot(rows["cost"], rows["p50"], "-o", color=BLUE, linewidth=2, ms=5, markeredgecolor="white")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=min(0.0, float(rows["p05"].min())))
    axes.set_xlabel(subject.say("costs.x_linear"))
    axes.set_ylabel(subject.say("costs.y"))
    light_grid(axes, "both")
    localise(axes, subject.lang, x=True, y=True)
    return Drawn(Markup(text_svg(figure, prefix)))


def _looked_at(
    figure: Figure, axes: Axes, weekly: pd.DataFrame, manifest: Manifest, names: Sequence[str], lang: str
) -> tuple[Frame, list[Spot]]:
    """A spot every ``EVERY`` weeks, and one at the end: the day, and each curve that is there with its interval."""
    titles, spots = scenario_titles(manifest, lang), list[Spot]()
    parting = int(position(date.fromisoformat(manifest["policy_start"])))
    found = {name: curve_of(weekly, name, [(0.05, 0.95, 0.0)]) for name in names}
    weeks, last = found[names[0]][0], int(position(horizon(manifest)))
    steps = [*(week for week in weeks if week % EVERY == 0 and week <= last - EVERY // 2), last]
    for week in map(int, steps):
        there = names if week >= parting else names[:1]
        rows = {name: found[name][1][:, np.flatnonzero(found[name][0] == week)[0]] / 1e6 for name in there}
        when = date2num(START) + 7 * week
        frame, places = _placed(figure, axes, np.array([[when, row[-1]] for row in rows.values()]))
        lines = [(f"{titles[n]}{colon(lang)}", with_interval(row[0], row[-1], row[1], lang)) for n, row in rows.items()]
        _, ends = _placed(figure, axes, np.array([[when - 3.5 * EVERY, 0.0], [when + 3.5 * EVERY, 0.0]]))
        area = Frame(max(ends[0][0], frame.left), frame.top, min(ends[1][0], frame.right), frame.bottom)
        spots.append(Spot(area, places, [(day(num2date(when).date().isoformat(), lang), ""), *lines]))
    return frame, spots


def _cross(numbers: Numbers, name: str) -> tuple[Floats, Floats]:
    """Cost and effect: low, median and high of each, in the unit that they are told in."""
    outcomes = numbers.frames["outcomes"]
    cost, effect = (
        numbers.times_of(measure) * quantiles_of(outcomes, name, measure)[[0, 2, 4]]
        for measure in ("cost_millions_eur", numbers.gain)
    )
    return cost, effect


def _cost_lines(numbers: Numbers, name: str) -> list[tuple[str, str]]:
    (cost, effect), lang = _cross(numbers, name), numbers.lang
    return [
        (f"{numbers.say(key)}{colon(lang)}", with_interval(float(low), float(middle), float(high), lang))
        for key, (low, middle, high) in (("costs.y", effect), ("costs.x_linear", cost))
    ]


def _placed(figure: Figure, axes: Axes, points: Floats) -> tuple[Frame, list[tuple[float, float]]]:
    """The plot, and points [point, x and y] of its data, in points of the drawn figure."""
    box, (width, height) = axes.get_position(), figure.get_size_inches() * 72
    shares = axes.transAxes.inverted().transform(axes.transData.transform(points))
    frame = Frame(width * box.x0, height * (1 - box.y1), width * box.x1, height * (1 - box.y0))
    down = frame.bottom - frame.top
    return frame, [(frame.left + x * (frame.right - frame.left), frame.bottom - y * down) for x, y in shares]


def _blank(shape: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=SHAPES[shape], dpi=100)
    figure.set_layout_engine("constrained")
    figure.patch.set_alpha(0.0)
    return figure, figure.subplots()


def _highest(weekly: pd.DataFrame, names: Sequence[str]) -> float:
    last = weekly[(weekly["week"] == weekly["week"].max()) & weekly["scenario"].isin(list(names))]
    return float(last.groupby("scenario")["activated"].quantile(0.95).max()) / 1e6


def _curves(names: Sequence[str], manifest: Manifest, lang: str, shape: str) -> list[Artist]:
    titles, room = scenario_titles(manifest, lang), SHAPES[shape][0] / COLUMNS[shape] - 0.8
    # On paper there is room for names alone: the caption says what is drawn of them.
    keys = ["adoption.reference" if place < BANDED else "adoption.median" for place in range(len(names))]
    said = [
        titles[name] if shape == PAPER else label(key, lang, scenario=titles[name])
        for key, name in zip(keys, names, strict=True)
    ]
    words = ["\n".join(wrap(text, room, SMALL)) for text in said]
    return [
        Line2D([], [], color=colour, linestyle=line, linewidth=2, label=text)
        for text, (colour, line) in zip(words, LINES, strict=False)
    ]


def _legend(figure: Figure, handles: Sequence[Artist], shape: str) -> None:
    figure.legend(
        handles=list(handles),
        loc="outside lower left",
        ncols=COLUMNS[shape],
        frameon=False,
        fontsize=SMALL,
        labelspacing=0.3,
        columnspacing=1.2,
        handlelength=1.6 if shape == PAPER else None,
    )


def _thin_ticks(axes: Axes) -> None:
    """Every other tick of the money scale where there is little room."""
    ticks = [float(tick) for tick in axes.get_xticks()]
    axes.xaxis.set_major_locator(FixedLocator(ticks[::2] if len(ticks) > 5 else ticks))
    axes.xaxis.set_minor_locator(NullLocator())


def text_svg(figure: Figure, prefix: str) -> str:
    """``page_svg`` with text that stays text."""
    import matplotlib

    with matplotlib.rc_context({"svg.fonttype": "none"}):
        return page_svg(figure, prefix)


WIDTHS, TITLES = {"wide": 8.6, "narrow": 4.4}, {"wide": 3.2, "narrow": 1.7}
"""Inches: of the figure, and for the names of inputs."""


@dataclass(frozen=True)
class Panel:
    """One quantity.

    ``rows``: as ``planning.sensitivity.pictures.draw_thirds`` draws them, with a ``title``.
    """

    title: str
    rows: pd.DataFrame


@styled
def report_tornado(panels: Sequence[Panel], legend: Sequence[str], lang: str, shape: str, prefix: str) -> Drawn:
    """A panel per quantity; ``legend`` names the low and the high third of an input, and noise."""
    lines = sum(len(panel.rows) for panel in panels) * (0.27 if shape == "wide" else 0.42)
    figure = Figure(figsize=(WIDTHS[shape], lines + 0.8 * len(panels) + 0.5), dpi=100)
    figure.set_layout_engine("constrained")
    figure.patch.set_alpha(0.0)
    heights = [len(panel.rows) + 1 for panel in panels]
    found = figure.subplots(len(panels), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
    for axes, panel in zip(found, panels, strict=True):
        _draw(axes, panel, shape, lang)
    _legend(figure, key_of_thirds(legend), shape)
    return Drawn(Markup(text_svg(figure, prefix)))


def _draw(axes: Axes, panel: Panel, shape: str, lang: str) -> None:
    draw_thirds(axes, panel.rows)
    titles = ["\n".join(wrap(str(title), TITLES[shape], SMALL, most=3)) for title in panel.rows["title"]]
    axes.set_yticks(range(len(panel.rows)), titles, size=SMALL)
    title = "\n".join(wrap(panel.title, WIDTHS[shape] - 0.2, SMALL + 1, weight="bold"))
    axes.set_title(title, loc="left", size=SMALL + 1, weight="bold", x=0 if shape == "wide" else -0.6)
    localise(axes, lang, x=True)
