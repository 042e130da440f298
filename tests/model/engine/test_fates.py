"""What is known of a visit's end is asked again only where a lever eases the barrier that stops it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from model.adoption import AdoptionModel
from model.levers.base import INFORMATION, NO_USE, OTHER, TIME
from model.levers.simplify import Simplify
from model.terms.weeks import WEEKS
from tests.model.busy import POLICY, SEEDS, build, levers

NAMES = [lever.name for lever in levers()]


class Asking(AdoptionModel):
    """Takes nothing for known: every visit meets its barriers."""

    def _world(self):
        record = super()._world()
        record["eased"] = NO_USE | TIME | INFORMATION | OTHER
        return record


@cache
def at_policy(kind: type[AdoptionModel], seed: int) -> AdoptionModel:
    model = build(kind, seed)
    model.advance(POLICY)
    return model


def states(kind: type[AdoptionModel], seed: int, *levers_) -> np.ndarray:
    branch = at_policy(kind, seed).branch(levers_)
    branch.advance(WEEKS)
    return branch.run.state


@pytest.mark.parametrize("name", NAMES)
def test_each_lever_alone_is_as_when_nothing_is_known(name):
    lever = levers()[NAMES.index(name)]
    for seed in SEEDS:
        assert np.array_equal(states(AdoptionModel, seed, lever), states(Asking, seed, lever))


def test_a_lever_that_does_not_say_what_it_eases_is_noticed(monkeypatch):
    lever = next(lever for lever in levers() if isinstance(lever, Simplify))
    assert lever.eases() == INFORMATION | TIME
    for said in (INFORMATION, TIME, 0):
        monkeypatch.setattr(Simplify, "eases", lambda self, said=said: said)
        assert any(not np.array_equal(states(AdoptionModel, s, lever), states(Asking, s, lever)) for s in SEEDS)
