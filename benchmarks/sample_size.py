"""How large must a sample be? ``python -m benchmarks.sample_size``; part of ``make bench``.

At one posterior draw, populations and runs are repeated under other seeds, at growing numbers of people: the standard
deviation between them is the sampling error of activations and of additional activations (paired: the same people and
draws under both scenarios), and shows its law. Then many posterior draws are run under two seeds each: the difference
of the two is the sampling error of an average draw; what is left of the spread is that between draws, which no sample
makes smaller.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from benchmarks.setting import POLICY_START, STATUS_QUO, UNTIL, load_setting
from calibration.draws.files import load_draws
from foundation.tasks.executors import LocalProcesses
from model import AdoptionModel, solve_prevalence
from model.terms.weeks import WEEKS, position, week_of
from scenarios.language.files import load_scenario
from scenarios.language.resolve import resolve

Row = dict[str, Any]
LEVERS = ("doctors-training", "letters-with-code", "simplified-signup", "mix-broad")
REPLICATES = {10_000: 120, 20_000: 100, 50_000: 50, 100_000: 30, 200_000: 20, 1_000_000: 6}
"""Runs by number of people: fewer of the large ones, whose error is known less well."""
DRAWS, DRAWS_PEOPLE = 40, 50_000
"""Posterior draws compared, and the people each is run on."""
PAIR = (5000, 7000)
"""Each draw runs under two seeds: their difference is the sampling error under that draw."""
WORKERS = 2
SURVEY, LAST = position(date(2023, 11, 24)), position(UNTIL)


@cache
def _draws(count: int) -> list[Any]:
    return load_draws(count)


def activations(people: int, seed: int, draw: int) -> Row:
    """Millions activated at the horizon in the status quo, and added by each lever, under one seed and draw."""
    setting, chosen = load_setting(), _draws(DRAWS)[draw]
    tables: dict[str, Any] = {"demography": setting.demography, "history": setting.history}
    parameters = setting.parameters if draw == 0 else solve_prevalence(chosen.parameters, **tables)
    model = AdoptionModel(setting.population(people, seed=seed), parameters, **tables, seed=seed)
    model.advance(week_of(POLICY_START))
    results: Row = {"people": people, "seed": seed, "draw": draw}
    for scenario in (STATUS_QUO, *LEVERS):
        levers = resolve(load_scenario(scenario), chosen, policy_start=POLICY_START, until=UNTIL)
        branch = model.branch(levers)
        branch.advance(WEEKS)
        stock = branch.outcome().activated / 1e6
        total = float(np.interp(LAST, np.arange(len(stock)), stock))
        if scenario == STATUS_QUO:
            results[STATUS_QUO] = total
            results["2023-11-24"] = float(np.interp(SURVEY, np.arange(len(stock)), stock))
        else:
            results[scenario] = total - results[STATUS_QUO]
    return results


def rows(tell: Any, sizes: Sequence[int]) -> list[Row]:
    """One row a run: replicates at draw 0 and at growing sizes up to the largest of ``sizes``, then two runs a draw."""
    counts = {people: count for people, count in REPLICATES.items() if people <= max(sizes)}
    found: list[Row] = []
    with LocalProcesses(WORKERS) as pool:
        for people, count in counts.items():
            tell(f"sample people={people:,}: {count} populations")
            futures = [pool.submit(activations, people, 1000 + k, 0) for k in range(count)]
            found += [{"job": "sample", **future.result()} for future in futures]
        tell(f"sample: {DRAWS} posterior draws")
        few = min(DRAWS_PEOPLE, max(sizes))
        futures = [pool.submit(activations, few, seed + draw, draw) for draw in range(DRAWS) for seed in PAIR]
        found += [{"job": "draws", **future.result()} for future in futures]
    return found


def main() -> None:
    """Print the section of the page."""
    from benchmarks.sample_table import section

    largest = int(sys.argv[1].replace("_", "")) if len(sys.argv) > 1 else 1_000_000
    found = rows(lambda line: print(line, file=sys.stderr), [largest])
    print(section(found))
    if "--json" in sys.argv:
        print(json.dumps(found))


if __name__ == "__main__":
    main()
