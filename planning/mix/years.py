"""What a plan spends in each calendar year, and whether the ceiling of the year is kept on the fresh draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from foundation.language.numbers import UNDEFINED, share_of_draws
from foundation.quantiles import LEVELS
from foundation.store.manifest import Manifest
from planning.mix import label
from planning.mix.measures import quantiles
from planning.mix.plan import Plan
from planning.mix.shown import blank_table, median_interval, paid
from planning.mix.simulate import SPENT

if TYPE_CHECKING:
    from rich.table import Table


COLUMNS = [
    "mix", "role", "budget_millions_eur", "year", "ceiling_millions_eur", "search_cost_mean", "cost_mean",
    *(f"cost_{level}" for level in LEVELS), "within_ceiling",
]  # fmt: skip
LOOSE, BINDING = 0.9, 0.95
"""Shares of a ceiling below which money is said to be left, and above which a ceiling is said to bind."""


Frames = Mapping[str, pd.DataFrame]


def years_frame(plan: Plan, points: Sequence[tuple[str, float, int, int]]) -> pd.DataFrame:
    """A row for each reported mix and calendar year: what it spends on the fresh draws, and its ceiling there (in
    proportion for other budgets than the one asked for; NaN without one)."""
    ceilings, rows, columns = dict(plan.question.years), [], list(plan.answers[0].results)
    spendable = [int(name.removeprefix(SPENT)) for name in map(str, columns) if name.startswith(SPENT)]
    for mix, (role, budget, row, place) in enumerate(points):
        for at, year in enumerate(spendable):
            spent, most = plan.fresh.spent[place, :, at], ceilings.get(year, float("nan"))
            most *= budget / plan.question.budget
            rows.append(
                {
                    "mix": mix,
                    "role": role,
                    "budget_millions_eur": budget,
                    "year": year,
                    "ceiling_millions_eur": most,
                    "search_cost_mean": float(plan.archive.measures.spent[row, :, at].mean()),
                    "cost_mean": float(spent.mean()),
                    **quantiles("cost", spent),
                    "within_ceiling": float((spent <= most).mean()) if most == most else float("nan"),
                }
            )
    return pd.DataFrame(rows, columns=COLUMNS)


def asked_years(frames: Frames) -> pd.DataFrame:
    """Those of the budget asked for."""
    table = frames["plan_years"]
    return table[table["role"] == "asked"]


def year_sentences(frames: Frames, manifest: Manifest, lang: str) -> Iterator[str]:
    """Which ceiling binds, where money is left and which is exceeded on the fresh draws; nothing without ceilings."""
    rows = asked_years(frames).dropna(subset="ceiling_millions_eur")
    used = rows["search_cost_mean"] / rows["ceiling_millions_eur"].where(rows["ceiling_millions_eur"] > 0)
    binding, loose = (", ".join(map(str, rows.loc[found, "year"])) for found in (used >= BINDING, used < LOOSE))
    if binding and loose:
        yield label("years.binds", lang, binding=binding, loose=loose)
    for _, row in rows[rows["cost_mean"] > rows["ceiling_millions_eur"]].iterrows():
        mean, most = (paid(row[name], manifest, lang) for name in ("cost_mean", "ceiling_millions_eur"))
        yield label("years.over", lang, year=row["year"], mean=mean, most=most)


def years_table(frames: Frames, manifest: Manifest, lang: str) -> Table | None:
    """A row a calendar year; ``None`` where there is only one and nothing limits it."""
    rows, draws = asked_years(frames), len(manifest["plan"]["fresh_draws"])
    if len(rows) < 2 and rows["ceiling_millions_eur"].isna().all():
        return None
    table = blank_table(label("years.title", lang), label("years.note", lang))
    for name in ("year", "ceiling", "cost", "mean", "within"):
        table.add_column(label(f"years.{name}", lang), justify="right", no_wrap=True)
    for _, row in rows.iterrows():
        limited = not pd.isna(row["ceiling_millions_eur"])
        table.add_row(
            str(row["year"]),
            paid(row["ceiling_millions_eur"], manifest, lang) if limited else UNDEFINED,
            median_interval(row, "cost", lang),
            paid(row["cost_mean"], manifest, lang),
            share_of_draws(row["within_ceiling"], draws, lang) if limited else UNDEFINED,
        )
    return table
