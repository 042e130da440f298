"""Forecasters by the hazard of those outside: hand counts, worlds that obey their law, and worlds that don't."""

import numpy as np
import pytest

from calibration.hindcast.forecasters import FORECASTERS, LIVING_INSURED, Series
from calibration.hindcast.forecasters.curves import LastSlope, NoChange
from calibration.hindcast.forecasters.hazards import (
    STEP,
    DampedTrend,
    EqualMean,
    OutsideView,
    covariance,
    given,
    hazard_noise,
    laws,
    likelihood,
    log_hazards,
    stocks_along,
    walks,
)
from tests.calibration.coverage import covers, overconfident

LOG_HAZARD = np.log(0.1)


def series(millions, years, error=1e-6):
    return Series(
        years=np.asarray(years, float), millions=np.asarray(millions), errors=np.full(len(years), error), initial=0.168
    )


def steady(years, first=8.0):
    """Stocks under a hazard of 10 % a year."""
    return LIVING_INSURED - (LIVING_INSURED - first) * np.exp(-0.1 * (np.asarray(years) - years[0]))


def test_a_hazard_by_hand():
    """Half of those outside leave within a year: log 2."""
    past = series([8.4, 38.403342], [1.0, 2.0])
    found = log_hazards(past, past.millions[None, :])
    assert found == pytest.approx(np.log([[np.log((LIVING_INSURED - 8.4) / (LIVING_INSURED - 38.408342))]]), rel=1e-6)
    assert np.exp(found[0, 0]) == pytest.approx(np.log(2), abs=1e-3)


def test_errors_of_hazards_share_counts():
    """Gains 1 and 2, counts within 0.1: 0.02 / 1, 0.02 / 4, and -0.01 / 2 between them."""
    noise = hazard_noise(series([8.0, 9.0, 11.0], [1, 2, 3], error=0.1))
    assert noise == pytest.approx(np.array([[0.02, -0.005], [-0.005, 0.005]]))


def test_stocks_follow_a_constant_hazard():
    grid = np.arange(0, 3, STEP)
    found = stocks_along(np.array([8.0]), np.full((1, len(grid)), LOG_HAZARD), np.array([1.0, 2.0]), grid)
    assert found[0] == pytest.approx(LIVING_INSURED - (LIVING_INSURED - 8.0) * np.exp([-0.1, -0.2]), rel=1e-6)


def test_walks_have_their_variance():
    ends = walks(np.full(8000, 0.5), 49, np.random.default_rng(1))[:, -1]
    # Mirrored halves: 4000 independent squares, standard error sqrt(2 / 4000) of the variance.
    assert ends.var() == pytest.approx(0.25 * 2, rel=4 * np.sqrt(2 / 4000))


@pytest.mark.parametrize("forecaster", [OutsideView(), DampedTrend()], ids=lambda f: f.name)
def test_a_steady_hazard_goes_on_in_the_median(forecaster):
    """The outside view's level fades by the median of its rate, 3 % a year, so its gain of a year by 1.5 %."""
    years = np.array([0.5, 1.0, 1.5, 2.0, 2.5])
    past = series(steady(years), years)
    found = np.median(forecaster.forecast(past, np.array([3.5]), np.random.default_rng(1), 2000)[:, 0])
    gain = steady(np.append(years, 3.5))[-1] - past.millions[-1]
    assert (found - past.millions[-1]) / gain == pytest.approx(1.0, abs=0.05)


def test_the_trend_is_carried_on_and_fades():
    """Hazards that double every year: more than the last one goes on, less than the trend undamped."""
    years = np.arange(0.5, 4.1, 0.5)
    spent = np.concatenate(([0.0], np.cumsum(0.5 * 0.02 * 2.0 ** (years[:-1] - 0.25))))
    past = series(LIVING_INSURED - (LIVING_INSURED - 8.0) * np.exp(-spent), years)
    ahead = years[-1] + 2.0
    found = np.median(DampedTrend().forecast(past, np.array([ahead]), np.random.default_rng(1), 2000)[:, 0])
    last = np.exp(log_hazards(past, past.millions[None, :])[0, -1])

    def stock(spent):
        return LIVING_INSURED - (LIVING_INSURED - past.millions[-1]) * np.exp(-spent)

    undamped = last * 2**0.25 * (2**2 - 1) / np.log(2)
    assert stock(2 * last) < found < stock(undamped)


