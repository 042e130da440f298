"""A plan on a terminal: the answer in sentences, then the mix, the frontier and the shipped strategies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from foundation.language.numbers import (
    UNDEFINED,
    chance,
    compact,
    day,
    exact,
    number,
    percent,
    share_of_draws,
    with_interval,
)
from foundation.store.manifest import Manifest
from planning.mix import label
from planning.mix.judged import year_sentences, years_table
from planning.mix.measures import FAIR_POINTS, over_budget, surely
from planning.mix.results import Frames, best_sentence, has, losing, row_of
from planning.mix.shown import (
    added,
    added_interval,
    asked_budget,
    blank_table,
    euros,
    headed,
    lever_title,
    median_interval,
    million_euros,
    paid,
    paid_interval,
    told,
)
from scenarios.compare.when import on
from scenarios.experiment import LAST
from scenarios.words import group_title, price_line, quick_mark, region_mark, run_line, units_of

if TYPE_CHECKING:
    from rich.table import Table


def sentences(frames: Frames, manifest: Manifest, lang: str) -> Iterator[str]:
    """The answer."""
    row, plan, until = row_of(frames, "asked"), manifest["plan"], day(manifest["until"], lang)
    if not row["levers"]:
        yield label("plan.nothing", lang)
    gain, activated = added_interval(row, "additional", manifest, lang), median_interval(row, "activated", lang)
    adds = on(manifest, "plan.adds", "plan.adds_users")
    yield told(adds, manifest, lang, gain=gain, activated=activated, until=until)
    money = {"mean": paid(row["cost_mean"], manifest, lang), "search": paid(row["search_cost_mean"], manifest, lang)}
    within = share_of_draws(row["within_budget"], len(plan["fresh_draws"]), lang)
    yield label("plan.cost", lang, cost=median_interval(row, "cost", lang), within=within, **money)
    if over_budget(row, plan["budget_millions_eur"]):
        budget = euros(plan["budget_millions_eur"], lang)
        yield label("plan.overrun", lang, budget=budget, p50=paid(row["cost_p50"], manifest, lang))
    yield from year_sentences(frames, manifest, lang)
    yield from _shared(frames, manifest, lang)
    if row["minutes_mean"] > 0:
        yield told("plan.minutes", manifest, lang, minutes=added_interval(row, "minutes", manifest, lang))
    yield told(
        "plan.curse",
        manifest,
        lang,
        fresh=added(row["additional_mean"], manifest, lang),
        error=added(row["additional_error"], manifest, lang),
        draws=len(plan["fresh_draws"]),
        search=added(row["search_additional_mean"], manifest, lang),
        search_error=added(row["search_additional_error"], manifest, lang),
        search_draws=len(plan["search_draws"]),
        optimism=added(max(0.0, row["optimism"]), manifest, lang),
    )
    yield from _carried(frames, lang)
    regret = units_of(manifest) * frames["regret"]["regret"]
    low, middle, high = (float(regret.quantile(q)) for q in (0.05, 0.5, 0.95))
    yield told("plan.regret", manifest, lang, regret=with_interval(low, middle, high, lang))
    yield from best_sentence(frames, manifest, lang)
    yield _behind(frames, manifest, lang)
    yield _target(frames, manifest, lang)
    yield from _shipped(frames, manifest, lang)


def _shared(frames: Frames, manifest: Manifest, lang: str) -> Iterator[str]:
    """What the mix has of levers that a region can't buy alone."""
    used = frames["plan"][(frames["plan"]["role"] == "asked") & (frames["plan"]["share_of_ceiling"] > 0)]
    used = used[used["lever"].isin(manifest["plan"].get("shared", ()))]
    if len(used):
        pairs = zip(used["lever"], used["kind"], strict=True)
        yield label("plan.shared", lang, levers=", ".join(lever_title(*pair, lang) for pair in pairs))


def _carried(frames: Frames, lang: str) -> Iterator[str]:
    """Rows that have the mix of a smaller budget."""
    rows = frames["frontier"].dropna(subset="budget_millions_eur")
    rows = rows[rows["found_for_millions_eur"] < rows["budget_millions_eur"]]
    if len(rows):
        pairs = zip(rows["budget_millions_eur"], rows["found_for_millions_eur"], strict=True)
        taken = [label("plan.carried_row", lang, at=euros(at, lang), of=euros(of, lang)) for at, of in pairs]
        yield label("plan.carried", lang, rows=", ".join(taken))


