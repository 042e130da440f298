"""Forecasters: medians that follow from their names, coverage in worlds that obey their rule, too few stocks."""

from datetime import date

import numpy as np
import pytest

from calibration.facts.tables import read_rows
from calibration.facts.targets import load_stock_targets
from calibration.hindcast.forecasters import (
    FORECASTERS,
    LIVING_INSURED,
    BassFixed,
    BassFree,
    Gompertz,
    LastSlope,
    Logistic,
    NoChange,
    NotEnoughDataError,
    OlsLine,
    Series,
    series_until,
    years_at,
)
from calibration.hindcast.forecasters.base import excess_variance, mirrored, variance_draws
from calibration.hindcast.forecasters.curves import bass
from tests.calibration.coverage import covers, overconfident

TARGETS = load_stock_targets()
YEARS = np.array([0.7, 1.0, 1.25, 1.8, 2.0, 2.1, 2.7])
CURVES = {
    BassFree: lambda t: bass(0.12, 0.6, 25.0, t, 0.168),
    BassFixed: lambda t: bass(0.08, 0.15, LIVING_INSURED, t, 0.168),
    Logistic: lambda t: 30.0 / (1 + np.exp(-1.2 * (t - 2.2))),
    Gompertz: lambda t: 30.0 * np.exp(-np.exp(-0.8 * (t - 2.0))),
}


def series(millions, years=YEARS, error=0.1):
    return Series(years=years, millions=np.asarray(millions), errors=np.full(len(years), error), initial=0.168)


def forecast(forecaster, past, years, seed=1, samples=400):
    return forecaster.forecast(past, np.asarray(years), np.random.default_rng(seed), samples)


def test_the_ceiling_is_the_published_number_of_accounts():
    rows = {row.cells["id"]: row.cells["value"] for row in read_rows("facts.csv", ("id", "value"))}
    assert float(rows["F024"]) == LIVING_INSURED


def test_a_forecaster_sees_nothing_after_its_origin_and_no_bound():
    past = series_until(TARGETS, date(2024, 3, 1))
    assert list(past.millions) == pytest.approx([7.2, 7.9, 8.4, 10.29, 10.567231, 10.8, 11.5])
    assert past.initial == 0.168
    assert len(series_until(TARGETS, date(2023, 4, 24))) == 2
    assert years_at([date(2023, 1, 31)])[0] == pytest.approx(365 / 365.25)


@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda f: f.name)
def test_too_few_stocks_are_an_error_and_just_enough_are_not(forecaster):
    n = forecaster.needs
    with pytest.raises(NotEnoughDataError, match=f"{n} stocks needed, {n - 1} given"):
        forecast(forecaster, series(np.linspace(7, 8, n - 1), YEARS[: n - 1]), [3.0])
    found = forecast(forecaster, series(np.linspace(7, 8, n), YEARS[:n]), [2.8, 3.0], samples=50)
    assert found.shape == (50, 2)
    assert np.isfinite(found).all()
    assert (found >= 0).all()
    assert (found <= LIVING_INSURED).all()


@pytest.mark.slow
@pytest.mark.parametrize("forecaster", FORECASTERS, ids=lambda f: f.name)
def test_same_seed_same_samples_and_a_longer_horizon_is_wider(forecaster):
    past = series_until(TARGETS, date(2024, 2, 5))
    one, two = (forecast(forecaster, past, [2.1, 3.0], samples=100) for _ in range(2))
    assert np.array_equal(one, two)
    width = np.quantile(one, 0.95, axis=0) - np.quantile(one, 0.05, axis=0)
    assert width[1] > width[0]


def test_medians_are_those_of_the_rules():
    past = series_until(TARGETS, date(2024, 2, 5))
    ahead = np.array([2.5, 3.0])
    assert np.median(forecast(NoChange(), past, ahead), axis=0) == pytest.approx([10.8, 10.8])
    slope = (10.8 - 10.567231) / (past.years[-1] - past.years[-2])
    wanted = 10.8 + slope * (ahead - past.years[-1])
    assert np.median(forecast(LastSlope(), past, ahead), axis=0) == pytest.approx(wanted, abs=0.1)
    line = np.polyval(np.polyfit(past.years, past.millions, 1), ahead)
    assert np.median(forecast(OlsLine(), past, ahead), axis=0) == pytest.approx(line)


@pytest.mark.parametrize("kind", CURVES, ids=lambda kind: kind.name)
def test_a_curve_finds_itself(kind):
    ahead = np.array([3.0, 4.0])
    past = series(CURVES[kind](YEARS), error=0.002)
    assert np.median(forecast(kind(), past, ahead, samples=60), axis=0) == pytest.approx(CURVES[kind](ahead), rel=0.03)


