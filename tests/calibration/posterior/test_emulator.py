"""The emulator on an analytic function with known noise."""

import pickle

import numpy as np
import pytest
from scipy import stats

from calibration.posterior.calibrate import about
from calibration.posterior.emulator import ROWS, features, fit_emulator

PARAMETERS, STOCKS, RUNS, NEW = 3, 4, 240, 200
NOISE = np.array([0.03, 0.01])
"""Standard deviation of one run, along each of two axes."""
AXES = np.array([[1.0, 1.0, 1.0, 1.0], [-1.0, -0.3, 0.3, 1.0]])
COUNT_NOISE = 0.05


def expected(places):
    """Log stocks [place, stock]: two smooth axes, the first of them far from a straight line."""
    x, y, z = places.T
    scores = np.stack([0.4 * x + 0.3 * np.sin(1.5 * y) + 0.1 * x * z, 0.05 * y - 0.04 * np.cos(x)], axis=-1)
    return 2.0 + scores @ AXES


def counts(places):
    """Logits [place, count] of two counts: quadratic."""
    x, y, z = places.T
    return np.stack([0.2 + 0.5 * x - 0.2 * y**2, -1.0 + 0.3 * x * z], axis=-1)


def simulated(places, rng):
    """Outputs of one run at each place."""
    logs = expected(places) + (NOISE * rng.standard_normal((len(places), 2))) @ AXES
    return np.hstack([logs, counts(places) + COUNT_NOISE * rng.standard_normal((len(places), 2))])


@pytest.fixture(scope="module")
def runs():
    rng = np.random.default_rng(1)
    places = rng.standard_normal((RUNS, PARAMETERS))
    return places, simulated(places, rng)


@pytest.fixture(scope="module")
def learned(runs):
    return fit_emulator(*runs, STOCKS)


@pytest.fixture(scope="module")
def shuffled(runs):
    """Negative control: runs and places don't belong together."""
    places, outputs = runs
    return fit_emulator(places, outputs[np.random.default_rng(2).permutation(RUNS)], STOCKS)


def new_places(seed=3):
    return np.random.default_rng(seed).standard_normal((NEW, PARAMETERS))


def standardised(emulator, seed=4):
    """(simulated - emulated) / their standard deviation, of the mean log stock, at places of their own."""
    places = new_places()
    found = simulated(places, np.random.default_rng(seed))[:, :STOCKS].mean(axis=1)
    each = [emulator.stock_error(place[None, :]) for place in places]
    sd = np.sqrt([(error + emulator.sampling).mean() for error in each])
    return (found - emulator.outputs(places)[:, :STOCKS].mean(axis=1)) / sd


def misses(emulator):
    """Standard deviation of (emulated - expected) over that of single runs, of the mean log stock."""
    places = new_places()
    difference = (emulator.outputs(places)[:, :STOCKS] - expected(places)).mean(axis=1)
    return difference.std() / (NOISE @ AXES.mean(axis=1))


def test_the_mean_is_recovered_better_than_one_run_tells_it(learned):
    assert misses(learned) < 1


def test_shuffled_runs_are_rejected(shuffled):
    assert misses(shuffled) > 5


def test_the_stated_error_is_honest(learned):
    """Noise of single runs dominates, so that standardised differences are nearly independent: chi-squared bounds."""
    z = standardised(learned)
    low, high = stats.chi2.ppf([0.0005, 0.9995], NEW)
    assert low < (z**2).sum() < high
    assert (2 * z**2).sum() > high


def test_an_emulator_that_says_too_little_error_is_noticed(learned):
    z = standardised(learned) * np.sqrt(2)
    assert (z**2).sum() > stats.chi2.ppf(0.9995, NEW)


def test_the_noise_of_one_run_is_found(learned):
    said = np.sqrt(learned.sampling.mean())
    spread = 4 / np.sqrt(2 * RUNS)
    assert said == pytest.approx(NOISE @ AXES.mean(axis=1), rel=spread)


def test_far_from_the_runs_it_knows_less(learned):
    near, far = np.zeros((1, PARAMETERS)), np.full((1, PARAMETERS), 8.0)
    assert learned.stock_error(far).trace() > 3 * learned.stock_error(near).trace()


def test_counts_are_a_quadratic(learned):
    found = learned.outputs(new_places())[:, STOCKS:]
    assert np.abs(found - counts(new_places())).std() < COUNT_NOISE / 2
    # Leave-one-out error: noise of a run and that of ten coefficients.
    wanted = COUNT_NOISE * np.sqrt(1 + 10 / RUNS)
    assert learned.count_error == pytest.approx(wanted, rel=4 / np.sqrt(2 * RUNS))


