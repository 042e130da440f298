"""Weighted draws."""

import numpy as np
import pytest
from scipy import stats

from calibration.posterior.evidence import effective, systematic


def test_effective():
    assert effective(np.zeros(50)) == pytest.approx(50)
    assert effective(np.array([0.0, -800.0])) == pytest.approx(1)


def test_systematic_draws_are_distinct_and_follow_the_weights():
    rng = np.random.default_rng(1)
    places = rng.standard_normal(20_000)
    log_weights = -0.5 * ((places - 0.5) / 0.5) ** 2 + 0.5 * places**2
    kept = places[systematic(log_weights, 400, 1)]
    assert len(np.unique(kept)) == 400
    assert stats.kstest(kept, stats.norm(0.5, 0.5).cdf).pvalue > 1e-3
    assert stats.kstest(places[:400], stats.norm(0.5, 0.5).cdf).pvalue < 1e-3
    # In random order: the first half is a fair sample too.
    assert stats.kstest(kept[:200], stats.norm(0.5, 0.5).cdf).pvalue > 1e-3


def test_more_draws_than_there_are():
    with pytest.raises(ValueError, match="20 distinct draws wanted; there are no more than 10"):
        systematic(np.zeros(10), 20, 1)
