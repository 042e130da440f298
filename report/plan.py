"""The budget plan that goes with a run, as ``mes plan`` leaves it: read from its ``plan.json``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from foundation.errors import UserError
from foundation.language.numbers import UNDEFINED, chance, compact, number, percent, share_of_draws, with_interval
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from foundation.store.store import document
from planning.mix.measures import over_budget
from report.figures import SIZES, report_frontier
from report.numbers import Numbers
from report.shown import INTERVAL, traced
from scenarios.compare.tables import probability
from scenarios.lever_schemas import lever_word
from scenarios.words import group_title, price_note

FILE = "plan.json"
ON_FRONTIER = ("asked", "frontier")
Plan = Mapping[str, Any]
NEEDED = (
    "result", "years", "prices", "effects", "drivers", "structure", "averaged", "continued", "posterior", "target",
    "mix", "frontier", "groups", "fair", "fair_points", "fresh_draws", "quick", "best",
)  # fmt: skip
"""What the page is made of."""
SAME = {
    "horizon": "until", "policy_start": "policy_start", "target_millions": "target_millions", "prices": "costs",
    "effects": "effects", "drivers": "drivers", "structure": "structure", "averaged": "averaged",
    "continued": "continued",
}  # fmt: skip
"""What a plan has to share with the run, by its name in either: the same question about the same world."""


def read_plan(folder: Path, manifest: Manifest) -> Plan:
    """The plan of a folder, checked to answer the question of the run; ``UserError`` if it can't be used."""
    path = folder / FILE
    if not path.exists():
        raise UserError(f"{folder}: holds no {FILE}; make a plan with: mes plan --budget 60M --out {folder}")
    plan: Plan = document(folder, FILE)
    if lacking := [name for name in NEEDED if name not in plan]:
        raise UserError(f"{path}: holds no {lacking[0]}: made by an earlier version; make the plan again")
    for name, usual in (("region", "the country"), ("target_on", "activated")):
        planned, run = (one.get(name) or usual for one in (plan, manifest))
        if planned != run:
            raise UserError(f"{path}: {name} is {planned}, but {run} in the run")
    planned, run = ((one.get("level") or {}).get("sha256") for one in (plan, manifest))
    if planned != run:
        raise UserError(f"{path}: its local level of {manifest['region']} is another than that of the run")
    for key, here in SAME.items():
        _refuse(path, key, plan[key], manifest.get(here))
    drawn = plan["posterior"]
    if drawn["sha256"] != manifest.get("draws_sha256"):
        _refuse(path, "posterior", {drawn["file"]: drawn["sha256"]}, {manifest["draws_file"]: manifest["draws_sha256"]})
    return plan


def _refuse(path: Path, key: str, planned: Any, run: Any) -> None:
    """``UserError`` where a setting of the plan is another than that of the run."""
    if (planned or {}) == (run or {}):
        return
    theirs, ours = (_named(key, one) for one in (planned, run))
    if theirs == ours:
        raise UserError(f"{path}: {key} is {theirs}, of other contents than {ours} in the run")
    raise UserError(f"{path}: {key} is {theirs}, but {ours} in the run")


def _named(key: str, value: Any) -> str:
    """A setting in a message: names of files and choices, no hashes."""
    if key == "continued":
        return "as forecast" if value else "as simulated"
    if isinstance(value, Mapping) and value:
        pairs = key in ("drivers", "structure")
        return ", ".join(f"{name}={one}" if pairs else str(name) for name, one in value.items())
    return str(value) if value else "none"


def plan_context(plan: Plan, numbers: Numbers) -> Document:
    """What the page shows of a plan."""
    result, times = plan["result"], numbers.times
    points = [row for row in plan["frontier"] if row["role"] in ON_FRONTIER]
    budget = _one(plan["budget_millions_eur"], "budget_millions_eur", {}, numbers)
    shown = pd.DataFrame(
        {"cost": times * row["cost_mean"], **{q: times * row[f"additional_{q}"] for q in ("p05", "p50", "p95")}}
        for row in points
    )
    return {
        "verdict": _verdict(plan, numbers),
        "budget": budget,
        "asked": numbers.say(
            "budget.asked",
            budget=budget,
            additional=_interval(result, "additional", "result", {}, numbers),
            cost=_one(result["cost_mean"], "result.cost_mean", {}, numbers),
        ),
        "best": _best(plan, numbers) if len(plan["best"]) > 1 else "",
        "fair": _fairness(plan, numbers) if plan["fair"] else "",
        "mix": _levers(plan, numbers),
        "years": _years(plan, numbers) if len(plan["years"]) > 1 or plan["budget_by_year"] else [],
        "quick": bool(plan["quick"]),
        "frontier": [_point(row, numbers) for row in sorted(points, key=lambda row: row["budget_millions_eur"])],
        "figure": {shape: report_frontier(shown, numbers, shape, f"plan-{shape}") for shape in SIZES},
        "alt": _alt(shown, numbers),
        "note": _curse(plan, numbers),
    }


