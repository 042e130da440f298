"""Importance sampling on likelihoods with known evidence, and what it says where it goes wrong."""

import numpy as np
import pytest
from scipy import stats

from calibration.facts.priors import FREE
from calibration.posterior import evidence as module
from calibration.posterior.evidence import evidence, mean_of

SD = np.geomspace(0.2, 5, len(FREE))
LOG_EVIDENCE = float(stats.norm.logpdf(0.5, 0, np.sqrt(1 + SD**2)).sum())
POSTERIOR_SD = SD / np.sqrt(1 + SD**2)
POSTERIOR_MEAN = 0.5 / (1 + SD**2)


def normal(places):
    """Each parameter is observed as 0.5 with a standard error of its own."""
    return stats.norm.logpdf(0.5, places, SD).sum(axis=1)


def draws(seed=1, n=4000):
    return POSTERIOR_MEAN + POSTERIOR_SD * np.random.default_rng(seed).standard_normal((n, len(SD)))


def test_evidence_moments_and_information():
    found = evidence(normal, draws(), seed=1)
    assert found.error < module.ENOUGH
    assert found.log == pytest.approx(LOG_EVIDENCE, abs=3.3 * found.error)
    bound = stats.norm.ppf(1 - 0.0005 / len(SD)) / np.sqrt(found.effective)
    assert np.abs((found.mean - POSTERIOR_MEAN) / POSTERIOR_SD).max() < bound
    assert found.sd / POSTERIOR_SD == pytest.approx(1, abs=bound)
    # Kullback-Leibler distance of two normals.
    nats = (POSTERIOR_SD**2 + POSTERIOR_MEAN**2 - 1 - np.log(POSTERIOR_SD**2)).sum() / 2
    assert found.information == pytest.approx(nats, abs=5 * np.sqrt(nats / found.effective))


@pytest.mark.slow
def test_the_stated_error_is_the_spread_over_seeds():
    found = [evidence(normal, draws(), seed=seed, blocks=1) for seed in range(30)]
    off = np.array([one.log - LOG_EVIDENCE for one in found]) / np.mean([one.error for one in found])
    low, high = stats.chi2.ppf([0.0005, 0.9995], len(off))
    assert low < (off**2).sum() < high
    # Control: an error stated half as large would show.
    assert (4 * off**2).sum() > high


@pytest.mark.slow
def test_the_stated_error_of_a_mean_is_its_spread_over_seeds():
    """Weights differ: the error isn't that of so many equal draws."""
    found = [evidence(normal, draws(), seed=seed, blocks=1) for seed in range(30)]
    off = np.array([(one.mean - POSTERIOR_MEAN) / one.mean_error for one in found])
    # Seeds are independent, parameters of a seed are not: each is tested alone, at one in a thousand over all.
    low, high = stats.chi2.ppf([0.0005 / len(FREE), 1 - 0.0005 / len(FREE)], len(found))
    squares = (off**2).sum(axis=0)
    assert low < squares.min() <= squares.max() < high
    assert (4 * squares).max() > high, "an error stated half as large would show"


@pytest.mark.parametrize("n", [32, len(FREE), 2 * len(FREE)])
def test_fewer_draws_to_aim_by_than_parameters(n):
    """As from the smallest wave, 32 runs: what the draws don't tell of the directions, the prior does."""
    found = evidence(normal, draws(n=n), seed=2, blocks=1)
    assert np.isfinite([found.log, found.error]).all()
    assert found.error > module.ENOUGH, "a handful of places has all the weight, and it says so"
    # Their mean weight is right on average: it is a thousand times too large less than once in a thousand (Markov).
    assert found.log < LOG_EVIDENCE + np.log(1000)
    own = np.linalg.eigvalsh(np.cov(draws(n=n).T))
    assert (own.min() < 1e-9) == (n <= len(FREE)), "without the prior's part they would have no law"


FEW = slice(0, 44, 11)
"""Four parameters, known well to hardly: a problem so small that few draws are enough for a normal error."""


@pytest.mark.parametrize("n", [2, 4, 8])
def test_fewer_draws_than_parameters_give_the_evidence(n):
    found = evidence(few_informed, draws(n=n)[:, FEW], seed=2, blocks=4)
    assert found.effective > 1000, "otherwise the error has no normal law"
    reach = stats.norm.ppf(1 - 0.0005 / 3) * found.error
    by_parameter = stats.norm.logpdf(0.5, 0, np.sqrt(1 + SD[FEW] ** 2))
    assert abs(found.log - by_parameter.sum()) < reach
    assert abs(found.log - by_parameter[1:].sum()) > reach, "the control: a parameter forgotten"


def few_informed(places):
    return stats.norm.logpdf(0.5, places, SD[FEW]).sum(axis=1)


def test_few_draws_to_aim_by_cost_effective_draws_not_the_answer():
    few, many = (evidence(normal, draws(n=n), seed=2, blocks=2) for n in (320, 4000))
    assert few.effective < many.effective
    assert few.log == pytest.approx(LOG_EVIDENCE, abs=4 * few.error)


def test_a_missed_part_shows_as_a_large_error():
    """Half of the posterior lies where no draw was: the prior's share of the proposal finds it, or says it may have."""

    def two_modes(places):
        return np.logaddexp(stats.norm.logpdf(places[:, 0], -1, 0.2), stats.norm.logpdf(places[:, 0], 2, 0.2))

    chosen = np.random.default_rng(3).normal(-1, 0.2, (2000, 1))
    found = evidence(two_modes, chosen, seed=1, blocks=5)
    exact = np.log(sum(np.exp(stats.norm.logpdf(mode, 0, np.sqrt(1.04))) for mode in (-1, 2)))
    assert found.log == pytest.approx(exact, abs=4 * found.error)
    only_one = stats.norm.logpdf(-1, 0, np.sqrt(1.04))
    assert abs(found.log - only_one) > 4 * found.error


def test_what_is_told_on_the_way():
    told = []
    found = evidence(normal, draws(), seed=1, blocks=3, tell=lambda *said: told.append(said))
    assert told[-1][:2] == (found.log, found.error)
    assert [share for *_, share in told] == pytest.approx(np.arange(1, len(told) + 1) / 3)
    assert found.drawn == len(told) * module.BLOCK


def test_mean_of_weights():
    log, error = mean_of(np.log([1.0, 3.0]))
    assert log == pytest.approx(np.log(2))
    assert error == pytest.approx(np.sqrt((2 / 1.6 - 1) / 2))
    assert mean_of(np.zeros(9)) == pytest.approx((0.0, 0.0))
