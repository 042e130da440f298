"""From the results of a draw to tidy frames: persons as float64, one row per observation. A frame is made once for all
scenarios of the draw, column by column: many small ones put together would take longer than counting people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from foundation.language.amounts import TargetOn
from foundation.shapes import Floats
from model.terms.outcome import CHANNEL_NAMES, GroupTable, Outcome, StandingTable
from model.terms.weeks import START, position
from scenarios.costs import CostLine, YearLine
from scenarios.used import month_reached, use_measures, user_columns, user_group_columns

if TYPE_CHECKING:
    import pandas as pd  # takes long to load: only once there are results

    from model.counting.use import UseOutcome

STOCKS = ("living", "adults", "aware", "visited", "activated", "activated_living", "activated_minors")
ORDER = ("weekly", "groups", "equity", "channels", "uses", "costs", "spending", "users", "user_groups", "outcomes")
"""The frames of a run, in the order in which they are written."""
STOCKS_OF_GROUPS = {"living": "living", "aware_adults": "aware", "visited": "visited", "activated": "activated"}
"""Columns by the name in ``GroupTable``; minors know the service through their guardians only, and are not asked."""
Frames: TypeAlias = "dict[str, pd.DataFrame]"


class Aim(NamedTuple):
    """What is asked of the outcomes at the horizon."""

    until: date
    dates_until: date
    """Last day of the target that is looked for."""
    target_millions: float
    target_on: TargetOn = "activated"
    since: date = START
    """Policy start, before which no month of users is looked at."""


@dataclass(frozen=True, kw_only=True)
class Result:
    """What comes of one scenario on one draw."""

    scenario: str
    outcome: Outcome
    costs: Sequence[CostLine]
    groups: Sequence[GroupTable]
    standing: Sequence[StandingTable]
    simulated: Floats
    """``outcome.activated`` [W+1] as it came out of the model, without what is carried from the forecast."""
    spending: Sequence[YearLine] = ()
    """Public cost by calendar year."""
    later: Floats = field(default_factory=lambda: np.empty(0))
    """Activated stock of weeks W+1, W+2, …, as far as it is looked for the day of the target."""
    use: UseOutcome | None = None
    """Use after activation; ``None`` on draws without a posterior of it."""
    use_later: UseOutcome | None = None
    """The same at the last week that is looked at, where the target is on users."""


def draw_frames(
    draw: int,
    results: Sequence[Result],
    *,
    every: int,
    until: date,
    target_millions: float,
    dates_until: date | None = None,
    target_on: TargetOn = "activated",
    policy_start: date = START,
    reference: Result | None = None,
) -> Frames:
    """The frames of one draw by the names of ``ORDER``, the scenarios one after the other as given.

    Args:
        results: of at least one scenario.
        every: weeks of an interval of ``channels``.
        until: horizon of ``outcomes``.
        dates_until: last day of the target that is looked for, by default the horizon.
        reference: of what others add; by default the first.
    """
    aim = Aim(until, dates_until or until, target_millions, target_on, policy_start)
    return {
        "weekly": weekly_frame(draw, results),
        "groups": group_frame(draw, results),
        "equity": equity_frame(draw, results),
        "channels": channel_frame(draw, results, every),
        "uses": use_frame(draw, results),
        "costs": cost_frame(draw, results),
        "spending": spending_frame(draw, results),
        "users": used_frame(draw, results, user_columns),
        "user_groups": used_frame(draw, results, user_group_columns),
        "outcomes": outcome_frame(draw, results, reference or results[0], aim),
    }


def _keyed(draw: int, results: Sequence[Result], rows: Sequence[int], columns: Mapping[str, object]) -> pd.DataFrame:
    """A frame that starts with the columns ``scenario, draw``; ``rows`` says how many each scenario has."""
    keys = {
        "scenario": _texts([result.scenario for result in results], np.repeat(np.arange(len(results)), rows)),
        "draw": np.full(sum(rows), draw, dtype=np.int32),
    }
    import pandas as pd

    return pd.DataFrame({**keys, **columns})


def _texts(words: Sequence[str], codes: np.ndarray) -> object:
    """A column that says ``words[code]``."""
    import pandas as pd

    return pd.array(list(words), dtype="str").take(codes)


def _column(words: Sequence[Any]) -> object:
    """Words, or nothing."""
    import pandas as pd

    return pd.Series(words, dtype="str")


def weekly_frame(draw: int, results: Sequence[Result]) -> pd.DataFrame:
    """Stocks at the start of weeks 0..W; ``simulated`` is ``activated`` without what is carried from the forecast."""
    outcomes = [result.outcome for result in results]
    rows = [outcome.weeks + 1 for outcome in outcomes]
    stocks = {name: np.concatenate([getattr(outcome, name) for outcome in outcomes]) for name in STOCKS}
    weeks = np.concatenate([np.arange(count, dtype=np.int32) for count in rows])
    simulated = np.concatenate([result.simulated for result in results])
    return _keyed(draw, results, rows, {"week": weeks, **stocks, "simulated": simulated})


def group_frame(draw: int, results: Sequence[Result]) -> pd.DataFrame:
    """Stocks of each group at the start of the tables' weeks; a row per dimension, week and group."""
    tables = [table for result in results for table in result.groups]
    stocks = {name: _ravelled([getattr(table, of) for table in tables]) for name, of in STOCKS_OF_GROUPS.items()}
    return _keyed(draw, results, [_rows(result.groups) for result in results], _labels(tables) | stocks)