def test_excess_variance_is_what_noise_does_not_explain():
    rng = np.random.default_rng(5)
    exposure = rng.uniform(0.1, 2.0, 4000)
    deviations = rng.normal(0.0, np.sqrt(3.0 * exposure + 0.5))
    assert excess_variance(deviations, np.full(4000, 0.5), exposure) == pytest.approx(3.0, rel=0.1)
    assert excess_variance(deviations, np.full(4000, 50.0), exposure) == 0.0
    assert excess_variance(np.zeros(3), np.ones(3), np.ones(3)) == 0.0


def test_variance_draws_and_mirrored_normals():
    rng = np.random.default_rng(6)
    drawn = variance_draws(2.0, 5, 40_000, rng)
    assert 1 / np.mean(1 / drawn) == pytest.approx(2.0, rel=0.02)
    normals = mirrored(7, 2, rng)
    assert normals.shape == (7, 2)
    assert np.array_equal(normals[:3], -normals[4:])


def worlds(make, forecaster, n, ahead, seed, size=400, noisy=True):
    """Samples and what came in n made-up worlds, as a figure with its error or (not ``noisy``) the stock itself;
    ``make`` gives stocks on YEARS and then on ``ahead``."""
    rng = np.random.default_rng(seed)
    samples, came = [], []
    for _ in range(n):
        stocks, error = make(rng)
        past = series(stocks[:-1] + error * rng.standard_normal(len(YEARS)), error=error)
        samples.append(forecaster.forecast(past, np.array([ahead]), rng, size)[:, 0])
        came.append(stocks[-1] + noisy * error * rng.standard_normal())
    return samples, came


def walk(rng):
    steps = np.diff(np.append(YEARS, 3.2))
    return np.cumsum([20.0, *rng.normal(0.0, 1.5 * np.sqrt(steps))]), 0.05


def slope_walk(rng):
    fine = np.arange(0.7, 3.2 + 1e-9, 0.01)
    slopes = 8.0 + np.cumsum(rng.normal(0.0, 2.0 * np.sqrt(0.01), len(fine)))
    return np.interp(np.append(YEARS, 3.2), fine, 7.0 + np.cumsum(slopes) * 0.01), 0.03


def line(rng):
    years = np.append(YEARS, 3.2)
    return 5.0 + 3.0 * years + rng.normal(0.0, 0.4, len(years)), 0.2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("make", "forecaster"),
    [(walk, NoChange()), (slope_walk, LastSlope()), (line, OlsLine())],
    ids=["walk", "slopes", "line"],
)
def test_coverage_in_worlds_that_obey_the_rule(make, forecaster):
    samples, came = worlds(make, forecaster, 300, 3.2, seed=7)
    error = make(np.random.default_rng(0))[1]
    assert covers(samples, came, error)
    assert not covers([overconfident(x) for x in samples], came, error)


@pytest.mark.slow
@pytest.mark.parametrize("kind", CURVES, ids=lambda kind: kind.name)
def test_coverage_of_curves_in_their_worlds(kind):
    def make(rng):
        years = np.append(YEARS, 3.2)
        return CURVES[kind](years) + rng.normal(0.0, 0.25, len(years)), 0.05

    # The stock itself: the error of a figure would hide how wide the forecast is.
    samples, came = worlds(make, kind(), 200, 3.2, seed=8, size=150, noisy=False)
    assert covers(samples, came)
    assert not covers([overconfident(x) for x in samples], came)


def far(kind, past):
    """Samples a year after the last stock."""
    return forecast(kind(), past, [YEARS[-1] + 1.0], samples=100)


@pytest.mark.parametrize("kind", CURVES)
def test_derivatives_are_those_of_the_curve(kind):
    past, curve = series(CURVES[kind](YEARS)), kind()
    for place in (np.array([-2.5, -1.5, 0.5]), np.array([0.5, 0.3, 2.0]), np.array([-1.0, 6.0, 1.0])):
        place = place[: curve.parameters]
        steps = 1e-6 * np.eye(len(place))
        near = [curve.curve(place + step, YEARS, past) - curve.curve(place - step, YEARS, past) for step in steps]
        assert curve.slopes(place, YEARS, past) == pytest.approx(np.stack(near) / 2e-6, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("kind", CURVES)
def test_the_last_bits_of_a_processor_do_not_matter(kind):
    """Exponentials differ in the last bit from one kind to another: another last bit of the stocks stands for that."""
    past = series_until(TARGETS, date(2024, 3, 1))
    nearly = Series(
        years=past.years, millions=np.nextafter(past.millions, np.inf), errors=past.errors, initial=past.initial
    )
    assert far(kind, nearly) == pytest.approx(far(kind, past), rel=1e-9)


def test_a_search_that_ends_with_its_squares_would_carry_them(monkeypatch):
    """Negative control."""
    monkeypatch.setattr("calibration.hindcast.forecasters.curves.POLISH", 0)
    with pytest.raises(AssertionError):
        test_the_last_bits_of_a_processor_do_not_matter(Logistic)
