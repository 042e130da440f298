"""Tables of groups as reductions over arrays: equal to what is written out number by number, and no more work in pieces
for many scenarios than for two."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pandas.core.generic import NDFrame

from foundation.quantiles import spread
from model.terms.outcome import BARRIERS, OBSTACLES, WOULD_PASS
from model.terms.weeks import monday
from scenarios.compare import days
from scenarios.compare.days import Day, compensated_sums
from scenarios.compare.equity import PLACES, equity_table, obstacle_table
from scenarios.compare.study import READ, tables_for_reading
from scenarios.compare.tables import groups_table
from tests.scenarios import frames as made

WEEKS = (205, 308, 309)
HORIZON = monday(309)
GROUPS = [(dimension, group) for dimension, names in made.GROUPS.items() for group in names]


def counts(scenarios: int, draws: int, seed: int = 7) -> pd.DataFrame:
    """Whole persons by scenario, draw, week and group, obstacles among them; some groups are empty in some draws."""
    shape, luck = (scenarios, draws, len(WEEKS), len(GROUPS)), np.random.default_rng(seed)
    left = luck.integers(0, 1000, (len(OBSTACLES), *shape)) * (luck.random(shape) > 0.05)
    activated = luck.integers(0, 1000, shape) * (left.sum(axis=0) > 0)
    columns = {
        "living": activated + left.sum(axis=0),
        "activated": activated,
        **dict(zip(OBSTACLES, left, strict=True)),
    }
    columns |= {name: left[-1] // (k + 1) for k, name in enumerate((WOULD_PASS, *BARRIERS))}
    columns |= {"aware_adults": activated, "visited": activated}
    scenario, draw, week, group = (codes.ravel() for codes in np.indices(shape))
    keys = {
        "scenario": np.array([f"s{k}" for k in range(scenarios)], dtype=object)[scenario],
        "draw": draw.astype(np.int32),
        "week": np.array(WEEKS, dtype=np.int32)[week],
        "dimension": np.array([dimension for dimension, _ in GROUPS], dtype=object)[group],
        "group": np.array([name for _, name in GROUPS], dtype=object)[group],
    }
    return pd.DataFrame(keys | {name: values.ravel().astype(float) for name, values in columns.items()})


def outcomes(scenarios: int, draws: int) -> pd.DataFrame:
    names, luck = np.array([f"s{k}" for k in range(scenarios)], dtype=object), np.random.default_rng(3)
    numbers = {name: luck.random(scenarios * draws) for name in made.frames(1, draws=1)["outcomes"].columns[2:-2]}
    keys = {"scenario": np.repeat(names, draws), "draw": np.tile(np.arange(draws), scenarios)}
    return pd.DataFrame({**keys, **numbers, "reached": numbers["activated_share"] > 0.5, "reached_date": "2027-06-01"})


class Naive:
    """The tables' numbers by loops over rows, scenario by scenario and draw by draw."""

    def __init__(self, frame: pd.DataFrame, weight: float) -> None:
        keys = ["scenario", "draw", "week", "dimension", "group"]
        self.rows = {tuple(row[key] for key in keys): row for row in frame.to_dict("records")}
        self.draws, self.weight = sorted(set(frame["draw"])), weight

    def on(self, name: str, scenario: str, draw: int, dimension: str, group: str) -> float:
        before, after = (self.rows[scenario, draw, week, dimension, group][name] for week in WEEKS[1:])
        return float((1 - self.weight) * before + self.weight * after)

    def share(self, scenario: str, draw: int, dimension: str, groups: list[str]) -> float:
        activated = sum(self.on("activated", scenario, draw, dimension, group) for group in groups)
        living = sum(self.on("living", scenario, draw, dimension, group) for group in groups)
        return activated / living if living > 0 else np.nan

    def gap(self, scenario: str, draw: int, dimension: str, group: str) -> float:
        """To the others."""
        others = [name for name in made.GROUPS[dimension] if name != group]
        own = self.share(scenario, draw, dimension, [group])
        return 100 * (own - self.share(scenario, draw, dimension, others))

    def average_gap(self, scenario: str, draw: int, dimension: str, group: str) -> float:
        """To all."""
        own = self.share(scenario, draw, dimension, [group])
        return 100 * (own - self.share(scenario, draw, dimension, list(made.GROUPS[dimension])))

    def left(self, name: str, scenario: str, draw: int, dimension: str, group: str) -> float:
        """Share of those not activated that an obstacle stops."""
        whole = OBSTACLES[3:] if name in BARRIERS else OBSTACLES
        below = sum(self.on(each, scenario, draw, dimension, group) for each in whole)
        return self.on(name, scenario, draw, dimension, group) / below if below > 0 else np.nan


