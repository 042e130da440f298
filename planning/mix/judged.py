"""How the mix stands on the fresh draws: against the shipped strategies at the same budget, and what it spends in each
calendar year, beside the ceiling of the year.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from foundation.language.numbers import UNDEFINED, share_of_draws
from foundation.quantiles import LEVELS
from foundation.shapes import Floats
from foundation.store.manifest import Manifest
from planning.mix import label
from planning.mix.measures import quantiles
from planning.mix.plan import Plan
from planning.mix.shown import blank_table, median_interval, paid
from planning.mix.simulate import SPENT

if TYPE_CHECKING:
    from rich.table import Table


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The mix against one strategy on the fresh draws, paired."""

    name: str
    mean: float
    """Mean gain of the mix over the strategy, millions."""
    low: float
    high: float
    """90 % interval of that mean."""
    better: float
    """Share of draws on which the mix does better."""
    beaten: bool
    """The mix does better on average, beyond chance."""
    why: str
    """Where not: ``same``, ``over_budget``, ``outside``, ``noise`` or ``search_draws``; otherwise empty."""


ALIKE = 0.01
"""A mix and a strategy are the same where on no draw they differ by more than this share of what the mix adds."""


def verdict(name: str, mix: Floats, rival: Floats, *, rival_cost: float, budget: float, inside: bool) -> Verdict:
    """Judges by the mean paired difference and its normal 90 % interval; ``inside``: all its levers could be bought."""
    difference = mix - rival
    mean = float(difference.mean())
    error = 1.645 * float(difference.std(ddof=1)) / np.sqrt(len(difference)) if len(difference) > 1 else np.inf
    same = bool((abs(difference) <= ALIKE * abs(mix)).all())
    beaten = mean - error > 0 and not same
    why = "" if beaten else "same" if same else _why(mean + error, rival_cost > budget, inside)
    return Verdict(
        name=name,
        mean=mean,
        low=mean - error,
        high=mean + error,
        better=float((difference > 0).mean()),
        beaten=beaten,
        why=why,
    )


def _why(high: float, over_budget: bool, inside: bool) -> str:
    if over_budget:
        return "over_budget"
    if not inside:
        return "outside"
    return "noise" if high > 0 else "search_draws"


def verdicts(plan: Plan) -> list[Verdict]:
    """The mix asked for against every shipped strategy that the budget can buy."""
    asked = plan.row("frontier", f"{plan.question.budget:.9g}")
    # What any plan could buy by default; a strategy of levers left out, or of other ones, can't be matched.
    buyable = {(t.kind, getattr(t, "means", "")) for t in plan.space.scenario.levers}
    found = []
    for rival in plan.rivals:
        if rival.scenario is not None:
            place = plan.row("shipped", rival.name)
            used = {(t.kind, getattr(t, "means", "")) for t in rival.scenario.levers}
            found.append(
                verdict(
                    rival.name,
                    plan.fresh.gain[asked],
                    plan.fresh.gain[place],
                    rival_cost=float(plan.fresh.cost[place].mean()),
                    budget=plan.question.budget,
                    inside=used <= buyable,
                )
            )
    return found


def shipped(plan: Plan, statuses: Mapping[int, str]) -> pd.DataFrame:
    """A row for each shipped strategy at the budget, as the fresh draws have it, and the mix against it;
    ``statuses`` of prices by row of the fresh draws."""
    judged = {v.name: v for v in verdicts(plan)}
    rows = []
    for rival in plan.rivals:
        row: dict[str, Any] = {
            "scenario": rival.name,
            "title_en": rival.titles["en"],
            "title_fr": rival.titles["fr"],
            "levers": 0,
            "factor": rival.factor,
            "affordable": rival.scenario is not None,
            "search_cost_mean": rival.cost,
            "beaten": False,
            "why": "" if rival.scenario is not None else "too_dear",
            "price_status": "",
        }
        if rival.scenario is not None:
            place, v = plan.row("shipped", rival.name), judged[rival.name]
            row |= {"levers": len(rival.scenario.levers), "additional_mean": float(plan.fresh.gain[place].mean())}
            row |= quantiles("additional", plan.fresh.gain[place])
            row |= {"cost_mean": float(plan.fresh.cost[place].mean())} | quantiles("cost", plan.fresh.cost[place])
            row |= {"difference_mean": v.mean, "difference_low": v.low, "difference_high": v.high}
            row |= {"mix_better": v.better, "beaten": v.beaten, "why": v.why, "price_status": statuses.get(place, "")}
        rows.append(row)
    quantile = [f"{name}_{level}" for name in ("additional", "cost") for level in LEVELS]
    # A strategy that the budget can't buy has nothing to compare; the columns are there all the same.
    return pd.DataFrame(rows, columns=[*_SHIPPED, *quantile])


_SHIPPED = (
    "scenario", "title_en", "title_fr", "levers", "factor", "affordable", "search_cost_mean", "additional_mean",
    "cost_mean", "difference_mean", "difference_low", "difference_high", "mix_better", "beaten", "why",
    "price_status",
)  # fmt: skip
YEARS = [
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
    return pd.DataFrame(rows, columns=YEARS)


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
