"""Lengths of a process: the gradient against differences, and lengths found again in made-up values."""

import numpy as np
import pytest
from scipy import optimize, stats

from calibration.posterior.emulator import find_lengths, likeness, minus_log_likelihood

RUNS = 300
LENGTHS = np.array([1.0, 2.5, 30.0])


@pytest.fixture(scope="module")
def made_up():
    rng = np.random.default_rng(3)
    places = rng.standard_normal((RUNS, 3))
    covariance = likeness(places / LENGTHS) + 0.05 * np.eye(RUNS)
    return places, np.linalg.cholesky(covariance) @ rng.standard_normal(RUNS)


def test_the_likelihood_is_that_of_a_normal(made_up):
    places, values = made_up
    logs = np.log([*LENGTHS, 1.3, 0.07])
    covariance = 1.3 * likeness(places / LENGTHS) + 0.07 * np.eye(RUNS)
    expected = -stats.multivariate_normal.logpdf(values, cov=covariance) - 0.5 * RUNS * np.log(2 * np.pi)
    assert minus_log_likelihood(logs, places, values)[0] == pytest.approx(expected, abs=1e-8)


def test_the_gradient_is_that_of_differences(made_up):
    logs = np.log([1.5, 2.0, 9.0, 0.8, 0.1])
    by_differences = optimize.approx_fprime(logs, lambda at: minus_log_likelihood(at, *made_up)[0], 1e-6)
    assert minus_log_likelihood(logs, *made_up)[1] == pytest.approx(by_differences, rel=1e-3, abs=1e-3)


def test_lengths_are_found_again(made_up):
    """Within three standard errors, from the curvature of the likelihood at what was found."""
    lengths, amplitude, noise = find_lengths(*made_up)
    logs = np.log([*lengths, amplitude, noise])
    gradient = np.array([minus_log_likelihood(logs + step, *made_up)[1] for step in 1e-4 * np.eye(5)])
    at = minus_log_likelihood(logs, *made_up)[1]
    curvature = (gradient - at) / 1e-4
    seen = [0, 1, 3, 4]  # a length of thirty standard deviations is a straight line: only its size is known
    errors = np.sqrt(np.diag(np.linalg.inv(0.5 * (curvature + curvature.T)[np.ix_(seen, seen)])))
    truth = np.log([*LENGTHS, 1.0, 0.05])
    assert (np.abs(logs - truth)[seen] < 3 * errors).all()
    assert lengths[2] > 5


def test_a_search_begins_where_it_is_told(made_up):
    found = find_lengths(*made_up)
    again = find_lengths(*made_up, start=found)
    assert np.log(again[0][:2]) == pytest.approx(np.log(found[0][:2]), abs=0.01)
