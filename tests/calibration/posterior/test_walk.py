"""The walk on laws with known moments, some directions known and the others not; interruptions; few starts."""

import numpy as np
import pytest
from scipy import stats

from calibration.posterior.walk import CHAINS, KEPT, SEGMENT, WANTED, Chains, explore, walk

PARAMETERS = 4
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
    assert walked.effective > WANTED * CHAINS
    assert walked.steps * 2 / 3 >= WANTED * walked.autocorrelation


def test_a_narrow_and_a_shifted_sample_are_noticed(walked):
    mean = walked.places.mean(axis=0)
    assert not agrees(mean + 0.85 * (walked.places - mean), walked.effective)
    assert not agrees(walked.places + 0.2, walked.effective)


def stepped(step, steps=40):
    """Places of chains that start in the posterior, after some steps: a step that keeps the law leaves them there."""
    mean, covariance = exact()
    rng = np.random.default_rng(4)
    places = rng.multivariate_normal(mean, covariance, 4000)
    chains = Chains(places, log_likelihood(places))
    for _ in range(steps):
        step(chains, rng)
    return chains


def test_a_step_keeps_the_posterior():
    chains = stepped(lambda chains, rng: chains.step(log_likelihood, rng))
    assert agrees(chains.places, len(chains.places))
    assert chains.chance == pytest.approx(log_likelihood(chains.places)), "what it knows of its places is so"


def test_a_step_that_forgets_the_level_is_noticed():
    """Negative control: a step that takes any place at least as likely climbs to the mode."""

    def climbing(chains, rng):
        tried = Chains(chains.places.copy(), chains.chance.copy())
        tried.step(log_likelihood, rng)
        better = tried.chance >= chains.chance
        chains.places[better], chains.chance[better] = tried.places[better], tried.chance[better]

    chains = stepped(climbing)
    assert not agrees(chains.places, len(chains.places))


def test_directions_without_data_are_drawn_anew_at_every_step():
    """With nothing known a step lands anywhere on its ellipse: no memory, however many parameters there are."""
    rng = np.random.default_rng(6)
    before = rng.standard_normal((4000, 40))
    chains = Chains(before.copy(), np.zeros(4000))
    chains.step(lambda places: np.zeros(len(places)), rng)
    correlation = (before * chains.places).mean(axis=0)
    # The cosine of a uniform angle has mean 0 and variance 1/2.
    assert np.abs(correlation).max() < stats.norm.ppf(1 - 0.0005 / 40) * np.sqrt(1.5 / 4000)
    assert chains.places.std() == pytest.approx(1, abs=4 / np.sqrt(2 * before.size / 20))


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
    """Starts come from the prior as well, so that three given ones do."""
    found = walk(log_likelihood, PARAMETERS, seed=1, start=start(3), saved=tmp_path / "a.npz", segments=1)
    assert found.steps == SEGMENT
    assert found.places.shape == (CHAINS * (KEPT - KEPT // 3), PARAMETERS)
    assert len(np.unique(found.places[-CHAINS:], axis=0)) == CHAINS
    assert np.isfinite(found.places).all()


def test_exploring_finds_the_posterior():
    places = explore(log_likelihood, PARAMETERS, 300, seed=1)
    mean, covariance = exact()
    assert places.shape == (300, PARAMETERS)
    assert len(np.unique(places, axis=0)) == 300
    assert np.abs(places.mean(axis=0) - mean).max() < 0.5
    assert np.sqrt(np.diag(covariance)) == pytest.approx(places.std(axis=0), rel=0.3)
    assert (explore(log_likelihood, PARAMETERS, 300, seed=1) == places).all()
