"""Unit prices of a draw."""

import numpy as np
import pytest

from scenarios.draw import price


def test_the_interval_is_the_tables():
    assert price(49, 12.5, 60, 0.5) == 49
    assert price(49, 12.5, 60, 0.05) == pytest.approx(12.5)
    assert price(49, 12.5, 60, 0.95) == pytest.approx(60)


def test_a_price_rises_with_its_quantile_and_stays_positive():
    u = np.linspace(0.0001, 0.9999, 501)
    prices = [price(5, 1, 15, x) for x in u]
    assert prices[0] > 0
    assert (np.diff(prices) > 0).all()


def test_a_side_without_width_is_certain():
    assert price(3, 3, 10, 0.01) == 3
    assert price(3, 1, 3, 0.99) == 3


def test_prices_that_can_be_nothing():
    assert price(2, 0, 4, 0.05) == pytest.approx(0)
    assert price(2, 0, 4, 0.001) == 0
    assert price(0, 0, 4, 0.95) == pytest.approx(4)
    assert price(0, 0, 4, 0.3) == 0


@pytest.mark.parametrize(("bounds", "u"), [((1, 2, 3), 0.5), ((3, 1, 2), 0.5), ((-1, -2, 3), 0.5), ((2, 1, 3), 0.0)])
def test_what_is_no_price(bounds, u):
    with pytest.raises(ValueError, match="needed"):
        price(*bounds, u)
