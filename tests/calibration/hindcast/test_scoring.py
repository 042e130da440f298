"""Scores: against closed forms, against their own sampling law, and that a wrong forecaster is caught."""

import numpy as np
import pytest
from scipy import stats

from calibration.hindcast.scoring import (
    chance_above,
    crps,
    predictive_quantile,
    score,
)
from tests.calibration.coverage import covers, overconfident

Z = 4.0
"""Standard errors allowed: about one false alarm in sixteen thousand."""


def normal_crps(mean, sd, y):
    """Gneiting and Raftery (2007): sd (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi))."""
    z = (y - mean) / sd
    return sd * (z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi))


def plain_crps(x, y):
    """The ensemble form with m² in place of m (m - 1): too large for few samples."""
    return np.mean(np.abs(x - y)) - np.abs(x[:, None] - x[None, :]).sum() / (2 * len(x) ** 2)


@pytest.mark.parametrize("y", [-2.0, 0.3, 3.0])
@pytest.mark.parametrize("error", [0.0, 0.7])
def test_crps_of_many_samples_is_the_closed_form(y, error):
    x = stats.norm.ppf((np.arange(2000) + 0.5) / 2000) * 1.5 + 0.4
    assert crps(x, y, error) == pytest.approx(normal_crps(0.4, np.hypot(1.5, error), y), abs=0.003)


@pytest.mark.parametrize("error", [0.0, 0.5])
def test_the_fair_form_has_no_bias_with_five_samples_and_the_plain_form_has(error):
    rng, y = np.random.default_rng(1), 0.8
    ensembles = rng.standard_normal((6000, 5))
    wanted = normal_crps(0.0, np.hypot(1.0, error), y)
    found = np.array([crps(x, y, error) for x in ensembles])
    assert abs(found.mean() - wanted) < Z * found.std() / np.sqrt(len(found))
    plain = np.array([plain_crps(x, y) for x in ensembles])
    assert abs(plain.mean() - normal_crps(0.0, 1.0, y)) > Z * plain.std() / np.sqrt(len(plain))


def test_an_error_that_vanishes_changes_nothing():
    x = np.random.default_rng(2).gamma(3.0, size=50)
    assert crps(x, 2.0, 1e-9) == pytest.approx(crps(x, 2.0), abs=1e-8)
    for level in (0.05, 0.5, 0.95):
        between = np.sort(x)[[int(np.floor(level * 50)) - 1, int(np.ceil(level * 50))]]
        assert between[0] <= predictive_quantile(x, level, 1e-6) <= between[1]


def test_the_error_is_part_of_the_interval():
    x = np.full(3, 10.0)
    found = score(x, 10.5, 0.4)
    assert (found.p05, found.p50, found.p95) == pytest.approx((10 - 1.6449 * 0.4, 10.0, 10 + 1.6449 * 0.4), abs=1e-4)
    assert found.inside
    assert found.absolute_error == pytest.approx(0.5)
    assert not score(x, 10.7, 0.4).inside
    assert not score(x, 10.5).inside


def test_the_better_forecast_scores_lower_on_average():
    rng = np.random.default_rng(3)
    came = rng.normal(5.0, 1.0, 400)
    mean = [np.mean([crps(rng.normal(m, s, 100), y) for y in came]) for m, s in ((5, 1), (5, 0.2), (5, 4), (6, 1))]
    assert min(mean) == mean[0]


def test_the_chance_of_a_bound():
    assert chance_above([10.0, 12.0], 11.0) == 0.5
    assert chance_above(np.full(2, 11.0), 11.0, 0.3) == pytest.approx(0.5)
    assert chance_above(np.full(2, 11.3), 11.0, 0.3) == pytest.approx(stats.norm.cdf(1.0))


@pytest.mark.parametrize("error", [0.0, 1.0])
def test_coverage_of_a_right_forecaster_and_of_an_overconfident_one(error):
    rng = np.random.default_rng(4)
    centres = rng.normal(10.0, 3.0, 500)
    samples = [rng.normal(centre, 1.0, 400) for centre in centres]
    came = rng.normal(centres, np.hypot(1.0, error))
    assert covers(samples, came, error)
    assert not covers([overconfident(x) for x in samples], came, error)
    assert error == 0 or not covers(samples, came), "measurement error left out of the forecast"


@pytest.mark.parametrize(("samples", "error"), [([1.0], 0.0), ([1.0, np.nan], 0.0), ([[1.0, 2.0]], 0.0), ([1, 2], -1)])
def test_what_can_not_be_scored(samples, error):
    with pytest.raises(ValueError, match="needed"):
        score(samples, 1.0, error)
