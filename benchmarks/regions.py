"""Does the local level of a region come back? ``python -m benchmarks.regions [--regions 50]``

Made-up regions whose truth is known: a national draw that the fit doesn't have, a level drawn from what is believed
beforehand, ratios that nobody published drawn anew, and counts with the errors that they state, on a path with the
model discrepancy of that draw. Of each the level is fitted from its counts alone. Then: in how many do the 90 %
intervals hold the true level, and the true stock at the horizon? Negative controls: a likelihood whose errors are ten
times too small, and a level that is left at 0.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from statistics import NormalDist

import numpy as np

from calibration.draws.files import DEFAULT, SHIPPED, load_draws
from calibration.facts.inputs import load_demography, load_history
from calibration.facts.observed import count_of
from calibration.facts.targets import StockTarget, load_surveyed
from calibration.forecast.carried import discrepancy_of
from calibration.posterior.conditioning import conditioned, correlation
from calibration.region.bank import Setting, Task, levels_of, on_days, work
from calibration.region.fit import Counted, Fit, fitted
from calibration.region.law import level_sd, region_of
from calibration.region.paths import beforehand
from calibration.region.verdict import WORTHLESS
from foundation.seeds import uniform
from foundation.shapes import Floats
from foundation.tasks.ensemble import run_ensemble
from foundation.tasks.executors import local_site
from model.population.region import own_cohorts
from model.terms.inputs import Demography
from model.terms.parameters import Structure
from scenarios.draw import Draw

REGIONS = ("Bretagne", "Île-de-France", "Outre-mer (DROM)", "Occitanie", "Hauts-de-France")
DAYS = (*(date(year, month, 1) for year in (2024, 2025) for month in (4, 7, 10)), date(2026, 1, 29))
HORIZON = date(2027, 12, 31)
WEEKS = 309
TRUE_PEOPLE = 200_000
"""Simulated people of a truth: its chance is small beside the errors of counts."""
ERROR = 0.01
LEAST, MOST = 40, 49
"""Of 50 regions, intervals of 90 % hold the truth in so many with a probability of 97 %."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """A made-up region."""

    region: str
    level: float
    stocks: tuple[StockTarget, ...]
    at_horizon: float
    """Millions."""


def bank(draws: Sequence[Draw], levels: Sequence[float], people: int, seed: int, processes: int) -> list[Floats]:
    """Stocks [level, week + 1] of each draw, or of each draw at the level of its own."""
    setting = Setting(
        demography=load_demography(),
        history=load_history(),
        surveyed=load_surveyed(),
        structure=Structure(),
        people=people,
        seed=seed,
        levels=tuple(levels),
        weeks=WEEKS,
    )
    tasks = [Task(setting=setting, draw=draw) for draw in draws]
    return in_order(work, tasks, processes)


def in_order(function: Callable[[Task], dict[str, Floats]], tasks: Sequence[Task], processes: int) -> list[Floats]:
    """What each task found."""
    found: dict[int, Floats] = {}
    numbered = {task.draw.index: place for place, task in enumerate(tasks)}
    site = local_site(processes)
    run_ensemble(
        function,
        tasks,
        site.make,
        window=site.window,
        done=lambda task, content: found.__setitem__(numbered[task.draw.index], content["stocks"]),
    )
    return [found[place] for place in range(len(tasks))]


def made_up(region: str, draw: Draw, discrepancy: float, number: int, seed: int, people: int) -> Truth:
    """A region of a known level, counted as officers count: figures with an error, and rounded-down headlines."""
    level = level_sd() * NormalDist().inv_cdf(uniform("made-up", seed, number, "level"))
    (stocks,) = bank([draw], [level], people, 1000 + seed, 1)
    days, rng = (*DAYS, HORIZON), np.random.default_rng([seed, number])
    missed = discrepancy * np.linalg.cholesky(correlation(days)) @ rng.standard_normal(len(days))
    path = on_days(stocks[0], days) * np.exp(missed)
    counted = []
    for place, day in enumerate(DAYS):
        if place % 3 == 2:  # a headline: rounded down to 50,000
            low = np.floor(path[place] * 20) / 20
            counted.append(_headline(day, low, low + 0.05))
            continue
        millions = path[place] * (1 + ERROR * rng.standard_normal())
        error = ERROR * path[place]
        counted.append(
            StockTarget(day=day, millions=millions, error=error, kind="measured", status="made up", facts=())
        )
    return Truth(region=region, level=level, stocks=tuple(counted), at_horizon=float(path[-1]))


def _headline(day: date, low: float, high: float) -> StockTarget:
    middle, error = (low + high) / 2, (high - low) / np.sqrt(12.0)
    return StockTarget(
        day=day, millions=middle, error=error, kind="headline", status="made up", facts=(), low=low, high=high
    )


@dataclass(frozen=True, kw_only=True)
class Held:
    """Whether the intervals of one way to fit hold the truth."""

    level: bool
    stock: bool
    effective: float
    miss: float
    """Median level less the true one, in standard deviations of what was believed."""


def held(truth: Truth, fit: Fit, runs: Floats, levels: Floats, discrepancy: Floats, people: int) -> Held:
    """A fit beside the truth."""
    rng = np.random.default_rng(5)
    rows, drawn = fit.pairs(len(runs), rng)
    insured = own_cohorts(load_demography(), truth.region).insured / 1e6
    counts = [count_of(stock) for stock in truth.stocks]
    wanted = on_days(beforehand(levels, runs[rows], drawn), [*DAYS, HORIZON])
    ends = [
        conditioned(run, counts, [HORIZON], float(discrepancy[row]), people=people, insured=insured, rng=rng)[0]
        for run, row in zip(wanted, rows, strict=True)
    ]
    low, high = np.quantile(ends, [0.05, 0.95])
    first, middle, last = fit.quantile(0.05, 0.5, 0.95)
    return Held(
        level=bool(first <= truth.level <= last),
        stock=bool(low <= truth.at_horizon <= high),
        effective=fit.effective,
        miss=float((middle - truth.level) / fit.sd),
    )


def left_alone(fit: Fit) -> Fit:
    """The same draws with the level at 0, as if there were none."""
    joint = np.zeros_like(fit.joint)
    joint[:, len(fit.places) // 2] = fit.joint[:, len(fit.places) // 2]
    return Fit(places=fit.places, joint=joint / joint.sum(), sd=fit.sd)


def checked(
    regions: int,
    draws: int,
    people: int,
    seed: int,
    processes: int,
    names: Sequence[str] = REGIONS,
    true_people: int = TRUE_PEOPLE,
) -> dict[str, list[Held]]:
    """Every made-up region fitted in the right way and in two wrong ones."""
    demography, sd = load_demography(), level_sd()
    national = load_draws(draws + regions)
    amounts = np.array(discrepancy_of(national, _shipped()))
    levels = levels_of(sd)
    found: dict[str, list[Held]] = {"right": [], "too sure": [], "no level": []}
    for place, region in enumerate(names):
        insured = own_cohorts(demography, region).insured / 1e6
        known = [_in(draw, demography, region, "region-1") for draw in national[:draws]]
        runs = np.stack(bank(known, levels.tolist(), people, seed, processes))
        for number in range(place, regions, len(names)):
            draw = _in(national[draws + number], demography, region, f"made-up-{seed}")
            truth = made_up(region, draw, amounts[draws + number], number, seed, true_people)
            counted = Counted(
                stocks=truth.stocks,
                levels=levels,
                simulated=on_days(runs, DAYS),
                discrepancy=amounts[:draws],
                people=people,
                insured=insured,
            )
            right = fitted(counted, sd)
            ways = {"right": right, "too sure": fitted(counted, sd, certainty=10.0), "no level": left_alone(right)}
            for name, fit in ways.items():
                found[name].append(held(truth, fit, runs, levels, amounts[:draws], people))
    return found


def _in(draw: Draw, demography: Demography, region: str, key: str) -> Draw:
    return replace(draw, only=region_of(demography, region, draw.index, key))


def _shipped() -> Path:
    return Path(str(SHIPPED / f"{DEFAULT}.parquet"))


def main() -> None:
    """Prints how many of the intervals hold the truth."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--regions", type=int, default=50)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    found = checked(given.regions, given.draws, given.people, given.seed, given.workers)
    for name, one in found.items():
        level, stock = sum(each.level for each in one), sum(each.stock for each in one)
        effective, miss = (np.array([getattr(each, field) for each in one]) for field in ("effective", "miss"))
        print(
            f"{name}: level held in {level} of {len(one)}, stock at the horizon in {stock}; effective draws "
            f"{np.min(effective):.0f} to {np.max(effective):.0f}, median {np.median(effective):.0f}, "
            f"{np.sum(effective < WORTHLESS)} times too few to say anything; "
            f"miss of the level {np.mean(miss):+.2f} ± {np.std(miss):.2f} sd"
        )


if __name__ == "__main__":
    main()
