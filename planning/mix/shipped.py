"""The mix against the shipped strategies at the same budget, on the fresh draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from foundation.quantiles import LEVELS
from foundation.shapes import Floats
from planning.mix.measures import quantiles
from planning.mix.plan import Plan


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
