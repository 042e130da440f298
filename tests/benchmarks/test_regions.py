"""Made-up regions: the level comes back, and wrong fits don't hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.regions import LEAST, MOST, Held, checked


def counts(found: list[Held]) -> tuple[int, int]:
    return sum(each.level for each in found), sum(each.stock for each in found)


def test_a_few_made_up_regions_are_held() -> None:
    """Of four intervals of 90 %, fewer than two hold with a chance of 4 in a thousand."""
    found = checked(4, 60, 4000, seed=2, processes=1, names=("Bretagne",), true_people=20_000)
    level, stock = counts(found["right"])
    assert level >= 2
    assert stock >= 2
    assert counts(found["too sure"])[0] < level
    assert counts(found["no level"])[0] == 0
    assert abs(np.mean([each.miss for each in found["right"]])) < 0.5


@pytest.mark.slow
def test_fifty_made_up_regions_are_held_as_often_as_intervals_say() -> None:
    found = checked(50, 350, 20_000, seed=3, processes=1)
    for number in counts(found["right"]):
        assert LEAST <= number <= MOST
    assert all(number < LEAST for wrong in ("too sure", "no level") for number in counts(found[wrong]))
