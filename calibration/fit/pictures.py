"""Stocks and survey answers as the model would have them published, and what the data teach about parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.dates import DateFormatter, YearLocator, date2num
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MultipleLocator

from calibration import parameter_word
from calibration.fit import label
from calibration.survey.pictures import PublishedAnswer, answer_panels
from foundation.drawing.style import (
    BLACK,
    BLUE,
    GREY,
    ORANGE,
    PALE,
    RED,
    SMALL,
    legend_below,
    light_grid,
    localise,
    styled,
    wrap,
)
from foundation.language.numbers import day, number
from foundation.store.manifest import Manifest
from scenarios.compare.pictures.adoption import NINETY, yerror
from scenarios.drawing import page

_COLOURS = {"prior": ORANGE, "posterior": BLUE}
_LOWEST = 1.0
"""Millions at the foot of the logarithmic scale."""


@styled
def predicted_stocks(curves: pd.DataFrame, lines: pd.DataFrame, manifest: Manifest, lang: str) -> Figure:
    """Left: prior and posterior on a logarithmic scale; right: the posterior alone.

    ``curves``: a row a week and kind with ``date`` and ``true_p05, true_p50, true_p95``, millions. ``lines``: published
    figures, of which those with the key ``stock`` and no region are drawn (``date, published, error, bound``).
    """
    points = lines[(lines["key"] == "stock") & (lines["region"] == "")]
    regional = (lines["region"] != "").any()
    note = label("fit_stocks.regions", lang) if regional else ""
    figure = page(label("fit_stocks.title", lang), label("fit_stocks.subtitle", lang), 4.6, manifest, lang, note=note)
    left, right = figure.subplots(1, 2)
    for kind in ("prior", "posterior"):
        _band(left, curves[curves["kind"] == kind], _COLOURS[kind])
    _band(right, curves[curves["kind"] == "posterior"], BLUE)
    left.set_yscale("log")
    top = float(curves["true_p95"].max())
    left.set_ylim(_LOWEST, 1.1 * top)
    left.set_yticks([tick for tick in (1, 2, 5, 10, 20, 50) if tick <= 1.1 * top], minor=False)
    left.set_yticks([], minor=True)
    right.set_ylim(0, None)
    right.yaxis.set_major_locator(MultipleLocator(5))
    for axes, name in ((left, "wide"), (right, "close")):
        _surroundings(axes, points, manifest)
        axes.set_title(label(f"fit_stocks.{name}", lang), size=SMALL, weight="bold", loc="left")
        axes.xaxis.set_major_locator(YearLocator())
        axes.xaxis.set_major_formatter(DateFormatter("%Y"))
        light_grid(axes, "y")
        localise(axes, lang, y=True, decimals=0)
    left.set_ylabel(label("common.millions", lang))
    legend_below(figure, _stocks_legend(points, manifest, lang), 3)
    return figure


def _band(axes: Axes, rows: pd.DataFrame, colour: str) -> None:
    days = [date2num(date.fromisoformat(text)) for text in rows["date"]]
    axes.fill_between(days, rows["true_p05"], rows["true_p95"], color=colour, alpha=0.25, linewidth=0)
    axes.plot(days, rows["true_p50"], color=colour, linewidth=1.8)


def _surroundings(axes: Axes, points: pd.DataFrame, manifest: Manifest) -> None:
    """Published counts with 90 % of their error, and the day data end."""
    axes.axvline(date2num(date.fromisoformat(manifest["data_end"])), color=GREY, linewidth=1.0, linestyle=":")
    for point in points.to_dict("records"):
        error = None if point["bound"] else NINETY * point["error"]
        x = date2num(date.fromisoformat(point["date"]))
        fmt = "^" if point["bound"] else "o"
        axes.errorbar(x, point["published"], yerror(error), fmt=fmt, color=BLACK, ms=4.5, elinewidth=1, zorder=5)


def _stocks_legend(points: pd.DataFrame, manifest: Manifest, lang: str) -> list[Artist]:
    """With what is drawn only: a figure published as "more than" is in few sets of targets."""
    kinds = {False: ("o", "adoption.observed"), True: ("^", "adoption.lower_bound")}
    drawn = [kinds[bound] for bound in sorted(points["bound"].astype(bool).unique())]
    return [
        *(
            Line2D([], [], color=colour, linewidth=1.8, label=label(f"fit_stocks.{kind}", lang))
            for kind, colour in _COLOURS.items()
        ),
        *(
            Line2D([], [], color=BLACK, marker=marker, ms=4.5, linestyle="", label=label(key, lang))
            for marker, key in drawn
        ),
        Line2D(
            [], [], color=GREY, linestyle=":",
            label=f"{label('adoption.data_line', lang)} ({day(manifest['data_end'], lang)})",
        ),
    ]  # fmt: skip


Interval = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class PredictedAnswer(PublishedAnswer):
    """One that the model predicts."""

    posterior: Interval
    """5 %, median, 95 % of what would be published."""
    prior: Interval | None
    inside: bool


@styled
def predicted_answers(panels: Sequence[tuple[str, Sequence[PredictedAnswer]]], manifest: Manifest, lang: str) -> Figure:
    """A panel a survey (title, rows), a row an answer."""
    said = (label(f"fit_answers.{name}", lang) for name in ("title", "subtitle", "axis"))
    figure = answer_panels(panels, _answer, said, manifest, lang, room=3.1, height=0.38)
    legend_below(figure, _answers_legend(lang), 4)
    return figure


def _answer(axes: Axes, place: int, row: PredictedAnswer) -> None:
    for interval, colour, shift in ((row.prior, ORANGE, 0.17), (row.posterior, BLUE, -0.03)):
        if interval is not None:
            low, middle, high = interval
            axes.plot([low, high], [place + shift] * 2, color=colour, linewidth=2.2, solid_capstyle="butt")
            axes.plot(middle, place + shift, "o", color=colour, ms=5.5, markeredgecolor="white")
    axes.plot(row.published, place - 0.23, "D", color=BLACK if row.inside else RED, ms=5, zorder=5, clip_on=False)


def _answers_legend(lang: str) -> list[Artist]:
    diamonds = [("inside", BLACK), ("outside", RED)]
    bars = [("posterior", BLUE), ("prior", ORANGE)]
    return [
        *(
            Line2D([], [], color=colour, marker="D", ms=5, linestyle="", label=label(f"fit_answers.{name}", lang))
            for name, colour in diamonds
        ),
        *(
            Line2D([], [], color=colour, marker="o", ms=5.5, linewidth=2.2, label=label(f"fit_answers.{name}", lang))
            for name, colour in bars
        ),
    ]


_VERDICTS = {"learned": (BLUE, "o"), "hardly": (ORANGE, "s"), "not": (GREY, "D")}
_ROOM = 2.9
"""Inches for a parameter's name."""
_MOST = 12
"""Parameters in the map of correlations."""
_NINETY = 1.645


@styled
def identified_parameters(table: pd.DataFrame, manifest: Manifest, lang: str) -> Figure:
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
    legend_below(figure, _identified_legend(lang), 2)
    return figure


def _source(manifest: Manifest, lang: str) -> str:
    """How many draws of the posterior: all of them, whatever was simulated."""
    posterior = manifest["posterior"]
    draws, effective = (number(posterior[name], 0, lang) for name in ("draws", "effective"))
    return label("identified.source", lang, draws=draws, effective=effective)


def _name(axes: Axes, names: list[str], lang: str) -> None:
    texts = ["\n".join(wrap(str(parameter_word(name, lang)), _ROOM, SMALL, most=2)) for name in names]
    axes.set_yticks(range(len(names)), texts)
    axes.set_ylim(len(names) - 0.4, -0.6)


def _identified_legend(lang: str) -> list[Artist]:
    return [
        Line2D([], [], color=colour, marker=marker, ms=6, linestyle="", label=label(f"identified.{name}_long", lang))
        for name, (colour, marker) in _VERDICTS.items()
    ]


@styled
def correlation_map(pairs: pd.DataFrame, manifest: Manifest, lang: str) -> Figure:
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
    texts = [str(parameter_word(name, lang)) for name in names]
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
