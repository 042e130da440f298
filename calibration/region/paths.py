"""What becomes of a region: paths before its counts are known, and after."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from calibration.facts.observed import count_of
from calibration.facts.targets import StockTarget
from calibration.forecast.carried import CarriedForward, mondays
from calibration.region.bank import at_levels
from foundation.shapes import Floats


def beforehand(levels: Floats, stocks: Floats, drawn: Floats) -> Floats:
    """Paths [draw, week + 1], millions, each at the level drawn for it, as simulated.

    Args:
        levels: [level] at which every draw was run.
        stocks: [draw, level, week + 1] millions.
        drawn: [draw] levels.
    """
    each = zip(stocks, drawn, strict=True)
    return np.stack([at_levels(levels, one[None], np.array([level]))[0, 0] for one, level in each])


def carried_in(
    stocks: Sequence[StockTarget], discrepancy: Sequence[float], *, people: int, seed: int, insured: float
) -> CarriedForward:
    """What continues draws of a region from its own counts."""
    counts = tuple(count_of(stock) for stock in sorted(stocks, key=lambda stock: stock.day))
    return CarriedForward(
        counts=counts, discrepancy=dict(enumerate(discrepancy)), people=people, seed=seed, insured=insured
    )


def afterwards(carried: CarriedForward, runs: Floats) -> Floats:
    """Runs [pair, week + 1], millions, made to agree with the counts and continued from them, as the status quo of
    ``mes run`` is."""
    days = mondays(runs[0])
    found = []
    for pair, run in enumerate(runs):
        path = carried.path(pair, 1e6 * run)
        found.append(path.on(days, path.kept))
    return np.stack(found)
