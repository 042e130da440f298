"""Numbers of a report, found in its page and worked out again from the files they name: plain pandas, none of the
report's own code."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import date
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import beta

ROOT = Path(__file__).parents[2]
START = date(2022, 1, 31)
LEFT = (
    "refused", "guardian", "child", "unaware", "not_visited", "no_use", "time", "information", "other_reason",
)  # fmt: skip
PARTS = {"minor": ("guardian", "child"), "stopped": ("no_use", "time", "information", "other_reason")}
KEYS = ["scenario", "draw", "dimension", "group"]
JOINED: dict[str, Callable[[Path], bool]] = {
    "plan.json": bool,
    "split.parquet": bool,
    "indices.parquet": bool,
    "information.parquet": bool,
    "manifest.json": lambda folder: (folder / "indices.parquet").is_file(),
}
"""Files of the folders that go with a run, and whether a folder is the one meant (manifests have one name)."""


class Page(HTMLParser):
    """Every element with its attributes, and the text of the ``data`` elements."""

    VOID = ("meta", "link", "br", "img", "hr", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], tuple[str, ...]]] = []
        self.numbers: list[tuple[dict[str, str | None], str]] = []
        self.path: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.path)))
        if tag == "data":
            self.numbers.append((dict(attrs), ""))
        if tag not in self.VOID:
            self.path.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs), tuple(self.path)))

    def handle_endtag(self, tag: str) -> None:
        assert self.path, f"</{tag}> closes nothing"
        assert self.path.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if self.path and self.path[-1] == "data":
            attributes, text = self.numbers[-1]
            self.numbers[-1] = (attributes, text + data)

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        """Attributes of every element of a kind."""
        return (attributes for name, attributes, _ in self.elements if name == tag)


def where_of(attributes: dict[str, str | None]) -> dict[str, str]:
    """The rows that a number is taken from."""
    return dict(part.split("=", 1) for part in (attributes["data-where"] or "").split(";") if part)


class Folder:
    """A run folder and those that go with it (plan, split, sensitivity analysis), read without the project."""

    def __init__(self, folder: Path, *others: Path) -> None:
        self.others = others
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        self.outcomes = pd.read_parquet(folder / "outcomes.parquet")
        self.weekly = pd.read_parquet(folder / "weekly.parquet")
        self.equity = pd.read_parquet(folder / "equity.parquet")
        self.use = pd.read_parquet(folder / "user_groups.parquet")
        self.target = float(self.manifest["target_millions"])

    def value(self, file: str, measure: str, where: dict[str, str], stats: list[str]) -> list[Any]:
        """The numbers behind one ``data`` element."""
        if file in JOINED and (file != "manifest.json" or measure.startswith("sensitivity.")):
            return self._joined(file, measure, where, stats)
        if file == "manifest.json":
            if "place" in where:
                return [self.manifest["stock_targets"][int(where["place"])][measure.partition(".")[2]]]
            return [self.manifest[measure]]
        if file.startswith("calibration/"):
            return _stated(ROOT / file, measure, where, stats)
        if file == "user_groups.parquet":
            return [_statistic(self._use(measure, where), stat) for stat in stats]
        if file == "weekly.parquet":
            return [_statistic(self._living_share(where["scenario"]), stat) for stat in stats]
        series = self._outcomes(measure, where) if file == "outcomes.parquet" else self._equity(measure, where)
        return [_statistic(series, stat) for stat in stats]

    def _living_share(self, scenario: str) -> pd.Series:
        """Activated among the living at the horizon, straight between Mondays."""
        rows = self.weekly[self.weekly["scenario"] == scenario]
        days = (date.fromisoformat(self.manifest["until"]) - START).days
        stocks = {}
        for name in ("activated_living", "living"):
            by_week = rows.pivot(index="week", columns="draw", values=name)
            part = days % 7 / 7
            stocks[name] = (1 - part) * by_week.loc[days // 7] + part * by_week.loc[days // 7 + (part > 0)]
        return stocks["activated_living"] / stocks["living"]

    def _use(self, measure: str, where: dict[str, str]) -> pd.Series:
        rows = self.use
        for key, value in where.items():
            rows = rows[rows[key] == value]
        if measure == "active_millions":
            return rows["active"] / 1e6
        return rows["users" if measure == "share_using" else "lasting"] / rows["active"]

    def _outcomes(self, measure: str, where: dict[str, str]) -> pd.Series:
        rows = self.outcomes[self.outcomes["scenario"] == where["scenario"]].set_index("draw", drop=False)
        if measure.startswith("target_less_"):
            return self.target - rows[measure.removeprefix("target_less_")]
        if measure.endswith("_less_target"):
            return rows[measure.removesuffix("_less_target")] - self.target
        if measure in ("adds_most", "adds_most_users"):
            gain = "additional_millions" if measure == "adds_most" else "additional_monthly_users_millions"
            first = self.outcomes["scenario"].iloc[0]
            others = self.outcomes[~self.outcomes["scenario"].isin([first, where["scenario"]])]
            return rows[gain] > others.groupby("draw")[gain].max().reindex(rows.index, fill_value=-np.inf)
        if measure.startswith("reached_by:"):
            return (rows["reached_date"].fillna("9") <= measure.partition(":")[2]).rename(measure)
        if measure in ("best_of_like", "regret_of_like"):
            return self._of_like(measure, where["scenario"])
        return rows[measure]

    def _of_like(self, measure: str, scenario: str) -> pd.Series:
        """By draw, whether a strategy adds most of those whose mean cost lies in the same class, or how much less."""
        rows = self.outcomes[self.outcomes["scenario"] != self.outcomes["scenario"].iloc[0]]
        ends = [0, 1, 3, 10, 30, 100, 300, 1000, np.inf]
        classes = pd.cut(rows.groupby("scenario", observed=True)["cost_millions_eur"].mean(), ends, include_lowest=True)
        alike = [name for name, found in classes.items() if found == classes[scenario]]
        gains = rows.pivot(index="draw", columns="scenario", values="additional_millions")[alike]
        most = gains.max(axis=1)
        ties = gains.eq(most, axis=0)
        return ties[scenario] / ties.sum(axis=1) if measure == "best_of_like" else most - gains[scenario]

    def _joined(self, file: str, measure: str, where: dict[str, str], stats: list[str]) -> list[Any]:
        """A number of another folder: a cell of a table, or a field of a document."""
        (path,) = (other / file for other in self.others if (other / file).is_file() and JOINED[file](other))
        if path.suffix == ".json":
            return _field(json.loads(path.read_text(encoding="utf-8")), measure, where, stats)
        table = pd.read_parquet(path)
        for key, value in where.items():
            table = table[table[key] == value]
        (row,) = table.to_dict("records")
        error = row.get(f"{measure}_error", 0.0)
        cells = {"value": row[measure], "less": row[measure] - error, "more": row[measure] + error}
        return [cells[stat] if stat in cells else row[stat] for stat in stats]

    @cached_property
    def _horizon(self) -> pd.DataFrame:
        at = (date.fromisoformat(self.manifest["until"]) - START).days / 7
        first, second = (self.equity[self.equity["week"] == week].set_index(KEYS) for week in (int(at), int(at) + 1))
        return (first + (at - int(at)) * (second - first)).sort_index()

    @cached_property
    def _start(self) -> pd.DataFrame:
        return self.equity[self.equity["week"] == self.equity["week"].min()].set_index(KEYS).sort_index()

    def _share(self, table: pd.DataFrame, where: dict[str, str]) -> tuple[pd.Series, pd.Series]:
        """Shares of a group and of all others, by draw."""
        rows = table.loc[where["scenario"]].xs(where["dimension"], level="dimension")
        group, total = rows.xs(where["group"], level="group"), rows.groupby("draw").sum()
        others = total - group
        return group["activated"] / group["living"], others["activated"] / others["living"]

    def _gap(self, where: dict[str, str]) -> pd.Series:
        share, others = self._share(self._horizon, where)
        return 100 * (share - others)

    def _equity(self, measure: str, where: dict[str, str]) -> pd.Series:
        kind, _, name = measure.partition(":")
        if kind in ("left", "stopped", "adults"):
            rows = self._horizon.loc[where["scenario"]].xs(where["dimension"], level="dimension").groupby("draw").sum()
            whole = {"left": LEFT, "stopped": PARTS["stopped"], "adults": LEFT[3:]}[kind]
            return rows[list(PARTS.get(name, (name,)))].sum(axis=1) / rows[list(whole)].sum(axis=1)
        if kind == "part":
            rows = self._horizon.loc[where["scenario"]].xs(where["dimension"], level="dimension")
            rows = rows.xs(where["group"], level="group")
            return rows[list(PARTS.get(name, (name,)))].sum(axis=1) / rows["living"]
        if measure == "members_millions":
            rows = self._start.loc[where["scenario"]].xs(where["dimension"], level="dimension")
            return rows.xs(where["group"], level="group")["living"] / 1e6
        if measure == "share_start":
            return self._share(self._start, where)[0]
        if measure in ("gap_change_points", "lag"):
            change = self._gap(where) - self._gap({**where, "scenario": str(self.equity["scenario"].iloc[0])})
            return change if measure == "gap_change_points" else change < 0
        share, others = self._share(self._horizon, where)
        return {"share": share, "gap_points": 100 * (share - others), "ratio": share / others}[measure]


def _field(document: dict[str, Any], measure: str, where: dict[str, str], stats: list[str]) -> list[Any]:
    """``section.name`` of a document; in a list of records, of the one that has what ``where`` says."""
    section, _, name = measure.rpartition(".")
    found = document[section] if section else document
    if isinstance(found, list):
        (found,) = (record for record in found if all(str(record[key]) == value for key, value in where.items()))
    if stats == ["count"]:
        return [len(found[name])]
    return [found[name] if stat == "value" else found[f"{name}_{stat}"] for stat in stats]


def _statistic(series: pd.Series, stat: str) -> Any:
    if series.name == "reached_date":
        rank = {"p05": 0.05, "p50": 0.5, "p95": 0.95}[stat] * len(series)
        return sorted(series.fillna("later"))[max(0, int(np.ceil(rank - 1e-9)) - 1)]
    if stat in ("p05", "p50", "p95"):
        level = {"p05": 0.05, "p50": 0.5, "p95": 0.95}[stat]
        ordered = np.sort(series.astype(float).fillna(np.inf).to_numpy())
        rank = level * (len(ordered) - 1)
        low, high = ordered[int(np.floor(rank + 1e-9))], ordered[int(np.ceil(rank - 1e-9))]
        return float(low if low == high else low + (rank - np.floor(rank)) * (high - low))
    if stat.startswith("jeffreys"):
        hits, draws = int(series.sum()), len(series)
        if (stat, hits) in (("jeffreys05", 0), ("jeffreys95", draws)):
            return float(hits > 0)
        return float(beta.ppf(int(stat[-2:]) / 100, hits + 0.5, draws - hits + 0.5))
    return {"share": series.mean, "mean": series.mean, "sum": series.sum, "count": series.count}[stat]()


def _stated(path: Path, measure: str, where: dict[str, str], stats: list[str]) -> list[Any]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    if path.name == "scores.csv":
        of = [row for row in rows if row["forecaster"] == where["forecaster"]]
        far = pd.Series([float(row[measure]) for row in of if int(row["horizon_days"]) >= int(where["from_days"])])
        return [_statistic(far, stat) for stat in stats]
    if stats == ["count"]:
        if path.name == "priors.csv":
            from calibration.facts.priors import EFFECTS, SHARED

            rows = [row for row in rows if row["name"] in EFFECTS and row["name"] not in SHARED]
        return [sum(row["status"].startswith(where.get("status", "")) for row in rows)]
    (row,) = (row for row in rows if all(row[key] == value for key, value in where.items()))
    return [float(row[stat]) for stat in stats]
