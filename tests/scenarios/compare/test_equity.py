"""Gaps, ratios and their changes, worked by hand; what is left behind sums to everybody not activated."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from foundation.quantiles import spread, spreads
from model.terms.outcome import BARRIERS, OBSTACLES, WOULD_PASS
from model.terms.weeks import monday
from scenarios.compare.equity import (
    between_extremes,
    equity_document,
    equity_table,
    extremes,
    obstacle_table,
    on_day,
    standings,
)
from tests.scenarios import frames as made

HORIZON = monday(309)


def hand_made(late: dict[str, list[tuple[float, float]]]) -> pd.DataFrame:
    """Activated members of two groups (of 100 and 300 people) at week 309, a pair per draw; 10 and 90 at the start."""
    rows = []
    for scenario, pairs in late.items():
        for draw, pair in enumerate(pairs):
            for week, counts in ((205, (10.0, 90.0)), (309, pair)):
                for group, living, activated in zip("xy", (100.0, 300.0), counts, strict=True):
                    left = dict.fromkeys(OBSTACLES, 0.0) | {"unaware": 0.25 * (living - activated)}
                    left["not_visited"] = 0.75 * (living - activated)
                    stocks = {
                        "living": living,
                        "activated": activated,
                        **left,
                        **dict.fromkeys((WOULD_PASS, *BARRIERS), 1.0),
                    }
                    keys = {"scenario": scenario, "draw": draw, "week": week, "dimension": "region", "group": group}
                    rows.append(keys | stocks)
    return pd.DataFrame(rows)


QUO = [(20.0, 120.0), (20.0, 150.0), (30.0, 150.0)]
PLAN = [(40.0, 120.0), (20.0, 180.0), (40.0, 150.0)]


def test_gap_and_ratio_to_the_others() -> None:
    found = standings(hand_made({"quo": QUO, "plan": PLAN}), HORIZON).set_index(["scenario", "draw", "group"])
    first = found.loc[("quo", 0, "x")]
    assert (first["share_start"], first["share"]) == (0.1, 0.2)
    assert first["gap_points"] == pytest.approx(20 - 40)
    assert first["ratio"] == pytest.approx(0.5)
    assert found.loc[("quo", 0, "y"), "ratio"] == pytest.approx(2)
    assert found.loc[("plan", 0, "x"), "gap_change_points"] == pytest.approx((40 - 40) - (20 - 40))
    assert found.loc[("plan", 1, "x"), "gap_change_points"] == pytest.approx((20 - 60) - (20 - 50))
    assert found.loc["quo"]["gap_change_points"].eq(0).all()


def test_the_table_counts_the_draws_in_which_a_group_falls_further_behind() -> None:
    table = equity_table(hand_made({"quo": QUO, "plan": PLAN}), HORIZON).set_index(["scenario", "group"])
    assert table.loc[("plan", "x"), "lag"] == pytest.approx(1 / 3)
    assert table.loc[("plan", "y"), "lag"] == pytest.approx(2 / 3)
    assert table.loc[("quo", "x"), "lag"] == 0
    assert table.loc[("plan", "x"), "gap_change_points_p50"] == pytest.approx(10)
    assert table.loc[("plan", "x"), "members_millions"] == pytest.approx(1e-4)


def test_changes_are_paired_draw_by_draw() -> None:
    """Negative control: pairing with another draw's reference gives another change."""
    shuffled = hand_made({"quo": [QUO[1], QUO[0], QUO[2]], "plan": PLAN})
    one = equity_table(hand_made({"quo": QUO, "plan": PLAN}), HORIZON)
    assert one["gap_change_points_p05"].tolist() != equity_table(shuffled, HORIZON)["gap_change_points_p05"].tolist()


def test_a_day_between_two_counts() -> None:
    day = on_day(hand_made({"quo": QUO}), monday(257)).set_index(["draw", "group"])
    assert day.loc[(0, "x"), "activated"] == pytest.approx(15)


def test_an_empty_group_has_no_share_and_spoils_no_other() -> None:
    frame = hand_made({"quo": QUO})
    frame.loc[frame["group"] == "x", ["living", "activated", *OBSTACLES, WOULD_PASS, *BARRIERS]] = 0.0
    table = equity_table(frame, HORIZON).set_index("group")
    assert np.isnan(table.loc["x", "share_p50"])
    assert table.loc["y", "share_p50"] == pytest.approx(0.5)
    assert extremes(equity_table(frame, HORIZON), "region") == ("y", "y")


def test_extremes_are_chosen_once_for_all_draws_and_scenarios() -> None:
    frame = hand_made({"quo": QUO, "plan": PLAN})
    low, high = extremes(equity_table(frame, HORIZON), "region")
    assert (low, high) == ("x", "y")
    pairs = between_extremes(standings(frame, HORIZON), "plan", "region", low, high)
    assert pairs["gap_points"].tolist() == pytest.approx([0, 40, 10])
    assert pairs["ratio"].tolist() == pytest.approx([1, 1 / 3, 0.8])


def test_obstacles_sum_to_everybody_not_activated() -> None:
    table = obstacle_table(hand_made({"quo": QUO}), HORIZON).set_index(["group", "obstacle"])
    assert table.loc[("x", "unaware"), "share_left_p50"] == pytest.approx(0.25)
    assert table.loc[("x", "not_visited"), "people_millions_p50"] == pytest.approx(0.75 * 80e-6)
    assert table.loc[("x", "has_time"), "share_left_p50"] == pytest.approx(1 / 80)
    assert table.loc["x"].loc[list(OBSTACLES), "share_left_p50"].sum() == pytest.approx(1)


def test_a_whole_comparison_as_json() -> None:
    frames, manifest = made.frames(5, draws=12), made.manifest(5)
    document = json.loads(json.dumps(equity_document(frames, manifest), allow_nan=False))
    assert document["groups_fixed_on"] == "2027-01-04"
    assert [entry["scenario"] for entry in document["scenarios"]] == made.names(5)
    first = document["scenarios"][0]
    assert [entry["dimension"] for entry in first["widest"]] == list(made.GROUPS)
    assert len(first["groups"]) == sum(map(len, made.GROUPS.values()))
    gap = next(entry for entry in first["widest"] if entry["dimension"] == "digital_exclusion")
    assert (gap["lowest"], gap["highest"]) == ("yes", "no")
    assert gap["ratio"]["p50"] < 1


def test_quantiles_of_many_rows_are_those_of_one() -> None:
    rows = np.array([[3.0, 1.0, np.nan, 2.0], [np.nan] * 4, [1.0, 2.0, 3.0, 4.0], [0.0, np.inf, 1.0, 5.0]])
    for row, found in zip(rows, spreads(rows), strict=True):
        assert [None if np.isnan(v) else v for v in found] == list(spread(row).values())