def agree(row: pd.Series, measure: str, numbers: list[float]) -> None:
    """Quantiles of a row are those of the numbers; of those not on a Monday to the digits that are kept."""
    expected = [np.nan if value is None else value for value in spread(numbers).values()]
    found = [row[f"{measure}_{level}"] for level in ("p05", "p50", "p95")]
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-9, nan_ok=True)


DAYS = pytest.mark.parametrize(("until", "weight"), [(HORIZON, 1.0), (date(2027, 12, 30), 3 / 7)])


@pytest.fixture(scope="module")
def small() -> pd.DataFrame:
    return counts(3, 6)


@DAYS
def test_every_number_of_equity_is_that_written_out(small: pd.DataFrame, until: date, weight: float) -> None:
    naive, table = Naive(small, weight), equity_table(small, until)
    expected = [(f"s{k}", *pair) for k in range(3) for pair in GROUPS]
    assert list(table[["scenario", "dimension", "group"]].itertuples(index=False, name=None)) == expected
    for _, row in table.iterrows():
        name, *pair = row["scenario"], row["dimension"], row["group"]
        gaps = [naive.gap(name, draw, *pair) for draw in naive.draws]
        changes = [gap - naive.gap("s0", draw, *pair) for draw, gap in zip(naive.draws, gaps, strict=True)]
        agree(row, "share", [naive.share(name, draw, pair[0], [pair[1]]) for draw in naive.draws])
        agree(row, "gap_points", gaps)
        agree(row, "gap_change_points", changes)
        assert row["lag"] == sum(change < -1e-9 for change in changes) / len(changes)


@DAYS
def test_every_number_of_obstacles_and_groups_is_that_written_out(
    small: pd.DataFrame, until: date, weight: float
) -> None:
    naive = Naive(small, weight)
    obstacles, groups = obstacle_table(small, until), groups_table(small, until)
    assert list(obstacles["obstacle"][:: len(GROUPS)]) == list(PLACES) * 3
    for _, row in obstacles.iterrows():
        keys = [(row["scenario"], draw, row["dimension"], row["group"]) for draw in naive.draws]
        agree(row, "people_millions", [naive.on(row["obstacle"], *key) / 1e6 for key in keys])
        agree(row, "share_left", [naive.left(row["obstacle"], *key) for key in keys])
    for _, row in groups.iterrows():
        keys = [(row["scenario"], draw, row["dimension"], row["group"]) for draw in naive.draws]
        agree(row, "gap_points", [naive.average_gap(*key) for key in keys])
        gains = [naive.share(*key[:3], [key[3]]) - naive.share("s0", *key[1:3], [key[3]]) for key in keys]
        agree(row, "gain_points", [100 * gain for gain in gains])


def test_the_written_out_numbers_notice_another_draw_of_the_reference(small: pd.DataFrame) -> None:
    """Negative control of the two tests above."""
    swapped = small.assign(draw=small["draw"].where(small["scenario"] != "s0", 5 - small["draw"]))
    row = equity_table(swapped, HORIZON).iloc[-1]
    naive, key = Naive(small, 1.0), (row["dimension"], row["group"])
    changes = [naive.gap("s2", draw, *key) - naive.gap("s0", draw, *key) for draw in naive.draws]
    with pytest.raises(AssertionError):
        agree(row, "gap_change_points", changes)


