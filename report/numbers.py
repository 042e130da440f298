"""Every number of the report, worked out once from the frames of the run and handed out with its origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from foundation.language.numbers import chance, exact, number, percent, short, with_interval
from foundation.quantiles import jeffreys, spread
from foundation.store.manifest import Manifest, references_of, worlds_of
from foundation.store.reading import Document
from model.terms.outcome import BARRIERS, OBSTACLES, WOULD_PASS
from model.terms.use import months
from report.shown import INTERVAL, Subject, percent_interval, separator, traced
from scenarios.compare.equity import equity_table, on_day
from scenarios.compare.tables import probability, summary_table
from scenarios.compare.use import use_table
from scenarios.compare.when import date_quantiles, dates, reached_by
from scenarios.frames import at

OUTCOMES, EQUITY, MANIFEST = "outcomes.parquet", "equity.parquet", "manifest.json"
FIGURES = {"cost_millions_eur": 2, "cost_per_additional_eur": 2, "cost_per_lasting_user_eur": 2}
"""Significant figures: unit prices are not known better than to two."""
STOPPED = ("no_use", "time", "information", "other_reason")
PARTS = {"minor": ("guardian", "child"), "stopped": STOPPED, **{name: (name,) for name in OBSTACLES}}
"""Parts of those not activated that are shown as one."""


class Numbers(Subject):
    """The results of one run folder in one language."""

    def __init__(self, frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: str) -> None:
        super().__init__(manifest, lang)
        self.frames = frames
        self.summary = summary_table(frames["outcomes"], frames["costs"]).set_index("scenario", drop=False)
        if self.users:
            used = use_table(frames["outcomes"], frames["user_groups"], manifest).set_index("scenario")
            self.summary = self.summary.join(used[used.columns.difference(self.summary.columns)])
        self.names = [str(name) for name in self.summary.index]
        self.reference, self.strategies = self.names[0], self.names[1:]
        worlds = worlds_of(manifest)
        self.alike = [name for name in self.strategies if worlds[name] == worlds[self.reference]]
        """Strategies of the reference's world: of compared folders, others are shown and never ranked with these."""
        self.of: dict[str, dict[str, Any]] = {str(row["scenario"]): row for row in _records(self.summary)}
        """The summary by scenario."""

    @cached_property
    def equity(self) -> pd.DataFrame:
        """``equity_table`` by scenario, dimension and group."""
        table = equity_table(self.frames["equity"], self.manifest["until"], references_of(self.manifest))
        return table.set_index(["scenario", "dimension", "group"])

    @cached_property
    def of_group(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """The same as plain values."""
        return {(r["scenario"], r["dimension"], r["group"]): r for r in _records(self.equity.reset_index())}

    @cached_property
    def _horizon(self) -> pd.DataFrame:
        return on_day(self.frames["equity"], date.fromisoformat(self.manifest["until"]))

    @cached_property
    def weekly(self) -> pd.DataFrame:
        """What the target is on by week, as ``activated``: profiles, or users of a month, in a straight line from the
        end of one to that of the next, in the unit that they are told in."""
        if not self.users:
            return self.frames["weekly"]
        table = self.frames["users"].pivot(index="month", columns=["scenario", "draw"], values="users").sort_index()
        ends, weeks = months().end[: len(table)], np.arange(int(self.frames["weekly"]["week"].max()) + 1)
        users = self.times_of(self.total) * table.to_numpy(np.float64).T
        found = [np.interp(weeks, np.append(0, ends), np.append(0.0, one)) for one in users]
        keys = table.columns.to_frame(index=False)
        rows = keys.loc[keys.index.repeat(len(weeks))]
        return rows.assign(week=np.tile(weeks, len(keys)), activated=np.concatenate(found))

    def setting(self, key: str, shown: str | None = None) -> Markup:
        """A setting of the run."""
        value = self.manifest[key]
        text = shown or (short(value, self.lang) if _is_number(value) else str(value))
        return traced(text, [value], file=MANIFEST, measure=key, stats=["value"])

    def target(self) -> Markup:
        """The target, in the unit of what it is on."""
        value, times = float(self.manifest["target_millions"]), self.times_of(self.total)
        text = exact(times * value, self.lang)
        return traced(text, [value], file=MANIFEST, measure="target_millions", stats=["value"], times=times)

    def outcome(self, scenario: str, measure: str) -> Markup:
        """Median and 90 % interval of a result at the horizon."""
        row, times = self.of[scenario], self.times_of(measure)
        ends = [float(row[f"{measure}_{q}"]) for q in INTERVAL]
        middle, low, high = (times * end for end in ends)
        text = with_interval(low, middle, high, self.lang, FIGURES.get(measure, 3))
        return self._outcome(text, scenario, measure, ends)

    def share(self, scenario: str) -> Markup:
        """Of the insured alive at the horizon, the share whose profile is activated: ``activated_share`` counts those
        who have died, too."""
        weekly, until = self.frames["weekly"], date.fromisoformat(self.manifest["until"])
        draws = [rows for _, rows in weekly[weekly["scenario"] == scenario].groupby("draw")]
        activated, living = (
            np.array([at(rows[name].to_numpy(), until) for rows in draws]) for name in ("activated_living", "living")
        )
        found = spread(activated / living)
        text = percent_interval(found["p05"], found["p50"], found["p95"], self.lang)
        ends, where = [found[q] for q in INTERVAL], {"scenario": scenario}
        return traced(text, ends, file="weekly.parquet", measure="activated_living_share", where=where)

    def probability(self, scenario: str) -> Markup:
        """Probability of the target, with the bound of its Jeffreys interval where no or every draw reaches it."""
        row = self.of[scenario]
        values = [row[f"probability_of_target{end}"] for end in ("", "_low", "_high")]
        stats = ["share", "jeffreys05", "jeffreys95"]
        return self._outcome(probability(row, self.lang), scenario, "reached", values, stats)

    def draws_reaching(self, scenario: str) -> Markup:
        """In how many draws the target is reached."""
        rows = self._rows(scenario)
        return self._outcome(
            str(int(rows["reached"].sum())), scenario, "reached", [int(rows["reached"].sum())], ["sum"]
        )

    def reached_date(self, scenario: str) -> Markup:
        """When the target is reached: median and 90 % interval."""
        days = self._rows(scenario)["reached_date"].to_list()
        found = [date_quantiles(days)[stat] or "later" for stat in INTERVAL]
        return self._outcome(dates(days, self.manifest, self.lang), scenario, "reached_date", found)

    def reached_in_time(self, scenario: str) -> bool:
        """Whether the median of the days on which the target is reached lies before the horizon."""
        found = date_quantiles(self._rows(scenario)["reached_date"].to_list())["p50"]
        return found is not None and found <= str(self.manifest["until"])

    def reached_by(self, scenario: str, by: str) -> Markup:
        """Probability of having reached the target by the start of a day, with its Jeffreys interval."""
        found = reached_by(self._rows(scenario)["reached_date"].to_list(), by)
        stats = ["share", "jeffreys05", "jeffreys95"]
        return self._outcome(chance(*found, self.lang, ends=True), scenario, f"reached_by:{by}", list(found), stats)

    @property
    def draw_count(self) -> int:
        """How many draws there are results of."""
        return len(self._rows(self.reference))

    def draws(self) -> Markup:
        """The same, as it is shown."""
        count = self.draw_count
        return self._outcome(number(count, 0, self.lang), self.reference, "draw", [count], ["count"])

    def adds_most(self, scenario: str) -> Markup:
        """Share of draws in which a strategy adds more than every other of what is compared."""
        outcomes = self.frames["outcomes"]
        table = outcomes.pivot(index="draw", columns="scenario", values=self.gain)[self.alike]
        value = float((table.idxmax(axis=1) == scenario).mean())
        ends = jeffreys(value * len(table), len(table))
        stats = ["share", "jeffreys05", "jeffreys95"]
        measure = "adds_most_users" if self.users else "adds_most"
        return self._outcome(chance(value, *ends, self.lang), scenario, measure, [value, *ends], stats)

    def mean_of(self, scenario: str, measure: str, value: float) -> Markup:
        """A mean over draws."""
        text = number(self.times_of(measure) * value, 2, self.lang)
        return self._outcome(text, scenario, measure, [value], ["mean"])

    def of_like(self, scenario: str, measure: str, value: float, text: str) -> Markup:
        """A mean over draws of what says how a strategy stands among those of like budgets: ``best_of_like``, its part
        in being best, or ``regret_of_like``."""
        return self._outcome(text, scenario, measure, [value], ["mean"])

    def above_target(self, scenario: str) -> bool:
        """Whether what the target is on comes to more than the target (median)."""
        return float(self.of[scenario][f"{self.total}_p50"]) > float(self.manifest["target_millions"])

    def shortfall(self, scenario: str, *, excess: bool = False) -> Markup:
        """Target less what it is on, millions; the ``excess`` is the other way round."""
        short = float(self.manifest["target_millions"]) - self._rows(scenario)[self.total]
        found = spread(-short if excess else short)
        measure = f"{self.total}_less_target" if excess else f"target_less_{self.total}"
        ends = [float(found[q] or 0.0) for q in INTERVAL]
        middle, low, high = (self.times_of(measure) * end for end in ends)
        return self._outcome(with_interval(low, middle, high, self.lang), scenario, measure, ends)

    def group(self, scenario: str, dimension: str, group: str, measure: str) -> Markup:
        """A measure of ``scenarios.compare.equity.MEASURES`` of one group, median and 90 % interval."""
        row = self.of_group[scenario, dimension, group]
        low, middle, high = (row[f"{measure}_{q}"] for q in ("p05", "p50", "p95"))
        return self._group(
            self._shown(measure, low, middle, high), scenario, dimension, group, measure, [middle, low, high]
        )

    def group_median(self, scenario: str, dimension: str, group: str, measure: str) -> Markup:
        """Its median alone."""
        value = self.of_group[scenario, dimension, group][f"{measure}_p50"]
        text = percent(value, self.lang) if measure.startswith("share") else number(value, 1, self.lang, sign=True)
        return self._group(text, scenario, dimension, group, measure, [value], ["p50"])

    def lag(self, scenario: str, dimension: str, group: str) -> Markup:
        """Probability that a group falls further behind than in the reference."""
        value = float(self.of_group[scenario, dimension, group]["lag"])
        draws = len(self._rows(scenario))
        ends = jeffreys(value * draws, draws)
        stats = ["share", "jeffreys05", "jeffreys95"]
        text = chance(value, *ends, self.lang)
        return self._group(text, scenario, dimension, group, "lag", [value, *ends], stats)

    def members(self, dimension: str, group: str) -> Markup:
        """Members of a group at the policy start, millions."""
        value = float(self.of_group[self.reference, dimension, group]["members_millions"])
        times = self.times_of("members_millions")
        text = number(times * value, 0 if times > 1 else 1, self.lang)
        return self._group(text, self.reference, dimension, group, "members_millions", [value], ["p50"])

    def part_of_group(self, scenario: str, dimension: str, group: str, part: str) -> tuple[Markup, float]:
        """Mean over draws of a part (``activated`` or of ``PARTS``) of the living members of a group, and its value in
        per cent: means, because they add up to 100."""
        rows = self._horizon
        wanted = (rows["scenario"] == scenario) & (rows["dimension"] == dimension) & (rows["group"] == group)
        columns = ["activated"] if part == "activated" else list(PARTS[part])
        living = rows[wanted]["living"]
        value = float((rows[wanted][columns].sum(axis=1) / living.where(living > 0)).mean())
        text = percent(None if np.isnan(value) else value, self.lang)
        return self._group(text, scenario, dimension, group, f"part:{part}", [value], ["mean"]), 100 * value

    def part_of_left(self, scenario: str, part: str) -> Markup:
        """A part of everybody not activated, median and 90 % interval over draws."""
        return self._of_left(scenario, f"left:{part}", PARTS[part], OBSTACLES)

    def stopped_who_would_pass(self, scenario: str) -> Markup:
        """Those of the stopped whom nothing would stop on another visit at the horizon, as a part of the stopped."""
        return self._of_left(scenario, f"stopped:{WOULD_PASS}", (WOULD_PASS,), STOPPED)

    def adults_having(self, scenario: str, barrier: str) -> Markup:
        """Adults not activated who have a barrier (of ``BARRIERS``), as a part of those who have not refused."""
        return self._of_left(scenario, f"adults:{barrier}", (barrier,), OBSTACLES[3:])

    def _of_left(self, scenario: str, measure: str, parts: Sequence[str], whole: Sequence[str]) -> Markup:
        rows = self._horizon[(self._horizon["scenario"] == scenario) & (self._horizon["dimension"] == "age_band")]
        sums = rows.groupby("draw")[[*OBSTACLES, WOULD_PASS, *BARRIERS]].sum()
        found = spread(sums[list(parts)].sum(axis=1) / sums[list(whole)].sum(axis=1))
        low, middle, high = found["p05"], found["p50"], found["p95"]
        text = percent_interval(low, middle, high, self.lang)
        where = {"scenario": scenario, "dimension": "age_band"}
        return traced(text, [middle, low, high], file=EQUITY, measure=measure, where=where)

    def _shown(self, measure: str, low: float, middle: float, high: float) -> str:
        if measure.startswith("share"):
            return percent_interval(low, middle, high, self.lang)
        if measure == "ratio":
            return with_interval(low, middle, high, self.lang)
        signed = _fixed(1, self.lang, sign=True)
        return f"{signed(middle)} [{signed(low)}{separator(self.lang)}{signed(high)}]"

    def _rows(self, scenario: str) -> pd.DataFrame:
        outcomes = self.frames["outcomes"]
        return outcomes[outcomes["scenario"] == scenario]

    def _outcome(
        self,
        text: str,
        scenario: str,
        measure: str,
        values: Sequence[Any],
        stats: Sequence[str] = ("p50", "p05", "p95"),
    ) -> Markup:
        times = self.times if measure == "regret_of_like" else self.times_of(measure)
        where = {"scenario": scenario}
        return traced(text, values, file=OUTCOMES, measure=measure, stats=stats, where=where, times=times)

    def _group(
        self,
        text: str,
        scenario: str,
        dimension: str,
        group: str,
        measure: str,
        values: Sequence[Any],
        stats: Sequence[str] = ("p50", "p05", "p95"),
    ) -> Markup:
        where = {"scenario": scenario, "dimension": dimension, "group": group}
        times = self.times_of(measure)
        return traced(text, values, file=EQUITY, measure=measure, stats=stats, where=where, times=times)


def _records(table: pd.DataFrame) -> list[Document]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fixed(decimals: int, lang: str, *, sign: bool) -> Callable[[float], str]:
    return lambda value: number(value, decimals, lang, sign=sign)
