"""Tables of results: quantiles over draws per scenario and per group, as CSV or on a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd

from foundation.language import spreadsheet
from foundation.language.numbers import chance, day, with_interval
from foundation.language.text import Words
from foundation.store.manifest import Manifest
from model.terms.weeks import position
from scenarios.compare import label
from scenarios.compare.comparison import MEASURES, scenario_summary
from scenarios.compare.days import Block, Day, Floats, medians, quantile_columns, ratio, stacked
from scenarios.compare.spending import price_statuses
from scenarios.compare.when import CHANCE, with_target
from scenarios.words import (
    group_label,
    price_line,
    price_words,
    quick_mark,
    region_mark,
    run_line,
    scenario_titles,
    units_of,
)

if TYPE_CHECKING:
    from rich.table import Table

QUANTILES = ("p05", "p50", "p95")
T = TypeVar("T")


def summary_table(outcomes: pd.DataFrame, costs: pd.DataFrame) -> pd.DataFrame:
    """One row per scenario, in the order of ``outcomes``: each measure's p05, p50 and p95 over draws; statuses of the
    prices behind its public cost (``scenarios.compare.spending``).

    Quantiles are taken over all draws. A draw in which nothing is added counts as an infinite cost per additional
    activation, and a quantile that falls there is missing: leaving such draws out would make a useless strategy look
    cheap. ``probability_of_target`` comes with its Jeffreys 90 % interval (``_low``, ``_high``); ``target_date`` counts
    draws that don't reach the target while it is looked for as later than any date (``scenarios.compare.when``).
    Numbers are those of ``mes compare --json``.
    """
    codes, names = pd.factorize(outcomes["scenario"])
    columns = {name: outcomes[name].to_numpy() for name in (*MEASURES, "reached", "reached_date")}
    rows = ({name: values[codes == k] for name, values in columns.items()} for k in range(len(names)))
    statuses = price_statuses(costs, "scenario")
    return pd.DataFrame([_summary_row(row, str(name), statuses) for row, name in zip(rows, names, strict=True)])


def _summary_row(rows: Mapping[str, Any], name: str, statuses: Mapping[str, str]) -> dict[str, Any]:
    found = scenario_summary(rows, {"name": name, "title": ""}, statuses)
    low, high = found["probability_of_target_interval"]
    measures = {f"{m}_{q}": np.nan if found[m][q] is None else found[m][q] for m in MEASURES for q in QUANTILES}
    chance = {"": found["probability_of_target"], "_low": low, "_high": high}
    return {
        "scenario": name,
        **measures,
        **{f"probability_of_target{end}": value for end, value in chance.items()},
        **{f"target_date_{q}": found["target_date"][q] for q in QUANTILES},
        "price_status": found["price_status"],
    }


def groups_table(groups: pd.DataFrame, until: date | str, references: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Who is left behind: for each scenario and group at the start of ``until``, over draws (p05, p50, p95):
    share activated of the living (0..1), its gap to the average of all insured in points, and its gain over the
    reference (the first scenario, or as ``references`` says) in points, paired draw by draw; ``living_millions`` is a
    median.
    """
    now = Day(groups, position(date.fromisoformat(until) if isinstance(until, str) else until), references)
    measures = _measures(now)
    table = stacked([now.labels(block) | _over_draws(block, measures) for block in now.blocks])
    rank = {dimension: place for place, dimension in enumerate(now.dimensions)}
    return table.iloc[table["dimension"].map(rank).argsort(kind="stable")].reset_index(drop=True)


def _measures(now: Day) -> dict[str, Floats]:
    """A number per row of the day: ``gap_points`` to the average of the same scenario and draw, ``gain_points`` over
    the reference."""
    living, activated = now.on("living"), now.on("activated")
    share = ratio(activated, living)
    gap = share - ratio(now.over_groups(activated), now.over_groups(living))
    return {"living": living, "share": share, "gap_points": 100 * gap, "gain_points": 100 * now.over_reference(share)}


def _over_draws(block: Block, measures: Mapping[str, Floats]) -> dict[str, Floats]:
    """Columns of ``groups_table``, a number per scenario and group."""
    columns = {"living_millions": medians(block.of(measures["living"])) / 1e6}
    for name in ("share", "gap_points", "gain_points"):
        columns |= quantile_columns(name, block.of(measures[name]))
    return columns


def titled(table: pd.DataFrame, manifest: Manifest, lang: str) -> pd.DataFrame:
    """With the titles of scenarios behind their names."""
    if "scenario" not in table:
        return table
    titles, shown = scenario_titles(manifest, lang), table.copy()
    place = list(shown.columns).index("scenario") + 1
    shown.insert(place, "title", [titles.get(name, name) for name in table["scenario"]])
    return shown


def write_csv(
    table: pd.DataFrame,
    path: Path,
    lang: str,
    words: Words = label,
    said: Mapping[str, Callable[[str], str]] | None = None,
) -> None:
    """Writes a table for a spreadsheet (``foundation.language.spreadsheet``); in French with its keys in words.

    Args:
        words: of the room whose table it is, for the headers.
        said: what says the keys of a column in French; groups, statuses, obstacles, drivers, channels and yes or no are
            said in any case.
    """
    spreadsheet.write_csv(in_words(table, said or {}) if lang == "fr" else table, path, lang, words)


