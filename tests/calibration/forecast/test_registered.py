"""Registering once and for all, and scoring: a made-up forecast on made-up counts, with one that is badly off."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from calibration.facts.targets import StockTarget
from calibration.forecast import page, registered
from calibration.forecast.registered import Registered, all_registered, place_of, register, scored
from calibration.forecast.study import FRAMES, LEVELS
from calibration.hindcast.scoring import crps, weighted_interval_score, weighted_interval_score_between
from foundation.errors import UserError
from foundation.store.manifest import package_version
from foundation.store.store import load
from tests.calibration.forecast import made_up

DAY = date(2026, 6, 1)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return made_up.clone(tmp_path, monkeypatch, fewest=5)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Mapping[str, Any], Mapping[str, pd.DataFrame]]:
    folder = tmp_path_factory.mktemp("registered") / "f"
    made_up.make(folder)
    return load(folder, FRAMES)


def write(made: tuple[Mapping[str, Any], Mapping[str, pd.DataFrame]], version: str = "0.1.0") -> Path:
    place = place_of(DAY, version)
    register(place, made[1], made[0], DAY)
    return place


def test_what_was_registered_is_read_again(root: Path, made: Any) -> None:
    place = write(made)
    assert place.name == "2026-06-01-v0.1.0"
    (found,) = all_registered()
    np.testing.assert_allclose(found.quantiles["millions"], made[1]["quantiles"]["millions"], atol=1e-6)
    assert found.quantiles.groupby("date").size().eq(23).all()
    assert found.paths.index[0] == "2026-01-29", "from the last count on"
    assert found.day == DAY
    line = (place / "README.md").read_text(encoding="utf-8")
    assert "2026" in line
    assert f"mes {package_version()};" in line
    assert made[0]["code"] in line
    assert line.count("\n") == 1


def test_it_is_never_rewritten(root: Path, made: Any) -> None:
    place = write(made)
    before = {path.name: path.read_bytes() for path in place.iterdir()}
    with pytest.raises(UserError, match="never rewritten"):
        write(made)
    with pytest.raises(UserError, match="never rewritten"):
        register(place, made[1], made[0], DAY)
    assert before == {path.name: path.read_bytes() for path in place.iterdir()}
    write(made, "0.2.0")
    assert [f.name for f in all_registered()] == ["2026-06-01-v0.1.0", "2026-06-01-v0.2.0"]


def test_a_changed_one_is_noticed(root: Path, made: Any) -> None:
    table = write(made) / "forecast.csv"
    table.write_text(table.read_text().replace("2027-12-31", "2027-12-30"), encoding="utf-8")
    with pytest.raises(UserError, match="not as it was registered"):
        all_registered()
    table.unlink()
    with pytest.raises(UserError, match="can't be read"):
        all_registered()


def test_only_in_a_clone_and_with_enough_draws(root: Path, made: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registered, "FEWEST", 100)
    with pytest.raises(UserError, match="12 draws; needed 100"):
        write(made)
    (root.parents[2] / "pyproject.toml").unlink()
    with pytest.raises(UserError, match="clone"):
        place_of(DAY, "0.1.0")


def forecast(shift: float = 0.0, spread: float = 1.0, day: date = DAY) -> Registered:
    """Normal about a straight line: 24.5 in January 2026, 5 million a year."""
    days = pd.date_range("2026-01-29", "2028-01-01", freq="7D")
    middle = 24.5 + 5.0 * np.arange(len(days)) / 52.18
    z = np.random.default_rng(1).standard_normal(200)
    values = middle[:, None] + shift + spread * z
    return Registered(
        name=f"{day}-v{shift}",
        about={"registered": day.isoformat(), "forecast_from": "2026-01-29"},
        quantiles=pd.DataFrame(),
        paths=pd.DataFrame(values, index=[d.date().isoformat() for d in days]),
    )


def count(day: date, low: float, high: float, kind: str = "headline") -> StockTarget:
    middle = (low + high) / 2
    return StockTarget(
        day=day,
        millions=middle,
        error=(high - low) / 12**0.5,
        kind=kind,
        status="",
        facts=(),
        low=low,
        high=high,  # type: ignore[arg-type]
    )


CAME = (
    count(date(2026, 4, 1), 25.0, 26.0),
    count(date(2026, 12, 1), 28.0, 29.0),
    count(date(2027, 3, 1), 29.8, 30.2, "rounded"),
    count(date(2027, 9, 1), 32.0, 33.0),
)


def test_a_good_forecast_is_scored_and_a_bad_one_worse() -> None:
    good, bad = forecast(), forecast(shift=8.0)
    table = scored([good, bad], CAME)
    assert len(table) == 2 * 3, "the count before registering is no test"
    assert (table["horizon_days"] > 0).all()
    gap = (good.day - date.fromisoformat(good.about["forecast_from"])).days
    assert gap > 0
    assert (table["known_days"] - table["horizon_days"] == gap).all(), "the forecast began before it was registered"
    means = table.groupby("registered")[["crps_millions", "wis_millions", "inside_50", "inside_90"]].mean()
    assert means.loc[good.name, "inside_90"] == 1.0
    assert means.loc[good.name, "inside_50"] == 1.0
    assert means.loc[bad.name, "inside_90"] == 0.0
    for score in ("crps_millions", "wis_millions"):
        assert means.loc[good.name, score] < 0.5
        assert means.loc[bad.name, score] > 6.0


def test_scores_punish_bands_that_are_too_wide() -> None:
    table = scored([forecast(), forecast(spread=8.0, day=date(2026, 6, 2))], CAME)
    narrow, broad = (rows["wis_millions"].mean() for _, rows in table.groupby("registered"))
    assert broad > 3 * narrow


def test_coverage_of_right_bands_is_binomial() -> None:
    """Counts drawn from the forecast's own law are inside 90 % as often as the binomial law allows; from a law twice as
    wide they aren't."""
    rng = np.random.default_rng(2)
    right = forecast()
    inside = {}
    for name, spread in (("right", 1.0), ("wrong", 3.0)):
        truths = right.samples(date(2027, 9, 1)).mean() + spread * right.samples(
            date(2027, 9, 1)
        ).std() * rng.standard_normal(200)
        came = [count(date(2027, 9, 1), y, y + 1e-9) for y in truths]
        inside[name] = sum(bool(scored([right], [one])["inside_90"].iloc[0]) for one in came)
    low, high = 200 * 0.9 - 4 * (200 * 0.09) ** 0.5, 200 * 0.9 + 4 * (200 * 0.09) ** 0.5
    assert low <= inside["right"] <= high
    assert not low <= inside["wrong"] <= high