SINGLE = 0.02
"""What single precision may lose, in standard deviations of a run's noise."""


def test_one_place_or_many(learned):
    places = new_places()[:70].reshape(2, 35, PARAMETERS)
    many = learned.outputs(places)
    assert many.shape == (2, 35, STOCKS + 2)
    assert learned.outputs(places[1, 3]) == pytest.approx(
        many[1, 3], abs=SINGLE * float(np.sqrt(learned.sampling.max()))
    )
    more = np.concatenate([places, np.full((2, 35, 2), 9.0)], axis=-1)
    assert (learned.outputs(more) == many).all()


def test_threads_change_no_digit(learned):
    places = np.concatenate([new_places()] * 3)
    assert len(places) > 2 * ROWS
    assert all((learned.outputs(places, threads) == learned.outputs(places)).all() for threads in (2, 3, 50))


def test_the_covariance_is_the_one_that_is_written(learned):
    component, places = learned.components[0], new_places()[:5]
    far = (places[:, None, :] / component.lengths - component.scaled) ** 2
    written = component.amplitude * np.exp(-0.5 * far.sum(axis=2))
    mean = component.intercept + places @ component.slope + written @ component.alpha
    assert component.line(places) + component.process(places) == pytest.approx(
        mean, abs=SINGLE * np.sqrt(component.noise)
    )
    own = component.scaled[:, None, :] - component.scaled
    gram = component.amplitude * np.exp(-0.5 * (own**2).sum(axis=2)) + component.noise * np.eye(RUNS)
    variance = component.amplitude - np.einsum("ij,jk,ik->i", written, np.linalg.inv(gram), written)
    assert component.variance(places) == pytest.approx(np.maximum(variance, 0), abs=1e-7)


def test_an_emulator_sent_to_a_process_is_the_same(learned):
    learned.stock_error(new_places())
    again = pickle.loads(pickle.dumps(learned))
    assert (again.outputs(new_places()) == learned.outputs(new_places())).all()
    assert (again.stock_error(new_places()) == learned.stock_error(new_places())).all()
    assert len(pickle.dumps(again)) < 8 * RUNS * RUNS


def test_a_search_for_lengths_begins_at_those_before(runs, learned):
    again = fit_emulator(*runs, STOCKS, learned.components)
    assert again.outputs(new_places()) == pytest.approx(learned.outputs(new_places()), abs=0.01)


def test_one_stock_alone():
    places = new_places()[:60]
    outputs = simulated(places, np.random.default_rng(5))
    emulator = fit_emulator(places, outputs[:, [0, 4, 5]], 1)
    assert emulator.outputs(places).shape == (60, 3)
    assert (emulator.rest == 0).all()


def test_features():
    assert features(np.array([2.0, 3.0])).tolist() == [1, 2, 3, 4, 6, 9]


def test_the_error_at_new_places_is_that_of_unseen_runs():
    """Negative control: at the places it learned from, the emulator says less than it errs elsewhere."""
    places = np.random.default_rng(7).standard_normal((100, 6))
    truth = lambda at: np.sin(1.3 * at).sum(axis=1, keepdims=True) @ np.ones((1, STOCKS))  # noqa: E731
    rng = np.random.default_rng(8)
    logits = rng.standard_normal((100, 2))
    emulator = fit_emulator(places, np.hstack([truth(places) + 0.01 * rng.standard_normal((100, 1)), logits]), STOCKS)
    new = about(places, seed=9)
    erred = (truth(new) - emulator.outputs(new)[:, :STOCKS]).std(axis=0)
    stated = np.sqrt(np.diag(emulator.stock_error(new)))
    assert erred == pytest.approx(stated, rel=4 / np.sqrt(2 * 100))
    assert (erred > (1 + 4 / np.sqrt(2 * 100)) * np.sqrt(np.diag(emulator.stock_error(places)))).all()


def test_new_places_lie_as_those_they_are_about():
    places = np.random.default_rng(3).standard_normal((4000, 3)) @ np.diag([1.0, 0.2, 3.0]) + [0.0, 1.0, -2.0]
    new = about(places, seed=1)
    assert new.shape == places.shape
    assert new.mean(axis=0) == pytest.approx(places.mean(axis=0), abs=4 * 3 / np.sqrt(4000))
    assert np.diag(np.cov(new.T)) == pytest.approx(np.diag(np.cov(places.T)), rel=4 * np.sqrt(2 / 4000))
