"""Days, quantiles, the target, the folder, model output for hubs: from made-up curves."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from calibration.draws.files import SHIPPED, load_draws, read_draws
from calibration.draws.posteriors import averaged_draws, fitted
from calibration.facts.priors import DISCREPANCY, FREE
from calibration.forecast import page, study
from calibration.forecast.carried import discrepancy_of
from calibration.forecast.study import (
    ASKED,
    COLUMNS,
    FRAMES,
    HORIZON,
    LEVELS,
    asked_days,
    hub_table,
    path_days,
    quarters,
)
from foundation.quantiles import jeffreys
from foundation.store.store import load
from foundation.store.verification import verify_folder
from foundation.study import carry_out
from model.terms.parameters import Structure
from tests.calibration.forecast import made_up

LAST = made_up.COUNTS[-1].day


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place: Path = tmp_path_factory.mktemp("forecast") / "f"
    made_up.make(place)
    return place


@pytest.fixture(scope="module")
def frames(folder: Path) -> dict[str, pd.DataFrame]:
    return load(folder, FRAMES)[1]


def test_days_of_the_table() -> None:
    long = asked_days(LAST, date(2029, 1, 1))
    assert long[0] == LAST
    assert long[1] == date(2026, 4, 1)
    assert long[-1] == date(2029, 1, 1), "the end of 2028"
    assert set(ASKED) < set(long)
    assert len(quarters(LAST, date(2029, 1, 1))) == 12
    assert max(asked_days(LAST)) <= HORIZON, "nothing past the clock"
    assert asked_days(LAST, date(2027, 2, 1))[-1] == date(2027, 1, 29)


def test_days_of_a_path_hold_those_of_counts_and_table() -> None:
    days = path_days(made_up.COUNTS)
    assert days == sorted(set(days))
    assert {count.day for count in made_up.COUNTS} | set(asked_days(LAST)) | {HORIZON} <= set(days)


def test_the_folder_is_whole_and_resumes_without_computing(folder: Path) -> None:
    assert verify_folder(folder).sound
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    carry_out(made_up.study(), folder, resume=True)
    assert before == {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def test_paths_never_fall_and_start_within_the_last_headline(frames: dict[str, pd.DataFrame]) -> None:
    paths = study.wide(frames["paths"])
    assert (np.diff(paths.to_numpy(), axis=0) >= 0).all()
    assert paths.loc[LAST.isoformat()].between(24.0, 25.0).all()
    assert (paths.loc["2025-10-31"] >= 22.8).all()
    raw = frames["paths"].pivot(index="date", columns="draw", values="simulated_millions")
    assert not raw.equals(paths)


def test_quantiles_are_those_of_the_paths_and_marked_forecast_after_the_last_count(
    frames: dict[str, pd.DataFrame],
) -> None:
    table, paths = frames["quantiles"], study.wide(frames["paths"])
    assert len(LEVELS) == 23
    assert list(table.columns) == ["date", "forecast", "level", "millions"]
    assert set(table.loc[~table["forecast"], "date"]) == {LAST.isoformat()}
    for day, rows in table.groupby("date"):
        np.testing.assert_allclose(rows["millions"], np.quantile(paths.loc[str(day)], LEVELS))
    by_day = table.pivot(index="level", columns="date", values="millions").to_numpy()
    assert (np.diff(by_day, axis=0) >= 0).all(), "quantiles don't cross"
    assert (np.diff(by_day, axis=1) >= 0).all(), "nor fall"


def test_not_falling_raises_and_says_by_how_much(frames: dict[str, pd.DataFrame]) -> None:
    ahead = frames["paths"][frames["paths"]["date"] >= LAST.isoformat()]
    assert (ahead["millions"] >= ahead["conditioned_millions"] - 1e-9).all()
    assert 0 <= study.raised(frames["paths"]) < 1.0
    still = frames["paths"].assign(millions=frames["paths"]["conditioned_millions"] + 2.0)
    assert study.raised(still) == pytest.approx(2.0)


def flat(rows: dict[str, list[float]]) -> pd.DataFrame:
    """Paths of a few draws from millions by day."""
    return pd.DataFrame(rows).T.rename_axis("date").reset_index().melt("date", var_name="draw", value_name="millions")


def test_the_target_counted_by_hand() -> None:
    paths = flat(
        {
            "2027-01-01": [30.0, 41.0, 30.0, 30.0],
            "2027-12-31": [40.0, 42.0, 35.0, 32.0],
            "2028-01-10": [41.0, 43.0, 45.0, 33.0],
        }
    )
    found = study.target(paths, 40.0)
    assert found["probability_of_target"] == 0.5
    assert found["probability_of_target_interval"] == pytest.approx(jeffreys(2, 4), rel=1e-5)
    assert found["share_never_within_horizon"] == 0.25
    assert found["target_date"]["p05"] == "2027-01-01"
    assert found["target_date"]["p50"] == "2027-12-31"
    assert found["target_date"]["p75"] == "2028-01-05", "halfway between 35 and 45"
    assert found["target_date"]["p95"] is None
    early = study.target(paths[paths["date"] < "2027-12-31"], 40.0)
    assert early["probability_of_target"] is None, "the clock ends before"


def test_model_output_for_hubs(frames: dict[str, pd.DataFrame]) -> None:
    table = hub_table(frames["quantiles"], LAST)
    assert tuple(table.columns) == COLUMNS
    assert (table.groupby("target_end_date").size() == 23).all()
    assert (table["horizon"] > 0).all()
    assert table["reference_date"].unique().tolist() == ["2026-01-29"]
    assert table["value"].dtype == "int64"
    row = table[(table["target_end_date"] == "2027-12-31") & (table["output_type_id"] == 0.5)].iloc[0]
    assert row["horizon"] == (date(2027, 12, 31) - LAST).days
    assert 29e6 < row["value"] < 45e6, "persons"


def test_the_document(folder: Path) -> None:
    document = json.loads((folder / "forecast.json").read_text(encoding="utf-8"))
    assert set(document["quantiles"][0]) >= {"date", "p05", "p25", "p50", "p75", "p95"}
    assert [entry["forecast"] for entry in document["quantiles"]].count(False) == 1
    assert 0 <= document["probability_of_target"] <= 1
    assert "January 2026" in document["caveat"]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_what_is_shown(folder: Path, lang: str) -> None:
    manifest, frames = load(folder, FRAMES)
    rows = page.rows(frames["quantiles"], lang)
    assert {len(row) for row in rows} == {len(page.head(lang))}
    assert [row[1] for row in rows].count({"en": "forecast", "fr": "prévision"}[lang]) == len(rows) - 1
    assert any(
        "2026" in line and ("designed" in line or "conçue" in line) for line in page.notes(frames, manifest, lang)
    )


def test_each_draw_has_its_own_discrepancy() -> None:
    path = Path(str(SHIPPED / "default.parquet"))
    column = read_draws(path)[0][:, FREE.index(DISCREPANCY)]
    assert discrepancy_of(load_draws(5, path=path), path) == tuple(column[:5])


def test_draws_of_a_mixture_have_that_of_their_own_file() -> None:
    draws = averaged_draws(40, fitted())
    found = discrepancy_of(draws, Path("none"))
    assert {draw.structure for draw in draws} == {one.structure for one in fitted()}
    default = [amount for draw, amount in zip(draws, found, strict=True) if draw.structure == Structure()]
    column = read_draws(Path(str(SHIPPED / "default.parquet")))[0][:, FREE.index(DISCREPANCY)]
    assert default == column[: len(default)].tolist()
