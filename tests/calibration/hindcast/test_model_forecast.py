"""The model as a forecaster: which draws it may use, what it runs on, what is added to a run."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace

import numpy as np
import pytest

from calibration.draws.files import load_draws, save_draws
from calibration.facts.observed import counts_of
from calibration.facts.targets import load_stock_targets
from calibration.hindcast.question import cases_of, question_at
from calibration.hindcast.work import (
    NoPosteriorError,
    forecast_from,
    key_of,
    path,
    posterior_source,
    simulate,
    tasks_of,
)
from calibration.posterior.conditioning import conditioned
from foundation.errors import UserError
from tests.calibration.made_up import posterior

TARGETS = load_stock_targets()
DATA_END = TARGETS[-1].day
ORIGIN = date(2024, 1, 31)
KNOWN = counts_of([t for t in TARGETS if t.day <= ORIGIN])


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


def task_at(origin, days, simulated_people=10**9):
    (case, _) = cases_of([replace(question_at(TARGETS, origin), figures=FIGURES)], TARGETS)
    case = replace(case, days=days)
    settings = SimpleNamespace(people=simulated_people)
    return lambda draw: SimpleNamespace(
        case=case, experiment=SimpleNamespace(settings=settings), draw=SimpleNamespace(index=draw)
    )


HEADLINES = date(2024, 10, 7)
FIGURES = tuple(t for t in TARGETS if t.is_figure and t.day > HEADLINES)
"""Its headline says 15 to 16 million."""


def samples(ratio, growth, discrepancy=0.05, origin=HEADLINES, forecast=path):
    """[draw, day] of a made-up run: ``ratio`` times what was published, then the stock of the origin times growth."""
    days = tuple(origin + timedelta(days=30 * i) for i in range(13))
    task = task_at(origin, days)
    known = ratio * np.array([count.millions for count in task(0).case.known])
    simulated = [*known, *(known[-1] * np.linspace(1.0, growth, len(days)))]
    return np.array([forecast(task(draw), simulated, discrepancy, seed=1) for draw in range(200)])


def unconditioned(task, simulated, discrepancy, *, seed):
    """The negative control: the run and its discrepancy alone."""
    return path(SimpleNamespace(**{**vars(task), "case": replace(task.case, known=())}),
                simulated[len(task.case.known) :], discrepancy, seed=seed)  # fmt: skip


@pytest.mark.parametrize("ratio", [0.8, 1.0, 1.2])
def test_no_sample_is_below_what_was_published_by_the_origin_or_falls(ratio):
    found = samples(ratio, growth=1.0)
    assert ((found[:, 0] >= 15.0) & (found[:, 0] <= 16.0)).all()
    assert (found >= 15.0).all()
    assert (np.diff(found, axis=1) >= 0).all()


def test_a_run_taken_as_it_is_would_be_below():
    found = samples(0.8, growth=1.0, forecast=unconditioned)
    assert (found[:, 0] < 15.0).mean() > 0.9


def test_drawn_paths_would_fall():
    """The other negative control: what the draws are before they are kept from it."""
    task = task_at(HEADLINES, tuple(HEADLINES + timedelta(days=30 * i) for i in range(13)))(0)
    known = [count.millions for count in task.case.known]
    simulated, rng = np.array([*known, *[known[-1]] * 13]), np.random.default_rng(1)
    found = conditioned(simulated, task.case.known, task.case.days, 0.05, people=10**9, rng=rng)
    assert (np.diff(found) < 0).any()


def test_a_headline_is_its_interval_and_no_normal_about_its_middle():
    """A run far above both ends: its paths begin close to the upper one; a normal about the middle with the error of
    a headline would begin a standard deviation above it now and then."""
    first = samples(1.2, growth=1.0)[:, 0]
    assert 15.5 < np.median(first) <= first.max() <= 16.0
    case = task_at(HEADLINES, (HEADLINES,))(0).case
    assert case.known[-1].headline


def test_the_misfit_of_the_past_fades_with_the_memory():
    """A run 5 % below everything published begins where it was published and comes back to its own course."""
    rate = np.median(samples(0.95, growth=2.0), axis=0) / (0.95 * 15.5 * np.linspace(1.0, 2.0, 13))
    assert rate[0] == pytest.approx(1 / 0.95, rel=0.02)
    assert rate[0] > rate[6] > rate[12] > 0.99
    assert rate[12] < 1.03


def unchanging(draw):
    """A draw under which documents go on as they were: their slope fades at once, and nothing shakes them."""
    drivers = replace(draw.parameters.drivers, document_half_life=1e-3, document_volatility=0.0)
    return replace(draw, parameters=replace(draw.parameters, drivers=drivers))


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """Two draws on a small sample, both kinds of inputs; no draw foresees more documents than were deposited last."""
    folder = tmp_path_factory.mktemp("posteriors")
    save_draws(folder / f"{ORIGIN}.parquet", posterior(2), command="stand-in", data_end=ORIGIN, seed=1)
    fitted = posterior_source(2, DATA_END, folder)(ORIGIN)
    fitted = replace(fitted, draws=[unchanging(draw) for draw in fitted.draws])
    cases = cases_of([question_at(TARGETS, ORIGIN)], TARGETS)
    tasks = tasks_of(cases, {ORIGIN: fitted.draws}, people=2000, seed=3)
    return tasks, {key_of(task): simulate(task) for task in tasks}, fitted


@pytest.mark.slow
def test_runs_share_their_past_and_part_after_the_origin(ran):
    tasks, stocks, _ = ran
    assert [task.index for task in tasks] == [0, 1, 2, 3]
    n = len(KNOWN)
    for draw in (0, 1):
        frozen, actual = (np.array(stocks[str(ORIGIN), inputs, draw]) for inputs in ("frozen", "actual"))
        assert np.array_equal(frozen[: n - 1], actual[: n - 1])
        assert np.abs(frozen[n - 1] - actual[n - 1]) < 0.02
        assert frozen[-1] <= actual[-1], "more documents and reminders came than were known"
        assert np.all(np.diff(frozen[n:]) >= 0)


@pytest.mark.slow
def test_the_forecast_leaves_out_what_failed(ran):
    tasks, stocks, fitted = ran
    discrepancy = {(ORIGIN, draw.index): 0.02 for draw in fitted.draws}
    lost = key_of(tasks[0])
    rest = {key: found for key, found in stocks.items() if key != lost}
    model, all_of_them = (forecast_from(tasks, some, discrepancy, seed=3) for some in (rest, stocks))
    assert np.array_equal(model(ORIGIN, "frozen"), all_of_them(ORIGIN, "frozen")[1:])
    assert model(ORIGIN, "actual").shape == (2, len(tasks[0].case.days))


@pytest.mark.slow
def test_both_kinds_of_inputs_share_their_chance(ran):
    """What conditioning does to a run differs by what the runs differ in alone; with another seed by more."""
    tasks, stocks, *_ = ran
    first = {task.case.inputs: task for task in tasks if task.draw.index == 0}

    def moved(inputs, seed):
        simulated = stocks[key_of(first[inputs])]
        return np.log(path(first[inputs], simulated, 0.02, seed=seed) / np.array(simulated[len(KNOWN) :]))

    paired = [np.abs(moved("frozen", seed) - moved("actual", seed)).max() for seed in range(12)]
    apart = [np.abs(moved("frozen", seed) - moved("actual", seed + 100)).max() for seed in range(12)]
    assert max(paired) < 0.05
    assert np.mean(apart) > 2 * np.mean(paired)
