"""Pictures of a run: the page with its source line, and axes with a row per strategy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from foundation.drawing import style
from foundation.drawing.style import SMALL, wrap
from foundation.shapes import Floats
from foundation.store.manifest import Manifest, worlds_of
from model.terms.weeks import position
from scenarios.words import quick_mark, region_mark, run_line, scenario_titles

ROOM = 2.9
"""Inches for a title."""


def page(
    title: str,
    subtitle: str,
    body: float,
    manifest: Mapping[str, object],
    lang: str,
    *,
    note: str = "",
    statistic: str = "interval",
) -> Figure:
    """A figure with ``body`` inches between title and source line, laid out there (constrained).

    ``statistic``: what it shows, as the source line names it (``scenarios.words.run_line``).
    """
    source = quick_mark(manifest, lang) + run_line(manifest, lang, statistic=statistic)
    title, quick = region_mark(manifest, lang) + title, bool(manifest["quick"])
    return style.page(title, subtitle, body, source, lang, quick=quick, note=note)


def name_rows(axes: Axes, names: Sequence[str], manifest: Mapping[str, object], lang: str) -> None:
    """Titles as ticks of rows 0, 1, … from the top."""
    titles = scenario_titles(manifest, lang)
    axes.set_yticks(range(len(names)), ["\n".join(wrap(titles[name], ROOM, SMALL, most=2)) for name in names])
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)


Frames = Mapping[str, pd.DataFrame]
BAND = (0.05, 0.25, 0.50, 0.75, 0.95)


def scenario_order(frame: pd.DataFrame) -> list[str]:
    """Scenarios as the run lists them; the first is the reference."""
    return [str(name) for name in frame["scenario"].unique()]


def strategies_by_effect(frames: Frames, manifest: Manifest) -> list[str]:
    """All scenarios but the reference, the one that adds most first (median); those of another world than the
    reference's behind all of its own, as no rank says anything between them."""
    outcomes, worlds = frames["outcomes"], worlds_of(manifest)
    medians = outcomes.groupby("scenario", sort=False)["additional_millions"].median()
    ordered = [str(name) for name in medians.iloc[1:].sort_values(ascending=False, kind="stable").index]
    return sorted(ordered, key=lambda name: worlds.get(name, 0))


def weekly_bands(rows: pd.DataFrame, column: str, levels: Sequence[float] = BAND) -> tuple[Floats, Floats]:
    """Weeks [W+1] and quantiles over draws [level, W+1] of one scenario's stock."""
    table = rows.pivot(index="week", columns="draw", values=column).sort_index()
    return table.index.to_numpy(np.float64), np.quantile(table.to_numpy(), levels, axis=1)


def on_day(rows: pd.DataFrame, column: str, day: date) -> Floats:
    """Stock of each draw at the start of ``day``, by interpolation between the weeks there are, shape [draw]."""
    table = rows.pivot(index="week", columns="draw", values=column).sort_index()
    weeks = table.index.to_numpy(np.float64)
    return np.array([np.interp(position(day), weeks, stock) for stock in table.to_numpy().T])


def of_scenario(frame: pd.DataFrame, scenario: str) -> pd.DataFrame:
    return frame[frame["scenario"] == scenario]


def horizon(manifest: Manifest) -> date:
    return date.fromisoformat(manifest["until"])


def quantiles_of(outcomes: pd.DataFrame, scenario: str, measure: str) -> Floats:
    """5, 25, 50, 75 and 95 % quantiles of a measure over draws."""
    return np.quantile(of_scenario(outcomes, scenario)[measure].to_numpy(np.float64), BAND)