def _target(frames: Frames, manifest: Manifest, lang: str) -> str:
    plan = manifest["plan"]
    common = {
        "target": compact_target(manifest, lang),
        "probability": percent(plan["probability"], lang),
        "until": day(manifest["until"], lang),
    }
    if has(frames, "target"):
        row = row_of(frames, "target")
        share, least, most = (row[f"probability_of_target{end}"] for end in ("", "_low", "_high"))
        return label(
            on(manifest, "plan.target_reached", "plan.target_reached_users"),
            lang,
            **common,
            cost=median_interval(row, "cost", lang),
            search=share_of_draws(plan["target_search_probability"], len(plan["search_draws"]), lang),
            chance=chance(share, least, most, lang, ends=True),
        )
    row, status_quo = row_of(frames, "reach"), frames["plan_draws"]
    activated = status_quo.loc[status_quo["role"] == "status-quo", "activated_millions"]
    low, middle, high = (float(activated.quantile(q)) for q in (0.05, 0.5, 0.95))
    share, least, most = (row[f"probability_of_target{end}"] for end in ("", "_low", "_high"))
    missed = label(
        on(manifest, "plan.target_missed", "plan.target_missed_users"),
        lang,
        **common,
        reach=paid(plan["furthest_millions"], manifest, lang),
        cost=paid(row["cost_mean"], manifest, lang, 0),
        chance=chance(share, least, most, lang, ends=True),
        alike=paid(float(surely(activated.to_numpy(), plan["probability"])), manifest, lang),
        status_quo=with_interval(low, middle, high, lang),
    )
    later = LAST.isoformat()
    return missed if manifest["until"] >= later else f"{missed} {label('plan.target_later', lang, later=later)}"


def compact_target(manifest: Manifest, lang: str) -> str:
    """The target in millions."""
    return exact(manifest["target_millions"], lang)


def _behind(frames: Frames, manifest: Manifest, lang: str) -> str:
    table = frames["plan_groups"]
    found = table[table["role"] == "asked"].sort_values("further_behind_points", ascending=False)
    if manifest["plan"]["fair"]:
        return _fairness(found, lang)
    falling = found[found["further_behind_points"] >= 0.05]
    if falling.empty:
        return label("plan.behind_none", lang)
    points = [
        label(
            "plan.group_points",
            lang,
            group=group_title(row["dimension"], row["group"], lang),
            points=number(row["further_behind_points"], 1, lang),
        )
        for _, row in falling.iterrows()
    ]
    return label("plan.behind", lang, groups=", ".join(points))


def _fairness(found: pd.DataFrame, lang: str) -> str:
    """Whether what held on the draws of the search holds on the fresh ones; the group furthest behind comes first."""
    groups = [
        {
            "group": group_title(row["dimension"], row["group"], lang),
            "points": number(row["further_behind_points"], 2, lang),
            "error": number(row["further_behind_error"], 2, lang),
        }
        for _, row in found.iterrows()
    ]
    missed = int((found["further_behind_points"] > FAIR_POINTS).sum())
    limit = number(FAIR_POINTS, 1, lang)
    if not missed:
        return label("plan.fair_kept", lang, limit=limit, **groups[0])
    behind = ", ".join(label("plan.group_error", lang, **group) for group in groups[:missed])
    return label("plan.fair_missed", lang, limit=limit, groups=behind)


def _shipped(frames: Frames, manifest: Manifest, lang: str) -> Iterator[str]:
    table, limited = frames["shipped"], manifest["plan"]["fair"] or manifest["plan"]["minutes_millions"]
    lost = table[table["scenario"].isin(losing(table))]
    same, others = lost[lost["why"] == "same"], lost[lost["why"] != "same"]
    for title in same[f"title_{lang}"]:
        yield label("shipped.same", lang, strategy=title)
    if others.empty and table["affordable"].sum() > len(same):
        yield label("shipped.others_beaten" if len(same) else "shipped.all_beaten", lang)
    for _, row in others.iterrows():
        reason = "limits" if limited and row["why"] != "over_budget" else row["why"]
        why = label(f"shipped.{reason}", lang)
        kind = "not_comparable" if reason in ("over_budget", "outside", "limits") else "not_beaten"
        yield label(f"shipped.{kind}", lang, strategy=row[f"title_{lang}"], why=why)


def tables(frames: Frames, manifest: Manifest, lang: str) -> list[Table]:
    """The mix, the years, the frontier, the shipped strategies."""
    years = years_table(frames, manifest, lang)
    others = [frontier_table(frames, manifest, lang), shipped_table(frames, manifest, lang)]
    return [mix_table(frames, manifest, lang), *([] if years is None else [years]), *others]


