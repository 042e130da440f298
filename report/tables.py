"""The tables of the report: strategies, groups, where people stand. Cells are markup with the origin of each number."""

from __future__ import annotations

import tomllib
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from foundation.language.numbers import compact, day, typeset, with_interval
from foundation.store.manifest import worlds_of
from report.answer import Chosen, regional
from report.numbers import Numbers
from report.shown import INTERVAL, traced
from scenarios import label
from scenarios.compare import label as compared
from scenarios.compare import spending, when
from scenarios.compare.best import best_table, budget_class, chance_of_best
from scenarios.compare.pictures.groups import SHOWN
from scenarios.words import group_label, price_note, scenario_titles

Row = dict[str, Any]
STANDS = (
    "activated", "minor", "not_visited", "unaware", "information", "time", "no_use", "other_reason", "refused",
)  # fmt: skip
"""Parts of a group, from activated to far from it."""


def strategy_rows(numbers: Numbers) -> list[Row]:
    """The reference, then the strategies by effect, numbered from 1."""
    titles, bars = scenario_titles(numbers.manifest, numbers.lang), Scale(numbers)
    return [
        {
            "number": place or "",
            "name": titles[name],
            "words": description(numbers, name),
            "total": numbers.outcome(name, numbers.total),
            "profiles": numbers.outcome(name, "activated_millions"),
            "additional": numbers.outcome(name, numbers.gain) if place else "",
            "bar": bars.bar(name) if place else "",
            "cost": numbers.outcome(name, "cost_millions_eur"),
            "prices": price_note(numbers.of[name]["price_status"], numbers.lang),
            "each": numbers.outcome(name, numbers.price) if place else "",
            "minutes": numbers.outcome(name, "doctor_minutes_millions"),
            "probability": numbers.probability(name),
        }
        for place, name in enumerate([numbers.reference, *by_effect(numbers)])
    ]


def by_effect(numbers: Numbers) -> list[str]:
    """Strategies, the one that adds most first; those of another world behind."""
    rows, worlds = numbers.summary.loc[numbers.strategies], worlds_of(numbers.manifest)
    ordered = rows[f"{numbers.gain}_p50"].sort_values(ascending=False, kind="stable").index
    return sorted(map(str, ordered), key=lambda name: worlds[name])


def when_part(numbers: Numbers) -> dict[str, Any]:
    """When each strategy reaches the target, and how surely by the end of each year, in the order of ``strategy_rows``;
    nothing where no year's end was looked at."""
    manifest, lang = numbers.manifest, numbers.lang
    titles, ends = scenario_titles(manifest, lang), when.year_ends(manifest)
    if not ends:
        return {}
    return {
        "title": when.title(manifest, lang),
        "heads": [compared("when.reached", lang), *(compared("when.by", lang, year=end[:4]) for end in ends)],
        "rows": [
            {
                "name": titles[name],
                "date": numbers.reached_date(name),
                "chances": [numbers.reached_by(name, end) for end in ends],
            }
            for name in (numbers.reference, *by_effect(numbers))
        ],
        "notes": list(when.notes(manifest, lang)),
    }


def spending_part(numbers: Numbers) -> Row:
    """Public cost by calendar year, in the order of ``strategy_rows``, without what costs nothing; nothing where all is
    spent in one year, as the table of strategies says."""
    manifest, lang, titles = numbers.manifest, numbers.lang, scenario_titles(numbers.manifest, numbers.lang)
    years, table = spending.spending_years(manifest), spending.spending_table(numbers.frames, manifest)
    costly = {str(name) for name in table.loc[table[f"{spending.COST}_p95"] > 0, "scenario"]}
    if len(years) < 2 or not costly:
        return {}
    cells = {(row["scenario"], row["year"]): dict(row) for _, row in table.iterrows()}
    return {
        "title": numbers.say("spending.title"),
        "years": list(map(str, years)),
        "rows": [
            {"name": titles[name], "costs": [_spent(cells[name, year], name, year, numbers) for year in years]}
            for name in by_effect(numbers)
            if name in costly
        ],
        "note": compared("spending.note", lang, until=day(manifest["until"], lang)),
    }


