"""The walk on laws with known moments; emcee's snooker move, which is left out; interruptions."""

import emcee
import numpy as np
import pytest
from scipy import stats

from calibration.posterior.walk import MOVES, WALKERS_PER_PARAMETER, WANTED, explore, walk

PARAMETERS = 4
WALKERS = WALKERS_PER_PARAMETER * PARAMETERS
PRECISION = np.diag([24.0, 3.0, 0.0, 0.0])
PRECISION[0, 1] = PRECISION[1, 0] = 8.0
CENTRE = np.array([0.5, -0.5, 0.0, 0.0])


def log_likelihood(places):
    """A normal that informs two of four parameters, correlated."""
    away = places - CENTRE
    return -0.5 * np.einsum("...i,ij,...j->...", away, PRECISION, away)


def exact():
    """Mean and covariance of the posterior under the standard normal prior."""
    covariance = np.linalg.inv(PRECISION + np.eye(PARAMETERS))
    return covariance @ PRECISION @ CENTRE, covariance


def start(n=200):
    return 0.3 * np.random.default_rng(1).standard_normal((n, PARAMETERS))


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    return walk(log_likelihood, PARAMETERS, seed=1, start=start(), saved=tmp_path_factory.mktemp("walk") / "a.npz")


def agrees(places, independent):
    """Whether means and variances are those of the posterior, at a level of one in a thousand over all."""
    mean, covariance = exact()
    variance, tests = np.diag(covariance), 2 * PARAMETERS
    reach = stats.norm.ppf(1 - 0.0005 / tests)
    z = np.sqrt(independent) * (places.mean(axis=0) - mean) / np.sqrt(variance)
    # A variance is known half as well in squares: its chain of squares has at most the memory of the chain itself.
    s = np.sqrt(independent / 2) * (places.var(axis=0) / variance - 1)
    return np.abs([z, s]).max() < reach


def test_moments(walked):
    assert agrees(walked.places, walked.effective)
    assert walked.effective > WANTED * WALKERS_PER_PARAMETER * PARAMETERS
    assert walked.steps * 0.75 >= WANTED * walked.autocorrelation


def test_a_narrow_and_a_shifted_sample_are_noticed(walked):
    mean = walked.places.mean(axis=0)
    assert not agrees(mean + 0.85 * (walked.places - mean), walked.effective)
    assert not agrees(walked.places + 0.2, walked.effective)


def spread(moves, parameters=27, steps=500):
    """Standard deviation that a walk gives a standard normal."""
    rng = np.random.default_rng(2)
    sampler = emcee.EnsembleSampler(216, parameters, lambda x: -0.5 * (x**2).sum(axis=1), moves=moves, vectorize=True)
    sampler.random_state = np.random.RandomState(3).get_state()
    sampler.run_mcmc(rng.standard_normal((216, parameters)), steps, skip_initial_state_check=True)
    return float(sampler.get_chain(discard=steps // 2, flat=True).std())


def test_the_moves_keep_a_standard_normal_and_the_snooker_move_does_not():
    # 216 walkers of 27 numbers, at least one independent set: a standard deviation within 4 / sqrt(2 216 27).
    assert spread(list(MOVES)) == pytest.approx(1, abs=4 / np.sqrt(2 * 216 * 27))
    assert spread(emcee.moves.DESnookerMove()) < 0.9


class StoppedError(Exception):
    pass


@pytest.mark.parametrize("times", [1, 2])
def test_an_interrupted_walk_goes_on_along_the_same_path(tmp_path, times):
    told = []

    def tell(share):
        told.append(share)
        if len(told) <= times:
            raise StoppedError

    arguments = {"seed": 5, "start": start(), "segments": 3, "wanted": 10_000.0}
    whole = walk(log_likelihood, PARAMETERS, saved=tmp_path / "whole.npz", **arguments)
    for _ in range(times):
        with pytest.raises(StoppedError):
            walk(log_likelihood, PARAMETERS, saved=tmp_path / "cut.npz", tell=tell, **arguments)
    again = walk(log_likelihood, PARAMETERS, saved=tmp_path / "cut.npz", tell=tell, **arguments)
    assert (again.places == whole.places).all()
    assert again.effective == whole.effective
    calls = []
    finished = walk(
        lambda places: calls.append(1) or log_likelihood(places), PARAMETERS, saved=tmp_path / "cut.npz", **arguments
    )
    assert (finished.places == whole.places).all()
    assert calls == []


def test_too_few_starts(tmp_path):
    found = walk(log_likelihood, PARAMETERS, seed=1, start=start(3), saved=tmp_path / "a.npz", segments=1)
    assert found.places.shape[1] == PARAMETERS
    assert np.isfinite(found.places).all()


def test_exploring_finds_the_posterior():
    places = explore(log_likelihood, PARAMETERS, 300, seed=1)
    mean, covariance = exact()
    assert places.shape == (300, PARAMETERS)
    assert len(np.unique(places, axis=0)) == 300
    assert np.abs(places.mean(axis=0) - mean).max() < 0.5
    assert np.sqrt(np.diag(covariance)) == pytest.approx(places.std(axis=0), rel=0.3)
    assert (explore(log_likelihood, PARAMETERS, 300, seed=1) == places).all()
