"""Which strategy is best, and how surely, among strategies of like budgets.

Nobody chooses between a strategy for 1 million euros and one for 100: strategies are compared within classes of mean
public cost (``BOUNDS``, *assumed*). On each draw one of a class adds most; how often that is a strategy is its
probability of being best. Its regret on a draw is what the best of the draw adds more: the mean over draws is what
choosing it now loses, on average, to somebody who knows the truth.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from foundation.language.numbers import NARROW, chance, compact, number
from foundation.quantiles import jeffreys
from foundation.shapes import Floats
from foundation.store.manifest import Manifest, references_of, worlds_of
from foundation.store.reading import Document
from scenarios.compare import label
from scenarios.words import scenario_titles, units_of

if TYPE_CHECKING:
    from rich.table import Table

BOUNDS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0)
"""Million euros at which classes of budgets end: about half a power of ten each."""
COLUMNS = (
    "scenario", "budget_above", "budget_up_to", "rivals", "cost_mean", "additional_mean", "probability_best",
    "probability_best_low", "probability_best_high", "regret_mean", "regret_p95",
)  # fmt: skip


def standing(gain: Floats) -> tuple[Floats, Floats]:
    """(probability of being best, regret [strategy, draw]) of each strategy, from what it adds [strategy, draw]. On a
    draw where several add most, each has an equal part of it."""
    most = gain.max(axis=0)
    first = gain == most
    return np.asarray((first / first.sum(axis=0)).mean(axis=1)), most - gain


def best_table(outcomes: pd.DataFrame, manifest: Manifest) -> pd.DataFrame:
    """A row for each strategy that has a rival of like budget, by class, the one of least regret first (millions of
    profiles, millions of euros; a Jeffreys 90 % interval of the probability). References, and what costs and adds
    nothing, are left out. Of compared folders only those have rivals in one another that share every setting: ranks
    are within a world, one world after the other."""
    of, rows = worlds_of(manifest), []
    references = {*references_of(manifest).values()} or {*outcomes["scenario"].head(1)}
    worlds = np.array([of.get(str(name), 0) for name in outcomes["scenario"]])
    if not manifest.get("paired", True) and not worlds.any():  # an earlier version's, which doesn't say whose is whose
        return pd.DataFrame(columns=list(COLUMNS))
    for world in dict.fromkeys(worlds):
        rows += _of_world(outcomes[worlds == world], references)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _of_world(outcomes: pd.DataFrame, references: Set[str]) -> list[dict[str, Any]]:
    gain, cost = (
        outcomes.pivot(index="scenario", columns="draw", values=name).loc[outcomes["scenario"].unique()]
        for name in ("additional_millions", "cost_millions_eur")
    )
    gains, costs = gain.to_numpy(), cost.to_numpy()
    does = (gains != 0).any(axis=1) | (costs != 0).any(axis=1)
    does &= [str(name) not in references for name in gain.index]
    names = [str(name) for name in gain.index[does]]
    return _rows(names, gains[does], costs[does].mean(axis=1))


def _rows(names: list[str], gain: Floats, cost: Floats) -> list[dict[str, Any]]:
    """Rows of strategies by what they add [strategy, draw] and cost on average [strategy]."""
    place, ends = np.searchsorted(BOUNDS, cost, side="left"), (0.0, *BOUNDS, np.inf)
    found: list[dict[str, Any]] = []
    for k in np.unique(place):
        members = np.flatnonzero(place == k)
        if len(members) > 1:
            paid = {names[m]: float(cost[m]) for m in members}
            common = {"budget_above": ends[k], "budget_up_to": ends[k + 1], "rivals": len(members) - 1}
            rows = of_class(list(paid), gain[members])
            found += [{**row, **common, "cost_mean": paid[row["scenario"]]} for row in rows]
    return found


def of_class(names: list[str], gain: Floats) -> list[dict[str, Any]]:
    """What ``COLUMNS`` say of strategies that are compared with one another, the one of least regret first."""
    chance, regret = standing(gain)
    draws = gain.shape[1]
    bounds = [jeffreys(share * draws, draws) for share in chance]
    rows = [
        {
            "scenario": name,
            "additional_mean": float(gain[k].mean()),
            "probability_best": float(chance[k]),
            "probability_best_low": bounds[k][0],
            "probability_best_high": bounds[k][1],
            "regret_mean": float(regret[k].mean()),
            "regret_p95": float(np.quantile(regret[k], 0.95)),
        }
        for k, name in enumerate(names)
    ]
    return sorted(rows, key=lambda row: float(str(row["regret_mean"])))


def best_document(table: pd.DataFrame) -> list[Document]:
    """The same for JSON; no upper end of a budget is ``None``."""
    rows = table.to_dict("records")
    return [{str(key): None if value == np.inf else value for key, value in row.items()} for row in rows]


THOUSANDS = {"gain": "best.gain_thousand", "regret": "best.regret_thousand"}
"""Heads of columns that are told in thousands of a region."""


def best_rich_table(table: pd.DataFrame, manifest: Manifest, lang: str) -> Table:
    """For a terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left", caption_justify="left", title_style="bold")
    shown.title, shown.caption = Text(label("best.title", lang)), Text(best_note(manifest, lang))
    shown.add_column(label("best.budget", lang), no_wrap=True)
    shown.add_column(label("table.scenario", lang), min_width=8, max_width=34, overflow="fold")
    for name in ("gain", "probability", "regret"):
        key = THOUSANDS.get(name, "") if units_of(manifest) > 1 else ""
        shown.add_column(label(key or f"best.{name}", lang), justify="right", no_wrap=True)
    for cells in _cells(table, manifest, lang):
        shown.add_row(*map(Text, cells))
    return shown


def best_note(manifest: Manifest, lang: str) -> str:
    """How to read it; that ranks are within a world, where there are several."""
    worlds = len({*worlds_of(manifest).values()})
    return label("best.note", lang) + (f" {label('best.worlds', lang)}" if worlds > 1 else "")


def _cells(table: pd.DataFrame, manifest: Manifest, lang: str) -> Iterator[list[str]]:
    titles, before, times = scenario_titles(manifest, lang), ("", 0), units_of(manifest)
    worlds = worlds_of(manifest)
    for row in table.to_dict("records"):
        name = budget_class(row, lang)
        figures = [
            number(times * row["additional_mean"], 2, lang),
            chance_of_best(row, lang),
            compact(times * row["regret_mean"], lang),
        ]
        here = name, worlds.get(row["scenario"], 0)
        yield ["" if here == before else name, titles[row["scenario"]], *figures]
        before = here


def budget_class(row: Mapping[Any, Any], lang: str) -> str:
    """``1–3`` million euros, ``≤ 1`` or ``> 1000``."""
    low, high = (number(row[key], 0, lang) for key in ("budget_above", "budget_up_to"))
    if row["budget_above"] == 0:
        return f"≤{NARROW}{high}"
    return f">{NARROW}{low}" if row["budget_up_to"] == np.inf else f"{low}–{high}"


def chance_of_best(row: Mapping[Any, Any] | pd.Series, lang: str, *, ends: bool = False) -> str:
    """A share of draws, or the bound of its interval where it is none or all of them."""
    share, low, high = (row[f"probability_best{end}"] for end in ("", "_low", "_high"))
    return chance(share, low, high, lang, ends=ends)
