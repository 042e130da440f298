"""Headlines in the likelihood: the chance of lying between two ends, one or several together."""

import numpy as np
import pytest
from scipy import stats

from calibration.posterior.likelihood import log_chance_inside

COVARIANCE = np.array([[1.0, 0.6, 0.3], [0.6, 1.5, 0.7], [0.3, 0.7, 0.8]])
LOW, HIGH = np.array([-0.5, 0.2, -np.inf]), np.array([0.9, 1.6, 0.4])
RUNS = 400_000


def chance(mean, covariance, low, high):
    return float(np.exp(log_chance_inside(mean, covariance, low, high)))


@pytest.mark.parametrize(("low", "high"), [(-1.0, 0.5), (0.3, 2.0), (-np.inf, 0.4), (1.0, np.inf), (-8.0, -7.0)])
def test_one_is_a_difference_of_two_normals(low, high):
    found = chance(np.array([0.2]), np.array([[2.25]]), np.array([low]), np.array([high]))
    law = stats.norm(0.2, 1.5)
    assert found == pytest.approx(law.cdf(high) - law.cdf(low), rel=1e-9)


def test_far_tails_keep_their_digits_and_are_alike():
    def far(mean):
        return log_chance_inside(np.array([mean]), np.eye(1), np.array([24.0]), np.array([25.0]))

    below, above = far(-26.0), far(75.0)
    assert np.isfinite(below)
    assert below == pytest.approx(stats.norm.logsf(50.0), rel=1e-9)
    assert above == pytest.approx(below, rel=1e-12)


def simulated():
    rng = np.random.default_rng(4)
    drawn = rng.multivariate_normal(np.zeros(3), COVARIANCE, RUNS)
    return int(((drawn > LOW) & (drawn < HIGH)).all(axis=1).sum())


def test_several_agree_with_simulation():
    # Taking one after the other is an approximation: its own error, up to 2 %, is granted on top of chance.
    found, hits = chance(np.zeros(3), COVARIANCE, LOW, HIGH), simulated()
    assert abs(hits / RUNS - found) < 4 * np.sqrt(found / RUNS) + 0.02 * found


def test_simulation_would_notice_that_they_go_together():
    found = chance(np.zeros(3), np.diag(np.diag(COVARIANCE)), LOW, HIGH)
    assert abs(simulated() / RUNS - found) > 4 * np.sqrt(found / RUNS) + 0.02 * found