def _spent(row: Mapping[Hashable, float], name: str, year: int, numbers: Numbers) -> Markup:
    times, ends = numbers.times_of(spending.COST), [float(row[f"{spending.COST}_{level}"]) for level in INTERVAL]
    middle, low, high = (times * end for end in ends)
    text = with_interval(low, middle, high, numbers.lang, 2)
    where: Row = {"scenario": name, "year": year}
    return traced(text, ends, file="spending.parquet", measure=spending.COST, where=where, times=times)


def best_rows(numbers: Numbers) -> list[Row]:
    """Strategies of like budgets: how surely each is best, and what choosing it may lose."""
    titles, before, found = scenario_titles(numbers.manifest, numbers.lang), ("", 0), []
    worlds = worlds_of(numbers.manifest)
    for row in best_table(numbers.frames["outcomes"], numbers.manifest).to_dict("records"):
        name = row["scenario"]
        here = budget, _ = budget_class(row, numbers.lang), worlds[name]
        found.append(
            {
                "budget": "" if here == before else budget,
                "name": titles[name],
                "gain": numbers.mean_of(name, "additional_millions", row["additional_mean"]),
                "chance": numbers.of_like(
                    name, "best_of_like", row["probability_best"], chance_of_best(row, numbers.lang)
                ),
                "regret": numbers.of_like(
                    name,
                    "regret_of_like",
                    row["regret_mean"],
                    compact(numbers.times * row["regret_mean"], numbers.lang),
                ),
            }
        )
        before = here
    return found


def description(numbers: Numbers, name: str) -> str:
    """What a scenario does, by its own file; empty if it does not say."""
    entry = next(entry for entry in numbers.manifest["scenarios"] if entry["name"] == name)
    said = tomllib.loads(entry["text"]).get("description", {})
    return typeset(said.get(numbers.lang) or said.get("en") or "", numbers.lang)


class Scale:
    """Intervals of what strategies add, drawn as bars on one scale from 0."""

    WIDTH, HEIGHT = 200, 14

    def __init__(self, numbers: Numbers) -> None:
        self.rows, self.gain = numbers.of, numbers.gain
        strategies = numbers.summary.loc[numbers.strategies]
        self.low = min(0.0, float(strategies[f"{self.gain}_p05"].min())) if len(strategies) else 0.0
        least = 0.1 / numbers.times
        self.high = max(least, float(strategies[f"{self.gain}_p95"].max())) if len(strategies) else 1.0

    def bar(self, name: str) -> Markup:
        """One interval: a line for 90 %, a dot for the median. The numbers stand beside it."""
        row = self.rows[name]
        low, middle, high = (self._at(row[f"{self.gain}_{q}"]) for q in ("p05", "p50", "p95"))
        zero, centre = self._at(0.0), self.HEIGHT / 2
        return Markup(
            '<svg class="bar" viewBox="0 0 {w} {h}" aria-hidden="true" focusable="false">'
            '<line class="zero" x1="{zero:.1f}" x2="{zero:.1f}" y1="0" y2="{h}"/>'
            '<line class="range" x1="{low:.1f}" x2="{high:.1f}" y1="{c}" y2="{c}"/>'
            '<circle cx="{middle:.1f}" cy="{c}" r="4"/></svg>'
        ).format(w=self.WIDTH, h=self.HEIGHT, zero=zero, low=low, high=high, middle=middle, c=centre)

    def _at(self, value: float) -> float:
        return 5 + (self.WIDTH - 10) * (value - self.low) / (self.high - self.low)


