"""Who is left behind: gaps and ratios between groups that are fixed at the policy start, and what stops the others.

All shares are of the members of a group alive on the day. A group is compared with all other members (*the others*);
a negative gap, or a ratio below 1, means that it lags. Because nobody moves between groups, a change of the gap is not
an effect of birthdays, births or arrivals.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from foundation.quantiles import rounded, spread
from foundation.store.manifest import Manifest, references_of
from foundation.store.reading import Document
from model.terms.outcome import BARRIERS, OBSTACLES, WOULD_PASS
from model.terms.weeks import position
from scenarios.compare.days import KEYS, Block, Day, Floats, medians, quantile_columns, ratio, stacked

MEASURES = ("share_start", "share", "gap_points", "ratio", "gap_change_points")
PLACES = (*OBSTACLES, WOULD_PASS, *BARRIERS)
References = Mapping[str, str] | None
LAG = "lag"
"""Share of draws in which a group's gap to the others is wider to its cost than in the reference scenario."""


def on_day(equity: pd.DataFrame, day: date) -> pd.DataFrame:
    """The frame on ``day``: a row per scenario, draw, dimension and group, interpolated between the weeks around it
    (each scenario's own: those of compared folders may have others)."""
    now = Day(equity, position(day))
    counts = [str(name) for name in equity.columns if name not in (*KEYS, "week")]
    return pd.DataFrame(now.keys() | {name: now.on(name) for name in counts})


def standings(equity: pd.DataFrame, until: date, references: References = None) -> pd.DataFrame:
    """Measures per scenario, draw, dimension and group: ``living`` at ``until``; ``members`` and ``share_start`` at the
    policy start; ``share`` at ``until``; ``gap_points`` and ``ratio`` to the others; ``gap_change_points`` over the
    reference (the first scenario, or as ``references`` says), paired draw by draw. NaN where a group or the others have
    no member.
    """
    now = Day(equity, position(until), references)
    return pd.DataFrame(now.keys() | _measures(now))


def _measures(now: Day) -> dict[str, Floats]:
    """The measures of ``standings``, a number per row of the day."""
    living, activated, members = now.on("living"), now.on("activated"), now.at_first("living")
    share = ratio(activated, living)
    others = ratio(now.over_groups(activated) - activated, now.over_groups(living) - living)
    gap = 100 * (share - others)
    return {
        "living": living,
        "members": members,
        "share_start": ratio(now.at_first("activated"), members),
        "share": share,
        "gap_points": gap,
        "ratio": ratio(share, others),
        "gap_change_points": now.over_reference(gap),
    }


def equity_table(equity: pd.DataFrame, until: date | str, references: References = None) -> pd.DataFrame:
    """Per scenario, dimension and group, over draws (p05, p50, p95): the ``MEASURES`` of ``standings``, and ``lag``.

    ``members_millions`` is a median. ``lag`` is 0 for the reference.
    """
    now = Day(equity, position(_day(until)), references)
    found = _measures(now)
    return stacked([now.labels(block) | _over_draws(block, found) for block in now.blocks])


def _day(value: date | str) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _over_draws(block: Block, found: Mapping[str, Floats]) -> dict[str, Floats]:
    """Columns of ``equity_table``, a number per scenario and group."""
    columns = {"members_millions": medians(block.of(found["members"])) / 1e6}
    for name in MEASURES:
        columns |= quantile_columns(name, block.of(found[name]))
    return columns | {LAG: (block.of(found["gap_change_points"]) < 0).mean(axis=2)}


def obstacle_table(equity: pd.DataFrame, until: date | str) -> pd.DataFrame:
    """Per scenario, dimension, group and obstacle, over draws: ``people_millions`` and ``share_left``.

    For ``OBSTACLES`` the share is of all living members not activated (they sum to 1 in every draw), and so it is for
    ``WOULD_PASS``, a part of the stopped; for ``BARRIERS`` of the adults among them who have not refused the profile
    (barriers overlap).
    """
    now = Day(equity, position(_day(until)))
    counts = {name: now.on(name) for name in PLACES}
    left, adults = (_total([counts[name] for name in names]) for names in (OBSTACLES, OBSTACLES[3:]))
    shares = {name: ratio(counts[name], adults if name in BARRIERS else left) for name in PLACES}
    return stacked([_obstacles(now, block, counts, shares) for block in now.blocks])


def _total(counts: Sequence[Floats]) -> Floats:
    """Their sum, one after the other; what is missing counts as nobody."""
    return sum(map(np.nan_to_num, counts[1:]), start=np.nan_to_num(counts[0]))


def _obstacles(
    now: Day, block: Block, counts: Mapping[str, Floats], shares: Mapping[str, Floats]
) -> dict[str, np.ndarray]:
    """Columns of ``obstacle_table``, a number per scenario, obstacle and group."""
    shape = len(block.scenarios), len(PLACES), len(block.pairs)
    columns = {name: np.broadcast_to(found[:, np.newaxis], shape) for name, found in now.labels(block).items()}
    columns["obstacle"] = np.broadcast_to(np.array(PLACES, dtype=object)[:, np.newaxis], shape)
    people = np.stack([block.of(counts[name] / 1e6) for name in PLACES], axis=1)
    share = np.stack([block.of(shares[name]) for name in PLACES], axis=1)
    return columns | quantile_columns("people_millions", people) | quantile_columns("share_left", share)


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
    lowest, highest = share[low].to_numpy(), share[high].to_numpy()
    measures = {"gap_points": 100 * (highest - lowest), "ratio": ratio(lowest, highest)}
    return pd.DataFrame(measures, index=share.index)


def equity_document(frames: Mapping[str, pd.DataFrame], manifest: Manifest) -> Document:
    """The ``equity`` block of ``mes compare --json``: by scenario, the widest gap of each dimension, and all groups."""
    until = date.fromisoformat(manifest["until"])
    against = references_of(manifest)
    found, table = standings(frames["equity"], until, against), equity_table(frames["equity"], until, against)
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
