"""A registered forecast beside other services: its gains over those that the hazard of the last year would give.

The same ratio as in ``docs/other-services.md``, where it says how far services went from their last hazard.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np

from calibration.facts.targets import StockTarget
from calibration.forecast import label
from calibration.forecast.registered import Registered
from calibration.hindcast.forecasters import LIVING_INSURED
from calibration.outside.law import LEVELS
from calibration.outside.page import HORIZONS, selections
from foundation.language.numbers import day, interval, number
from foundation.shapes import Floats

YEAR = timedelta(days=365)
HEAD = ("day", "millions", "gain", "unchanged", "ratio", "others")


def unchanged(counts: Sequence[StockTarget], days: Sequence[date], holders: float = LIVING_INSURED) -> Floats:
    """Gains [day], millions, from the last count on if those outside go on with the hazard of the year before it."""
    last = counts[-1]
    before = min(counts[:-1], key=lambda count: abs(last.day - YEAR - count.day))
    outside = holders - last.millions
    hazard = -np.log(outside / (holders - before.millions)) / (last.day - before.day).days
    return outside * -np.expm1(-hazard * np.array([(later - last.day).days for later in days]))


def rows(forecast: Registered, counts: Sequence[StockTarget], lang: str) -> list[list[str]]:
    """A row one and two years after the last count known: quantiles 5, 50 and 95 %."""
    known = [count for count in counts if count.day.isoformat() <= forecast.about["forecast_from"]]
    days = [_anniversary(known[-1].day, years) for years in HORIZONS]
    others = {selection.years: selection for selection in selections()}
    found = []
    for at, years, no_change in zip(days, HORIZONS, unchanged(known, days), strict=True):
        quantiles = np.quantile(forecast.samples(at), LEVELS)
        gains = quantiles - known[-1].millions
        ratios = np.quantile([o.by_hazard for o in others[years].origins], LEVELS)
        found.append(
            [
                day(at, lang),
                *(_spread(values, 1, lang) for values in (quantiles, gains)),
                number(no_change, 1, lang),
                *(_spread(values, 2, lang) for values in (gains / no_change, ratios)),
            ]
        )
    return found


def head(lang: str) -> list[str]:
    """Columns of ``rows``."""
    return [label(f"forecast.beside_{name}", lang) for name in HEAD]


def _anniversary(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


def _spread(values: Floats, decimals: int, lang: str) -> str:
    low, middle, high = values
    return f"{number(middle, decimals, lang)} {interval(low, high, decimals, lang)}"
