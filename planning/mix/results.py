"""The tables of a plan, tidy: what goes into Parquet, and from there into every table, picture and report; and how
surely the mix is best among what its budget can buy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from foundation.quantiles import LEVELS, jeffreys
from foundation.shapes import Floats
from foundation.store.manifest import Manifest
from planning.mix.judged import shipped, years_frame
from planning.mix.measures import quantiles
from planning.mix.plan import Plan
from planning.mix.shown import added, told
from scenarios.compare.best import chance_of_best, of_class
from scenarios.compare.spending import joined, paid_lines, price_statuses

Frames = Mapping[str, pd.DataFrame]
FRAMES = (
    "frontier", "plan", "shipped", "regret", "plan_groups", "plan_draws", "plan_costs", "plan_years", "candidates",
)  # fmt: skip
"""Parquet files of a plan folder, in the order in which they are written."""


def frames(plan: Plan) -> dict[str, pd.DataFrame]:
    """Every table of a plan; columns are explained in ``docs/planning.md``."""
    return {
        "frontier": frontier(plan),
        "plan": mixes(plan),
        "shipped": shipped(plan, price_statuses(_lines(plan), "row")),
        "regret": regrets(plan),
        "plan_groups": groups(plan),
        "plan_draws": draws(plan),
        "plan_costs": costs(plan),
        "plan_years": years_frame(plan, points(plan)),
        "candidates": candidates(plan),
    }


def _error(values: Floats) -> float:
    """Standard error of the mean over draws."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("nan")


def points(plan: Plan) -> list[tuple[str, float, int, int]]:
    """(role, budget or NaN, row of the archive, row on the fresh draws) of each mix that is reported."""
    found = [
        ("asked" if b == plan.question.budget else "frontier", b, w, plan.row("frontier", f"{b:.9g}"))
        for b, w in zip(plan.budgets, plan.winners, strict=True)
    ]
    if plan.target is not None:
        found.append(("target", float("nan"), plan.target, plan.row("target", "target")))
    found.append(("reach", float("nan"), plan.reach, plan.row("reach", "reach")))
    found.append(("everything", float("nan"), plan.everything, plan.row("everything", "everything")))
    return found


def frontier(plan: Plan) -> pd.DataFrame:
    """A row for each reported mix: what the search saw, and what the fresh draws say."""
    statuses = price_statuses(_lines(plan), "row")
    optimisms, found_for = (dict(zip(plan.budgets, of, strict=True)) for of in (plan.optimisms, plan.found_for))
    rows = []
    for n, (role, budget, row, place) in enumerate(points(plan)):
        searched, m = plan.archive.measures, plan.fresh
        gain, cost, activated = m.gain[place], m.cost[place], m.status_quo + m.gain[place]
        hits = int((activated >= plan.question.target).sum())
        low, high = jeffreys(hits, len(activated))
        rows.append(
            {
                "mix": n,
                "role": role,
                "budget_millions_eur": budget,
                "found_for_millions_eur": found_for.get(budget, float("nan")),
                "levers": int((plan.archive.mixes[row] > 0).sum()),
                "search_additional_mean": float(searched.gain[row].mean()),
                "search_additional_error": _error(searched.gain[row]),
                "search_cost_mean": float(searched.cost[row].mean()),
                "optimism": optimisms.get(budget, float("nan")),
                "additional_mean": float(gain.mean()),
                "additional_error": _error(gain),
                **quantiles("additional", gain),
                **quantiles("activated", activated),
                "cost_mean": float(cost.mean()),
                **quantiles("cost", cost),
                "within_budget": float((cost <= budget).mean()) if np.isfinite(budget) else float("nan"),
                "minutes_mean": float(m.minutes[place].mean()),
                **quantiles("minutes", m.minutes[place]),
                "probability_of_target": hits / len(activated),
                "probability_of_target_low": low,
                "probability_of_target_high": high,
                "largest_lag_points": float(m.lag[place].mean(axis=0).max()),
                "price_status": statuses.get(place, ""),
            }
        )
    return pd.DataFrame(rows)


