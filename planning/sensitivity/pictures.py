"""The tornado, and what studies would be worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from foundation.drawing.style import BLUE, GREY, ORANGE, SMALL, legend_below, light_grid, localise, styled, wrap
from foundation.language.numbers import UNDEFINED, compact, day, interval, number, share_of_draws, with_interval
from foundation.store.manifest import Manifest
from planning.mix.shown import blank_table, euros
from planning.sensitivity import label
from planning.sensitivity.indices import DUMMY
from planning.sensitivity.study import tornado
from planning.sensitivity.words import input_title, study_title
from scenarios.drawing import page
from scenarios.words import scenario_titles

Frames = Mapping[str, pd.DataFrame]
ROWS = 9


@styled
def tornado_plot(frames: Frames, manifest: Manifest, lang: str) -> Figure:
    """A panel per quantity shown: the status quo, and gain and cost of the strategy that adds most or was chosen."""
    table = frames["indices"]
    wanted = [(q["quantity"], q["scenario"]) for q in manifest["sensitivity"]["shown"]]
    figure = page(
        label("sensitivity.tornado_title", lang, until=day(manifest["until"], lang)),
        label("sensitivity.tornado_subtitle", lang),
        len(wanted) * (0.34 * ROWS + 0.75) + 0.4,
        manifest,
        lang,
        statistic="",
    )
    panels = figure.subplots(len(wanted), 1, squeeze=False)[:, 0]
    for axes, (quantity, scenario) in zip(panels, wanted, strict=True):
        rows = tornado(table, quantity, scenario, ROWS)
        draw_thirds(axes, rows)
        titles = ["\n".join(wrap(input_title(str(name), lang), 3.2, SMALL, most=2)) for name in rows["input"]]
        axes.set_yticks(range(len(rows)), titles)
        axes.set_title(quantity_title(quantity, scenario, manifest, lang), loc="left", size=SMALL + 1, weight="bold")
        localise(axes, lang, x=True)
    words = [label(f"sensitivity.{name}", lang) for name in ("low_third", "high_third", "noise")]
    legend_below(figure, key_of_thirds(words), 3)
    return figure


THIRDS = {"low": (BLUE, -0.17), "high": (ORANGE, 0.17)}
"""Colour and place of the bars of the lowest and of the highest third of an input: cold and above, warm and below."""
NOISE = "#C8C8C8"


def draw_thirds(axes: Axes, rows: pd.DataFrame) -> None:
    """Two bars an input, from the middle of all medians to that of each third, with its 90 % interval: side by side,
    so that one never hides the other where both thirds lie on one side.

    ``rows`` has an input a row, the one on top first: ``known`` (beyond noise), ``when_low`` and ``when_high`` with
    their ends ``_p05`` and ``_p95``.
    """
    middle = float(np.median(rows[["when_low", "when_high"]].to_numpy()))
    for place, (_, row) in enumerate(rows.iterrows()):
        for name, (colour, aside) in THIRDS.items():
            shown = colour if row["known"] else NOISE
            axes.barh(place + aside, row[f"when_{name}"] - middle, left=middle, height=0.32, color=shown)
            ends = [row[f"when_{name}_p05"], row[f"when_{name}_p95"]]
            axes.plot(ends, [place + aside] * 2, color=GREY, linewidth=0.8)
    axes.axvline(middle, color=GREY, linewidth=0.8)
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.tick_params(axis="y", length=0)
    light_grid(axes, "x")


def key_of_thirds(words: Sequence[str]) -> list[Line2D]:
    """Words for the lowest third, the highest one, and what is within noise."""
    colours = [*(colour for colour, _ in THIRDS.values()), NOISE]
    return [Line2D([], [], color=colour, linewidth=7, label=text) for colour, text in zip(colours, words, strict=True)]


@styled
def information_plot(frames: Frames, manifest: Mapping[str, object], lang: str) -> Figure:
    """A row per study, the dummy last."""
    table = frames["information"]
    kind = choice_of(manifest)
    everything = table[table["study"] == "everything"].iloc[0]
    rows = table[table["study"] != "everything"].reset_index(drop=True)
    told = with_interval(everything["low"], everything["value"], everything["high"], lang)
    subtitle = label("information.subtitle", lang, everything=told)
    height = 0.36 * len(rows) + 0.9
    figure = page(information_title(manifest, lang), subtitle, height, manifest, lang, statistic="")
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
    from foundation.drawing.placing import number_rows

    decimals = 1 if rows["high"].max() >= 3 else 2
    number_rows(
        axes,
        [
            f"{compact(r['value'], lang)} {interval(r['low'], r['high'], decimals, lang)}"
            if r["known"]
            else label("sensitivity.noise", lang)
            for _, r in rows.iterrows()
        ],
    )


PICTURES = {"tornado": tornado_plot, "information": information_plot}


if TYPE_CHECKING:
    from rich.table import Table

MOST = 5


def quantity_title(quantity: str, scenario: str, manifest: Manifest, lang: str) -> str:
    """As "Media campaigns: additional (M)"."""
    return label(f"sensitivity.{quantity}", lang, scenario=scenario_titles(manifest, lang)[scenario])


def indices_table(table: pd.DataFrame, inputs: pd.DataFrame, manifest: Manifest, lang: str) -> Table:
    """For every quantity the inputs that stand out from noise, and the dummy."""
    note = label(
        "sensitivity.note",
        lang,
        floor=_range(table["first_order_floor"], lang),
        pawn=_range(table["pawn_floor"], lang),
        draws=len(inputs),
        inputs=len(inputs.columns) - 1,
    )
    files = ", ".join(manifest.get("effects") or ())
    note += f" {label('sensitivity.learned', lang, file=files)}" if files else ""
    shown = blank_table(label("sensitivity.title", lang), note)
    shown.add_column(label("sensitivity.input", lang))
    for name in ("index", "pawn", "low", "high"):
        shown.add_column(label(f"sensitivity.{name}", lang), justify="right", no_wrap=True)
    for (quantity, scenario), rows in table.groupby(["quantity", "scenario"], sort=False):
        shown.add_row(quantity_title(str(quantity), str(scenario), manifest, lang), "", "", "", "", style="bold")
        known = rows[rows["known"] & (rows["input"] != DUMMY)].sort_values("first_order", ascending=False).head(MOST)
        if known.empty:
            shown.add_row(f"  {label('sensitivity.none', lang)}", "", "", "", "")
        for _, row in pd.concat([known, rows[rows["input"] == DUMMY]]).iterrows():
            shown.add_row(f"  {input_title(str(row['input']), lang)}", *_cells(row, lang))
    return shown


def _range(values: pd.Series[float], lang: str) -> str:
    low, high = float(values.min()), float(values.max())
    middle = "–" if lang == "en" else " à "
    return (
        number(low, 2, lang)
        if round(low, 2) == round(high, 2)
        else f"{number(low, 2, lang)}{middle}{number(high, 2, lang)}"
    )


def _cells(row: pd.Series, lang: str) -> list[str]:
    low, high = row["first_order"] - row["first_order_error"], row["first_order"] + row["first_order_error"]
    return [
        f"{number(row['first_order'], 2, lang)} {interval(low, high, 2, lang)}",
        number(row["pawn"], 2, lang),
        compact(row["when_low"], lang),
        compact(row["when_high"], lang),
    ]


def choice_of(manifest: Manifest) -> str:
    """``value`` or ``budget``: what decides."""
    return "budget" if manifest["sensitivity"]["budget_millions_eur"] is not None else "value"


def information_title(manifest: Manifest, lang: str) -> str:
    """What the decision is."""
    settings = manifest["sensitivity"]
    if choice_of(manifest) == "budget":
        return label("information.title_budget", lang, budget=euros(settings["budget_millions_eur"], lang))
    return label("information.title_value", lang, value=number(settings["value_eur"], 0, lang))


def information_table(table: pd.DataFrame, draws: int, manifest: Manifest, lang: str) -> Table:
    """A row per study, the dummy and everything. Of what is within noise no number is shown: read as a value, it would
    be one that these draws don't tell."""
    kind = choice_of(manifest)
    now = label("information.now", lang, strategy=scenario_titles(manifest, lang)[str(table["now"].iloc[0])])
    floor = _range(table["floor"].dropna(), lang)
    told = label(f"information.conclude_{kind}", lang, draws=draws, floor=floor)
    note = f"{now} {label(f'information.note_{kind}', lang)} {told}"
    shown = blank_table(information_title(manifest, lang), note)
    shown.add_column(label("information.study", lang))
    shown.add_column(label(f"information.value_{kind}", lang), justify="right", no_wrap=True)
    for name in ("changes", "verdict"):
        shown.add_column(label(f"information.{name}", lang), justify="right", no_wrap=True)
    for _, row in table.iterrows():
        whole = row["study"] == "everything"
        told = whole or row["known"]
        shown.add_row(
            study_title(str(row["study"]), lang),
            with_interval(row["low"], row["value"], row["high"], lang) if told else label("sensitivity.noise", lang),
            share_of_draws(row["changes"], draws, lang) if told and not whole else UNDEFINED,
            "" if whole else label(f"information.{'yes' if row['known'] else 'no'}", lang),
        )
    return shown
