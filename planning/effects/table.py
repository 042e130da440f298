"""Effects and attribution on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from foundation.language.captions import run_line
from foundation.language.numbers import day, number, with_interval
from foundation.language.text import label as scenario_label
from planning.effects.effects import remainder, summary
from planning.mix.tables import blank_table
from planning.text import label

if TYPE_CHECKING:
    from rich.table import Table

MEASURES = {
    "attributed": "attributed",
    "effect": "effect",
    "effect_over_attributed": "ratio",
    "effect_percent": "percent",
}


def effects_table(table: pd.DataFrame, manifest: Mapping[str, Any], lang: str) -> Table:
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
    return scenario_label(f"channel.{channel}", lang)


def _note(table: pd.DataFrame, manifest: Mapping[str, object], lang: str) -> str:
    pilot = float(remainder(table)["pilot"].median())
    draws = table["draw"].nunique()
    note = label("effects.note", lang, pilot=number(pilot, 2, lang), draws=draws)
    return f"{note}\n{label('effects.document', lang)}\n{run_line(manifest, lang)}"
