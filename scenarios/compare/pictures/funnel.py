"""The funnel: insured, aware, visited, activated, in the week of the survey and at the horizon."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from foundation.drawing.style import BLACK, BLUE, GREY, SMALL, WIDTH, hold_ends, legend_below, light_grid, styled, wrap
from foundation.language.numbers import NO_BREAK, day, interval, percent
from foundation.shapes import Floats
from scenarios.compare import label
from scenarios.drawing import Frames, horizon, of_scenario, on_day, page, scenario_order, strategies_by_effect
from scenarios.words import scenario_titles

SURVEY = date(2023, 11, 24)
"""Middle of the fieldwork of the survey of November 2023, and day of the published 15 % (facts F066 and F070)."""
CLAIMS = {"aware": 0.82, "activated": 0.35}
"""What adults online said in it (facts F066 and F069)."""
STAGES = (
    ("insured", "living", "living"),
    ("aware", "aware", "adults"),
    ("visited", "visited", "living"),
    ("activated", "activated", "living"),
)
"""Stage, its stock, and the stock it is a share of."""
OF_LIVING = ("living", "visited", "activated")
"""Stocks that are counted among the living by groups; those of the country hold people who have died."""


@styled
def funnel(frames: Frames, manifest: Mapping[str, object], lang: str) -> Figure:
    """Shares of each stage for the reference in November 2023, and at the horizon with the strategy that adds most."""
    names = scenario_order(frames["weekly"])
    best = strategies_by_effect(frames, manifest)[:1]
    until = horizon(manifest)
    days = [SURVEY, until] if until > SURVEY else [until]
    note = label("funnel.note", lang) + (f" {label('funnel.best', lang)}" if len(names) > 2 else "")
    figure = page(label("funnel.title", lang), label("funnel.subtitle", lang), 4.6, manifest, lang, note=note)
    panels = figure.subplots(1, len(days), sharey=True, squeeze=False)[0]
    for axes, when in zip(panels, days, strict=True):
        shown = [names[0]] if when == SURVEY else [names[0], *best]
        _panel(axes, frames, shown, when, lang)
        key = "survey_panel" if when == SURVEY else "horizon_panel"
        axes.set_title(label(f"funnel.{key}", lang, day=day(when, lang)), size=SMALL, weight="bold", loc="left")
    _name_stages(panels[0], lang)
    handles = _legend(panels, [scenario_titles(manifest, lang)[name] for name in (names[0], *best)], lang)
    legend_below(figure, handles, len(handles))
    return figure


def _panel(axes: Axes, frames: Frames, names: Sequence[str], when: date, lang: str) -> None:
    height = 0.62 / len(names)
    groups = frames["groups"][frames["groups"]["dimension"] == "age_band"]
    for i, name in enumerate(names):
        found = {stock: on_day(of_scenario(frames["weekly"], name), stock, when) for stock in ("aware", "adults")} | {
            stock: on_day(_all_ages(of_scenario(groups, name), stock), stock, when) for stock in OF_LIVING
        }
        for place, (_, stock, whole) in enumerate(STAGES):
            y = place + (i - (len(names) - 1) / 2) * height
            _bar(axes, y, 0.88 * height, _shares(found[stock] / found[whole]), GREY if i == 0 else BLUE, lang)
    if when == SURVEY:
        for place, (stage, _, _) in enumerate(STAGES):
            if stage in CLAIMS:
                axes.plot(CLAIMS[stage] * 100, place - 0.41, "D", mfc="white", mec=BLACK, ms=6, zorder=5)
    axes.set_xlim(0, 100)
    axes.set_xticks(range(0, 101, 25), [percent(x / 100, lang) for x in range(0, 101, 25)])
    hold_ends(axes)
    light_grid(axes, "x")


def _all_ages(groups: pd.DataFrame, stock: str) -> pd.DataFrame:
    """A stock of all age bands together, by draw and week."""
    return groups.groupby(["draw", "week"])[stock].sum().reset_index()


def _shares(found: Floats) -> Floats:
    """5, 50 and 95 % quantiles over draws."""
    return np.quantile(found, [0.05, 0.5, 0.95])


def _bar(axes: Axes, y: float, height: float, shares: np.ndarray, colour: str, lang: str) -> None:
    low, middle, high = 100 * shares
    axes.barh(y, middle, height, color=colour, alpha=0.55, linewidth=0)
    if middle == 100:
        axes.text(98.5, y, percent(1.0, lang), size=SMALL, va="center", ha="right", gid="value")
        return
    axes.plot([low, high], [y, y], color=colour, linewidth=2, solid_capstyle="butt")
    text = f"{percent(middle / 100, lang)}{NO_BREAK}{interval(low, high, 0, lang)}"
    inside = high > 60
    axes.text(
        low - 1.5 if inside else high + 1.5,
        y,
        text,
        size=SMALL,
        va="center",
        ha="right" if inside else "left",
        gid="value",
    )


def _name_stages(axes: Axes, lang: str) -> None:
    words = ["\n".join(wrap(label(f"funnel.{stage}", lang), 1.25, SMALL)) for stage, _, _ in STAGES]
    axes.set_yticks(range(len(STAGES)), words)
    axes.set_ylim(len(STAGES) - 0.5, -0.55)


def _legend(panels: Sequence[Axes], titles: Sequence[str], lang: str) -> list[Artist]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    room = WIDTH / (len(titles) + 1) - 0.7
    colours = (GREY, BLUE)
    handles: list[Artist] = [
        Patch(color=colour, alpha=0.55, label="\n".join(wrap(title, room, SMALL)))
        for colour, title in zip(colours, titles, strict=False)
    ]
    if len(panels) == 2:
        claim = "\n".join(wrap(label("funnel.claim", lang), room, SMALL))
        handles.append(Line2D([], [], marker="D", linestyle="", mfc="white", mec=BLACK, ms=6, label=claim))
    return handles
