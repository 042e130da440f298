"""The answer in a few sentences: what reaches how much, for how much, how sure, and who is left behind."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from foundation.language.numbers import day, decimals_for, number
from report.numbers import Numbers
from report.shown import traced
from report.sources import Provenance
from scenarios.compare.when import last_looked_at, year_ends
from scenarios.words import group_label, scenario_titles

NAMED = 3
"""Most strategies of regions in the answer; all stand in the table."""
NOT_REACHABLE, UNLIKELY, OPEN = 0.05, 0.5, 0.9
"""Probabilities of the target below which it is called so (of the strategy most likely to reach it)."""
CHANCE = [f"probability_of_target{end}" for end in ("", "_low", "_high")]
WORTH_NAMING = 0.01
"""Share of the target that a strategy has to add before it can be named as the best for its money."""
EXCLUDED = ("digital_exclusion", "yes")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The strategies that the answer names; ``None`` where there is none of the kind."""

    best: str
    """Adds most (median); the reference where it stands alone."""
    single: str | None
    """Adds most of those with one lever."""
    money: str | None
    """Cheapest per additional activation of those that add enough."""
    fair: str | None
    """Moves the gap of the digitally excluded most in their favour."""


def choose(numbers: Numbers) -> Chosen:
    """Who is named, by medians, of the reference's world."""
    if not numbers.alike:
        return Chosen(best=numbers.reference, single=None, money=None, fair=None)
    rows = numbers.summary.loc[numbers.alike]
    ordered = rows[f"{numbers.gain}_p50"].sort_values(ascending=False, kind="stable").index.astype(str)
    alone = [name for name in ordered if levers(numbers, name) == 1]
    least = WORTH_NAMING * numbers.manifest["target_millions"]
    prices = rows[rows[f"{numbers.gain}_p50"] >= least][f"{numbers.price}_p50"].dropna()
    changes = numbers.equity["gap_change_points_p50"].xs(EXCLUDED, level=("dimension", "group"))
    helped = changes.loc[numbers.alike].dropna()
    return Chosen(
        best=str(ordered[0]),
        single=alone[0] if alone else None,
        money=str(prices.idxmin()) if len(prices) else None,
        fair=str(helped.idxmax()) if len(helped) else None,
    )


def levers(numbers: Numbers, name: str) -> int:
    """How many levers a scenario pulls, by the text of its file in the manifest."""
    entry = next(entry for entry in numbers.manifest["scenarios"] if entry["name"] == name)
    return len(tomllib.loads(entry["text"]).get("lever", []))


def verdict(numbers: Numbers, chosen: Chosen) -> Markup:
    """Whether the target is reached: said plainly, by the strategy most likely to reach it."""
    chances = numbers.summary.loc[[numbers.reference, *numbers.alike], "probability_of_target"]
    ties = chances.index[chances == chances.max()]
    likeliest = str(numbers.summary.loc[ties, f"{numbers.total}_p50"].idxmax())  # of equals the one with most
    lang, key = numbers.lang, _verdict_of(*numbers.summary.loc[likeliest, CHANCE].astype(float))
    if not numbers.alike:
        key = "alone"
    return numbers.say(
        f"answer.{key}",
        target=numbers.target(),
        until=numbers.setting("until", day(numbers.manifest["until"], lang)),
        best=scenario_titles(numbers.manifest, lang)[likeliest],
        activated=numbers.outcome(likeliest, numbers.total),
        reached=numbers.draws_reaching(likeliest),
        draws=numbers.draws(),
        probability=numbers.probability(likeliest),
    )


def _verdict_of(chance: float, low: float, high: float) -> str:
    """By the probability and its Jeffreys interval: what may as well be even is open."""
    if chance < NOT_REACHABLE:
        return "not_reachable"
    return "unlikely" if high < UNLIKELY else "open" if chance < OPEN or low < UNLIKELY else "likely"


def points(
    numbers: Numbers, chosen: Chosen, provenance: Provenance, *, plan: Markup | None, worth: Markup | None
) -> list[Markup]:
    """The sentences below the verdict; ``plan`` and ``worth`` come from a budget plan and a sensitivity analysis."""
    found = [
        *_reach(numbers, chosen), plan, _behind(numbers, chosen), *_regions(numbers), _why(numbers), worth,
        _sure(numbers, provenance),
    ]  # fmt: skip
    return [point for point in found if point is not None]


def _reach(numbers: Numbers, chosen: Chosen) -> Iterator[Markup]:
    lang, titles = numbers.lang, scenario_titles(numbers.manifest, numbers.lang)
    quo = numbers.reference
    yield numbers.say(
        "answer.status_quo",
        activated=numbers.outcome(quo, numbers.total),
        profiles=numbers.outcome(quo, "activated_millions"),
        share=numbers.share(quo),
        gap=numbers.say("answer.above", excess=numbers.shortfall(quo, excess=True))
        if numbers.above_target(quo)
        else numbers.say("answer.short", shortfall=numbers.shortfall(quo)),
    )
    yield from _when(numbers, chosen)
    if numbers.alike:
        yield numbers.say(
            "answer.most",
            name=titles[chosen.best],
            first=numbers.adds_most(chosen.best),
            **_money(numbers, chosen.best),
        )
    worth = numbers.times * WORTH_NAMING * numbers.manifest["target_millions"]
    least = number(worth, decimals_for(worth, 1), lang)
    if chosen.single is not None and chosen.single == chosen.money != chosen.best:
        yield numbers.say(
            "answer.single_money", name=titles[chosen.single], least=least, **_money(numbers, chosen.single)
        )
        return
    if chosen.single is not None and chosen.single != chosen.best:
        yield numbers.say("answer.single", name=titles[chosen.single], **_money(numbers, chosen.single))
    if chosen.money is not None and len(numbers.alike) > 1:
        yield numbers.say("answer.money", name=titles[chosen.money], least=least, **_money(numbers, chosen.money))