def mixes(plan: Plan) -> pd.DataFrame:
    """A row for each reported mix and lever: how much of it, what it costs, what the mix would lose without it."""
    tables = {table.label: table for table in plan.space.scenario.levers}
    costs_of = _lever_costs(plan)
    asked = plan.row("frontier", f"{plan.question.budget:.9g}")
    rows = []
    for n, (role, budget, row, place) in enumerate(points(plan)):
        mix = plan.archive.mixes[row]
        for lever, (name, intensity) in enumerate(zip(plan.space.labels, plan.space.intensities(mix), strict=True)):
            paid, statuses = costs_of(place, name)
            rows.append(
                {
                    "mix": n,
                    "role": role,
                    "budget_millions_eur": budget,
                    "lever": name,
                    "kind": getattr(tables[name], "means", tables[name].kind),
                    "share_of_ceiling": mix[lever] / 100,
                    "intensity": float(intensity),
                    "ceiling": tables[name].intensity,
                    "cost_mean": float(paid.mean()),
                    **quantiles("cost", paid),
                    "price_status": statuses,
                    **_loss(plan, role, lever, asked, bool(mix[lever])),
                }
            )
    return pd.DataFrame(rows)


def _loss(plan: Plan, role: str, lever: int, asked: int, used: bool) -> dict[str, float]:
    """What the mix asked for would lose without a lever, millions; NaN for other mixes and levers not used."""
    names = ("loss_mean", *(f"loss_{level}" for level in LEVELS))
    if role != "asked" or not used:
        return dict.fromkeys(names, float("nan"))
    lost = plan.fresh.gain[asked] - plan.fresh.gain[plan.row("without", str(lever))]
    return {"loss_mean": float(lost.mean()), **quantiles("loss", lost)}


def _lines(plan: Plan) -> pd.DataFrame:
    """Cost lines of everything on the fresh draws; ``draw`` counts these."""
    return pd.concat([a.costs.assign(draw=n) for n, a in enumerate(plan.answers)], ignore_index=True)


def _lever_costs(plan: Plan) -> Any:
    """A function from (row on the fresh draws, lever) to euros per draw in millions and the status of its prices."""
    lines = paid_lines(_lines(plan))
    sums = lines.groupby(["row", "lever", "draw"])["eur"].sum() / 1e6
    statuses = lines.groupby(["row", "lever"])["status"].agg(joined)

    def of(row: int, label: str) -> tuple[Floats, str]:
        if (row, label) not in statuses.index:
            return np.zeros(len(plan.answers)), ""
        paid = sums.loc[row, label].reindex(range(len(plan.answers)), fill_value=0.0)
        return paid.to_numpy(), str(statuses.loc[(row, label)])

    return of


def regrets(plan: Plan) -> pd.DataFrame:
    """A row per search draw."""
    return pd.DataFrame(
        {
            "draw": np.array(plan.search_draws, np.int32),
            "additional": plan.hindsight - plan.regrets,
            "hindsight": plan.hindsight,
            "regret": plan.regrets,
        }
    )


def groups(plan: Plan) -> pd.DataFrame:
    """Shares activated at the horizon of groups fixed at the policy start: the status quo, and each reported mix."""
    shares = np.stack([a.shares for a in plan.answers])  # [draw, 1 + row, group, 2]
    rows = []
    reported = [("status-quo", float("nan"), 0), *((r, b, place + 1) for r, b, _, place in points(plan))]
    for n, (role, budget, place) in enumerate(reported):
        for group, (dimension, name) in enumerate(plan.answers[0].groups):
            inside, others = (100 * shares[:, place, group, side] for side in (0, 1))
            before = 100 * shares[:, 0, group, 1] - 100 * shares[:, 0, group, 0]  # so that zero is zero
            further = np.maximum(others - inside, 0) - np.maximum(before, 0)
            rows.append(
                {
                    "mix": n - 1,
                    "role": role,
                    "budget_millions_eur": budget,
                    "dimension": dimension,
                    "group": name,
                    **quantiles("share_percent", inside),
                    **quantiles("others_percent", others),
                    **quantiles("gap_points", others - inside),
                    **quantiles("gap_change_points", others - inside - before),
                    "further_behind_points": float(further.mean()),
                    "further_behind_error": _error(further),
                }
            )
    return pd.DataFrame(rows)


def draws(plan: Plan) -> pd.DataFrame:
    """Every mix and strategy on every fresh draw, the status quo included."""
    m, index = plan.fresh, np.array(plan.fresh_draws, np.int32)
    nothing = np.zeros_like(m.status_quo)
    parts = [_per_draw("status-quo", "status-quo", index, m.status_quo, nothing, nothing, nothing)]
    for row in plan.rows:
        name = plan.space.labels[int(row.name)] if row.role == "without" else row.name
        r = row.row
        parts.append(_per_draw(row.role, name, index, m.status_quo + m.gain[r], m.gain[r], m.cost[r], m.minutes[r]))
    return pd.concat(parts, ignore_index=True)