def test_a_headline_is_scored_by_its_middle_and_over_its_interval() -> None:
    (row,) = scored([forecast()], [count(date(2026, 12, 1), 28.0, 30.0)]).to_dict("records")
    samples = forecast().samples(date(2026, 12, 1))
    assert row["crps_millions"] == pytest.approx(crps(samples, 29.0))
    many = np.mean([crps(samples, y) for y in 28.0 + 2.0 * (np.arange(400) + 0.5) / 400])
    assert row["crps_interval_millions"] == pytest.approx(many, rel=0.002)
    assert row["crps_interval_millions"] > row["crps_millions"]


def test_a_figure_has_one_place_and_a_bound_without_an_end_none() -> None:
    figure = scored([forecast()], [count(date(2027, 3, 1), 29.8, 30.2, "rounded")]).iloc[0]
    assert figure["crps_millions"] == figure["crps_interval_millions"]
    bound = StockTarget(
        day=date(2027, 3, 1), millions=29.0, error=0.1, kind="lower bound", status="", facts=(), low=29.0, high=np.inf
    )
    assert scored([forecast()], [bound]).empty
    assert scored([forecast()], [count(date(2028, 6, 1), 35.0, 36.0)]).empty, "past what it speaks of"


def test_weighted_interval_score_by_its_definition() -> None:
    quantiles = np.sort(np.random.default_rng(4).normal(30.0, 2.0, 23))
    for y in (20.0, 29.0, 31.0, 45.0):
        total = 0.5 * abs(y - quantiles[11])
        for k in range(11):
            alpha, low, high = 2 * LEVELS[k], quantiles[k], quantiles[22 - k]
            score = high - low + 2 / alpha * max(low - y, 0) + 2 / alpha * max(y - high, 0)
            total += alpha / 2 * score
        assert weighted_interval_score(quantiles, y) == pytest.approx(total / 11.5)
    with pytest.raises(ValueError, match="symmetric"):
        weighted_interval_score([1.0, 2.0], 1.0, [0.1, 0.5])


def test_weighted_interval_score_over_an_interval_is_the_mean_over_its_places() -> None:
    quantiles = np.sort(np.random.default_rng(4).normal(30.0, 2.0, 23))
    for low, high in ((24.0, 25.0), (29.5, 30.5), (28.0, 33.0), (36.0, 37.0)):
        places = low + (high - low) * (np.arange(4000) + 0.5) / 4000
        mean = np.mean([weighted_interval_score(quantiles, place) for place in places])
        assert weighted_interval_score_between(quantiles, low, high) == pytest.approx(mean, rel=1e-5)
    assert weighted_interval_score(quantiles, 30.5) != pytest.approx(mean, rel=0.01), "its middle would be noticed"


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_guide_shows_the_latest(root: Path, made: Any, lang: str) -> None:
    assert "--register" in page.markdown(root, lang)
    write(made)
    write(made, "0.2.0")
    text = page.markdown(root, lang)
    assert "2026-06-01-v0.2.0" in text.splitlines()[0]
    assert text.count("`2026-06-01-v") == 2
    assert ("prévision" if lang == "fr" else "forecast") in text


def test_scores_as_cells() -> None:
    rows = page.score_rows(scored([forecast()], CAME), "en")
    assert [len(row) for row in rows] == [len(page.SCORES)] * 3
    assert "[28.0;" in rows[0][2]


def test_registered_json_names_everything_it_was_made_with(root: Path, made: Any) -> None:
    about = json.loads((write(made) / "registered.json").read_text(encoding="utf-8"))
    assert {"registered", "version", "code", "data", "data_files", "draws_sha256", "seed", "files"} <= set(about)
