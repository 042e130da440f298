"""From the outcome of one run to tidy frames: persons as float64, one row per observation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from math import ceil
from typing import TypedDict

import numpy as np
import pandas as pd

from model.terms.outcome import CHANNEL_NAMES, GroupTable, Outcome, StandingTable
from model.terms.weeks import START, position
from scenarios.costs import CostLine

STOCKS = ("living", "adults", "aware", "visited", "activated", "activated_living", "activated_minors")
ORDER = ("weekly", "groups", "equity", "channels", "uses", "costs", "outcomes")
"""The frames of a run, in the order in which they are written."""


class Key(TypedDict):
    """What tells a run from the others: constant columns of each of its frames."""

    scenario: str
    draw: int


def _keyed(key: Key, columns: Mapping[str, object], rows: int) -> pd.DataFrame:
    """A frame that starts with the constant columns ``scenario, draw``."""
    scenario = pd.Series([key["scenario"]] * rows, dtype="str")
    draw = np.full(rows, key["draw"], dtype=np.int32)
    return pd.DataFrame({"scenario": scenario, "draw": draw, **columns})


def weekly_frame(key: Key, outcome: Outcome) -> pd.DataFrame:
    """Stocks at the start of weeks 0..W."""
    columns = {"week": np.arange(outcome.weeks + 1, dtype=np.int32)}
    return _keyed(key, columns | {name: getattr(outcome, name) for name in STOCKS}, outcome.weeks + 1)


def group_frame(key: Key, tables: Iterable[GroupTable]) -> pd.DataFrame:
    """Stocks of each group at the start of the tables' weeks; a row per dimension, week and group."""
    return pd.concat([_one_dimension(key, table) for table in tables], ignore_index=True)


def _one_dimension(key: Key, table: GroupTable) -> pd.DataFrame:
    stocks = {name: np.asarray(getattr(table, name)).ravel() for name in ("living", "aware", "visited", "activated")}
    columns = _labels(table.dimension, table.groups, table.weeks)
    return _keyed(key, columns | stocks, len(table.weeks) * len(table.groups))


def equity_frame(key: Key, tables: Iterable[StandingTable]) -> pd.DataFrame:
    """Members of groups fixed at the policy start, alive at the start of the tables' weeks: how many are activated,
    where the others stand and what stops them (``model.terms.outcome``); a row per dimension, week and group."""
    return pd.concat([_standing(key, table) for table in tables], ignore_index=True)


def _standing(key: Key, table: StandingTable) -> pd.DataFrame:
    columns = _labels(table.dimension, table.groups, table.weeks)
    counts = {name: np.asarray(values).ravel() for name, values in table.counts.items()}
    return _keyed(key, columns | counts, len(table.weeks) * len(table.groups))


def _labels(dimension: str, groups: tuple[str, ...], weeks: tuple[int, ...]) -> dict[str, object]:
    """Columns ``week, dimension, group`` of arrays [week, group]."""
    return {
        "week": np.repeat(np.asarray(weeks, dtype=np.int32), len(groups)),
        "dimension": pd.Series([dimension] * (len(weeks) * len(groups)), dtype="str"),
        "group": pd.Series(list(groups) * len(weeks), dtype="str"),
    }


def channel_frame(key: Key, outcome: Outcome, every: int) -> pd.DataFrame:
    """Flows through each channel, summed over intervals of ``every`` weeks (the last may be shorter)."""
    starts = np.arange(0, outcome.weeks, every, dtype=np.int32)
    lengths = np.diff(np.append(starts, outcome.weeks)).astype(np.int32)
    channels = len(CHANNEL_NAMES)
    columns = {
        "week": np.repeat(starts, channels),
        "weeks": np.repeat(lengths, channels),
        "channel": pd.Series(list(CHANNEL_NAMES) * len(starts), dtype="str"),
    }
    flows = {
        name: np.add.reduceat(getattr(outcome, name), starts, axis=0).ravel()
        for name in ("contacts", "visits", "activations")
    }
    return _keyed(key, columns | flows, len(starts) * channels)


def use_frame(key: Key, outcome: Outcome) -> pd.DataFrame:
    """What each lever consumed."""
    columns: dict[str, object] = {"lever": pd.Series([use.lever for use in outcome.uses], dtype="str")}
    for name in ("contacts", "activations", "doctor_years", "bursts"):
        columns[name] = np.array([getattr(use, name) for use in outcome.uses], dtype=np.float64)
    return _keyed(key, columns, len(outcome.uses))


def cost_frame(key: Key, lines: Iterable[CostLine]) -> pd.DataFrame:
    """Cost lines: a row per lever and item; ``eur`` is public cost, ``minutes_eur`` what doctors' time is worth."""
    lines = list(lines)
    columns: dict[str, object] = {}
    for name in ("lever", "item", "status"):
        columns[name] = pd.Series([getattr(line, name) for line in lines], dtype="str")
    for name in ("quantity", "unit_eur", "eur", "minutes", "minutes_eur"):
        columns[name] = np.array([getattr(line, name) for line in lines], dtype=np.float64)
    return _keyed(key, columns, len(lines))


def outcome_frame(
    key: Key,
    outcome: Outcome,
    costs: pd.DataFrame,
    until: date,
    target_millions: float,
    reference: float | None,
) -> pd.DataFrame:
    """One row: the result at the horizon. ``reference`` is the reference scenario's ``activated_millions`` on the same
    draw, or ``None`` for the reference itself; the cost of an additional activation is NaN where none is added."""
    activated, living = at(outcome.activated, until) / 1e6, at(outcome.living, until) / 1e6
    additional = 0.0 if reference is None else activated - reference
    cost = float(costs["eur"].sum()) / 1e6
    reached = target_date(outcome.activated, target_millions * 1e6, until)
    columns = {
        "activated_millions": [activated],
        "activated_share": [activated / living],
        "additional_millions": [additional],
        "cost_millions_eur": [cost],
        "cost_per_additional_eur": [cost / additional if additional > 0 else np.nan],
        "doctor_minutes_millions": [float(costs["minutes"].sum()) / 1e6],
        "reached": [reached is not None],
        "reached_date": pd.Series([reached], dtype="str"),
    }
    return _keyed(key, columns, 1)


def at(stock: np.ndarray, day: date) -> float:
    """A stock of shape [W+1] at the start of ``day``, by interpolation between Mondays."""
    return float(np.interp(position(day), np.arange(len(stock)), stock))


def target_date(stock: np.ndarray, target: float, until: date) -> str | None:
    """First day, up to ``until``, at whose start the non-decreasing ``stock`` is at least ``target`` (ISO)."""
    if at(stock, until) < target:
        return None
    week = int(np.argmax(stock >= target))
    if week == 0:
        return START.isoformat()
    before, after = stock[week - 1], stock[week]
    days = ceil(7 * (week - 1 + (target - before) / (after - before)))
    return min(START + timedelta(days=days), until).isoformat()