def equity_frame(draw: int, results: Sequence[Result]) -> pd.DataFrame:
    """Members of groups fixed at the policy start, alive at the start of the tables' weeks: how many are activated,
    where the others stand and what stops them (``model.terms.outcome``); a row per dimension, week and group."""
    tables = [table for result in results for table in result.standing]
    counts = {name: _ravelled([table.counts[name] for table in tables]) for name in tables[0].counts}
    return _keyed(draw, results, [_rows(result.standing) for result in results], _labels(tables) | counts)


def _rows(tables: Sequence[GroupTable] | Sequence[StandingTable]) -> int:
    return sum(len(table.weeks) * len(table.groups) for table in tables)


def _ravelled(arrays: Sequence[npt.ArrayLike]) -> np.ndarray:
    """Arrays [week, group], one after the other."""
    return np.concatenate([np.ravel(array) for array in arrays])


def _labels(tables: Sequence[GroupTable] | Sequence[StandingTable]) -> dict[str, object]:
    """Columns ``week, dimension, group`` of arrays [week, group], one table after the other."""
    words = list(dict.fromkeys(group for table in tables for group in table.groups))
    code = {word: i for i, word in enumerate(words)}
    groups = [np.tile([code[group] for group in table.groups], len(table.weeks)) for table in tables]
    return {
        "week": np.concatenate([np.repeat(np.asarray(t.weeks, dtype=np.int32), len(t.groups)) for t in tables]),
        "dimension": _texts([t.dimension for t in tables], np.repeat(np.arange(len(tables)), [*map(len, groups)])),
        "group": _texts(words, np.concatenate(groups)),
    }


def channel_frame(draw: int, results: Sequence[Result], every: int) -> pd.DataFrame:
    """Flows through each channel, summed over intervals of ``every`` weeks (the last may be shorter)."""
    starts = [np.arange(0, result.outcome.weeks, every, dtype=np.int32) for result in results]
    lengths = [
        np.diff(np.append(each, result.outcome.weeks)).astype(np.int32)
        for each, result in zip(starts, results, strict=True)
    ]
    channels = len(CHANNEL_NAMES)
    columns = {
        "week": np.repeat(np.concatenate(starts), channels),
        "weeks": np.repeat(np.concatenate(lengths), channels),
        "channel": _texts(CHANNEL_NAMES, np.tile(np.arange(channels), sum(map(len, starts)))),
    }
    flows = {name: _summed(results, name, starts) for name in ("contacts", "visits", "activations")}
    return _keyed(draw, results, [len(each) * channels for each in starts], columns | flows)


def _summed(results: Sequence[Result], name: str, starts: Sequence[np.ndarray]) -> np.ndarray:
    pairs = zip(results, starts, strict=True)
    return _ravelled([np.add.reduceat(getattr(result.outcome, name), each, axis=0) for result, each in pairs])


def use_frame(draw: int, results: Sequence[Result]) -> pd.DataFrame:
    """What each lever consumed."""
    uses = [use for result in results for use in result.outcome.uses]
    names = ("contacts", "activations", "doctor_years", "bursts", "aimed")
    columns: dict[str, object] = {"lever": _column([use.lever for use in uses])}
    columns |= {name: np.array([getattr(use, name) for use in uses], dtype=np.float64) for name in names}
    return _keyed(draw, results, [len(result.outcome.uses) for result in results], columns)


def cost_frame(draw: int, results: Sequence[Result]) -> pd.DataFrame:
    """Cost lines: a row per lever and item; ``eur`` is public cost, ``minutes_eur`` what doctors' time is worth."""
    lines = [line for result in results for line in result.costs]
    columns = {name: _column([getattr(line, name) for line in lines]) for name in ("lever", "item", "status")}
    columns |= {name: _numbers(lines, name) for name in ("quantity", "unit_eur", "eur", "minutes", "minutes_eur")}
    return _keyed(draw, results, [len(result.costs) for result in results], columns)


