"""Places and values of the free parameters."""

import numpy as np
import pytest

from calibration.facts.priors import DISCREPANCY, FREE, SURVEY
from calibration.posterior.simulate import FURTHEST, free_priors, quick_values_at, values_at

QUICK = (*SURVEY, DISCREPANCY)


def test_the_middle_is_the_median():
    values = values_at(np.zeros(len(FREE)))
    assert values == pytest.approx([float(prior.quantile(0.5)) for prior in free_priors()])


def test_one_standard_deviation_is_the_same_quantile_of_every_prior():
    values = values_at(np.full((2, len(FREE)), 1.0))
    assert values[1] == pytest.approx([float(prior.quantile(0.8413447460685429)) for prior in free_priors()])


def test_quick_values_are_close():
    places = np.random.default_rng(1).standard_normal((2000, len(FREE)))
    right, quick = values_at(places), quick_values_at(places, QUICK)
    for name in QUICK:
        column = FREE.index(name)
        low, high = free_priors()[column].quantile([0.05, 0.95])
        assert np.abs(quick - right)[:, column].max() < 1e-5 * (high - low), name
    others = [k for k, name in enumerate(FREE) if name not in QUICK]
    assert np.isnan(quick[:, others]).all()


def test_quick_values_end_where_the_table_does():
    far = np.full(len(FREE), 2 * FURTHEST)
    at_the_end = values_at(np.full(len(FREE), FURTHEST))
    column = FREE.index(DISCREPANCY)
    assert quick_values_at(far, [DISCREPANCY])[column] == pytest.approx(at_the_end[column])


def test_far_places_stay_finite():
    for far in (-40.0, 40.0):
        assert np.isfinite(values_at(np.full(len(FREE), far))).all()
