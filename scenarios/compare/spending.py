"""When the money is spent: public cost by calendar year, over draws (``scenarios.spending``)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from foundation.language.numbers import day, with_interval
from foundation.quantiles import LEVELS, rounded
from foundation.store.manifest import Manifest, entries
from foundation.store.reading import Document
from scenarios.compare import label
from scenarios.spending import years_of
from scenarios.words import scenario_titles

if TYPE_CHECKING:
    from rich.table import Table

COST = "cost_millions_eur"


def spending_table(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> pd.DataFrame:
    """A row per scenario and calendar year: public cost in million euros, p05, p50 and p95 over all draws. What is
    spent in a year is paired with the other years of its draw only: quantiles don't add up."""
    rows = [
        {"scenario": name, "year": year, **{f"{COST}_{level}": float(np.quantile(spent, q)) for level, q in SHOWN}}
        for name, by_year in _by_draw(frames, manifest).items()
        for year, spent in by_year.items()
    ]
    return pd.DataFrame(rows, columns=["scenario", "year", *(f"{COST}_{level}" for level, _ in SHOWN)])


SHOWN = [(level, q) for level, q in LEVELS.items() if level in ("p05", "p50", "p95")]


def _by_draw(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> dict[str, dict[int, np.ndarray]]:
    """Million euros by scenario and year, [draw]; 0 where nothing is spent."""
    spending, outcomes = frames["spending"], frames["outcomes"]
    sums = spending.groupby(["scenario", "draw", "year"])["eur"].sum() / 1e6
    found = {}
    for entry in entries(manifest):
        draws = outcomes.loc[outcomes["scenario"] == entry["name"], "draw"]
        places = {
            year: pd.MultiIndex.from_product([[entry["name"]], draws, [year]], names=sums.index.names)
            for year in spending_years(manifest)
        }
        found[entry["name"]] = {year: sums.reindex(place, fill_value=0.0).to_numpy() for year, place in places.items()}
    return found


def spending_years(manifest: Manifest) -> tuple[int, ...]:
    """Calendar years in which a run can spend money."""
    start, until = (date.fromisoformat(manifest[key]) for key in ("policy_start", "until"))
    return years_of(start, until)


def spending_document(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> dict[str, list[Document]]:
    """By scenario, a record a year, for JSON."""
    found: dict[str, list[Document]] = {}
    for row in spending_table(frames, manifest).to_dict("records"):
        levels = {level: rounded(row[f"{COST}_{level}"]) for level, _ in SHOWN}
        found.setdefault(row["scenario"], []).append({"year": int(row["year"]), **levels})
    return found


def spending_rich_table(frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: str) -> Table | None:
    """For a terminal: a column a year; ``None`` where all is spent in one year, as the table of strategies says, or
    nothing is."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table, years = spending_table(frames, manifest), spending_years(manifest)
    if len(years) < 2 or not (table[f"{COST}_p95"] > 0).any():
        return None
    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", caption_justify="left", title_style="bold")
    shown.title = Text(label("spending.title", lang))
    shown.caption = Text(label("spending.note", lang, until=day(manifest["until"], lang)))
    shown.add_column(label("table.scenario", lang), min_width=8, max_width=34, overflow="fold")
    for year in years:
        shown.add_column(label("spending.year", lang, year=year), justify="right", no_wrap=True)
    titles = scenario_titles(manifest, lang)
    for name, rows in table.groupby("scenario", sort=False):
        if not (rows[f"{COST}_p95"] > 0).any():
            continue
        bounds = zip(rows[f"{COST}_p05"], rows[f"{COST}_p50"], rows[f"{COST}_p95"], strict=True)
        shown.add_row(*map(Text, (titles[str(name)], *(with_interval(*three, lang, 2) for three in bounds))))
    return shown
