"""The model as a forecaster: which draws it may use, what it runs on, what is added to a run."""

from datetime import date

import numpy as np
import pytest

from calibration.draws.files import load_draws, save_draws
from calibration.draws.posteriors import NoPosteriorError, posterior_source
from calibration.facts.targets import load_stock_targets
from calibration.hindcast.question import cases_of, question_at
from calibration.hindcast.work import (
    conditioned,
    correlation,
    forecast_from,
    key_of,
    residual,
    run_tasks,
    sampling_covariance,
    tasks_of,
)
from foundation.errors import UserError
from tests.calibration.made_up import posterior

TARGETS = load_stock_targets()
DATA_END = TARGETS[-1].day
ORIGIN = date(2024, 1, 31)
KNOWN = tuple(t for t in TARGETS if t.is_figure and t.day <= ORIGIN)
DAYS = (ORIGIN, date(2024, 10, 7), date(2027, 12, 1))


@pytest.fixture
def stand_in(tmp_path):
    """The posterior of an origin that nobody has fitted."""
    save_draws(tmp_path / f"{ORIGIN}.parquet", posterior(5), command="stand-in", data_end=ORIGIN, seed=1)
    return tmp_path


def test_an_origin_without_a_posterior_has_no_draws(tmp_path):
    for folder in (None, tmp_path):
        with pytest.raises(NoPosteriorError, match="mes calibrate --until"):
            posterior_source(3, DATA_END, folder)(date(2023, 6, 1))


def test_draws_that_have_seen_later_stocks_are_refused(tmp_path):
    (tmp_path / f"{ORIGIN}").mkdir()
    file = tmp_path / f"{ORIGIN}/posterior.parquet"
    save_draws(file, posterior(5), command="made", data_end=date(2024, 2, 1), seed=1)
    with pytest.raises(UserError, match=r"fitted to data up to 2024-02-01; for this origin allowed: 2024-01-31 or"):
        posterior_source(3, DATA_END, tmp_path)(ORIGIN)


def test_the_end_of_the_data_takes_the_shipped_posterior(stand_in):
    found = posterior_source(3, DATA_END, stand_in)(DATA_END)
    assert [d.parameters for d in found.draws] == [d.parameters for d in load_draws(3)]
    assert found.data_end == DATA_END
    own = posterior_source(3, DATA_END, stand_in)(ORIGIN)
    assert (own.data_end, len(own.discrepancy)) == (ORIGIN, 3)
    with pytest.raises(UserError, match="allowed: 1 to 5"):
        posterior_source(6, DATA_END, stand_in)(ORIGIN)


def test_without_discrepancy_and_on_everybody_a_run_is_the_forecast():
    simulated = np.array([7.0, 7.8, 8.3, 10.0, 10.5, 10.9, 11.0, 14.0, 20.0])
    mean, covariance = residual(simulated, KNOWN, DAYS, 0.0, people=10**15)
    assert np.allclose(mean, 0.0, atol=1e-6)
    assert np.allclose(covariance, 0.0, atol=1e-9)


def test_the_misfit_of_the_past_fades_with_the_memory():
    """A run 5 % below every published figure: the forecast starts where the figures are and comes back to the run."""
    published = np.array([t.millions for t in KNOWN])
    simulated = np.append(published * 0.95, [10.3, 14.0, 20.0])
    mean, covariance = residual(simulated, KNOWN, DAYS, 0.05, people=10**9)
    assert mean[0] == pytest.approx(-np.log(0.95), rel=0.15)
    assert mean[0] > mean[1] > mean[2] > 0
    assert mean[2] < 0.001
    sd = np.sqrt(np.diag(covariance))
    assert sd[0] < 0.02 < sd[1] < sd[2] == pytest.approx(0.05, rel=0.01)


