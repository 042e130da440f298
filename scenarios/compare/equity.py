"""Who is left behind: gaps and ratios between groups that are fixed at the policy start, and what stops the others.

All shares are of the members of a group alive on the day. A group is compared with all other members (*the others*);
a negative gap, or a ratio below 1, means that it lags. Because nobody moves between groups, a change of the gap is not
an effect of birthdays, births or arrivals.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from foundation.quantiles import LEVELS, rounded, spread, spreads
from model.terms.outcome import BARRIERS, OBSTACLES, WOULD_PASS
from model.terms.weeks import position
from scenarios.compare.shares import weeks_around

KEYS = ["scenario", "draw", "dimension", "group"]
MEASURES = ("share_start", "share", "gap_points", "ratio", "gap_change_points")
PLACES = (*OBSTACLES, WOULD_PASS, *BARRIERS)
LAG = "lag"
"""Share of draws in which a group's gap to the others is wider to its cost than in the reference scenario."""


def on_day(equity: pd.DataFrame, day: date) -> pd.DataFrame:
    """The frame on ``day``: a row per scenario, draw, dimension and group, interpolated between the weeks around it
    (each scenario's own: those of compared folders may have others)."""
    parts = [_on_day(part, position(day)) for _, part in equity.groupby("scenario", sort=False)]
    return pd.concat(parts, ignore_index=True)


def _on_day(rows: pd.DataFrame, at: float) -> pd.DataFrame:
    before, after = weeks_around(np.sort(rows["week"].unique()), at)
    weight = 0.0 if before == after else (at - before) / (after - before)
    first, second = (rows[rows["week"] == week].set_index(KEYS).drop(columns="week") for week in (before, after))
    return ((1 - weight) * first + weight * second.reindex(first.index)).reset_index()


def standings(equity: pd.DataFrame, until: date) -> pd.DataFrame:
    """Measures per scenario, draw, dimension and group: ``living`` at ``until``; ``members`` and ``share_start`` at the
    policy start; ``share`` at ``until``; ``gap_points`` and ``ratio`` to the others; ``gap_change_points`` over the
    reference (the first scenario), paired draw by draw. NaN where a group or the others have no member.
    """
    now = on_day(equity, until)
    then = equity[equity["week"] == equity.groupby("scenario")["week"].transform("min")]
    then = then.set_index(KEYS)[["living", "activated"]].reindex(pd.MultiIndex.from_frame(now[KEYS]))
    sums = now.groupby(["scenario", "draw", "dimension"])[["living", "activated"]].transform("sum")
    share = _ratio(now["activated"], now["living"])
    others = _ratio(sums["activated"] - now["activated"], sums["living"] - now["living"])
    found = now[[*KEYS, "living"]].assign(
        members=then["living"].to_numpy(),
        share_start=_ratio(then["activated"], then["living"]).to_numpy(),
        share=share,
        gap_points=100 * (share - others),
        ratio=_ratio(share, others),
    )
    return found.assign(gap_change_points=_change(found))


def _ratio(above: pd.Series, below: pd.Series) -> pd.Series:
    return above / below.where(below > 0)


def _change(found: pd.DataFrame) -> np.ndarray:
    """The gap less that of the reference on the same draw."""
    reference = found[found["scenario"] == found["scenario"].iloc[0]].set_index(KEYS[1:])["gap_points"]
    paired = reference.reindex(pd.MultiIndex.from_frame(found[KEYS[1:]])).to_numpy()
    return np.asarray(found["gap_points"].to_numpy() - paired, np.float64)


def equity_table(equity: pd.DataFrame, until: date | str) -> pd.DataFrame:
    """Per scenario, dimension and group, over draws (p05, p50, p95): the ``MEASURES`` of ``standings``, and ``lag``.

    ``members_millions`` is a median. ``lag`` is 0 for the reference.
    """
    found = standings(equity, _day(until))
    return pd.concat([_summary(part) for _, part in found.groupby("scenario", sort=False)], ignore_index=True)


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _summary(rows: pd.DataFrame) -> pd.DataFrame:
    """One scenario of ``equity_table``."""
    table = _names(rows).assign(members_millions=_by_draw(rows, "members").median(axis=1).to_numpy() / 1e6)
    for name in MEASURES:
        table = _add_quantiles(table, name, _by_draw(rows, name))
    return table.assign(**{LAG: (_by_draw(rows, "gap_change_points") < 0).mean(axis=1).to_numpy()})


