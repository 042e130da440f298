"""Who goes on using it, in tables: ranks and their reasons by hand, users carried on, targets on users."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from model.counting.use import ROWS, UseOfGroups, UseOutcome
from model.terms.use import month_of, months
from scenarios import used
from scenarios.compare.use import counted, use_document, use_table, user_group_table
from scenarios.frames import draw_frames
from tests.scenarios import frames as made
from tests.scenarios import made_up


def outcome(users: float = 2e6, lasting: float = 1e6, month: int = 70) -> UseOutcome:
    size = len(months().middle)
    counts = {name: np.linspace(0.0, users, size) if name == "users" else np.full(size, lasting) for name in ROWS}
    group = UseOfGroups("region", ("a", "b"), np.array([3.0, 1.0]), np.array([2.0, 0.5]), np.array([1.0, 0.2]))
    return UseOutcome(counts, month, month + 12, (group,))


def table_of(rows: list[tuple[str, float, float, float, float]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Outcomes and groups from (name, added, lasting added, adults added, excluded added), two equal draws."""
    base = made.frames(1, draws=2)["outcomes"]
    outcomes, groups = [], []
    for name, added, lasting, adults, excluded in rows:
        outcomes.append(
            base.assign(scenario=name, additional_millions=added, additional_lasting_users_millions=lasting)
        )
        for draw in range(2):
            for group, active in (("no", 27e6 + 1e6 * (adults - excluded)), ("yes", 3e6 + 1e6 * excluded)):
                keys = {"scenario": name, "draw": draw, "dimension": "digital_exclusion", "group": group}
                groups.append({**keys, "active": active, "users": active / 10, "lasting": active / 5})
    return pd.concat(outcomes, ignore_index=True), pd.DataFrame(groups)


def test_ranks_and_reasons_by_hand() -> None:
    outcomes, groups = table_of(
        [
            ("quo", 0.0, 0.0, 0.0, 0.0),
            ("families", 1.0, 0.05, 0.2, 0.0),  # children for the most part
            ("desks", 0.9, 0.10, 0.9, 0.9),  # all of them excluded
            ("eager", 0.8, 0.40, 0.8, 0.1),
            ("plain", 0.7, 0.20, 0.7, 0.1),
            ("nothing", 0.0, 0.0, 0.0, 0.0),
        ]
    )
    table = use_table(outcomes, groups).set_index("scenario")
    ranks = table[["rank_by_activations", "rank_by_lasting_users"]]
    assert ranks.loc["eager"].tolist() == [3, 1]
    assert ranks.loc["families"].tolist() == [1, 4]
    assert ranks.loc[["quo", "nothing"]].isna().all(axis=None)
    assert table["rank_reason"].to_dict() == {
        "quo": "", "families": "children", "desks": "excluded", "eager": "more", "plain": "more", "nothing": ""
    }  # fmt: skip
    assert table.loc["eager", "lasting_per_100_activations"] == pytest.approx(50.0)


def test_who_rises_only_because_another_falls_is_not_praised() -> None:
    outcomes, groups = table_of(
        [
            ("quo", 0, 0, 0, 0),
            ("strong", 2.0, 1.5, 2.0, 0.1),
            ("families", 0.3, 0.0, 0.0, 0.0),
            ("weak", 0.2, 0.02, 0.2, 0.0),
        ]
    )
    reasons = use_table(outcomes, groups).set_index("scenario")["rank_reason"]
    assert reasons.to_dict() == {"quo": "", "strong": "", "families": "children", "weak": "others"}


def test_equal_ranks_need_no_reason_and_nothing_is_told_where_use_is_not_counted() -> None:
    frames = made.frames(4, draws=20)
    assert counted(frames["outcomes"])
    lost = frames["outcomes"].assign(**dict.fromkeys(used.MEASURES, np.nan))
    assert not counted(lost)
    assert use_table(lost, frames["user_groups"]).empty
    assert use_document(lost, frames["user_groups"]) == []
    found = use_document(frames["outcomes"], frames["user_groups"])
    assert [record["scenario"] for record in found] == made.names(4)