def _when(numbers: Numbers, chosen: Chosen) -> Iterator[Markup]:
    """The date of the target, and how likely it is by the last year's end that was looked at."""
    manifest, lang = numbers.manifest, numbers.lang
    if not (ends := year_ends(manifest)):
        return
    until, last = manifest["until"], last_looked_at(manifest)
    there = any(numbers.reached_in_time(name) for name in (numbers.reference, chosen.best))
    heading = numbers.setting("until", day(until, lang))
    found = numbers.say(
        "answer.when" if numbers.alike else "answer.when_alone",
        heading=numbers.say("answer.when_there") if there else numbers.say("answer.when_open", until=heading),
        target=numbers.target(),
        year=ends[-1][:4],
        quo=numbers.reached_date(numbers.reference),
        quo_chance=numbers.reached_by(numbers.reference, ends[-1]),
        best=scenario_titles(manifest, lang)[chosen.best],
        date=numbers.reached_date(chosen.best),
        chance=numbers.reached_by(chosen.best, ends[-1]),
    )
    beyond = numbers.say("answer.when_beyond", until=day(until, lang)) if last > until and numbers.alike else None
    yield found if beyond is None else found + Markup(" ") + beyond


def _money(numbers: Numbers, name: str) -> dict[str, Markup]:
    return {
        "additional": numbers.outcome(name, numbers.gain),
        "profiles": numbers.outcome(name, "additional_millions"),
        "cost": numbers.outcome(name, "cost_millions_eur"),
        "each": numbers.outcome(name, numbers.price),
    }


def _behind(numbers: Numbers, chosen: Chosen) -> Markup:
    titles, quo = scenario_titles(numbers.manifest, numbers.lang), numbers.reference
    shares = {
        "excluded": numbers.group(quo, *EXCLUDED, "share"),
        "others": numbers.group(quo, EXCLUDED[0], "no", "share"),
    }
    if chosen.fair is None:
        return numbers.say("answer.behind_alone", **shares)
    return numbers.say(
        "answer.behind",
        **shares,
        best=titles[chosen.best],
        change=numbers.group(chosen.best, *EXCLUDED, "gap_change_points"),
        fair=titles[chosen.fair],
        fair_change=numbers.group(chosen.fair, *EXCLUDED, "gap_change_points"),
    )


def _regions(numbers: Numbers) -> Iterator[Markup]:
    """What each strategy that aims at regions moves there, in the region it helps most."""
    titles, groups = scenario_titles(numbers.manifest, numbers.lang), numbers.equity["gap_change_points_p50"]
    aimed = {name: regions for name, regions in regional(numbers).items() if name in numbers.alike}
    for name, regions in list(aimed.items())[:NAMED]:
        found = {region: float(np.nan_to_num(groups.loc[(name, "region", region)], nan=-np.inf)) for region in regions}
        most = max(found, key=lambda region: found[region])
        yield numbers.say(
            "answer.regional",
            name=titles[name],
            region=group_label("region", most, numbers.lang),
            change=numbers.group(name, "region", most, "gap_change_points"),
            additional=numbers.outcome(name, "additional_millions"),
        )


def regional(numbers: Numbers) -> dict[str, list[str]]:
    """Regions that strategies aim at, by strategy, where a lever aims at some of them; none where all is of one."""
    if numbers.region:
        return {}
    there = {str(group) for dimension, group in numbers.equity.loc[numbers.reference].index if dimension == "region"}
    found = {}
    for name in numbers.strategies:
        entry = next(entry for entry in numbers.manifest["scenarios"] if entry["name"] == name)
        targets = [lever.get("target", {}) for lever in tomllib.loads(entry["text"]).get("lever", [])]
        regions = {region for target in targets for region in target.get("regions", ())} & there
        if regions:
            found[name] = sorted(regions)
    return found


def _why(numbers: Numbers) -> Markup:
    parts = ("not_visited", "stopped", "unaware", "minor")
    return numbers.say("answer.why", **{part: numbers.part_of_left(numbers.reference, part) for part in parts})


def _sure(numbers: Numbers, provenance: Provenance) -> Markup:
    counts = {
        "assumed": (provenance.effects, "assumed", "priors.csv"),
        "effects": (provenance.effects, None, "priors.csv"),
        "prices_assumed": (provenance.prices, "assumed", "costs.csv"),
        "prices": (provenance.prices, None, "costs.csv"),
    }
    values = {}
    for key, (rows, status, file) in counts.items():
        count = int(np.sum([status is None or row.status == status for row in rows]))
        where = {"status": status} if status else {}
        own = any(row.place is not None for row in rows)
        path = "manifest.json" if own else f"calibration/data/{file}"
        values[key] = traced(str(count), [count], file=path, measure=key, stats=["count"], where=where)
    return numbers.say("answer.sure", **values)
