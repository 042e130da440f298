"""The level of a region against answers known by hand: a normal prior and normal counts."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from calibration.region.fit import fitted, misfit
from calibration.region.verdict import FEW, WORTHLESS, judged, refuse_worthless
from foundation.errors import UserError
from tests.calibration.region.made_up import DAYS, SD, SLOPE, counted, figure, headline

ERROR = 0.02
START, GROWTH = 1.0, 0.2


def truths(level: float, growth: float = GROWTH) -> list[float]:
    years = [(day - DAYS[0]).days / 365.25 for day in DAYS]
    return [START * float(np.exp(SLOPE * level + growth * year)) for year in years]


def by_hand(values: list[float]) -> tuple[float, float]:
    """Mean and standard deviation of the level: precisions add up."""
    misses = np.log(np.array(values) / np.array(truths(0.0)[: len(values)]))
    precision = 1 / SD**2 + len(values) * (SLOPE / ERROR) ** 2
    return float(SLOPE * misses.sum() / ERROR**2 / precision), float(precision**-0.5)


@pytest.mark.parametrize("number", [1, 3, 8])
def test_one_draw_gives_the_normal_law(number: int) -> None:
    values = truths(0.11)[:number]
    stocks = [figure(day, value, ERROR * value) for day, value in zip(DAYS, values, strict=False)]
    fit = fitted(counted(stocks, np.array([START])), SD)
    mean, sd = by_hand(values)
    wanted = [NormalDist(mean, sd).inv_cdf(level) for level in (0.05, 0.5, 0.95)]
    assert fit.quantile(0.05, 0.5, 0.95) == pytest.approx(wanted, abs=2e-3)
    # An error ten times too small isn't that law.
    wrong = fitted(counted(stocks, np.array([START])), SD, certainty=10.0)
    assert np.ptp(wrong.quantile(0.05, 0.95)) < 0.3 * np.ptp(fit.quantile(0.05, 0.95))


def test_without_counts_that_say_anything_the_belief_stays() -> None:
    fit = fitted(counted([figure(DAYS[0], 1.0, 100.0)], np.array([START])), SD)
    wanted = [NormalDist(0, SD).inv_cdf(level) for level in (0.05, 0.5, 0.95)]
    assert fit.quantile(0.05, 0.5, 0.95) == pytest.approx(wanted, abs=2e-3)


def test_draws_weigh_by_the_integral_over_levels() -> None:
    """One count: draw k asks for the level that its start lacks, and weighs as the normal of prior and error says."""
    starts = np.array([0.9, 1.0, 1.2])
    fit = fitted(counted([figure(DAYS[0], 1.0, ERROR)], starts), SD)
    spread = np.hypot(ERROR, SLOPE * SD)
    chance = np.array([NormalDist(np.log(start), spread).pdf(0.0) for start in starts])
    assert fit.weights == pytest.approx(chance / chance.sum(), rel=2e-3)
    assert fit.effective == pytest.approx(1 / np.square(fit.weights).sum())


def test_a_headline_holds_from_end_to_end() -> None:
    fit = fitted(counted([headline(DAYS[0], 1.0, 1.1)], np.array([START])), SD)
    low, high = 0.0, np.log(1.1) / SLOPE
    law = NormalDist(0, SD)
    inside = law.cdf(high) - law.cdf(low)
    wanted = [law.inv_cdf(law.cdf(low) + level * inside) for level in (0.05, 0.5, 0.95)]
    assert fit.quantile(0.05, 0.5, 0.95) == pytest.approx(wanted, abs=3e-3)


def test_pairs_stand_for_the_law() -> None:
    starts = np.exp(np.random.default_rng(1).normal(0, 0.05, 60))
    stocks = [figure(day, value, ERROR * value) for day, value in zip(DAYS[:3], truths(0.1), strict=False)]
    fit = fitted(counted(stocks, starts), SD)
    rows, levels = fit.pairs(400, np.random.default_rng(2))
    often = np.bincount(rows, minlength=60)
    assert (np.abs(often - 400 * fit.weights) <= 1 + 1e-9).all()
    assert np.quantile(levels, [0.05, 0.5, 0.95]) == pytest.approx(fit.quantile(0.05, 0.5, 0.95), abs=0.01)
    assert abs(np.corrcoef(np.arange(400), levels)[0, 1]) < 0.2  # in no order


def checks(growth: float, counts: int = 8, error: float = ERROR):
    values = truths(0.1, growth)[:counts]
    stocks = [figure(day, value, error * value) for day, value in zip(DAYS, values, strict=False)]
    starts = np.exp(np.random.default_rng(1).normal(0, 0.02, 200))
    beside = counted(stocks, starts, GROWTH, 0.015)
    fit, rng = fitted(beside, SD), np.random.default_rng(3)
    rows, levels = fit.pairs(200, rng)
    return fit, judged(fit, misfit(beside, rows, levels, rng), stocks)


def test_a_region_that_grows_as_the_country_is_sound() -> None:
    _, verdict = checks(GROWTH)
    assert verdict.reasons == ("sound",)
    assert verdict.effective >= FEW


def test_a_region_with_another_slope_is_named() -> None:
    _, verdict = checks(GROWTH + 0.12)
    assert "trend" in verdict.reasons
    assert "sound" not in verdict.reasons


def test_few_counts_tell_no_trend() -> None:
    _, verdict = checks(GROWTH + 0.12, counts=2)
    assert "untold" in verdict.reasons
    assert verdict.misfit.trend is None


def test_a_level_far_from_what_is_believed_is_named_then_refused() -> None:
    for level, far, refused in ((0.3, False, False), (0.75, True, False), (1.1, True, True)):
        fit = fitted(counted([figure(DAYS[0], truths(level)[0], 0.005)], np.full(200, START)), SD)
        reasons = judged(fit, misfit_of_one(), [figure(DAYS[0], 1.0, 0.005)]).reasons
        assert ("far" in reasons) == far
        if refused:
            with pytest.raises(UserError, match="Bretagne: the counts ask for a level beyond"):
                refuse_worthless(fit, "Bretagne")
        else:
            refuse_worthless(fit, "Bretagne")


def misfit_of_one():
    beside = counted([figure(DAYS[0], 1.0, 0.01)], np.array([START]))
    return misfit(beside, np.array([0]), np.array([0.0]), np.random.default_rng(1))


def test_draws_of_which_hardly_any_agrees_are_refused() -> None:
    growth = np.linspace(-1.0, 1.0, 30)
    stocks = [figure(day, value, 0.01 * value) for day, value in zip(DAYS, truths(0.1), strict=True)]
    fit = fitted(counted(stocks, np.full(30, START), growth), SD)
    assert fit.effective < WORTHLESS
    with pytest.raises(UserError, match="effective draws of 30, needed 10"):
        refuse_worthless(fit, "Bretagne")