def test_scenarios_with_other_draws_weeks_and_groups_keep_their_own(small: pd.DataFrame) -> None:
    """As in compared folders. And shuffled rows of a scenario are no other table, but for the order of groups."""
    other = small[(small["draw"] < 4) & (small["group"] != "Bretagne")].assign(scenario="t" + small["scenario"])
    other["week"] += other["week"] > 300
    both = Day(pd.concat([small, other], ignore_index=True), 309.0)
    assert [block.rows.shape for block in both.blocks] == [(3, len(GROUPS), 6), (3, len(GROUPS) - 1, 4)]
    alone = equity_table(small, HORIZON)
    pd.testing.assert_frame_equal(equity_table(both.frame, HORIZON)[: len(alone)], alone)
    keys, shuffled = ["scenario", "dimension", "group"], small.groupby("scenario").sample(frac=1, random_state=1)
    expected = alone.set_index(keys)
    pd.testing.assert_frame_equal(equity_table(shuffled, HORIZON).set_index(keys).loc[expected.index], expected)


def test_a_missing_row_is_no_number(small: pd.DataFrame) -> None:
    block = Day(small[1:], 205.0).blocks[0]
    assert np.argwhere(block.rows < 0).tolist() == [[0, len(GROUPS) - 1, 0]], "its group is met last, in another draw"


def test_sums_lose_nothing_to_rounding() -> None:
    values, whole = np.array([1e16, 7.0, 1.0, np.nan, 1.0, -1e16]), np.array([0, 1, 0, 1, 0, 0])
    assert compensated_sums(values, whole, 2).tolist() == [2.0, 7.0]
    assert values[whole == 0].cumsum()[-1] == 0.0, "negative control: added as they come"


@contextmanager
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """How many frames and columns are made, and how often quantiles are taken, until the block is left."""
    found = {"frames": 0, "quantiles": 0}

    def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counter(*args: Any, **kwargs: Any) -> Any:
            found[name] += 1
            return function(*args, **kwargs)

        return counter

    with monkeypatch.context() as patch:
        patch.setattr(NDFrame, "__init__", counting("frames", NDFrame.__init__))
        patch.setattr(days, "spreads", counting("quantiles", days.spreads))
        yield found


def made_for(scenarios: int, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, int], dict[str, pd.DataFrame]]:
    """Frames and quantiles that it takes to make all tables of so many scenarios, 20 draws each; and the tables."""
    both, lines = counts(scenarios, 20), made.frames(1, draws=1)["costs"]
    last = both[both["week"] == WEEKS[-1]]
    users = last.assign(active=last["living"], users=last["activated"], lasting=last["activated"])
    spending = pd.DataFrame({"scenario": [], "draw": [], "year": [], "eur": []})
    numbered = outcomes(scenarios, 20).assign(draw=np.tile(np.arange(20), scenarios))
    frames = {"outcomes": numbered, "costs": lines, "spending": spending, "groups": both, "equity": both}
    frames["user_groups"] = users
    assert set(frames) == set(READ), "what tables are made of: the rest needn't be in memory"
    with counted(monkeypatch) as found:
        tables = tables_for_reading(frames, made.manifest(1))
    return found, tables


def test_two_hundred_scenarios_are_no_more_frames_than_two(monkeypatch: pytest.MonkeyPatch) -> None:
    (few, _), (many, tables) = (made_for(scenarios, monkeypatch) for scenarios in (2, 200))
    assert many == few
    assert few["quantiles"] == 5 + 2 + 3, "measures of equity, obstacles and groups"
    assert len(tables["left-behind"]) == 200 * len(PLACES) * len(GROUPS)
    assert list(tables["summary"]["scenario"]) == [f"s{k}" for k in range(200)]


def test_the_counter_notices_a_frame_for_each_scenario(small: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    with counted(monkeypatch) as found:
        for _, part in small.groupby("scenario"):
            equity_table(part, HORIZON)
    assert found["frames"] > 3
    assert found["quantiles"] == 15