def test_the_process_by_hand():
    """After a long time the trend's integral grows by 2 trend² life a year; a walk's variance by its square."""
    far = covariance(np.array([100.0, 101.0]), 0.0, 0.5, 0.25)
    assert far[1, 1] - far[0, 0] == pytest.approx(2 * 0.5**2 * 0.25, rel=1e-6)
    walk = covariance(np.array([1.0, 3.0]), 0.5, 0.0, 1.0)
    assert walk[1, 1] - walk[0, 0] == pytest.approx(0.5)
    assert walk[0, 1] == walk[0, 0]


def test_a_seen_hazard_is_kept():
    law = (0.5, 0.5, 1.0)
    mean, root = given(np.array([-2.0, -1.0]), np.array([1.0, 2.0]), np.array([2.0, 4.0]), law, 1e-8 * np.eye(2))
    sd = np.sqrt(np.diag(root @ root.T))
    assert (mean[0], sd[0]) == (pytest.approx(-1.0, abs=1e-5), pytest.approx(0.0, abs=1e-3))
    assert sd[1] > 0.5


def world(rng, level, trend, life, years):
    """Stocks along a path of the damped trend's own process, years in half-weeks."""
    grid = np.arange(0.0, years[-1] + 0.01, 1 / 104)
    b = np.empty(len(grid))
    b[0] = trend * rng.standard_normal()
    keep = np.exp(-1 / 104 / life)
    for i, z in enumerate(rng.standard_normal(len(grid) - 1)):
        b[i + 1] = keep * b[i] + trend * np.sqrt(1 - keep**2) * z
    walk = np.cumsum(level * np.sqrt(1 / 104) * rng.standard_normal(len(grid)))
    hazard = np.exp(LOG_HAZARD + np.cumsum(b) / 104 + walk)
    spent = np.interp(years, grid, np.cumsum(hazard) / 104)
    return LIVING_INSURED - (LIVING_INSURED - 5.0) * np.exp(-spent)


@pytest.mark.slow
def test_coverage_in_worlds_that_obey_the_damped_trend():
    """Sizes from the grid itself, as the law has it beforehand: 90 % intervals hold 90 %; too narrow ones don't."""
    rng, years = np.random.default_rng(7), np.array([0.7, 1.0, 1.3, 1.8, 2.0, 2.3, 2.7, 3.7])
    samples, came = [], []
    for i in range(120):
        stocks = world(rng, *laws()[rng.integers(len(laws()))], years)
        if stocks[-2] > 60.0:
            continue  # nobody left to forecast; known on the day, so those left are no selection by what came
        past = series(stocks[:-1], years[:-1], error=0.01)
        drawn = DampedTrend().forecast(past, years[-1:], np.random.default_rng(i), 100)[:, 0]
        samples.append(drawn)
        came.append(stocks[-1])
    assert covers(samples, came)
    assert not covers([overconfident(x) for x in samples], came)


def test_a_wrong_size_is_unlikely():
    """Hazards that jump by a factor: the likelihood prefers a large walk to a tiny one."""
    seen, middles = np.array([-2.0, -1.0, -2.2, -0.9]), np.array([1.0, 1.5, 2.0, 2.5])
    tiny, large = (likelihood(seen, covariance(middles, level, 0.1, 1.0) + 1e-4 * np.eye(4)) for level in (0.1, 1.5))
    assert large > tiny + 3


def test_the_mean_is_a_mixture_with_equal_weights():
    """No change says 10, the last slope 12: half the samples each; those that can't say anything are left out."""
    past = series([8.0, 9.0, 10.0], [1.0, 2.0, 3.0])
    mean = EqualMean((NoChange(), LastSlope(), DampedTrend()))
    found = mean.forecast(past, np.array([5.0]), np.random.default_rng(1), 200)[:, 0]
    parts = (f.forecast(past, np.array([5.0]), np.random.default_rng(1), 100)[:, 0] for f in (NoChange(), LastSlope()))
    middles = [np.median(part) for part in parts]
    assert [np.median(found[:100]), np.median(found[100:])] == pytest.approx(middles, abs=0.05)
    assert len(FORECASTERS[-1].others) == len(FORECASTERS) - 1
