"""A plan's status quo continues from the published counts; what a mix adds stays to the bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from planning.mix.measures import shares
from planning.mix.simulate import Answer, _more, measures


def answer(carried: float) -> Answer:
    results = pd.DataFrame({"activated": [30.0, 30.7], "cost": [0.0, 5.0], "minutes": [0.0, 0.1]})
    table = np.array([[[0.4, 0.5]], [[0.42, 0.51]]])
    return Answer(0, results, carried, table, pd.DataFrame(), (("age_band", "75+"),))


def test_what_is_carried_moves_the_status_quo_and_no_gain() -> None:
    plain, moved = (measures([answer(carried)]) for carried in (0.0, -1.3))
    assert moved.status_quo == pytest.approx(plain.status_quo - 1.3)
    assert np.array_equal(plain.gain, moved.gain)
    assert np.array_equal(plain.cost, moved.cost)
    assert Answer.of(_task(), replace(answer(2.0)).content()).carried == 2.0, "it is kept with the answer"


def _task():
    return type("Task", (), {"draw": type("Draw", (), {"index": 0})})


def test_a_group_and_its_complement_share_what_is_added() -> None:
    counts = np.array([[[20.0, 50.0], [30.0, 150.0]], [[45.0, 50.0], [5.0, 150.0]]])  # [group, side, done and living]
    living = counts[..., 1]
    added = _more(counts, 0.2) * living
    assert added.sum(axis=1) == pytest.approx(0.2 * counts[..., 0].sum(axis=1))
    now = shares(counts) + _more(counts, 0.2)
    assert (now > shares(counts)).all()
    assert (now <= 1).all(), "growing each by a fifth would have passed everybody in the second group"
    assert (1.2 * counts[..., 0] > living).any()
