"""When the money is spent: public cost by calendar year, over draws (``scenarios.costs``); how sure prices are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from foundation.language.numbers import day, with_interval
from foundation.quantiles import LEVELS, rounded
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from scenarios.compare import label
from scenarios.costs import years_of
from scenarios.lever_schemas.doctors import MINUTES
from scenarios.words import scenario_titles

if TYPE_CHECKING:
    from rich.table import Table

COST = "cost_millions_eur"
LEVELS_SHOWN = ("p05", "p50", "p95")
QUANTILES = [LEVELS[level] for level in LEVELS_SHOWN]
COLUMNS = [f"{COST}_{level}" for level in LEVELS_SHOWN]


def spending_table(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> pd.DataFrame:
    """A row per scenario and calendar year: public cost in million euros, p05, p50 and p95 over all draws. What is
    spent in a year is paired with the other years of its draw only: quantiles don't add up."""
    spending, outcomes, years = frames["spending"], frames["outcomes"], spending_years(manifest)
    codes, names = pd.factorize(outcomes["scenario"])
    draws = outcomes["draw"].to_numpy()
    place = {pair: row for row, pair in enumerate(zip(outcomes["scenario"], draws, strict=True))}
    spent = np.zeros((len(outcomes), len(years)))
    pairs = zip(spending["scenario"], spending["draw"], strict=True)
    rows = np.array([place[pair] for pair in pairs], np.intp)
    np.add.at(spent, (rows, spending["year"].to_numpy(np.intp) - years[0]), spending["eur"].to_numpy() / 1e6)
    padded = np.full((len(names), int(np.bincount(codes).max(initial=0)), len(years)), np.nan)
    padded[codes, outcomes.groupby("scenario").cumcount().to_numpy()] = spent
    found = np.nanquantile(padded, QUANTILES, axis=1).reshape(len(QUANTILES), -1)
    keys = {"scenario": np.repeat(names, len(years)), "year": np.tile(years, len(names))}
    return pd.DataFrame({**keys, **dict(zip(COLUMNS, found, strict=True))})


def spending_years(manifest: Manifest) -> tuple[int, ...]:
    """Calendar years in which a run can spend money."""
    start, until = (date.fromisoformat(manifest[key]) for key in ("policy_start", "until"))
    return years_of(start, until)


def spending_document(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> dict[str, list[Document]]:
    """By scenario, a record a year, for JSON."""
    found: dict[str, list[Document]] = {}
    for row in spending_table(frames, manifest).to_dict("records"):
        levels = {level: rounded(row[f"{COST}_{level}"]) for level in LEVELS_SHOWN}
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


def status_word(status: str) -> str:
    """``assumed``, ``proxy``, ``derived``, ``published`` or "set in the scenario": what stands before the reason."""
    return status.partition(":")[0].strip()


def joined(statuses: Iterable[str]) -> str:
    """The words of several, each once, in order of appearance: ``assumed, proxy``."""
    return ", ".join(dict.fromkeys(map(status_word, statuses)))


def paid_lines(costs: pd.DataFrame) -> pd.DataFrame:
    """Cost lines of what is paid by the euro: doctors' time is among them only where it was counted."""
    return costs[(costs["item"] != MINUTES) | (costs["eur"] > 0)]


def price_statuses(costs: pd.DataFrame, by: str) -> dict[Any, str]:
    """Values of the column ``by`` of cost lines (``scenarios.frames.cost_frame``) to the statuses of the prices behind
    their public cost (``joined``); what costs nothing is not there."""
    return {key: joined(found) for key, found in paid_lines(costs).groupby(by, sort=False)["status"]}
