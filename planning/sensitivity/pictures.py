"""The tornado, and what studies would be worth."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from foundation.drawing.style import BLUE, GREY, ORANGE, SMALL, legend_below, light_grid, localise, page, styled
from foundation.drawing.wrapping import wrap
from foundation.language.numbers import compact, day, interval, with_interval
from planning.sensitivity.input_names import input_title
from planning.sensitivity.inputs import DUMMY
from planning.sensitivity.sensitivity import tornado
from planning.sensitivity.table import choice_of, information_title, quantity_title, study_title
from planning.text import label
from scenarios.compare.pictures import save

Frames = Mapping[str, pd.DataFrame]
ROWS = 9


@styled
def tornado_plot(frames: Frames, manifest: Mapping[str, Any], lang: str) -> Figure:
    """A panel per quantity shown: the status quo, and gain and cost of the strategy that adds most or was chosen."""
    table = frames["indices"]
    wanted = [(q["quantity"], q["scenario"]) for q in manifest["sensitivity"]["shown"]]
    figure = page(
        label("sensitivity.tornado_title", lang, until=day(manifest["until"], lang)),
        label("sensitivity.tornado_subtitle", lang),
        len(wanted) * (0.27 * ROWS + 0.75) + 0.4,
        manifest,
        lang,
    )
    panels = figure.subplots(len(wanted), 1, squeeze=False)[:, 0]
    for axes, (quantity, scenario) in zip(panels, wanted, strict=True):
        _panel(axes, tornado(table, quantity, scenario, ROWS), quantity_title(quantity, scenario, manifest, lang), lang)
    handles = [
        Line2D([], [], color=colour, linewidth=7, label=label(f"sensitivity.{name}_third", lang))
        for name, colour in (("low", ORANGE), ("high", BLUE))
    ]
    legend_below(figure, handles, 2)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, title: str, lang: str) -> None:
    middle = float(rows[["when_low", "when_high"]].to_numpy().mean())
    for place, (_, row) in enumerate(rows.iterrows()):
        for name, colour in (("low", ORANGE), ("high", BLUE)):
            shown = colour if row["known"] else "#C8C8C8"
            axes.barh(place, row[f"when_{name}"] - middle, left=middle, height=0.62, color=shown)
            axes.plot([row[f"when_{name}_p05"], row[f"when_{name}_p95"]], [place, place], color=GREY, linewidth=0.8)
    axes.axvline(middle, color=GREY, linewidth=0.8)
    titles = ["\n".join(wrap(input_title(str(name), lang), 3.0, SMALL, most=1)) for name in rows["input"]]
    axes.set_yticks(range(len(rows)), titles)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_title(title, loc="left", size=SMALL + 1, weight="bold")
    axes.tick_params(axis="y", length=0)
    light_grid(axes, "x")
    localise(axes, lang, x=True)


@styled
def information_plot(frames: Frames, manifest: Mapping[str, object], lang: str) -> Figure:
    """A row per study, the dummy last."""
    table = frames["information"]
    kind = choice_of(manifest)
    everything = table[table["study"] == "everything"].iloc[0]
    rows = table[table["study"] != "everything"].reset_index(drop=True)
    told = with_interval(everything["low"], everything["value"], everything["high"], lang)
    subtitle = label("information.subtitle", lang, everything=told)
    figure = page(information_title(manifest, lang), subtitle, 0.36 * len(rows) + 0.9, manifest, lang)
    axes = figure.subplots()
    for place, row in rows.iterrows():
        height, colour = float(str(place)), BLUE if row["known"] else "#A8A8A8"
        axes.plot([row["low"], row["high"]], [height, height], color=colour, linewidth=1.6)
        axes.plot(
            row["value"], height, "s" if row["study"] == DUMMY else "o", color=colour, ms=6, markeredgecolor="white"
        )
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_yticks(
        range(len(rows)), ["\n".join(wrap(study_title(str(s), lang), 3.0, SMALL, most=2)) for s in rows["study"]]
    )
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlabel(label(f"information.axis_{kind}", lang))
    axes.tick_params(axis="y", length=0)
    light_grid(axes, "x")
    localise(axes, lang, x=True)
    _numbers(axes, rows, lang)
    return figure


def _numbers(axes: Axes, rows: pd.DataFrame, lang: str) -> None:
    from foundation.drawing.rows import number_rows

    decimals = 1 if rows["high"].max() >= 3 else 2
    number_rows(
        axes,
        [f"{compact(r['value'], lang)} {interval(r['low'], r['high'], decimals, lang)}" for _, r in rows.iterrows()],
    )


PICTURES = {"tornado": tornado_plot, "information": information_plot}


def draw_sensitivity(frames: Frames, manifest: Mapping[str, object], folder: Path, lang: str) -> list[Path]:
    """Draws every picture into ``folder``."""
    folder.mkdir(exist_ok=True)
    paths = []
    for name, picture in PICTURES.items():
        paths += save(picture(frames, manifest, lang), folder / f"{name}.{lang}")
    return paths