def _per_draw(
    role: str, name: str, index: Any, activated: Floats, gain: Floats, cost: Floats, minutes: Floats
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "role": role,
            "name": name,
            "draw": index,
            "activated_millions": activated,
            "additional_millions": gain,
            "cost_millions_eur": cost,
            "minutes_millions": minutes,
        }
    )


def costs(plan: Plan) -> pd.DataFrame:
    """Cost lines of the mix asked for, over the fresh draws: quantity, unit price and euros, with the status of the
    price. The range of a unit price is that of ``costs.csv``, by the draws' price uniforms."""
    asked = plan.row("frontier", f"{plan.question.budget:.9g}")
    lines = pd.concat([a.costs[a.costs["row"] == asked] for a in plan.answers], ignore_index=True)
    rows = []
    for (lever, item), found in lines.groupby(["lever", "item"], sort=False):
        row: dict[str, Any] = {"lever": lever, "item": item, "status": found["status"].iloc[0]}
        for name, scale in (("quantity", 1.0), ("unit_eur", 1.0), ("eur", 1e6), ("minutes", 1e6)):
            row |= quantiles(name if scale == 1.0 else f"{name}_millions", found[name].to_numpy(np.float64) / scale)
        rows.append(row | {"eur_millions_mean": float(found["eur"].mean()) / 1e6})
    return pd.DataFrame(rows)


def candidates(plan: Plan) -> pd.DataFrame:
    """Every mix that was simulated in the search, in hundredths of the ceilings, with its means over search draws."""
    m = plan.archive.measures
    table = pd.DataFrame(plan.archive.mixes, columns=list(plan.space.labels))
    means: Mapping[str, Floats] = {"additional_mean": m.gain, "cost_mean": m.cost, "minutes_mean": m.minutes}
    for name, values in means.items():
        table[f"search_{name}"] = values.mean(axis=1)
    return table


def losing(table: pd.DataFrame) -> Sequence[str]:
    """Shipped strategies that the mix does not beat."""
    there = table[table["affordable"].astype(bool)]
    return [str(name) for name in there.loc[~there["beaten"].astype(bool), "scenario"]]


def row_of(frames: Frames, role: str) -> pd.Series:
    """The mix of a role on the frontier."""
    table = frames["frontier"]
    return table[table["role"] == role].iloc[0]


def has(frames: Frames, role: str) -> bool:
    """Whether there is a mix of that role."""
    return bool((frames["frontier"]["role"] == role).any())


def standing_at_budget(frames: Frames) -> pd.DataFrame:
    """The mix asked for (``scenario`` empty) and the shipped strategies that the budget can buy, less those it equals,
    as ``scenarios.compare.best`` ranks strategies of like budgets: over the fresh draws, that of least regret first."""
    draws, shipped_ones = frames["plan_draws"], frames["shipped"]
    others = shipped_ones["affordable"].astype(bool) & (shipped_ones["why"] != "same")
    names = [str(name) for name in shipped_ones.loc[others, "scenario"]]
    wanted = [("frontier", f"{row_of(frames, 'asked')['budget_millions_eur']:.9g}"), *(("shipped", n) for n in names)]
    gains = [draws.loc[(draws["role"] == r) & (draws["name"] == n), "additional_millions"] for r, n in wanted]
    return pd.DataFrame(of_class(["", *names], np.array(gains)))


def best_sentence(frames: Frames, manifest: Manifest, lang: str) -> Iterator[str]:
    """How surely the mix is best, and what choosing it may lose; likewise the best of the shipped strategies."""
    found = standing_at_budget(frames)
    if len(found) < 2:
        return
    titles = frames["shipped"].set_index("scenario")[f"title_{lang}"]
    mix, rival = (found[(found["scenario"] == "") == is_mix].iloc[0] for is_mix in (True, False))
    yield told(
        "plan.best",
        manifest,
        lang,
        rivals=len(found) - 1,
        chance=chance_of_best(mix, lang, ends=True),
        regret=added(mix["regret_mean"], manifest, lang),
        rival=titles[rival["scenario"]],
        rival_chance=chance_of_best(rival, lang, ends=True),
        rival_regret=added(rival["regret_mean"], manifest, lang),
    )