def spending_frame(draw: int, results: Sequence[Result]) -> pd.DataFrame:
    """Public cost by calendar year: a row per lever, item and year; years add up to ``eur`` of the cost lines."""
    lines = [line for result in results for line in result.spending]
    columns: dict[str, object] = {name: _column([getattr(line, name) for line in lines]) for name in ("lever", "item")}
    columns["year"] = np.array([line.year for line in lines], dtype=np.int32)
    columns |= {name: _numbers(lines, name) for name in ("quantity", "eur")}
    return _keyed(draw, results, [len(result.spending) for result in results], columns)


def used_frame(draw: int, results: Sequence[Result], of: Callable[..., dict[str, np.ndarray]]) -> pd.DataFrame:
    """Use after activation: a row a month to the horizon, or a dimension and group (``scenarios.used``)."""
    found = [of(result.use) for result in results]
    joined = {name: np.concatenate([each[name] for each in found]) for name in found[0]}
    columns = {name: _column(each.tolist()) if each.dtype == object else each for name, each in joined.items()}
    return _keyed(draw, results, [len(each["users"]) for each in found], columns)


def _numbers(lines: Sequence[CostLine | YearLine], name: str) -> npt.NDArray[np.float64]:
    return np.array([getattr(line, name) for line in lines], dtype=np.float64)


def outcome_frame(draw: int, results: Sequence[Result], first: Result, aim: Aim) -> pd.DataFrame:
    """A row per scenario: the result at the horizon. Additional activations are those over the ``first`` on the same
    draw, as simulated; the cost of one is NaN where none is added. ``reached`` says whether the target is held at the
    horizon, ``reached_date`` when it is first, up to ``dates_until``: a day, or the last one of a month of users."""
    rows = [_at_horizon(result, aim.until, first) | _target(result, aim) for result in results]
    columns: dict[str, object] = {name: [row[name] for row in rows] for name in rows[0]}
    columns["reached_date"] = _column([row["reached_date"] for row in rows])
    return _keyed(draw, results, [1] * len(results), columns)


def _target(result: Result, aim: Aim) -> dict[str, bool | str | None]:
    """The target of one row; ``ValueError`` for one on users on draws without a posterior of use."""
    target = aim.target_millions * 1e6
    if aim.target_on == "activated":
        stock = np.concatenate([result.outcome.activated, result.later])
        day = target_date(stock, target, aim.dates_until)
        return {"reached": at(stock, aim.until) >= target, "reached_date": day}
    if result.use is None:
        raise ValueError("a target on users needs draws with a posterior of use")
    month = month_reached(result.use_later or result.use, target, aim.since, aim.dates_until)
    return {"reached": result.use.at("users") >= target, "reached_date": month}


def _at_horizon(result: Result, until: date, reference: Result) -> dict[str, Any]:
    """One row of ``outcome_frame``, but for the target."""
    outcome = result.outcome
    activated, simulated, living = (
        at(stock, until) / 1e6 for stock in (outcome.activated, result.simulated, outcome.living)
    )
    additional = simulated - at(reference.simulated, until) / 1e6
    cost = float(_numbers(result.costs, "eur").sum()) / 1e6
    return {
        "activated_millions": activated,
        "activated_share": activated / living,
        "simulated_millions": simulated,
        "additional_millions": additional,
        "cost_millions_eur": cost,
        "cost_per_additional_eur": cost / additional if additional > 0 else np.nan,
        "doctor_minutes_millions": float(_numbers(result.costs, "minutes").sum()) / 1e6,
        **use_measures(result.use, reference.use, cost),
    }


def at(stock: np.ndarray, day: date) -> float:
    """A stock of shape [W+1] at the start of ``day``, by interpolation between Mondays."""
    return float(np.interp(position(day), np.arange(len(stock)), stock))


def target_date(stock: np.ndarray, target: float, until: date) -> str | None:
    """First day (ISO) at whose start ``stock`` [W+1], straight between Mondays, is at least ``target``; ``None`` if
    that is not so up to ``until``. A stock that falls below it again has reached it all the same."""
    week = int(np.argmax(stock >= target))
    if stock[week] < target:
        return None
    if week == 0:
        return START.isoformat()
    before, after = stock[week - 1], stock[week]
    day = START + timedelta(days=ceil(7 * (week - 1 + (target - before) / (after - before))))
    if at(stock, day) < target:  # by rounding
        day += timedelta(days=1)
    elif at(stock, day - timedelta(days=1)) >= target:
        day -= timedelta(days=1)
    return day.isoformat() if day <= until else None