def in_words(table: pd.DataFrame, said: Mapping[str, Callable[[str], str]]) -> pd.DataFrame:
    """A table with its keys in French words."""
    shown = table.copy()
    for column, word in said.items():
        shown[column] = _said(shown[column], lambda key, word=word: key if pd.isna(key) else word(key))  # type: ignore[misc]
    for name in [name for name in shown.columns if shown[name].dtype == bool]:
        shown[name] = [label("common.yes" if one else "common.no", "fr") for one in shown[name]]
    if "channel" in shown:
        shown["channel"] = _said(shown["channel"], lambda name: label(f"channel.{name}", "fr"))
    if {"dimension", "group"} <= set(shown.columns):
        pairs = list(zip(shown["dimension"], shown["group"], strict=True))
        shown["group"] = _said(pairs, lambda pair: group_label(*pair, "fr"))
        shown["dimension"] = _said(shown["dimension"], lambda name: label(f"dimension.{name}", "fr"))
    if "price_status" in shown:
        shown["price_status"] = _said(shown["price_status"], lambda found: price_words(found, "fr"))
    if "driver" in shown:
        shown["driver"] = _said(shown["driver"], lambda name: label(f"courses.{name}", "fr"))
    if "rank_reason" in shown:
        shown["rank_reason"] = _said(shown["rank_reason"], lambda name: label(f"reason.{name}", "fr") if name else "")
    if "obstacle" in shown:
        shown["obstacle"] = _said(shown["obstacle"], lambda name: label(f"obstacle.{name}", "fr"))
    return shown


def _said(values: Iterable[T], word: Callable[[T], str]) -> list[str]:
    """Each value in words, looked up once for all rows that have it."""
    values = list(values)
    words = {value: word(value) for value in dict.fromkeys(values)}
    return [words[value] for value in values]


def rich_table(summary: pd.DataFrame, manifest: Manifest, lang: str) -> Table:
    """The summary for a terminal of 110 columns: "median [5 %; 95 %]"."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        box=box.SIMPLE_HEAD,
        pad_edge=False,
        collapse_padding=True,
        title_justify="left",
        caption_justify="left",
        title_style="bold",
    )
    table.title, table.caption = Text(_title(manifest, lang)), Text(_caption(summary, manifest, lang))
    table.add_column(label("table.scenario", lang), min_width=8, max_width=34, overflow="fold")
    for name in ("activated", "additional", "cost", "per_additional", "probability"):
        key = f"table.{name}"
        if name == "additional" and units_of(manifest) > 1:
            key = "table.additional_thousand"
        head = with_target(CHANCE, manifest, lang) if name == "probability" else label(key, lang)
        table.add_column(head, justify="right", no_wrap=True)
    titles = scenario_titles(manifest, lang)
    for _, row in summary.iterrows():
        table.add_row(*(Text(cell) for cell in (titles[row["scenario"]], *_cells(row, manifest, lang))))
    return table


def _cells(row: pd.Series, manifest: Manifest, lang: str) -> list[str]:
    """Costs with two significant figures: unit prices are not known better."""
    row = row.copy()
    for end in QUANTILES:
        row[f"additional_millions_{end}"] *= units_of(manifest)
    figures = {"activated_millions": 3, "additional_millions": 3, "cost_millions_eur": 2, "cost_per_additional_eur": 2}
    cells = [with_interval(row[f"{m}_p05"], row[f"{m}_p50"], row[f"{m}_p95"], lang, n) for m, n in figures.items()]
    return [*cells, probability(row, lang)]


def probability(row: Mapping[str, Any] | pd.Series, lang: str) -> str:
    """A share of draws; where none or all reach the target, the bound of the Jeffreys interval ("<2 %")."""
    share, low, high = (row[f"probability_of_target{end}"] for end in ("", "_low", "_high"))
    return chance(share, low, high, lang)


def _title(manifest: Manifest, lang: str) -> str:
    marks = quick_mark(manifest, lang) + region_mark(manifest, lang)
    return marks + label("table.title", lang, until=day(manifest["until"], lang))


def _caption(summary: pd.DataFrame, manifest: Manifest, lang: str) -> str:
    continued = "table.continued_region" if manifest.get("region") else "table.continued"
    stocks = label(continued if manifest["continued"] else "table.simulated", lang)
    titles = scenario_titles(manifest, lang)
    statuses = {titles[row["scenario"]]: str(row["price_status"]) for _, row in summary.iterrows()}
    stocks = " ".join(filter(None, (stocks, counts_after_start(manifest, lang))))
    note = label("table.note", lang, continued=stocks, prices=price_line(statuses, lang))
    return f"{run_line(manifest, lang)}\n{note}".replace("  ", " ")  # where nothing is paid


def counts_after_start(manifest: Manifest, lang: str) -> str:
    """That stocks are continued from counts of a time when the strategies had begun; nothing where there are none."""
    days = [str(count["date"]) for count in manifest.get("stock_targets") or () if manifest["continued"]]
    after = [day(one, lang) for one in days if one > manifest["policy_start"]]
    return label("table.counts_after", lang, days=", ".join(after)) if after else ""
