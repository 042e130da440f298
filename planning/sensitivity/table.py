"""Indices and values of information on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from foundation.language.numbers import UNDEFINED, compact, interval, number, percent, typeset, with_interval
from foundation.language.text import scenario_titles
from planning.mix.tables import blank_table, euros
from planning.sensitivity.input_names import input_title
from planning.sensitivity.inputs import DUMMY, study_titles
from planning.text import label

if TYPE_CHECKING:
    from rich.table import Table

MOST = 5


def quantity_title(quantity: str, scenario: str, manifest: Mapping[str, object], lang: str) -> str:
    """As "Media campaigns: additional (M)"."""
    return label(f"sensitivity.{quantity}", lang, scenario=scenario_titles(manifest, lang)[scenario])


def indices_table(table: pd.DataFrame, inputs: pd.DataFrame, manifest: Mapping[str, object], lang: str) -> Table:
    """For every quantity the inputs that stand out from noise, and the dummy."""
    note = label(
        "sensitivity.note",
        lang,
        floor=_range(table["first_order_floor"], lang),
        pawn=_range(table["pawn_floor"], lang),
        draws=len(inputs),
        inputs=len(inputs.columns) - 1,
    )
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


def _cells(row: Any, lang: str) -> list[str]:
    low, high = row["first_order"] - row["first_order_error"], row["first_order"] + row["first_order_error"]
    return [
        f"{number(row['first_order'], 2, lang)} {interval(low, high, 2, lang)}",
        number(row["pawn"], 2, lang),
        compact(row["when_low"], lang),
        compact(row["when_high"], lang),
    ]


def study_title(study: str, lang: str) -> str:
    """A study in words."""
    titles = study_titles()
    return typeset(titles[study][lang], lang) if study in titles else label(f"information.{study}", lang)


def choice_of(manifest: Mapping[str, Any]) -> str:
    """``value`` or ``budget``: what decides."""
    return "budget" if manifest["sensitivity"]["budget_millions_eur"] is not None else "value"


def information_title(manifest: Mapping[str, Any], lang: str) -> str:
    """What the decision is."""
    settings = manifest["sensitivity"]
    if choice_of(manifest) == "budget":
        return label("information.title_budget", lang, budget=euros(settings["budget_millions_eur"], lang))
    return label("information.title_value", lang, value=number(settings["value_eur"], 0, lang))


def information_table(table: pd.DataFrame, manifest: Mapping[str, object], lang: str) -> Table:
    """A row per study, the dummy and everything."""
    kind = choice_of(manifest)
    now = label("information.now", lang, strategy=scenario_titles(manifest, lang)[str(table["now"].iloc[0])])
    shown = blank_table(information_title(manifest, lang), f"{now} {label(f'information.note_{kind}', lang)}")
    shown.add_column(label("information.study", lang))
    for name in (f"value_{kind}", "changes", "verdict"):
        shown.add_column(label(f"information.{name}", lang), justify="right", no_wrap=True)
    for _, row in table.iterrows():
        whole = row["study"] == "everything"
        shown.add_row(
            study_title(str(row["study"]), lang),
            with_interval(row["low"], row["value"], row["high"], lang),
            UNDEFINED if pd.isna(row["changes"]) else percent(row["changes"], lang),
            "" if whole else label(f"information.{'yes' if row['known'] else 'no'}", lang),
        )
    return shown
