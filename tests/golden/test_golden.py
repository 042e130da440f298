"""The results of one small seed are those on file; what moves is named, and small changes are noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.golden.digest import FITTED, RESULTS, Digest, digest, digests, moved, read
from tests.golden.golden import Made, make
from tests.golden.side_by_side import differences

ADVICE = "if the change is meant: python -m tests.golden, and a line in CHANGELOG.md"


@pytest.fixture(scope="module")
def made() -> dict[str, Made]:
    return make()


@pytest.fixture(scope="module")
def found(made: dict[str, Made]) -> Digest:
    return digests(made)


def test_results_are_those_on_file(found: Digest) -> None:
    changes = moved(read(), found)
    shown = [*changes[:30], *([f"… and {len(changes) - 30} more"] if len(changes) > 30 else []), ADVICE]
    assert not changes, "\n".join(["moved:", *shown])


def test_the_file_is_small() -> None:
    assert RESULTS.stat().st_size < 300_000


def test_there_is_something_to_move(made: dict[str, Made]) -> None:
    """Every strategy costs something, most of them add somebody among so few people; every frame has something."""
    for name, one in made.items():
        assert len(one.frame) > 0, name
    activated = {kind: made[f"{kind}/outcomes"].frame["activated_millions"] for kind in ("engine", "twin")}
    costs = made["engine/costs"].frame.groupby("scenario")["eur"].sum()
    strategies = set(made["engine/outcomes"].frame["scenario"]) - {"status-quo"}
    assert (costs.reindex(sorted(strategies), fill_value=0.0) > 0).all()
    assert activated["engine"].nunique() > len(activated["engine"]) / 2
    assert activated["twin"].nunique() == 2
    assert made["engine/outcomes"].frame["scenario"].nunique() >= 19


def altered(frame: pd.DataFrame, column: str, row: int, change: Callable[[Any], Any]) -> pd.DataFrame:
    """A copy with one cell changed."""
    values = frame[column].to_numpy(copy=True)
    values[row] = change(values[row])
    return frame.assign(**{column: values})


def noticed(name: str, before: Made, frame: pd.DataFrame) -> list[str]:
    return moved({name: digest(before)}, {name: digest(Made(frame, before.unit, before.apart))})


def small(made: dict[str, Made]) -> Iterator[tuple[str, Made]]:
    """Frames, cut to their last scenario (the mix with most levers)."""
    for name, one in made.items():
        frame = one.frame
        if name.startswith("twin/"):  # as those of the engine
            continue
        if "scenario" in frame:
            frame = frame[frame["scenario"] == frame["scenario"].iloc[-1]].reset_index(drop=True)
        yield name, Made(frame, one.unit, one.apart)


def test_a_cell_moved_in_the_tenth_digit_is_noticed(made: dict[str, Made]) -> None:
    """The smallest cell of every column of floats, which drowns in a plain sum."""
    columns = 0
    for name, one in small(made):
        relative = 1000 * FITTED[name] if name in FITTED else 1e-9
        for column in map(str, one.frame.select_dtypes("float")):
            sizes = one.frame[column].abs().replace(0, np.nan)
            if sizes.notna().any():
                row = int(np.nanargmin(sizes.to_numpy()))
                frame = altered(one.frame, column, row, lambda cell: cell * (1 + relative))  # noqa: B023
                lines = noticed(name, one, frame)
                assert len(lines) == 1, (name, column)
                assert lines[0].startswith(name)
                assert f", {column}: " in lines[0]
                columns += 1
    assert columns > 100


def test_one_more_is_noticed(made: dict[str, Made]) -> None:
    for name, column in [
        ("engine/weekly", "activated"),
        ("engine/equity", "has_time"),
        ("twin/groups", "aware_adults"),
    ]:
        one = made[name]
        frame = altered(one.frame, column, len(one.frame) // 2, lambda cell: cell + one.unit)  # noqa: B023
        (line,) = noticed(name, one, frame)
        assert f", {column}: sum " in line
        assert "(+1, " in line
    people = made["busy/people"]
    frame = altered(people.frame, "activated", 7, lambda week: week - 1)
    assert "busy/people, engine, activated: sum" in noticed("busy/people", people, frame)[0]


def test_swapped_rows_are_noticed(made: dict[str, Made]) -> None:
    for name, one in small(made):
        rows = np.arange(len(one.frame))
        if len(rows) > 1:
            for first, second in [(0, 1), (0, len(rows) - 1), (len(rows) // 2, len(rows) // 2 - 1)]:
                order = rows.copy()
                order[[first, second]] = order[[second, first]]
                frame = one.frame.iloc[order].reset_index(drop=True)
                assert frame.equals(one.frame) or noticed(name, one, frame), (name, first, second)


def test_swapped_scenarios_are_noticed(made: dict[str, Made]) -> None:
    one = made["engine/weekly"]
    assert noticed("engine/weekly", one, one.frame.sort_values("scenario", kind="stable"))
    mixed = one.frame.sort_values(["draw", "week"], kind="stable")
    assert "rows of scenarios in another order" in noticed("engine/weekly", one, mixed)[0]


def test_a_column_dropped_or_of_another_type_is_noticed(made: dict[str, Made]) -> None:
    for name, one in small(made):
        column = one.frame.columns[-1]
        assert "columns" in noticed(name, one, one.frame.drop(columns=column))[0], name
        assert "columns" in noticed(name, one, one.frame.rename(columns={column: "other"}))[0], name
    weekly = made["engine/weekly"]
    assert "columns" in noticed("engine/weekly", weekly, weekly.frame.astype({"week": "int64"}))[0]


def test_a_frame_that_goes_or_comes_is_noticed(found: Digest) -> None:
    less = {name: part for name, part in found.items() if name != "engine/costs"}
    assert moved(found, less) == ["engine/costs: gone"]
    assert moved(less, found) == ["engine/costs: new"]


def test_side_by_side_sees_the_last_bit(made: dict[str, Made]) -> None:
    frames = {name: one.frame for name, one in made.items()}
    assert list(differences(frames, {name: frame.copy() for name, frame in frames.items()})) == []
    changed = altered(frames["engine/weekly"], "aware", 3, lambda cell: np.nextafter(cell, np.inf))
    (line,) = differences(frames, {**frames, "engine/weekly": changed})
    assert line.startswith("engine/weekly, status-quo, aware: 1 of ")
    assert "the first 3: " in line
    for other in (frames["engine/weekly"].iloc[1:], frames["engine/weekly"].astype({"week": "int64"})):
        assert len(list(differences(frames, {**frames, "engine/weekly": other}))) == 1
    assert list(differences(frames, {}))
