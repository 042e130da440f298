"""Attributed activations beside the effect of taking the channel out: summary, document, table, picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from foundation.drawing.style import BLUE, ORANGE, SMALL, legend_below, light_grid, localise, styled, wrap
from foundation.language.numbers import day, number, with_interval
from foundation.quantiles import LEVELS, records, rounded
from foundation.shapes import Floats
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from planning.effects import label
from planning.mix.shown import blank_table
from scenarios.drawing import page
from scenarios.words import run_line

DAYS = ("data_end", "horizon")
COLOURS = {"attributed": ORANGE, "effect": BLUE}


@styled
def effects(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: str) -> Figure:
    """At the horizon: a row per channel, two intervals each."""
    table = frames["effects"]
    found = summary(table)
    rows = found[found["day"] == "horizon"].reset_index(drop=True)
    subtitle = label("effects.subtitle", lang, day=day(manifest["until"], lang), draws=table["draw"].nunique())
    figure = page(label("effects.title", lang), subtitle, 0.5 * len(rows) + 0.9, manifest, lang)
    axes = figure.subplots()
    for place, row in rows.iterrows():
        for shift, (name, colour) in zip((-0.15, 0.15), COLOURS.items(), strict=True):
            height = float(str(place)) + shift
            axes.plot([row[f"{name}_p05"], row[f"{name}_p95"]], [height, height], color=colour, linewidth=1.6)
            axes.plot(row[f"{name}_p50"], height, "o", color=colour, ms=6, markeredgecolor="white")
    titles = ["\n".join(wrap(channel_title(str(c), lang), 2.4, SMALL, most=2)) for c in rows["channel"]]
    axes.set_yticks(range(len(rows)), titles)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(left=min(0.0, axes.get_xlim()[0]))
    axes.set_xlabel(label("effects.axis", lang))
    axes.tick_params(axis="y", length=0)
    light_grid(axes, "x")
    localise(axes, lang, x=True)
    handles = [Line2D([], [], color=c, marker="o", label=label(f"effects.{n}_long", lang)) for n, c in COLOURS.items()]
    legend_below(figure, handles, 2)
    return figure


PICTURES = {"effects": effects}

if TYPE_CHECKING:
    from rich.table import Table

MEASURES = {
    "attributed": "attributed",
    "effect": "effect",
    "effect_over_attributed": "ratio",
    "effect_percent": "percent",
}


def effects_table(table: pd.DataFrame, manifest: Manifest, lang: str) -> Table:
    """A part for each of the two days, a row per channel."""
    shown = blank_table(label("effects.title", lang), _note(table, manifest, lang))
    shown.add_column(label("effects.channel", lang))
    for name in MEASURES.values():
        shown.add_column(label(f"effects.{name}", lang), justify="right", no_wrap=True)
    found = summary(table)
    for number_, (key, rows) in enumerate(found.groupby("day", sort=False)):
        name = str(key)
        if number_:
            shown.add_section()
        until = manifest["data_end"] if name == "data_end" else manifest["until"]
        shown.add_row(label(f"effects.day_{name}", lang, day=day(until, lang)), *[""] * len(MEASURES), style="bold")
        for _, row in rows.iterrows():
            cells = [with_interval(row[f"{m}_p05"], row[f"{m}_p50"], row[f"{m}_p95"], lang) for m in MEASURES]
            shown.add_row(channel_title(str(row["channel"]), lang), *cells)
    return shown


def channel_title(channel: str, lang: str) -> str:
    """A channel as a reader names it."""
    return label(f"channel.{channel}", lang)


def _note(table: pd.DataFrame, manifest: Manifest, lang: str) -> str:
    pilot = float(remainder(table)["pilot"].median())
    draws = table["draw"].nunique()
    note = label("effects.note", lang, pilot=number(pilot, 2, lang), draws=draws)
    return f"{note}\n{label('effects.document', lang)}\n{run_line(manifest, lang)}"


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """A row per day and channel: median and 90 % interval of both measures and of their ratio (NaN where nothing is
    attributed), and of their share of the whole stock."""
    rows = []
    for (when, channel), found in table.groupby(["day", "channel"], sort=False):
        attributed, effect, stock = (found[name].to_numpy(float) for name in ("attributed", "effect", "activated"))
        ratio = np.divide(effect, attributed, out=np.full(len(found), np.nan), where=attributed > 0)
        values = {
            "attributed": attributed,
            "effect": effect,
            "effect_over_attributed": ratio,
            "attributed_percent": 100 * attributed / stock,
            "effect_percent": 100 * effect / stock,
        }
        rows.append({"day": when, "channel": channel, **_quantiles(values)})
    ordered = pd.DataFrame(rows)
    order = {day: rank for rank, day in enumerate(DAYS)}
    keys = ordered["day"].map(order)
    return ordered.iloc[np.lexsort((-ordered["attributed_p50"], keys))].reset_index(drop=True)


def _quantiles(values: Mapping[str, Floats]) -> dict[str, float]:
    return {
        f"{name}_{level}": float(np.nanquantile(array, q)) if np.isfinite(array).any() else float("nan")
        for name, array in values.items()
        for level, q in LEVELS.items()
    }


def remainder(table: pd.DataFrame) -> pd.DataFrame:
    """Per day and draw: the stock that no channel has, activated in the pilot before the launch."""
    sums = table.groupby(["day", "draw"]).agg(activated=("activated", "first"), attributed=("attributed", "sum"))
    return (sums["activated"] - sums["attributed"]).rename("pilot").reset_index()


def dated(table: pd.DataFrame, manifest: Manifest) -> pd.DataFrame:
    """The summary with days instead of their names."""
    return table.assign(day=table["day"].map({"data_end": manifest["data_end"], "horizon": manifest["until"]}))


def effects_document(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> Document:
    """The document of ``mes effects --json``."""
    table = frames["effects"]
    pilot = remainder(table).groupby("day")["pilot"].median()
    return {
        **{k: manifest[k] for k in ("people", "draws", "seed", "structure", "data_end", "quick", "version")},
        "command_line": manifest["command_line"],
        "horizon": manifest["until"],
        "failed_draws": [failure["draw"] for failure in manifest["failures"]],
        "activated_before_launch_millions": rounded(float(pilot.iloc[0])),
        "measures": {
            "attributed": "activations whose last contact came through the channel, millions",
            "effect": "activations missing in the status quo simulated from the launch without the channel, millions",
        },
        "channels": records(dated(summary(table), manifest)),
    }
