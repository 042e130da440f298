"""A first look: its figures are those of the first draws, its intervals hold what they say, no run depends on it."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from foundation.errors import Interrupted
from foundation.language.screen import rendered
from foundation.quantiles import spread
from foundation.store.store import Store
from foundation.study import carry_out
from foundation.tasks.journal import journal
from scenarios.compare import look
from scenarios.compare.look import FEWEST, FirstLook, look_rich_table, look_rows
from scenarios.compare.tables import probability, summary_table
from tests.scenarios import frames as many
from tests.scenarios import made_up

NAMES = {"status-quo": 0.0, "letters": 1e7}
DRAWS = 30
EXPERIMENT: Any = SimpleNamespace(threads=1)


def simulate(experiment: Any, draw: Any) -> dict[str, pd.DataFrame]:
    return made_up.frames(NAMES, draw.index, until=date(2027, 12, 31), target=30.5)


def study(draws: int = DRAWS, simulate: Any = simulate) -> made_up.MadeUp:
    items: Any = [SimpleNamespace(index=index) for index in range(draws)]
    return made_up.study(EXPERIMENT, items, made_up.manifest(NAMES, draws=draws), simulate)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[float], None]]:
    """``clock(seconds)``: what a draw takes from now on."""
    now, each = [0.0], [1.0]

    def monotonic() -> float:
        now[0] += each[0]
        return now[0]

    monkeypatch.setattr(look.time, "monotonic", monotonic)
    return lambda seconds: each.__setitem__(0, seconds)


def looked(folder: Path, asked: made_up.MadeUp, lang: str = "en", *, resume: bool = False) -> Store:
    """The study carried out under a first look."""
    first = FirstLook(asked, folder, lang, wanted=True)

    @contextmanager
    def progress(total: int, stage: str) -> Iterator[Callable[[int], None]]:
        yield lambda done: first(done, total)

    return carry_out(asked, folder, resume=resume, progress=progress)


def inside(rows: np.ndarray, ends: Callable[[np.ndarray], tuple[float, float]]) -> float:
    """How often one more draw lies within the interval of the others."""
    found = [ends(row[:-1]) for row in rows]
    return float(np.mean([low <= row[-1] <= high for row, (low, high) in zip(rows, found, strict=True)]))


def test_nine_in_ten_further_draws_lie_within() -> None:
    count = 1000
    rows = np.random.default_rng(1).lognormal(0.0, 1.0, (count, FEWEST + 1))

    def of_look(draws: np.ndarray) -> tuple[float, float]:
        frame = pd.DataFrame({"scenario": "a", "draw": range(len(draws)), "activated_millions": draws, "reached": True})
        (row,) = look_rows(frame)
        return row.low, row.high

    def of_draws(draws: np.ndarray) -> tuple[float, float]:
        found = spread(draws)
        assert found["p05"] is not None
        assert found["p95"] is not None
        return found["p05"], found["p95"]

    bound = 4 * (0.9 * 0.1 / count) ** 0.5
    assert abs(inside(rows, of_look) - 0.9) < bound
    # Negative control: quantiles as the tables have them, of so few draws.
    assert inside(rows, of_draws) < 0.9 - bound


def test_figures_are_those_of_the_tables_of_the_same_draws() -> None:
    frames = many.frames(19, draws=FEWEST)
    outcomes = frames["outcomes"]
    table = summary_table(outcomes, frames["costs"]).set_index("scenario")
    found = look_rows(outcomes)
    assert [row.scenario for row in found] == list(table.index)
    for row in found:
        own = outcomes[outcomes["scenario"] == row.scenario]["activated_millions"]
        assert (row.low, row.high) == (own.min(), own.max())
        assert float(f"{row.middle:.6g}") == table.loc[row.scenario, "activated_millions_p50"]
        names = ("probability_of_target", "probability_of_target_low", "probability_of_target_high")
        assert [float(f"{share:.6g}") for share in row[4:]] == [
            float(f"{table.loc[row.scenario, name]:.6g}") for name in names
        ]
    assert probability(table.iloc[0], "en") in text(outcomes, "en"), "none of so few: a bound"


def text(outcomes: pd.DataFrame, lang: str, width: int = 120, **more: Any) -> str:
    shown = look_rich_table(outcomes, many.manifest(19, draws=100, **more), 20.4, lang)
    return rendered(shown, io.StringIO(), width)


@pytest.mark.parametrize(
    ("lang", "head", "cells"),
    [
        (
            "en",
            "FIRST LOOK after 19 of 100 draws, 20 s: the bounds are rough; the table follows",
            ("Status quo", "P(40 M)", "[31.3;\u00a051.8]", "26\u202f% [13;\u00a045]", "<\u202f10\u202f%"),
        ),
        (
            "fr",
            "PREMIER APERÇU après 19 tirages sur 100, 20 s\u00a0: les bornes sont approximatives\u202f; "
            "le tableau suit",
            ("Statu quo", "P(40 M)", "[31,3\u202f;\u00a051,8]", "26\u202f% [13\u202f;\u00a045]", "<\u202f10\u202f%"),
        ),
    ],
)
def test_the_heading_says_what_it_is_at_every_width(
    lang: str, head: str, cells: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)  # processes that run tests side by side have it set
    outcomes = many.frames(19, draws=FEWEST)["outcomes"]
    for width in (60, 80, 120, 200):
        shown = text(outcomes, lang, width)
        assert head in joined(shown)
        assert max(map(len, shown.splitlines())) <= width
        assert all(cell.replace("\u00a0", " ") in shown.replace("\u00a0", " ") for cell in cells)


def joined(shown: str) -> str:
    """Text of several lines in one."""
    return " ".join(line.strip(" ") for line in shown.splitlines())


def test_a_scenario_that_failed_on_a_draw_is_left_out() -> None:
    outcomes = many.frames(3, draws=FEWEST)["outcomes"]
    names = list(outcomes["scenario"].unique())
    fewer = outcomes[(outcomes["scenario"] != names[1]) | (outcomes["draw"] != 4)]
    assert [row.scenario for row in look_rows(fewer)] == [names[0], names[2]]


def test_a_long_run_is_looked_at_once_and_ends_as_any(
    tmp_path: Path, clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    clock(2.0)
    store = looked(tmp_path / "looked", study())
    shown = capsys.readouterr().err
    assert shown.count("FIRST LOOK") == shown.count("FIRST LOOK after 20 of 30 draws") == 1
    outcomes = store.frames(["outcomes"])["outcomes"]  # in one process the next draw is done when one is told of
    first = outcomes[(outcomes["draw"] < 20) & (outcomes["scenario"] == "letters")]["activated_millions"]
    low, middle, high = np.quantile(first, [1 / 20, 1 / 2, 19 / 20], method="weibull")
    assert f"{middle:.1f}\u00a0[{low:.1f};\u00a0{high:.1f}]" in shown
    plain = carry_out(study(), tmp_path / "plain")
    assert store.manifest["files"] == plain.manifest["files"]


@pytest.mark.parametrize(("seconds", "draws"), [(0.5, DRAWS), (2.0, FEWEST), (2.0, FEWEST - 5)])
def test_a_short_run_is_not(
    seconds: float, draws: int, tmp_path: Path, clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    clock(seconds)
    looked(tmp_path / "r", study(draws))
    assert capsys.readouterr().err == ""


def test_draws_that_finish_first_are_no_sample(
    tmp_path: Path, clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    clock(2.0)

    def failing(experiment: Any, draw: Any) -> dict[str, pd.DataFrame]:
        if draw.index == 7:
            raise ValueError("no")
        return simulate(experiment, draw)

    assert looked(tmp_path / "r", study(simulate=failing)).manifest["status"] == "failed"
    assert "FIRST LOOK" not in capsys.readouterr().err


def test_a_run_taken_up_is_looked_at_from_what_there_is(
    tmp_path: Path, clock: Callable[[float], None], capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(experiment: Any, draw: Any) -> dict[str, pd.DataFrame]:
        if draw.index == 22:
            raise KeyboardInterrupt
        return simulate(experiment, draw)

    with pytest.raises(Interrupted):
        carry_out(study(simulate=stopped), tmp_path / "r")
    clock(2.0)
    looked(tmp_path / "r", study(), "fr", resume=True)
    assert "PREMIER APERÇU après 25 tirages sur 30" in joined(capsys.readouterr().err)


def test_where_it_fails_the_run_goes_on(
    tmp_path: Path, clock: Callable[[float], None], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock(2.0)
    notes: list[str] = []
    monkeypatch.setattr(journal, "note", lambda key, **values: notes.append(key))

    def broken(*given: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(look, "look_rich_table", broken)
    assert looked(tmp_path / "r", study()).manifest["status"] == "complete"
    assert notes.count("no_look") == 1
    assert capsys.readouterr().err == ""
