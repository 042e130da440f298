"""Banks of real runs: blocks are kept, workers don't matter; what one run gives."""

from datetime import date

import numpy as np
import pytest

from calibration.facts.inputs import load_demography, load_history
from calibration.facts.observed import load_observed
from calibration.facts.priors import FREE, STATUS_QUO
from calibration.facts.targets import DNS, load_surveyed
from calibration.posterior import work as module
from calibration.posterior.simulate import (
    COUNTS,
    case_for,
    counts_from,
    logits,
    simulate,
    stock_at,
    survey_weeks,
    values_at,
)
from calibration.posterior.work import feasible, fill, joined
from foundation.errors import RunFailedError
from model import PrevalenceError
from model.counting.answers import online_counts
from model.terms.weeks import position
from tests.calibration.surveyed import state

PEOPLE, RUNS = 1000, 18


@pytest.fixture(scope="module")
def case():
    return case_for(load_observed(), load_demography(), load_history(), load_surveyed())


@pytest.fixture(scope="module")
def places():
    return 0.3 * np.random.default_rng(1).standard_normal((RUNS, len(FREE)))


@pytest.fixture(scope="module")
def filled(case, places, tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank")
    return folder, fill(case, places, people=PEOPLE, first=500, folder=folder, workers=1)


def test_outputs_are_named(case, filled):
    _, bank = filled
    assert bank.outputs.shape == (RUNS, len(case.outputs))
    assert case.outputs[0] == "stock 2022-10-31"
    stocks = len(case.days)
    assert case.outputs[stocks] == f"CSA 2022 {COUNTS[0]}"
    assert case.last_week >= max(survey_weeks())
    assert bank.possible.all()
    assert (np.diff(bank.outputs[:, :stocks], axis=1) >= 0).all()


def test_a_run_depends_on_its_place_and_number_alone(case, places, filled):
    _, bank = filled
    alone = simulate(case, values_at(places[17]), PEOPLE, 517)
    assert (alone == bank.outputs[17]).all()
    assert not np.array_equal(simulate(case, values_at(places[17]), PEOPLE, 518), alone)


def test_finished_blocks_are_not_run_again(case, places, filled, monkeypatch, tmp_path):
    folder, bank = filled
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "block-0001.npy").unlink()
    (tmp_path / "block-0001.npy.123.part").write_bytes(b"half")
    kept = (tmp_path / "block-0000.npy").stat().st_mtime_ns
    told, run = [], []
    monkeypatch.setattr(module, "simulate", lambda *args: run.append(args[3]) or simulate(*args))
    again = fill(case, places, people=PEOPLE, first=500, folder=tmp_path, workers=1, done=told.append)
    assert run == [516, 517]
    assert told == [16, 2]
    assert (tmp_path / "block-0000.npy").stat().st_mtime_ns == kept
    assert (again.outputs == bank.outputs).all()


@pytest.mark.slow
def test_workers_do_not_matter(case, places, filled, tmp_path):
    _, bank = filled
    two = fill(case, places, people=PEOPLE, first=500, folder=tmp_path, workers=2)
    assert (two.outputs == bank.outputs).all()


def test_impossible_prevalences_are_no_failure_but_other_errors_are(case, places, monkeypatch, tmp_path):
    def impossible(case, values, people, seed):
        raise PrevalenceError("none")

    monkeypatch.setattr(module, "simulate", impossible)
    bank = fill(case, places[:2], people=PEOPLE, first=0, folder=tmp_path / "a", workers=1)
    assert not bank.possible.any()

    def broken(case, values, people, seed):
        raise ValueError("broken")

    monkeypatch.setattr(module, "simulate", broken)
    with pytest.raises(RunFailedError, match=r"1 blocks of simulations failed, the first by .*broken"):
        fill(case, places[:2], people=PEOPLE, first=0, folder=tmp_path / "b", workers=1)


def test_banks_are_joined(filled):
    _, bank = filled
    both = joined([bank, bank])
    assert len(both) == 2 * RUNS
    assert (both.outputs[RUNS:] == bank.outputs).all()


def test_where_prevalences_can_be_had(case):
    good = values_at(np.zeros((2, len(FREE))))
    bad = good.copy()
    # Nearly everybody has another reason and is stopped by it, and the rest has no reason left.
    bad[1, STATUS_QUO.index("other_reason")] = 0.999
    bad[1, STATUS_QUO.index("stop_other")] = 1.0
    bad[1, STATUS_QUO.index("notice_pull")] = 50.0
    found = feasible(case, good, workers=1)
    assert found.tolist() == [True, True]
    assert feasible(case, bad, workers=1).tolist()[0]


def test_counts_become_logits_and_back():
    counts, _ = state(DNS)
    back = counts_from(logits(counts))
    for name in COUNTS:
        share = (getattr(counts, name) + 0.5) / (counts.adults + 1)
        assert getattr(back, name) == pytest.approx(share)
    assert back.adults == 1.0


def test_a_stock_between_weeks_is_interpolated(case):
    from tests.calibration.surveyed import BUSY, AdoptionModel, build_population

    population = build_population(case.demography, people=2000, seed=4)
    model = AdoptionModel(population, BUSY, demography=case.demography, history=case.history, seed=5)
    model.advance(60)
    day = date(2023, 2, 16)
    first, share = divmod(position(day), 1.0)
    weeks = np.asarray(model.run.state["activated"])
    before, after = (weeks < first).sum(), (weeks < first + 1).sum()
    millions = ((1 - share) * before + share * after) * population.weight / 1e6
    assert stock_at(model, day) == pytest.approx(millions)
    regions = [stock_at(model, day, region) for region in population.regions]
    empty = sum(1 for value in regions if value == 0.5 * population.weight / 1e6)
    assert sum(regions) == pytest.approx(millions, abs=(empty + 0.5) * population.weight / 1e6)
    assert stock_at(model, date(2022, 2, 1)) > 0
    assert online_counts(model).adults > 0
