"""Small studies of regions whose runs take no time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from calibration.draws.files import load_draws
from calibration.facts.inputs import load_demography, load_history
from calibration.facts.targets import load_surveyed
from calibration.region import spread, study
from calibration.region.bank import Task
from calibration.region.counts import OwnCounts
from calibration.region.law import region_of
from calibration.region.spread import LEVEL, SWITCHES, Setting, Spread
from foundation.study import Study
from model.population.region import own_cohorts
from model.terms.parameters import Structure
from tests.calibration.region.made_up import SLOPE, figure

REGION, DRAWS = "Bretagne", 30


def stocks(task: Task) -> dict[str, np.ndarray]:
    """Logarithms linear in the level, a little more for each draw."""
    weeks = np.arange(task.setting.weeks + 1)
    levels = np.array(task.setting.levels)[:, None]
    return {"stocks": 1e-3 * weeks * np.exp(SLOPE * levels + 0.002 * task.draw.index) + 0.2}


def shares(task: spread.Task) -> dict[str, pd.DataFrame]:
    """Regions a point apart."""
    rows = [
        {
            "draw": task.draw.index,
            "switch": switch,
            "region": region,
            "date": day.isoformat(),
            "share": 0.3 + place / 100,
        }
        for place, region in enumerate(task.setting.demography.regions)
        for switch in (*SWITCHES, LEVEL)
        for day in task.setting.days
    ]
    return {"shares": pd.DataFrame(rows)}


def region_fit() -> study.RegionFit:
    demography, draws = load_demography(), load_draws(DRAWS)
    return study.study_of(
        REGION,
        own_cohorts(demography, REGION).insured,
        OwnCounts(file="counts.csv", stocks=(figure(date(2025, 6, 30), 0.4, 0.03),), left_out=0),
        [replace(draw, only=region_of(demography, REGION, draw.index)) for draw in draws],
        [0.015] * DRAWS,
        demography=demography,
        history=load_history(),
        surveyed=load_surveyed(),
        structure=Structure(),
        people=20_000,
        seed=1,
        posterior="posterior/default.parquet",
        data={"posterior/default.parquet": "0" * 64},
        data_end="2026-01-29",
    )


def regions() -> Spread:
    setting = Setting(
        demography=load_demography(),
        history=load_history(),
        surveyed=load_surveyed(),
        structure=Structure(),
        people=1000,
        seed=1,
        days=(date(2026, 1, 29), date(2027, 12, 31)),
    )
    return Spread(
        setting=setting,
        draws=load_draws(3),
        posterior="posterior/default.parquet",
        data={"posterior/default.parquet": "0" * 64},
    )


STUDIES: dict[str, Callable[[], Study]] = {"calibrate-region": region_fit, "regions": regions}


@contextmanager
def hasty() -> Iterator[None]:
    """Nothing is simulated."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study.RegionFit, "work", staticmethod(stocks))
        patch.setattr(Spread, "work", staticmethod(shares))
        yield