def test_residual_is_the_conditional_of_a_normal_law():
    """Against brute force: joint draws of u on all days, kept where the figures come out as published."""
    rng, d, people = np.random.default_rng(9), 0.05, 50_000
    known, days = KNOWN[-1:], DAYS[:2]
    simulated = np.array([10.5, 10.5, 13.0])
    covariance = d**2 * correlation([known[0].day, *days]) + sampling_covariance(simulated, people)
    u = rng.multivariate_normal(np.zeros(3), covariance, 400_000)
    seen = np.log(10.5) + u[:, 0] + rng.normal(0.0, known[0].error / known[0].millions, len(u))
    kept = u[np.abs(seen - np.log(known[0].millions)) < 0.001][:, 1:]
    mean, conditional = residual(simulated, known, days, d, people=people)
    assert len(kept) > 3000
    assert np.all(np.abs(kept.mean(axis=0) - mean) < 4 * np.sqrt(np.diag(conditional) / len(kept)))
    assert kept.std(axis=0) == pytest.approx(np.sqrt(np.diag(conditional)), rel=4 / np.sqrt(2 * len(kept)))
    assert abs(u.mean(axis=0)[1] - mean[0]) > 0.01, "without the figure it would be another law"


def test_counts_in_a_sample_vary_together_as_thinning_has_it():
    rng, people = np.random.default_rng(10), 400
    shares = np.array([0.1, 0.2])
    activated = rng.uniform(size=(20_000, people))
    counts = np.log(np.stack([(activated < share).sum(axis=1) for share in shares]))
    wanted = sampling_covariance(68.0 * shares, people)
    assert np.cov(counts) == pytest.approx(wanted, rel=0.08)


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Two draws on a small sample, both kinds of inputs."""
    folder = tmp_path_factory.mktemp("posteriors")
    save_draws(folder / f"{ORIGIN}.parquet", posterior(2), command="stand-in", data_end=ORIGIN, seed=1)
    fitted = posterior_source(2, DATA_END, folder)(ORIGIN)
    cases = cases_of([question_at(TARGETS, ORIGIN)], TARGETS)
    tasks = tasks_of(cases, {ORIGIN: fitted.draws}, people=2000, seed=3)
    kept = {}
    stocks, errors = run_tasks(tasks, 1, done={}, keep=kept.__setitem__)
    return tasks, stocks, errors, kept, fitted


@pytest.mark.slow
def test_runs_share_their_past_and_part_after_the_origin(ran):
    tasks, stocks, errors, kept, _ = ran
    assert (len(tasks), errors) == (4, {})
    assert kept == stocks
    n = len(KNOWN)
    for draw in (0, 1):
        frozen, actual = (np.array(stocks[str(ORIGIN), inputs, draw]) for inputs in ("frozen", "actual"))
        assert np.array_equal(frozen[: n - 1], actual[: n - 1])
        assert np.abs(frozen[n - 1] - actual[n - 1]) < 0.02
        assert frozen[-1] <= actual[-1], "more documents and reminders came than were known"
        assert np.all(np.diff(frozen[n:]) >= 0)


@pytest.mark.slow
def test_finished_runs_are_not_made_again(ran):
    tasks, stocks, *_ = ran
    told = []
    found, _ = run_tasks(tasks, 1, done=stocks, keep=lambda *_: pytest.fail("ran again"), progress=told.append)
    assert found == stocks
    assert told == [4]


@pytest.mark.slow
def test_the_forecast_is_paired_and_tells_failures(ran):
    tasks, stocks, _, _, fitted = ran
    discrepancy = {(ORIGIN, draw.index): 0.02 for draw in fitted.draws}
    lost = key_of(tasks[0])
    rest = {key: found for key, found in stocks.items() if key != lost}
    model = forecast_from(tasks, rest, {lost: "PrevalenceError: no"}, discrepancy, seed=3)
    frozen, actual = model(ORIGIN, "frozen"), model(ORIGIN, "actual")
    assert (len(frozen.stocks), frozen.failures) == (1, {0: "PrevalenceError: no"})
    assert actual.stocks.shape == (2, len(tasks[0].case.days))
    same = conditioned(tasks[0], stocks[lost], 0.02, seed=3) / np.array(stocks[lost][len(KNOWN) :])
    again = actual.stocks[0] / np.array(stocks[str(ORIGIN), "actual", 0][len(KNOWN) :])
    assert same == pytest.approx(again, rel=0.02)
