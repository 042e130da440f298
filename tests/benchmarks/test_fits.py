"""Fits and the law of sampling error, on data whose truth is known; wrong laws are rejected."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.fits import exponent, line
from benchmarks.sampling import apart, fit_law, rounded_up, sd_interval

SIZES = {10_000: 120, 20_000: 100, 50_000: 50, 100_000: 30, 200_000: 20, 1_000_000: 6}


def replicates(power: float, floor: float = 0.0) -> dict[int, list[float]]:
    rng = np.random.default_rng(3)
    scale = 160.0 * 50_000**-power
    return {n: rng.normal(23_000, np.hypot(scale * n**power, floor), count).tolist() for n, count in SIZES.items()}


def test_a_line_and_a_power_are_found() -> None:
    intercept, slope = line([1, 2, 3, 4], [5.0, 7.0, 9.0, 11.0])
    assert (intercept.value, slope.value) == pytest.approx((3.0, 2.0))
    assert slope.error == pytest.approx(0.0, abs=1e-12)
    assert exponent([1e5, 1e6, 1e7], [2e5**1.1, 2e6**1.1, 2e7**1.1]).value == pytest.approx(1.1)
    with pytest.raises(ValueError, match="3 or more"):
        line([1, 2], [1.0, 2.0])


def test_the_law_of_the_square_root_is_found_and_holds() -> None:
    law = fit_law(replicates(-0.5))
    assert law.holds
    assert law.sd(50_000) == pytest.approx(160.0, rel=3 / np.sqrt(2 * 320))
    assert abs(law.exponent.value + 0.5) < 3.3 * law.exponent.error
    assert law.people(law.sd(1234)) == pytest.approx(1234)


@pytest.mark.parametrize(("power", "floor"), [(-0.25, 0.0), (-0.75, 0.0), (-0.5, 200.0)])
def test_another_law_is_rejected(power: float, floor: float) -> None:
    assert not fit_law(replicates(power, floor)).holds


def test_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="two sizes"):
        fit_law({1000: [1.0, 2.0, 3.0]})


def test_intervals_of_a_standard_deviation_cover_it() -> None:
    rng = np.random.default_rng(5)
    inside = sum(low <= 2.0 <= high for _, low, high in (sd_interval(rng.normal(0, 2.0, 12)) for _ in range(2000)))
    assert abs(inside / 2000 - 0.95) < 3.3 * np.sqrt(0.95 * 0.05 / 2000)


def test_sampling_and_spread_between_draws_are_told_apart() -> None:
    rng = np.random.default_rng(7)
    worlds = rng.normal(10.0, 3.0, 4000)
    sampling, between = apart([(w + rng.normal(0, 0.5), w + rng.normal(0, 0.5)) for w in worlds])
    assert sampling == pytest.approx(0.5, rel=3.3 / np.sqrt(2 * 4000))
    assert between == pytest.approx(3.0, rel=4 / np.sqrt(2 * 4000))
    assert apart([(1.0, 1.2), (1.2, 1.0)])[1] == 0.0


@pytest.mark.parametrize(("people", "said"), [(14_888, 15_000), (31_000, 50_000), (7_000, 7_000), (3, 3), (920, 1000)])
def test_numbers_are_rounded_up(people: float, said: int) -> None:
    assert rounded_up(people) == said