def test_groups_by_hand() -> None:
    _, groups = table_of([("quo", 0.0, 0.0, 0.0, 0.0)])
    table = user_group_table(groups)
    assert table["active_millions"].tolist() == [27.0, 3.0]
    assert table["share_using_p50"].tolist() == pytest.approx([0.1, 0.1])
    assert table["share_lasting_p05"].tolist() == pytest.approx([0.2, 0.2])


def test_measures_by_hand() -> None:
    quo, more = outcome(), outcome(users=2.2e6, lasting=1.1e6)
    found = used.use_measures(more, quo, cost=5.0)
    assert found["additional_lasting_users_millions"] == pytest.approx(0.1)
    assert found["cost_per_lasting_user_eur"] == pytest.approx(50.0)
    assert found["additional_monthly_users_millions"] == pytest.approx(0.2 * 70 / 82)
    assert np.isnan(used.use_measures(quo, quo, cost=0.0)["cost_per_lasting_user_eur"])
    assert all(np.isnan(value) for value in used.use_measures(None, None, 1.0).values())
    assert set(found) == {*used.MEASURES}


def peaked() -> UseOutcome:
    """3 million users at launch, 2 million later, 2.7 million in May and June 2027, and 2.5 million at the horizon."""
    use, users = outcome(month=month_of(2027, 12)), np.full(len(months().middle), 2e6)
    users[:3] = 3e6
    users[month_of(2027, 5) : month_of(2027, 7)] = 2.7e6
    users[month_of(2027, 7) :] = 2.5e6
    return replace(use, counts={**use.counts, "users": users})


@pytest.mark.parametrize(
    ("target", "month"),
    [(1.9e6, "2026-12-31"), (2.3e6, "2027-05-31"), (2.6e6, "2027-05-31"), (2.7e6, "2027-05-31"), (2.9e6, None)],
)
def test_months_of_users_are_looked_at_from_the_policy_start_on(target: float, month: str | None) -> None:
    found = used.month_reached(peaked(), target, date(2026, 11, 30), date(2027, 12, 31))
    assert found == month
    since_launch = used.month_reached(peaked(), target, date(2022, 1, 31), date(2027, 12, 31))
    assert since_launch == "2022-02-28", "negative control: the peak of the launch"


def test_a_month_that_is_over_with_the_week_of_the_horizon_ends_with_it() -> None:
    found = used.month_reached(peaked(), 2.6e6, date(2027, 5, 3), date(2027, 5, 29))
    assert found == "2027-05-29"


@pytest.mark.parametrize(("target", "held"), [(2.4, True), (2.6, False), (2.9, False)])
def test_a_target_on_users_is_reached_where_it_is_held_at_the_horizon(target: float, held: bool) -> None:
    """As ``planning.mix.simulate.reached`` counts it; the date is that of the first month all the same."""
    results = [replace(one, use=peaked()) for one in made_up.results({"quo": 0.0}, 0)]
    horizon, start = date(2027, 12, 31), date(2026, 11, 30)
    aim = {"target_millions": target, "target_on": "users", "policy_start": start}
    row = draw_frames(0, results, every=13, until=horizon, **aim)["outcomes"].iloc[0]  # type: ignore[arg-type]
    assert row["reached"] == held
    assert row["reached"] == (row["monthly_users_millions"] >= target)
    assert row["reached_date"] == ("2027-05-31" if target < 2.7 else None) or pd.isna(row["reached_date"])


def test_those_whom_the_forecast_adds_use_it_as_the_others_do() -> None:
    quo, more = outcome(), outcome(users=2.2e6)
    stock = np.linspace(1e6, 3e7, 310)
    one, other = (used.carried_use(use, quo, stock, 0.1 * stock) for use in (quo, more))
    assert one is not None
    assert other is not None
    assert one.counts["users"] == pytest.approx(1.1 * quo.counts["users"])
    assert other.counts["users"] - one.counts["users"] == pytest.approx(more.counts["users"] - quo.counts["users"])
    assert one.groups[0].lasting == pytest.approx(1.1 * quo.groups[0].lasting)
    assert used.carried_use(None, None, stock, stock) is None
    fewer = used.carried_use(quo, quo, stock, -2 * stock)
    assert fewer is not None
    assert (fewer.counts["users"] >= 0).all()
    assert replace(quo, month=5).at("users") == pytest.approx(quo.counts["users"][5])
