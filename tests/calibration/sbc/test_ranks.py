"""Rank statistics: right posteriors pass, wrong ones fail, bands hold as often as they say."""

import numpy as np
import pytest
from scipy import stats

from calibration.sbc.ranks import LEVEL, controls, coverage_band, ecdf_band, lines_of, place_of_truth, with_distance

TRUTHS, LINES, DRAWS, SAMPLE = 400, 8, 50, 400
NAMES = [f"line {k}" for k in range(LINES)] + ["distance"]


def made_up(seed=1):
    """Ranks [truth, line + 1] of truths and draws of one correlated normal, as they are and made wrong."""
    rng = np.random.default_rng(seed)
    factor = np.linalg.cholesky(0.4 + 0.6 * np.eye(LINES))
    ranks = {}
    for _ in range(TRUTHS):
        middle = rng.standard_normal(LINES)
        truth, *drawn = middle + rng.standard_normal((1 + DRAWS + SAMPLE, LINES)) @ factor.T
        for name, draws in controls(np.array(drawn)).items():
            lines = with_distance(truth, draws[:DRAWS], draws[DRAWS:], LINES)
            ranks.setdefault(name, []).append(place_of_truth(*lines, rng))
    return {name: np.array(rows) for name, rows in ranks.items()}


@pytest.fixture(scope="module")
def ranks():
    return made_up()


def test_right_posteriors_pass(ranks):
    assert all(line.passed for line in lines_of(NAMES, ranks[""], len(NAMES)))


@pytest.mark.parametrize("control", ["narrow", "shifted", "far"])
def test_wrong_posteriors_fail(ranks, control):
    """On every line: half a standard deviation is a departure of 0.197 of an ECDF, which 400 truths show."""
    found = lines_of(NAMES, ranks[control], len(NAMES))
    assert [line.name for line in found if line.passed] == []


def test_ranks_are_uniform_whatever_the_number_of_draws():
    rng = np.random.default_rng(2)
    u = np.array([place_of_truth(*np.split(rng.standard_normal((4, 1)), [1])[::1], rng)[0] for _ in range(2000)])
    assert stats.kstest(u, "uniform").pvalue > 1e-3
    assert u.min() >= 0
    assert u.max() <= 1


def test_ties_are_broken_at_random():
    rng = np.random.default_rng(3)
    u = np.array([place_of_truth(np.zeros(1), np.zeros((9, 1)), rng)[0] for _ in range(2000)])
    assert stats.kstest(u, "uniform").pvalue > 1e-3


def test_the_band_of_coverage():
    low, high = coverage_band(100, (1 - LEVEL) / 30)
    law = stats.binom(100, 0.9)
    assert law.cdf(low - 1) + law.sf(high) <= (1 - LEVEL) / 30
    assert law.cdf(low) > (1 - LEVEL) / 60
    assert coverage_band(10, 1e-5)[0] <= 4


def test_the_band_of_an_ecdf_is_crossed_as_often_as_it_says():
    spent, trials, truths = 0.05, 2000, 40
    low, high = ecdf_band(truths, spent)
    points = np.arange(1, low.size + 1) / low.size
    u = np.random.default_rng(4).random((trials, truths))
    ecdf = (u[:, :, None] <= points).mean(axis=1)
    crossed = ((ecdf < low) | (ecdf > high)).any(axis=1).sum()
    # Limits are whole numbers of truths: the band may be crossed less often, not more.
    assert stats.binomtest(int(crossed), trials, spent, alternative="greater").pvalue > 1e-3
    assert crossed > 0.2 * spent * trials