def plan_point(plan: Plan, numbers: Numbers) -> Markup:
    """What the budget asked for adds, in a sentence for the answer."""
    budget, result = _one(plan["budget_millions_eur"], "budget_millions_eur", {}, numbers), plan["result"]
    found = numbers.say(
        "answer.budget", budget=budget, additional=_interval(result, "additional", "result", {}, numbers)
    )
    if over_budget(result, plan["budget_millions_eur"]):
        # A mean within the budget says little where most draws cost more.
        kind = "overrun" if result["cost_mean"] > plan["budget_millions_eur"] else "overrun_often"
        cost = _one(result["cost_mean"], "result.cost_mean", {}, numbers)
        median = _one(result["cost_p50"], "result.cost_p50", {}, numbers)
        found += Markup(" ") + numbers.say(
            f"answer.budget_{kind}", cost=cost, median=median, within=_within(plan, numbers)
        )
    return found + Markup(" ") + numbers.say("answer.budget_quick") if plan["quick"] else found


def _verdict(plan: Plan, numbers: Numbers) -> Markup:
    target = plan["target"]
    values = {
        "target": numbers.target(),
        "wanted": traced(
            percent(target["probability"], numbers.lang), [target["probability"]], file=FILE,
            measure="target.probability", stats=["value"],
        ),
    }  # fmt: skip
    if target["reachable"]:
        return numbers.say(
            "budget.reachable", cost=_one(target["cost_mean"], "target.cost_mean", {}, numbers), **values
        )
    furthest = _one(target["furthest_millions"], "target.furthest_millions", {}, numbers)
    cost = _one(target["furthest_cost_millions_eur"], "target.furthest_cost_millions_eur", {}, numbers)
    return numbers.say("budget.unreachable", furthest=furthest, cost=cost, **values)


def _best(plan: Plan, numbers: Numbers) -> Markup:
    """How surely the mix is best among what its budget can buy, and what choosing it may lose."""
    (row,) = (row for row in plan["best"] if row["scenario"] == "")
    where = {"scenario": ""}
    values = [row[f"probability_best{end}"] for end in ("", "_low", "_high")]
    text = chance(values[0], values[1], values[2], numbers.lang, ends=True)
    return numbers.say(
        "budget.best",
        rivals=len(plan["best"]) - 1,
        chance=traced(
            text, values, file=FILE, measure="best.probability_best", stats=["value", "low", "high"], where=where
        ),
        regret=_one(row["regret_mean"], "best.regret_mean", where, numbers),
    )


def _fairness(plan: Plan, numbers: Numbers) -> Markup:
    """That the plan was made under a condition, and how it holds on the fresh draws."""
    worst = max(plan["groups"], key=lambda row: row["further_behind_points"])
    where = {"dimension": worst["dimension"], "group": worst["group"]}
    return numbers.say(
        "budget.fair",
        limit=_one(plan["fair_points"], "fair_points", {}, numbers),
        group=group_title(worst["dimension"], worst["group"], numbers.lang),
        points=_one(worst["further_behind_points"], "groups.further_behind_points", where, numbers),
        error=_one(worst["further_behind_error"], "groups.further_behind_error", where, numbers),
    )


def _levers(plan: Plan, numbers: Numbers) -> list[dict[str, Any]]:
    """The levers that the mix uses, those it would miss most first; of two of one kind both show their name as well."""
    used = [row for row in plan["mix"] if row["share_of_ceiling"] > 0]
    used.sort(key=lambda row: -row["loss_mean"])
    kinds = [row["kind"] for row in used]
    found = []
    for row in used:
        title = lever_word(row["kind"], numbers.lang) or row["lever"]
        name = title if kinds.count(row["kind"]) == 1 else f"{title} ({row['lever']})"
        where, share = {"lever": row["lever"]}, row["share_of_ceiling"]
        use = traced(
            percent(share, numbers.lang),
            [share],
            file=FILE,
            measure="mix.share_of_ceiling",
            stats=["value"],
            where=where,
        )
        found.append(
            {
                "name": name,
                "use": use,
                "cost": _interval(row, "cost", "mix", where, numbers),
                "prices": price_note(row["price_status"], numbers.lang),
                "loss": _interval(row, "loss", "mix", where, numbers),
            }
        )
    return found