def group_rows(numbers: Numbers, chosen: Chosen, dimensions: Sequence[str]) -> list[Row]:
    """A row per group: at the start, in the reference, and with the strategy that adds most."""
    rows = []
    for dimension in dimensions:
        names = numbers.equity.loc[numbers.reference].loc[dimension].index
        for place, group in enumerate(str(name) for name in names):
            key = (dimension, group)
            row: Row = {
                "dimension": label(f"dimension.{dimension}", numbers.lang) if place == 0 else None,
                "span": len(names),
                "group": group_label(dimension, group, numbers.lang),
                "members": numbers.members(*key),
                "start": numbers.group(numbers.reference, *key, "share_start"),
                "share": numbers.group(numbers.reference, *key, "share"),
                "gap": numbers.group(numbers.reference, *key, "gap_points"),
                "ratio": numbers.group(numbers.reference, *key, "ratio"),
            }
            if numbers.strategies:
                row |= {
                    "best_share": numbers.group(chosen.best, *key, "share"),
                    "best_gap": numbers.group(chosen.best, *key, "gap_points"),
                    "best_lag": numbers.lag(chosen.best, *key),
                }
            rows.append(row)
    return rows


def shown_groups(numbers: Numbers) -> list[tuple[str, str]]:
    """Ages, the digitally excluded and the ill: of two groups one is enough where gaps are shown."""
    there = numbers.equity.loc[numbers.reference].index
    return [(str(d), str(g)) for d, g in there if d in SHOWN and (SHOWN[d] is None or g in (SHOWN[d] or ()))]


def change_rows(numbers: Numbers) -> list[Row]:
    """How each strategy moves the gap of each group, with a shade from orange (behind) to blue (ahead)."""
    return _changes(numbers, by_effect(numbers), shown_groups(numbers))


def region_rows(numbers: Numbers) -> list[Row]:
    """The same of regions, for strategies that aim at some."""
    aimed = regional(numbers)
    return _changes(numbers, [name for name in by_effect(numbers) if name in aimed], shown_regions(numbers))


def shown_regions(numbers: Numbers) -> list[tuple[str, str]]:
    """All regions, in the order of the run."""
    return [(str(d), str(g)) for d, g in numbers.equity.loc[numbers.reference].index if d == "region"]


def _changes(numbers: Numbers, names: Sequence[str], groups: Sequence[tuple[str, str]]) -> list[Row]:
    places = {name: place for place, name in enumerate(by_effect(numbers), 1)}
    titles, found = scenario_titles(numbers.manifest, numbers.lang), numbers.equity["gap_change_points_p50"]
    most = max([1.0, *(abs(float(found.loc[(name, *group)])) for name in names for group in groups)])
    return [
        {
            "number": places[name],
            "name": titles[name],
            "cells": [
                {
                    "value": numbers.group_median(name, *group, "gap_change_points"),
                    "shade": shade(float(found.loc[(name, *group)]) / most),
                }
                for group in groups
            ],
        }
        for name in names
    ]


def shade(part: float) -> str:
    """A colour between orange (-1), white and blue (1), light enough for dark text."""
    if np.isnan(part):
        return "#ffffff"
    end = np.array([0x7F, 0xB8, 0xDE]) if part > 0 else np.array([0xF5, 0xC4, 0x6B])
    red, green, blue = (255 + (end - 255) * min(1.0, abs(part))).round().astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def stand_rows(numbers: Numbers, scenario: str) -> list[Row]:
    """Where the members of each group stand, in parts that sum to 100."""
    rows = []
    groups = [*shown_groups(numbers)]
    for dimension, group in groups:
        parts = [(part, *numbers.part_of_group(scenario, dimension, group, part)) for part in STANDS]
        cells = [{"part": part, "value": value, "width": width} for part, value, width in parts]
        rows.append({"group": group_label(dimension, group, numbers.lang), "cells": cells, "bar": stacked(cells)})
    return rows


def stacked(cells: Sequence[Row]) -> Markup:
    """The parts of a row as one bar; the numbers stand beside it."""
    left, drawn = 0.0, Markup("")
    for cell in cells:
        width = 0.0 if np.isnan(cell["width"]) else cell["width"]
        drawn += Markup('<rect class="{}" x="{}" width="{}" y="0" height="10"/>').format(
            f"stand-{cell['part']}", f"{left:.2f}", f"{width:.2f}"
        )
        left += width
    frame = Markup('<svg class="stack" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">{}</svg>')
    return frame.format(drawn)
