"""The tables of ``mes structures`` and ``mes uncertainty``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from rich import box
from rich.table import Table
from rich.text import Text

from calibration.draws.structures import Alternative
from calibration.uncertainty.uncertainty import SOURCES
from foundation.language.numbers import number, percent
from foundation.language.text import label, scenario_titles
from scenarios.experiment import REFERENCE


def structures_table(alternatives: Sequence[Alternative], lang: str) -> Table:
    """A row a structure: evidence, Bayes factor to the default, weight."""
    table = _table(label("structures.title", lang), label("structures.note", lang))
    table.add_column(label("structures.structure", lang), no_wrap=True)
    for name in ("evidence", "bayes", "weight"):
        table.add_column(label(f"structures.{name}", lang), justify="right")
    base = alternatives[0].log_evidence
    for one in alternatives:
        evidence = f"{number(one.log_evidence, 2, lang)} ± {number(one.log_evidence_error, 2, lang)}"
        factor = number(float(np.exp(one.log_evidence - base)), 2, lang)
        table.add_row(*map(Text, (structure_title(one.name, lang), evidence, factor, percent(one.weight, lang))))
    return table


def structure_title(name: str, lang: str) -> str:
    """``default`` in words; otherwise the choice as the command line takes it."""
    return label("structures.default", lang) if name == "default" else name.replace("-", "=", 1)


def structures_document(alternatives: Sequence[Alternative]) -> dict[str, Any]:
    """The same as JSON."""
    return {
        "structures": [
            {
                "name": one.name,
                "structure": dict(vars(one.structure)),
                "log_evidence": one.log_evidence,
                "log_evidence_error": one.log_evidence_error,
                "weight": one.weight,
                "draws": one.draws,
            }
            for one in alternatives
        ]
    }


def shown_rows(shares: pd.DataFrame) -> pd.DataFrame:
    """What table and picture show: activated for the reference, additional for the others."""
    wanted = np.where(shares["scenario"] == REFERENCE, "activated_millions", "additional_millions")
    return shares[shares["measure"] == wanted].reset_index(drop=True)


def uncertainty_table(shares: pd.DataFrame, manifest: Mapping[str, Any], lang: str) -> Table:
    """A row a scenario: mean, sd, and the share of each source."""
    structures = ", ".join(structure_title(name, lang) for name in manifest["averaged"])
    people = number(manifest["people"], 0, lang)
    table = _table(
        label("uncertainty.title", lang, until=_day(manifest, lang)),
        label("uncertainty.note", lang, structures=structures, people=people),
    )
    table.add_column(label("uncertainty.scenario", lang), min_width=16, max_width=34, overflow="fold")
    table.add_column(label("uncertainty.result", lang), justify="right", no_wrap=True)
    for source in SOURCES:
        table.add_column(label(f"uncertainty.{source}", lang), justify="right", max_width=14)
    titles = scenario_titles(manifest, lang)
    for _, row in shown_rows(shares).iterrows():
        result = f"{number(row['mean'], 2, lang)} ± {number(row['sd'], 2, lang)}"
        cells = [titles[row["scenario"]], result, *(percent(row[source], lang) for source in SOURCES)]
        table.add_row(*map(Text, cells))
    return table


def _day(manifest: Mapping[str, Any], lang: str) -> str:
    from foundation.language.numbers import day

    return day(manifest["until"], lang)


def _table(title: str, caption: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", caption_justify="left", title_style="bold")
    table.title, table.caption = Text(title), Text(caption)
    return table