def _years(plan: Plan, numbers: Numbers) -> list[Document]:
    """What the mix spends in each calendar year, and its ceiling there."""
    found = []
    for row in plan["years"]:
        where, most = {"year": row["year"]}, row["ceiling_millions_eur"]
        found.append(
            {
                "year": row["year"],
                "ceiling": UNDEFINED if most is None else _one(most, "years.ceiling_millions_eur", where, numbers),
                "paid": _interval(row, "cost", "years", where, numbers),
                "mean": _one(row["cost_mean"], "years.cost_mean", where, numbers),
            }
        )
    return found


def _point(row: Mapping[str, Any], numbers: Numbers) -> dict[str, Any]:
    where, chance = {"mix": row["mix"]}, row["probability_of_target"]
    return {
        "budget": _one(row["budget_millions_eur"], "frontier.budget_millions_eur", where, numbers),
        "cost": _one(row["cost_mean"], "frontier.cost_mean", where, numbers),
        "paid": _interval(row, "cost", "frontier", where, numbers),
        "prices": price_note(row["price_status"], numbers.lang),
        "additional": _interval(row, "additional", "frontier", where, numbers),
        "activated": _interval(row, "activated", "frontier", where, numbers),
        "probability": traced(
            probability(row, numbers.lang), [chance], file=FILE, measure="frontier.probability_of_target",
            stats=["value"], where=where,
        ),
    }  # fmt: skip


def _alt(shown: pd.DataFrame, numbers: Numbers) -> str:
    rows = shown.sort_values("cost")
    first, last = rows.iloc[0], rows.iloc[-1]
    ends = {"low": first["p50"], "cheap": first["cost"], "high": last["p50"], "dear": last["cost"]}
    return numbers.say("budget.alt", **{key: compact(float(v), numbers.lang) for key, v in ends.items()}).striptags()


def _curse(plan: Plan, numbers: Numbers) -> Markup:
    result, count = plan["result"], len(plan["fresh_draws"])
    draws = traced(number(count, 0, numbers.lang), [count], file=FILE, measure="fresh_draws", stats=["count"])
    search = _one(result["search_additional_mean"], "result.search_additional_mean", {}, numbers)
    fresh = _one(result["additional_mean"], "result.additional_mean", {}, numbers)
    return numbers.say("budget.curse", search=search, fresh=fresh, draws=draws, within=_within(plan, numbers))


def _within(plan: Plan, numbers: Numbers) -> Markup:
    """Share of the fresh draws on which the cost stays within the budget."""
    within = plan["result"]["within_budget"]
    text = share_of_draws(within, len(plan["fresh_draws"]), numbers.lang)
    return traced(text, [within], file=FILE, measure="result.within_budget", stats=["value"])


def _one(value: float | None, measure: str, where: Mapping[str, Any], numbers: Numbers) -> Markup:
    times = _times(measure, numbers)
    shown = None if value is None else times * value
    whole = shown is not None and float(shown).is_integer()
    text = number(shown, 0, numbers.lang) if whole else compact(shown, numbers.lang)
    return traced(text, [value], file=FILE, measure=measure, stats=["value"], where=where, times=times)


def _interval(row: Mapping[str, Any], name: str, section: str, where: Mapping[str, Any], numbers: Numbers) -> Markup:
    measure, ends = f"{section}.{name}", [row[f"{name}_{q}"] for q in INTERVAL]
    times = _times(measure, numbers)
    middle, low, high = (None if end is None else times * end for end in ends)
    text = with_interval(low, middle, high, numbers.lang)
    return traced(text, ends, file=FILE, measure=measure, stats=INTERVAL, where=where, times=times)


def _times(measure: str, numbers: Numbers) -> float:
    """By what a number of the plan is multiplied where it is shown: what is added and paid of a region, in thousands;
    budgets stay as they were asked for."""
    name = measure.rpartition(".")[2]
    if name in ("activated", "furthest_millions"):
        return numbers.times_of(numbers.total)
    return numbers.times if any(part in name for part in ("cost", "additional", "loss", "regret", "ceiling")) else 1.0
