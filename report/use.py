"""Who goes on using the service, in the report: what is added beside what lasts, and who uses it."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypedDict

from markupsafe import Markup

from foundation.language.numbers import number, with_interval
from foundation.store.manifest import worlds_of
from report.numbers import Numbers
from report.shown import INTERVAL, percent_interval, traced
from scenarios.compare.use import counted, use_table, user_group_table
from scenarios.words import group_label, scenario_titles

DIMENSIONS = ("age_band", "digital_exclusion", "long_term_illness")
GROUPS = "user_groups.parquet"
FIGURES = {"cost_per_lasting_user_eur": 2, "additional_lasting_users_millions": 2}


class UseContext(TypedDict):
    """What the section shows."""

    sentence: Markup
    rows: list[dict[str, Markup | str]]
    groups: list[dict[str, Markup | str]]


def use_context(numbers: Numbers) -> UseContext | None:
    """The section; ``None`` where use was not counted."""
    outcomes, groups = numbers.frames["outcomes"], numbers.frames["user_groups"]
    if not counted(outcomes):
        return None
    lang, titles = numbers.lang, scenario_titles(numbers.manifest, numbers.lang)
    table = {str(row["scenario"]): row for row in use_table(outcomes, groups, numbers.manifest).to_dict("records")}

    def of(name: str, measure: str) -> Markup:
        ends = [float(str(table[name][f"{measure}_{q}"])) for q in INTERVAL]
        middle, low, high = (numbers.times_of(measure) * end for end in ends)
        text = with_interval(low, middle, high, lang, FIGURES.get(measure, 3))
        return numbers._outcome(text, name, measure, ends)

    quo = numbers.reference
    sentence = numbers.say(
        "use.sentence",
        name=titles[quo],
        **{
            short: of(quo, f"{short}_millions")
            for short in ("monthly_users", "weekly_users", "returned", "dormant", "lasting_users")
        },
    )
    worlds = worlds_of(numbers.manifest)
    ranked = sorted(
        numbers.strategies, key=lambda name: (worlds[name], -float(table[name]["additional_mean_millions"]))
    )
    rows: list[dict[str, Markup | str]] = []
    for name in [quo, *ranked]:
        found, reason = table[name], str(table[name]["rank_reason"])
        ranks = [found["rank_by_activations"], found["rank_by_lasting_users"]]
        rows.append(
            {
                "name": titles[name],
                "monthly": of(name, "monthly_users_millions"),
                "lasting": of(name, "additional_lasting_users_millions") if name != quo else "",
                "each": numbers.outcome(name, "cost_per_additional_eur") if name != quo else "",
                "lasting_each": of(name, "cost_per_lasting_user_eur") if name != quo else "",
                "ranks": "–" if ranks[0] != ranks[0] else f"{number(ranks[0], 0, lang)} → {number(ranks[1], 0, lang)}",
                "reason": numbers.say(f"use.{reason}") if reason else "",
            }
        )
    return {"sentence": sentence, "rows": rows, "groups": _groups(numbers)}


def _groups(numbers: Numbers) -> list[dict[str, Markup | str]]:
    """A row a group of the reference: how many activated adults, and which share uses the service."""
    table, found = user_group_table(numbers.frames["user_groups"]), []
    for row in table[table["scenario"] == numbers.reference].to_dict("records"):
        if row["dimension"] not in DIMENSIONS or not row["active_millions"] > 0:
            continue
        where = {key: str(row[key]) for key in ("scenario", "dimension", "group")}

        def share(measure: str, row: dict[Hashable, object] = row, where: dict[str, str] = where) -> Markup:
            low, middle, high = (float(str(row[f"{measure}_{q}"])) for q in ("p05", "p50", "p95"))
            text = percent_interval(low, middle, high, numbers.lang)
            return traced(text, [middle, low, high], file=GROUPS, measure=measure, where=where)

        times = numbers.times_of("active_millions")
        active = number(times * row["active_millions"], 2 if times == 1 else 0, numbers.lang)
        found.append(
            {
                "group": group_label(str(row["dimension"]), str(row["group"]), numbers.lang),
                "active": traced(active, [row["active_millions"]], file=GROUPS, measure="active_millions",
                                 stats=["p50"], where=where, times=times),
                "using": share("share_using"),
                "lasting": share("share_lasting"),
            }
        )  # fmt: skip
    return found
