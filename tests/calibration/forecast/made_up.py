"""Forecasts without a simulation: curves that a known law spreads."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from calibration.facts.inputs import load_costs, load_demography, load_history
from calibration.facts.observed import Count
from calibration.facts.targets import load_surveyed
from calibration.forecast import registered
from calibration.forecast import study as forecast_study
from calibration.forecast.study import HORIZON, Forecast, Task, path
from foundation.study import carry_out
from model.terms.weeks import WEEKS
from scenarios.experiment import REFERENCE, Experiment, Settings
from scenarios.language.files import load_scenario
from tests.scenarios.faulty import Number

COUNTS = (
    Count(day=date(2024, 10, 7), millions=15.5, error=0.0, low=15.0, high=16.0, headline=True),
    Count(day=date(2025, 10, 31), millions=23.3, error=0.5, low=22.8, high=23.8, headline=False),
    Count(day=date(2026, 1, 29), millions=24.5, error=0.0, low=24.0, high=25.0, headline=True),
)
STOCKS = [
    {
        "date": count.day.isoformat(),
        "millions": count.millions,
        "error_millions": count.error,
        "kind": "headline" if count.headline else "rounded",
        "low_millions": count.low,
        "high_millions": count.high,
    }
    for count in COUNTS
]


def clone(folder: Path, monkeypatch: pytest.MonkeyPatch, fewest: int) -> Path:
    """Where forecasts of at least ``fewest`` draws are registered, in what looks like a clone."""
    place = folder / "calibration/data/forecasts"
    place.parent.mkdir(parents=True)
    (folder / "pyproject.toml").touch()
    monkeypatch.setattr(registered, "FORECASTS", place)
    monkeypatch.setattr(registered, "FEWEST", fewest)
    return place


def weekly(draw: int) -> np.ndarray:
    """Persons [W+1]: 24.5 million in January 2026 and 5 to 9 million a year, by draw."""
    weeks = np.arange(WEEKS + 1)
    pace = 5.0 + 4.0 * ((draw * 0.618) % 1.0)
    return np.asarray(1e6 * np.maximum(0.2, 24.5 + pace * (weeks - 208) / 52))


def work(task: Task) -> dict[str, object]:
    return {"paths": path(task, weekly(task.draw.index))}


class Quick(Forecast):
    """Nothing is simulated."""

    work = staticmethod(work)


def study(draws: int = 12) -> Quick:
    settings = Settings(
        people=20_000,
        draws=draws,
        seed=1,
        policy_start=COUNTS[-1].day,
        until=HORIZON,
        target_millions=40.0,
        every=WEEKS,
    )
    experiment = Experiment(
        settings=settings,
        scenarios=(load_scenario(REFERENCE),),
        demography=load_demography(),
        history=load_history(),
        costs=tuple(load_costs()),
        surveyed=load_surveyed(),
    )
    return Quick(
        command="forecast",
        experiment=experiment,
        draws=[Number(index) for index in range(draws)],  # type: ignore[misc]
        texts={REFERENCE: "text"},
        data={"activations.csv": "ab", "posterior/default.parquet": "cd"},
        draws_file="posterior/default.parquet",
        stock_targets=STOCKS,
        modules=(forecast_study.__name__,),
        discrepancy=[0.04] * draws,
        counts=COUNTS,
    )


def make(folder: Path) -> None:
    """A finished folder."""
    carry_out(study(), folder)
