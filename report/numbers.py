"""Every number of the report, worked out once from the frames of the run and handed out with its origin."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from foundation.language.numbers import NARROW, chance, decimals_for, interval, number, percent, short, with_interval
from foundation.quantiles import jeffreys, spread
from foundation.store.manifest import Manifest
from foundation.store.reading import Document
from model.terms.outcome import BARRIERS, OBSTACLES, WOULD_PASS
from scenarios.compare.equity import equity_table, on_day
from scenarios.compare.tables import probability, summary_table
from scenarios.compare.when import date_quantiles, dates, reached_by

OUTCOMES, EQUITY, MANIFEST = "outcomes.parquet", "equity.parquet", "manifest.json"
FIGURES = {"activated_millions": 3, "additional_millions": 3, "cost_millions_eur": 2, "cost_per_additional_eur": 2}
"""Significant figures: unit prices are not known better than to two."""
STOPPED = ("no_use", "time", "information", "other_reason")
PARTS = {"minor": ("guardian", "child"), "stopped": STOPPED, **{name: (name,) for name in OBSTACLES}}
"""Parts of those not activated that are shown as one."""


class Numbers:
    """The results of one run folder in one language."""

    def __init__(self, frames: Mapping[str, pd.DataFrame], manifest: Manifest, lang: str) -> None:
        self.frames, self.manifest, self.lang = frames, manifest, lang
        self.summary = summary_table(frames["outcomes"], frames["costs"]).set_index("scenario", drop=False)
        self.names = [str(name) for name in self.summary.index]
        self.reference, self.strategies = self.names[0], self.names[1:]
        self.of: dict[str, dict[str, Any]] = {str(row["scenario"]): row for row in _records(self.summary)}
        """The summary by scenario."""

    @cached_property
    def equity(self) -> pd.DataFrame:
        """``equity_table`` by scenario, dimension and group."""
        table = equity_table(self.frames["equity"], self.manifest["until"])
        return table.set_index(["scenario", "dimension", "group"])

    @cached_property
    def of_group(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """The same as plain values."""
        return {(r["scenario"], r["dimension"], r["group"]): r for r in _records(self.equity.reset_index())}

    @cached_property
    def _horizon(self) -> pd.DataFrame:
        return on_day(self.frames["equity"], date.fromisoformat(self.manifest["until"]))

    def setting(self, key: str, shown: str | None = None) -> Markup:
        """A setting of the run."""
        value = self.manifest[key]
        text = shown or (short(value, self.lang) if _is_number(value) else str(value))
        return traced(text, [value], file=MANIFEST, measure=key, stats=["value"])

    def outcome(self, scenario: str, measure: str, *, sign: bool = False) -> Markup:
        """Median and 90 % interval of a result at the horizon."""
        row = self.of[scenario]
        low, middle, high = (row[f"{measure}_{q}"] for q in ("p05", "p50", "p95"))
        text = with_interval(low, middle, high, self.lang, FIGURES.get(measure, 3))
        plus = "+" if sign and _is_number(middle) and middle > 0 and not text.startswith("0") else ""
        return self._outcome(plus + text, scenario, measure, [middle, low, high])

    def median(self, scenario: str, measure: str, *, sign: bool = False) -> Markup:
        """A median alone: its interval stands in the table of strategies."""
        middle = self.of[scenario][f"{measure}_p50"]
        text = number(middle, decimals_for(middle, FIGURES.get(measure, 3)), self.lang, sign=sign)
        return self._outcome(text, scenario, measure, [middle], ["p50"])

    def share(self, scenario: str) -> Markup:
        """Activated profiles over the living insured."""
        row = self.of[scenario]
        low, middle, high = (row[f"activated_share_{q}"] for q in ("p05", "p50", "p95"))
        text = _percent_interval(low, middle, high, self.lang)
        return self._outcome(text, scenario, "activated_share", [middle, low, high])

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
        """Share of draws in which a strategy adds more than every other."""
        outcomes = self.frames["outcomes"]
        table = outcomes.pivot(index="draw", columns="scenario", values="additional_millions")[self.strategies]
        value = float((table.idxmax(axis=1) == scenario).mean())
        ends = jeffreys(value * len(table), len(table))
        stats = ["share", "jeffreys05", "jeffreys95"]
        return self._outcome(chance(value, *ends, self.lang), scenario, "adds_most", [value, *ends], stats)

    def mean_of(self, scenario: str, measure: str, value: float) -> Markup:
        """A mean over draws."""
        return self._outcome(number(value, 2, self.lang), scenario, measure, [value], ["mean"])

    def of_like(self, scenario: str, measure: str, value: float, text: str) -> Markup:
        """A mean over draws of what says how a strategy stands among those of like budgets: ``best_of_like``, its part
        in being best, or ``regret_of_like``."""
        return self._outcome(text, scenario, measure, [value], ["mean"])

    def shortfall(self, scenario: str) -> Markup:
        """Target less activated profiles, millions."""
        found = spread(float(self.manifest["target_millions"]) - self._rows(scenario)["activated_millions"])
        low, middle, high = found["p05"], found["p50"], found["p95"]
        text = with_interval(low, middle, high, self.lang)
        return self._outcome(text, scenario, "target_less_activated_millions", [middle, low, high])

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
        text = number(value, 1, self.lang)
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
        text = _percent_interval(low, middle, high, self.lang)
        where = {"scenario": scenario, "dimension": "age_band"}
        return traced(text, [middle, low, high], file=EQUITY, measure=measure, where=where)

    def _shown(self, measure: str, low: float, middle: float, high: float) -> str:
        if measure.startswith("share"):
            return _percent_interval(low, middle, high, self.lang)
        if measure == "ratio":
            return with_interval(low, middle, high, self.lang)
        signed = _fixed(1, self.lang, sign=True)
        return f"{signed(middle)} [{signed(low)}{_separator(self.lang)}{signed(high)}]"

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
        return traced(text, values, file=OUTCOMES, measure=measure, stats=stats, where={"scenario": scenario})

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
        return traced(text, values, file=EQUITY, measure=measure, stats=stats, where=where)


def _records(table: pd.DataFrame) -> list[Document]:
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fixed(decimals: int, lang: str, *, sign: bool) -> Callable[[float], str]:
    return lambda value: number(value, decimals, lang, sign=sign)


def _separator(lang: str) -> str:
    return f"{NARROW};\u00a0" if lang == "fr" else ";\u00a0"


def _percent_interval(low: float | None, middle: float | None, high: float | None, lang: str) -> str:
    """``36 % [33; 39]``."""
    if middle is None or np.isnan(middle):
        return number(None, 0, lang)
    bounds = [None if v is None or np.isnan(v) else 100 * v for v in (low, high)]
    return f"{percent(middle, lang)}\u00a0{interval(bounds[0], bounds[1], 0, lang)}"


INTERVAL = ("p50", "p05", "p95")


def traced(
    text: str,
    values: Sequence[float | int | str | None],
    *,
    file: str,
    measure: str,
    stats: Sequence[str] = INTERVAL,
    where: Mapping[str, str | int] | None = None,
) -> Markup:
    """``text`` with its origin.

    ``values`` are the numbers behind the text, one for each of ``stats``, in the unit of the measure; ``where`` are the
    rows of the file that they are taken from. What a measure means is listed in the report itself.
    """
    if len(values) != len(stats):
        raise ValueError(f"{len(values)} values for the statistics {' '.join(stats)}")
    attributes = {
        "value": " ".join(_plain(value) for value in values),
        "data-file": file,
        "data-where": ";".join(f"{key}={value}" for key, value in (where or {}).items()),
        "data-measure": measure,
        "data-stat": " ".join(stats),
    }
    shown = Markup(" ").join(Markup('{}="{}"').format(key, value) for key, value in attributes.items())
    return Markup("<data {}>{}</data>").format(shown, text)


def _plain(value: float | int | str | None) -> str:
    if value is None or (isinstance(value, float) and not isfinite(value)):
        return "undefined"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
