"""The walk on laws with known moments, some directions known and the others not; interruptions; few starts."""

import numpy as np
import pytest
from scipy import stats

from calibration.posterior.walk import (
    CHAINS,
    KEPT,
    SEGMENT,
    WANTED,
    WINDOW,
    Chains,
    Prior,
    aimed_at,
    autocorrelation,
    covariance_of,
    explore,
    walk,
)

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


def law():
    """About places that are neither in the middle of the posterior nor as wide."""
    return aimed_at(np.random.default_rng(5).multivariate_normal(CENTRE, np.diag([0.05, 0.1, 2.0, 0.5]), 300))


def test_a_step_on_any_ellipses_keeps_the_posterior():
    chains = stepped(lambda chains, rng: chains.step(log_likelihood, rng, law()))
    assert agrees(chains.places, len(chains.places))
    assert chains.chance == pytest.approx(log_likelihood(chains.places))


@pytest.mark.parametrize("forgotten", ["extra", "other"])
def test_ellipses_taken_for_those_of_the_prior_are_noticed(monkeypatch, forgotten):
    """Negative controls: the law's density left out; one scale for all places, as if the law were normal."""
    wrong, kept = law(), Prior()
    object.__setattr__(wrong, forgotten, getattr(kept, forgotten))
    chains = stepped(lambda chains, rng: chains.step(log_likelihood, rng, wrong), steps=80)
    assert not agrees(chains.places, len(chains.places))


def autoregressive(rho, steps, chains=CHAINS):
    """[step, chain] in its stationary law; the time is (1 + rho) / (1 - rho)."""
    rng = np.random.default_rng(8)
    values = [rng.standard_normal(chains)]
    for _ in range(steps - 1):
        values.append(rho * values[-1] + np.sqrt(1 - rho**2) * rng.standard_normal(chains))
    return np.array(values)


@pytest.mark.parametrize(("rho", "steps"), [(0.0, 50), (0.8, 200), (0.95, 500)])
def test_autocorrelation_time_of_a_known_process(rho, steps):
    wanted = (1 + rho) / (1 - rho)
    # Sokal 1997: relative variance 2 (2 lags + 1) / steps; beyond the window exp(-10) of the sum is left out.
    error = np.sqrt(2 * (2 * 5 * wanted + 1) / (steps * CHAINS))
    assert autocorrelation(autoregressive(rho, steps)) == pytest.approx(wanted, rel=4 * error + 0.02)


def test_chains_that_hardly_move_are_not_taken_for_ones_without_memory():
    """The fault that was: about its own mean each chain looks as if it forgot within a tenth of its length."""
    values = autoregressive(0.998, 27)
    assert autocorrelation(values) > 27 / WINDOW
    own = values - values.mean(axis=0)
    assert autocorrelation(own) < 27 / WINDOW, "the control"


def test_few_places_have_a_law_and_many_have_their_own():
    rng = np.random.default_rng(2)
    assert np.linalg.eigvalsh(covariance_of(rng.standard_normal((3, 40)))).min() > 0.5
    assert covariance_of(np.ones((1, 2))) == pytest.approx(np.diag([2 / 3, 2 / 3]))
    many = 0.3 * rng.standard_normal((100_000, 2))
    assert covariance_of(many) == pytest.approx(np.cov(many.T), abs=1e-4)


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
    assert places.shape == (300, PARAMETERS)
    assert len(np.unique(places, axis=0)) == 300
    # Three places of each chain, of which 300 are taken: so many chains are among them on average.
    chains = CHAINS * (1 - (1 - 300 / (3 * CHAINS)) ** 3)
    assert agrees(places, chains)
    sd = np.sqrt(np.diag(exact()[1]))
    assert not agrees(places + 0.4 * sd, chains), "the controls: moved, and narrower"
    assert not agrees(places.mean(axis=0) + 0.7 * (places - places.mean(axis=0)), chains)
    assert (explore(log_likelihood, PARAMETERS, 300, seed=1) == places).all()
