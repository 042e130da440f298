"""The shipped draws reproduce the published stocks; parameters that were not searched for don't."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from calibration.draws.files import SHIPPED, changed_data, load_draws, read_draws
from calibration.facts.inputs import load_demography, load_history
from calibration.facts.targets import load_stock_targets, load_surveyed
from foundation.seeds import DECISIONS, POPULATION, derive
from model import AdoptionModel, Parameters, build_population, solve_prevalence
from model.terms.weeks import position

DRAWS, PEOPLE, SEED = 100, 20_000, 1
TARGETS = [target for target in load_stock_targets() if target.kind != "initial"]
DAYS = np.array([position(target.day) for target in TARGETS])
SURVEY = next(index for index, target in enumerate(TARGETS) if target.day == date(2023, 11, 24))


@pytest.fixture(scope="module")
def tables():
    return {"demography": load_demography(), "history": load_history()}


def stocks(parameters, index, tables):
    """(millions, share of the living) on the days of the targets."""
    population = build_population(tables["demography"], people=PEOPLE, seed=derive(SEED, index, POPULATION))
    solved = solve_prevalence(parameters, surveyed=load_surveyed(), **tables)
    model = AdoptionModel(population, solved, seed=derive(SEED, index, DECISIONS), **tables)
    model.advance(int(np.ceil(DAYS.max())))
    outcome = model.outcome()
    weeks = np.arange(len(outcome.activated))
    return np.interp(DAYS, weeks, outcome.activated) / 1e6, np.interp(DAYS, weeks, outcome.share())


@pytest.fixture(scope="module")
def found(tables):
    return [stocks(draw.parameters, draw.index, tables) for draw in load_draws(DRAWS, seed=SEED)]


def misses(medians):
    """Targets whose median lies outside what the figure means and further off than 2 %."""
    return [
        str(target.day)
        for target, median in zip(TARGETS, medians, strict=True)
        if not target.low <= median <= target.high and abs(median - target.millions) > 0.02 * target.millions
    ]


def test_every_stock_target_is_met(found):
    assert misses(np.median([millions for millions, _ in found], axis=0)) == []


def test_fifteen_per_cent_at_the_survey(found):
    assert 0.145 < np.median([share[SURVEY] for _, share in found]) < 0.155


def drifts(rows):
    """Largest z of a rank correlation of a parameter with its place among the rows, or with the row before."""
    ranks = np.argsort(np.argsort(rows, axis=0), axis=0)
    ranks = (ranks - ranks.mean(axis=0)) / ranks.std(axis=0)
    place = np.linspace(-(3**0.5), 3**0.5, len(rows))
    found = [place @ ranks / len(rows), (ranks[1:] * ranks[:-1]).mean(axis=0)]
    return np.abs(found).max() * len(rows) ** 0.5


@pytest.mark.parametrize("name", ["default", "traits-lifelong"])
def test_rows_stand_in_random_order(name):
    # So the first draws of a run are a fair sample of all, which a first look at it rests on.
    rows = read_draws(Path(str(SHIPPED / f"{name}.parquet")))[0]
    most = 4.5  # of 88 standard normal numbers with a chance of 6 in 10,000
    assert drifts(rows) < most
    # Negative controls: ordered by a parameter; each beside one that is like it, as along a walk.
    assert drifts(rows[np.argsort(rows[:, 0])]) > most
    pairs = np.argsort(rows[:, 1]).reshape(-1, 2)
    assert drifts(rows[np.random.default_rng(1).permutation(pairs).ravel()]) > most


def test_parameters_not_searched_for_miss(tables):
    # Negative control: the round values of `Parameters()` stay far below every stock.
    millions, share = stocks(Parameters(), 0, tables)
    assert len(misses(millions)) == len(TARGETS)
    assert share[SURVEY] < 0.145


def test_the_draws_belong_to_the_data():
    values, info = read_draws()
    assert len(np.unique(values, axis=0)) == info.draws
    assert changed_data(info) == []
    assert info.draws >= 100
    assert info.command.startswith("mes calibrate ")
    assert np.isfinite([info.log_evidence, info.log_evidence_error]).all()
    assert info.effective >= info.draws