def _by_draw(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """One scenario's column, a row per dimension and group in the order of the frame, a column per draw."""
    return rows.set_index([*KEYS[2:], "draw"])[column].unstack("draw", sort=False)


def _names(rows: pd.DataFrame) -> pd.DataFrame:
    """Scenario, dimension and group of the rows of ``_by_draw``."""
    names = rows[[*KEYS[2:]]].drop_duplicates().reset_index(drop=True)
    return names.assign(scenario=str(rows["scenario"].iloc[0]))[["scenario", *KEYS[2:]]]


def _add_quantiles(table: pd.DataFrame, name: str, values: pd.DataFrame) -> pd.DataFrame:
    found = spreads(values.to_numpy())
    return table.assign(**{f"{name}_{q}": found[:, k] for k, q in enumerate(LEVELS)})


def obstacle_table(equity: pd.DataFrame, until: date | str) -> pd.DataFrame:
    """Per scenario, dimension, group and obstacle, over draws: ``people_millions`` and ``share_left``.

    For ``OBSTACLES`` the share is of all living members not activated (they sum to 1 in every draw), and so it is for
    ``WOULD_PASS``, a part of the stopped; for ``BARRIERS`` of the adults among them who have not refused the profile
    (barriers overlap).
    """
    now = on_day(equity, _day(until))
    left, adults = now[list(OBSTACLES)].sum(axis=1), now[list(OBSTACLES[3:])].sum(axis=1)
    parts = []
    for name in PLACES:
        share = _ratio(now[name], adults if name in BARRIERS else left)
        shares = now[KEYS].assign(people_millions=now[name] / 1e6, share_left=share)
        parts += [_obstacle(part, name) for _, part in shares.groupby("scenario", sort=False)]
    order = {name: rank for rank, name in enumerate(equity["scenario"].unique())}
    table = pd.concat(parts, ignore_index=True)
    return table.iloc[table["scenario"].map(order).argsort(kind="stable")].reset_index(drop=True)


def _obstacle(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    table = _names(rows).assign(obstacle=name)
    for measure in ("people_millions", "share_left"):
        table = _add_quantiles(table, measure, _by_draw(rows, measure))
    return table


def extremes(table: pd.DataFrame, dimension: str) -> tuple[str, str]:
    """The groups with the lowest and the highest share (median) in the reference of an ``equity_table``.

    Chosen once, from medians: choosing them anew in each draw would make a gap out of chance alone.
    """
    rows = table[(table["dimension"] == dimension) & (table["scenario"] == table["scenario"].iloc[0])]
    ordered = rows.dropna(subset="share_p50").sort_values("share_p50", kind="stable")
    if ordered.empty:
        raise ValueError(f"no group of {dimension!r} has a member")
    return str(ordered["group"].iloc[0]), str(ordered["group"].iloc[-1])


def between_extremes(found: pd.DataFrame, scenario: str, dimension: str, low: str, high: str) -> pd.DataFrame:
    """``gap_points`` (high less low) and ``ratio`` (low over high) between two groups, a row per draw."""
    rows = found[(found["scenario"] == scenario) & (found["dimension"] == dimension)]
    share = rows.pivot(index="draw", columns="group", values="share")
    return pd.DataFrame({"gap_points": 100 * (share[high] - share[low]), "ratio": _ratio(share[low], share[high])})


def equity_document(frames: Mapping[str, pd.DataFrame], manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The ``equity`` block of ``mes compare --json``: by scenario, the widest gap of each dimension, and all groups."""
    until = date.fromisoformat(manifest["until"])
    found, table = standings(frames["equity"], until), equity_table(frames["equity"], until)
    left = obstacle_table(frames["equity"], until)
    dimensions = [str(name) for name in table["dimension"].unique()]
    lowest = {dimension: extremes(table, dimension) for dimension in dimensions}
    return {
        "groups_fixed_on": manifest["policy_start"],
        "share_of": "members alive at the horizon; people who join after that day belong to no group",
        "scenarios": [
            {
                "scenario": name,
                "widest": [_widest(found, name, dimension, *lowest[dimension]) for dimension in dimensions],
                "groups": _groups(table[table["scenario"] == name], left[left["scenario"] == name]),
            }
            for name in (str(name) for name in table["scenario"].unique())
        ],
    }


def _widest(found: pd.DataFrame, scenario: str, dimension: str, low: str, high: str) -> dict[str, Any]:
    pairs = between_extremes(found, scenario, dimension, low, high)
    return {
        "dimension": dimension,
        "lowest": low,
        "highest": high,
        "gap_points": spread(pairs["gap_points"]),
        "ratio": spread(pairs["ratio"]),
    }


def _groups(table: pd.DataFrame, left: pd.DataFrame) -> list[dict[str, Any]]:
    shares = left.set_index(["dimension", "group", "obstacle"])["share_left_p50"]
    return [
        {
            "dimension": row["dimension"],
            "group": row["group"],
            "members_millions": rounded(row["members_millions"]),
            **{m: {q: rounded(row[f"{m}_{q}"]) for q in ("p05", "p50", "p95")} for m in MEASURES},
            "probability_of_falling_further_behind": rounded(row[LAG]),
            "not_activated": {name: rounded(shares[row["dimension"], row["group"], name]) for name in PLACES},
        }
        for _, row in table.iterrows()
    ]
