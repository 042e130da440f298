"""What the forecast adds to every scenario of a draw: sums, bounds, and what stays to the bit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from model.terms.outcome import OBSTACLES
from scenarios.carried import by_odds, carried_into
from scenarios.frames import Result, draw_frames
from tests.scenarios.made_up import POLICY, WEEKS, results

UNTIL = date(2027, 12, 31)
ADDED = np.linspace(0.0, 3e6, WEEKS + 1)


def frames(added: np.ndarray):
    return draw_frames(0, carried_into(two(), added), every=13, until=UNTIL, target_millions=30.5)


def two() -> list[Result]:
    return results({"status-quo": 0.0, "letters": 2e6}, 0)


def by_scenario(frame, column: str):
    return {name: rows[column].to_numpy() for name, rows in frame.groupby("scenario")}


def test_every_scenario_gets_what_is_carried_and_keeps_what_it_adds_to_the_bit() -> None:
    plain, moved = (frames(added) for added in (0 * ADDED, ADDED))
    before, after = (by_scenario(each["weekly"], "activated") for each in (plain, moved))
    for name in before:
        assert after[name] == pytest.approx(before[name] + ADDED, rel=1e-12)
    assert plain["weekly"]["simulated"].equals(moved["weekly"]["simulated"])
    for column in ("additional_millions", "cost_millions_eur", "cost_per_additional_eur", "simulated_millions"):
        assert plain["outcomes"][column].equals(moved["outcomes"][column]), column
    assert not plain["outcomes"]["activated_millions"].equals(moved["outcomes"]["activated_millions"])


def test_nothing_carried_changes_nothing() -> None:
    plain = draw_frames(0, two(), every=13, until=UNTIL, target_millions=30.5)
    for name, frame in frames(0 * ADDED).items():
        for column in frame:
            assert frame[column].equals(plain[name][column]) or np.allclose(frame[column], plain[name][column]), column


def test_the_target_is_reached_by_the_stock_that_is_shown() -> None:
    plain, moved = (frames(added)["outcomes"].set_index("scenario") for added in (0 * ADDED, ADDED))
    assert not plain.loc["status-quo", "reached"]
    assert moved.loc["status-quo", "reached"]
    assert moved.loc["letters", "reached_date"] < moved.loc["status-quo", "reached_date"]


def test_fixed_groups_add_up_and_those_left_stay_where_they_were_in_the_same_parts() -> None:
    plain, moved = (frames(added)["equity"] for added in (0 * ADDED, ADDED))
    quo = moved["scenario"] == "status-quo"
    sums = (moved["activated"] - plain["activated"])[quo].groupby(moved["week"]).sum()
    stock = two()[0].outcome.activated
    for week in (POLICY, WEEKS - 1, WEEKS):
        whole = plain["activated"][quo & (plain["week"] == week)].sum()
        assert sums[week] == pytest.approx(ADDED[week] * whole / stock[week])
    left = moved["living"] - moved["activated"]
    assert moved[list(OBSTACLES)].sum(axis=1).to_numpy() == pytest.approx(left.to_numpy())
    first, second = (each[OBSTACLES[0]] / (each["living"] - each["activated"]) for each in (plain, moved))
    assert first.to_numpy() == pytest.approx(second.to_numpy())


def test_what_a_scenario_adds_to_a_group_stays() -> None:
    for added in (0 * ADDED, ADDED, -ADDED / 10):
        found = by_scenario(frames(added)["equity"], "activated")
        assert found["letters"] - found["status-quo"] == pytest.approx(np.tile([0, 0, 2e6, 0, 2e6, 0], 1), abs=1.0)


def test_one_factor_of_the_odds_by_hand() -> None:
    """Shares 1/2 and 1/5 of 100 each; twice the odds: 2/3 and 1/3."""
    living, activated = np.array([[100.0, 100.0]]), np.array([[50.0, 20.0]])
    more = 100 * (2 / 3 + 1 / 3) - 70
    assert by_odds(living, activated, np.array([more])) == pytest.approx(100 * np.array([[2 / 3, 1 / 3]]))


def test_no_share_leaves_its_bounds() -> None:
    living, activated = np.array([[100.0, 100.0, 0.0]]), np.array([[95.0, 10.0, 0.0]])
    for added in (-104.0, -50.0, 60.0, 94.0):
        found = by_odds(living, activated, np.array([added]))
        assert (found >= 0).all()
        assert (found <= living).all()
        assert found.sum() == pytest.approx(105 + added, rel=1e-6)
    proportional = activated * (1 + 60.0 / 105)
    assert (proportional > living).any(), "a share of each group's own activations would not do"


def test_another_status_quo_would_change_what_groups_get() -> None:
    """The negative control: groups are raised by the first scenario's counts, not by their own."""
    swapped = carried_into(two()[::-1], ADDED)
    straight = carried_into(two(), ADDED)
    assert not np.allclose(swapped[1].standing[0].counts["activated"], straight[0].standing[0].counts["activated"])
    assert replace(straight[0], scenario="x").simulated is straight[0].simulated
