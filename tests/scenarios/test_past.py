"""What is counted once for all scenarios of a draw is not counted again, and holds no more worlds than it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pickle import dumps

import numpy as np
import pytest

from model.adoption import AdoptionModel
from model.counting import census, use
from model.levers.base import DOCUMENT, Lever
from model.terms.use import Use
from scenarios.past import Past
from tests.model.busy import POLICY, SEEDS, build, levers

LAWS = Use(alone=0.3, per_document=0.4, per_contact=0.2)
WEEK = POLICY + 60


def scenarios() -> Sequence[Sequence[Lever]]:
    """The status quo; more documents, alone and with all else; other documents."""
    more = next(lever for lever in levers() if lever.effect == DOCUMENT)
    return (), [more], levers(), [replace(more, dose=1.0)]


def test_use_is_counted_beside_the_scenario_that_brings_the_same_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    model = build(AdoptionModel, SEEDS[0])
    model.advance(POLICY)
    past, beside, make = Past(groups=[], standing=[], since=POLICY), [], use.UseCensus.__init__

    def noted(
        self: use.UseCensus, world: AdoptionModel, law: Use, of: use.UseCensus | None = None, **more: int
    ) -> None:
        beside.append(of.world.levers if of is not None else None)
        make(self, world, law, of, **more)

    monkeypatch.setattr(use.UseCensus, "__init__", noted)
    for given in scenarios():
        branch = model.branch(given)
        branch.advance(WEEK)
        found = past.used(branch, LAWS)
        alone = Past(groups=[], standing=[], since=POLICY).used(branch, LAWS)
        assert found is not None
        assert alone is not None
        assert all(np.array_equal(found.counts[name], alone.counts[name]) for name in alone.counts)
        assert len(past.use) <= 2, "a census of documents holds its world: one at a time"
    first = tuple(scenarios()[1])
    assert beside[::2] == [None, (), first, ()]


@pytest.mark.parametrize("given", [(), levers()])
def test_the_last_branch_takes_what_its_history_holds(given: Sequence[Lever]) -> None:
    model, other = build(AdoptionModel, SEEDS[0]), build(AdoptionModel, SEEDS[0])
    model.advance(POLICY)
    other.advance(POLICY)
    state = other.run.state
    other.end_with_branch()
    copied, taken = model.branch(given), other.branch(given)
    assert taken.run.state is state
    assert copied.run.state is not model.run.state, "all other branches are copies"
    copied.advance(WEEK)
    taken.advance(WEEK)
    assert np.array_equal(copied.run.state, taken.run.state)
    assert np.array_equal(copied.outcome().contacts, taken.outcome().contacts)
    with pytest.raises(AttributeError):
        other.branch(())
    assert taken.branch(()).run.state is not taken.run.state, "a branch can branch as before"


def test_nothing_is_kept_of_people_whom_none_is_counted_beside() -> None:
    """As of many millions: how each stands is dropped with the table, groups with theirs."""
    model = build(AdoptionModel, SEEDS[0])
    model.advance(WEEK)
    for alone in (True, False):
        standing = census.Census(model, alone=alone)
        counted = use.UseCensus(model, LAWS, since=None if alone else POLICY)
        assert dumps(standing.standing(POLICY)) == dumps(census.Census(model).standing(POLICY))
        assert dumps(counted.outcome()) == dumps(use.UseCensus(model, LAWS).outcome())
        assert ("stands" not in vars(standing)) == (not counted._codes_known) == alone
        assert (len(counted.counted[2]) == 0) == alone