def mix_table(frames: Frames, manifest: Manifest, lang: str) -> Table:
    """How much of each lever."""
    plan = frames["plan"]
    used = plan[(plan["role"] == "asked") & (plan["share_of_ceiling"] > 0)]
    prices = {lever_title(row["lever"], row["kind"], lang): row["price_status"] for _, row in used.iterrows()}
    note = label("plan.note", lang, draws=len(manifest["plan"]["fresh_draws"]), prices=price_line(prices, lang))
    table = blank_table(label("mix.title", lang), note.replace("  ", " "))
    _columns(table, manifest, lang, "mix", "lever", "share", "cost", "loss")
    for _, row in used.sort_values("loss_mean", ascending=False).iterrows():
        table.add_row(
            lever_title(row["lever"], row["kind"], lang),
            percent(row["share_of_ceiling"], lang),
            paid_interval(row, manifest, lang),
            added_interval(row, "loss", manifest, lang),
        )
    return table


def frontier_table(frames: Frames, manifest: Manifest, lang: str) -> Table:
    """A row per budget."""
    from scenarios.compare.tables import probability

    draws = len(manifest["plan"]["fresh_draws"])
    shown = frames["frontier"]
    if has(frames, "reach"):
        shown = shown[shown["role"] != "everything"]
    prices = price_line({_budget(row, lang, "M€"): row["price_status"] for _, row in shown.iterrows()}, lang)
    note = f"{label('frontier.note', lang, prices=prices)}\n{label('plan.caption', lang)}\n{run_line(manifest, lang)}"
    table = blank_table(label("frontier.title", lang, until=day(manifest["until"], lang)), note)
    names = ("budget", "additional", "mean_gain", "search", "cost", "mean_cost", "within")
    _columns(table, manifest, lang, "frontier", *names)
    for _, row in shown.iterrows():
        table.add_row(
            _budget(row, lang),
            added_interval(row, "additional", manifest, lang),
            added(row["additional_mean"], manifest, lang),
            added(row["search_additional_mean"], manifest, lang),
            median_interval(row, "cost", lang),
            compact(row["cost_mean"], lang),
            UNDEFINED if pd.isna(row["within_budget"]) else share_of_draws(row["within_budget"], draws, lang),
            probability(row, lang),
            str(row["levers"]),
        )
    return table


def _budget(row: pd.Series, lang: str, unit: str = "") -> str:
    """A row of the frontier; in a sentence its budget has a unit and no mark."""
    if pd.isna(budget := row["budget_millions_eur"]):
        return label(f"frontier.{row['role']}", lang)
    return euros(budget, lang) if unit else ("▸ " if row["role"] == "asked" else "") + million_euros(budget, lang)


def shipped_table(frames: Frames, manifest: Manifest, lang: str) -> Table:
    """The mix against every strategy at the budget."""
    budget = euros(manifest["plan"]["budget_millions_eur"], lang)
    affordable = frames["shipped"][frames["shipped"]["affordable"].astype(bool)]
    prices = {row[f"title_{lang}"]: row["price_status"] for _, row in affordable.iterrows()}
    note = label("shipped.note", lang, prices=price_line(prices, lang))
    table = blank_table(label("shipped.title", lang, budget=budget), note)
    _columns(table, manifest, lang, "shipped", "strategy", "scale", "additional", "cost", "difference", "better")
    for _, row in frames["shipped"].iterrows():
        if not row["affordable"]:
            table.add_row(row[f"title_{lang}"], UNDEFINED, label("shipped.too_dear", lang), "", "", "")
            continue
        low, mean, high = (units_of(manifest) * row[f"difference_{end}"] for end in ("low", "mean", "high"))
        difference = with_interval(low, mean, high, lang)
        table.add_row(
            row[f"title_{lang}"],
            number(row["factor"], 2, lang),
            added_interval(row, "additional", manifest, lang),
            paid_interval(row, manifest, lang),
            difference,
            share_of_draws(row["mix_better"], len(manifest["plan"]["fresh_draws"]), lang),
        )
    return table


def _columns(table: Table, manifest: Manifest, lang: str, section: str, *names: str) -> None:
    for number_, name in enumerate(names):
        justify: Any = "left" if number_ == 0 and section != "frontier" else "right"
        table.add_column(headed(f"{section}.{name}", manifest, lang), justify=justify, no_wrap=number_ > 0)
    if section == "frontier":
        chance = label("frontier.probability", lang, target=compact_target(manifest, lang))
        table.add_column(chance, justify="right", no_wrap=True)
        table.add_column(label("frontier.levers", lang), justify="right", no_wrap=True)


def headline(frames: Frames, manifest: Manifest, lang: str) -> str:
    """What the plan is for."""
    days = {name: day(manifest[key], lang) for name, key in (("start", "policy_start"), ("until", "until"))}
    title = label("plan.title", lang, budget=asked_budget(manifest["plan"], lang), **days)
    return quick_mark(manifest, lang) + region_mark(manifest, lang) + title
