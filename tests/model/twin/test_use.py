"""Use after activation: the twin tells of every person and month what the engine counts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from model.counting import usage
from model.counting import use as counting
from model.counting.tally import EVERYBODY
from model.counting.use import UseCensus, passed
from model.levers.base import DOCUMENT
from model.terms.use import Use, law_of, months
from model.terms.weeks import WEEKS
from model.twin.reference import ReferenceModel
from model.twin.use import Month, months_of
from tests.marks import few_fast
from tests.model.busy import POLICY, SEEDS, build, engine, levers
from tests.model.busy import twin as twin_of

RATES = {"alone": 0.3, "per_document": 0.4, "per_contact": 0.2, "eagerness": 0.6}
BUSY_USE = Use(**RATES, lasting=0.4, fading=4.0, habit_shape=0.7, bunching=0.4)


def marks_of(world: Any, week: int) -> np.ndarray:
    """Bits of every person in every month, as the engine counts them."""
    every = np.arange(len(months().middle))
    return passed(world.run, law_of(BUSY_USE), EVERYBODY, every, len(every), week, week)[1]


def told(twin: ReferenceModel, week: int) -> np.ndarray:
    """The same from the twin; lasting users aside."""
    found = np.zeros((twin.population.n, len(months().middle)), np.uint8)
    for person in twin.people:
        for month in months_of(person, law_of(BUSY_USE), week):
            found[person.number, month.number] = bits(month)
    return found


def bits(month: Month) -> int:
    return int(usage.LIVES) + int(usage.USES) * month.used + int(usage.IN_WEEK) * month.in_a_week


@pytest.mark.parametrize("seed", few_fast(SEEDS))
def test_twin_and_engine_agree_on_every_person_and_month(seed: int) -> None:
    fast, twin = engine(seed), twin_of(seed)
    one, other = marks_of(fast, WEEKS) & ~usage.LASTS, told(twin, WEEKS)
    assert np.array_equal(one, other)
    used, lived = (one & usage.USES) > 0, (one & usage.LIVES) > 0
    assert 0.05 < used.sum() / lived.sum() < 0.95
    assert ((one & usage.IN_WEEK) > 0).sum() > 20


def test_the_twin_counts_the_same_by_the_records() -> None:
    fast, twin = engine(1), twin_of(1)
    one, other = (UseCensus(world, BUSY_USE).outcome() for world in (fast, twin))
    assert all(np.array_equal(one.counts[name], other.counts[name]) for name in one.counts)


def test_threads_and_blocks_of_people_count_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    world = engine(1)
    looked, law = np.array([40, 52]), law_of(BUSY_USE)
    whole = passed(world.run, law, EVERYBODY, looked, 53, WEEKS, WEEKS)
    for threads in (2, 3):
        counts, marks = passed(world.run, law, EVERYBODY, looked, 53, WEEKS, WEEKS, threads=threads)
        assert np.array_equal(counts, whole[0])
        assert np.array_equal(marks, whole[1])
    at_once = UseCensus(world, BUSY_USE).outcome().groups
    monkeypatch.setattr(counting, "_BLOCK", 97)
    for group, same in zip(UseCensus(world, BUSY_USE).outcome().groups, at_once, strict=True):
        assert all(np.array_equal(getattr(group, name), getattr(same, name)) for name in ("active", "users", "lasting"))
        assert group.users.sum() > 0


def test_little_is_kept_of_a_person() -> None:
    """Long numbers for the groups of all dimensions would be 32 bytes: for all of France a third of the whole run."""
    census = UseCensus(engine(1), BUSY_USE, since=None)
    census.outcome()
    kept: list[Any] = [value for name, value in vars(census).items() if name != "run"]
    for value in list(kept):
        kept += value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
    n = census.world.population.n
    assert 2 * n < sum(value.nbytes for value in kept if isinstance(value, np.ndarray) and len(value) == n) < 5 * n


@pytest.mark.parametrize("week", [POLICY + 40, WEEKS])
def test_counting_beside_the_status_quo_gives_the_same(week: int) -> None:
    for seed in SEEDS[:2]:
        model = build(type(engine(seed)), seed)
        model.advance(POLICY)
        quo, other = model.branch(()), model.branch(levers())
        quo.advance(week)
        other.advance(week)
        beside = UseCensus(quo, BUSY_USE, since=POLICY)
        beside.outcome()
        quo.advance(WEEKS)  # what was counted holds
        one, two = UseCensus(other, BUSY_USE, beside).outcome(), UseCensus(other, BUSY_USE).outcome()
        assert all(np.array_equal(one.counts[name], two.counts[name]) for name in one.counts)
        for group, same in zip(one.groups, two.groups, strict=True):
            assert np.array_equal(group.users, same.users)
            assert np.array_equal(group.lasting, same.lasting)
        assert one.lasting != beside.outcome().lasting


def counted(census: UseCensus) -> np.ndarray:
    """Everything that is counted, in one row."""
    found = census.outcome()
    groups = [getattr(group, name) for group in found.groups for name in ("active", "users", "lasting")]
    return np.concatenate([*found.counts.values(), *groups])


def same_beside_documents(seed: int, *, stale: bool = False) -> bool:
    """Whether all levers are counted the same beside a scenario that brings the same documents, which was counted
    beside the status quo, as alone; ``stale``: of that one it is told how people would stand without documents."""
    model = build(type(engine(seed)), seed)
    model.advance(POLICY)
    bringing = [lever for lever in levers() if lever.effect == DOCUMENT]
    quo, more, other = (model.branch(given) for given in ((), bringing, levers()))
    for branch in (quo, more, other):
        branch.advance(WEEKS - 60)
    beside = UseCensus(quo, BUSY_USE, since=POLICY)
    then = UseCensus(more, BUSY_USE, beside, since=POLICY)
    counted(then)
    more.advance(WEEKS)  # what was counted holds
    if stale:
        then.rows[:] = beside.rows
    found = UseCensus(other, BUSY_USE, then, since=None)
    return np.array_equal(counted(found), counted(UseCensus(other, BUSY_USE)))


def test_counting_beside_a_scenario_with_the_same_documents_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(same_beside_documents(seed) for seed in SEEDS[:3])
    # Controls: rows of before; documents that nobody tells of.
    assert not same_beside_documents(SEEDS[0], stale=True)
    monkeypatch.setattr(counting, "documents_of", lambda world: ())
    assert not same_beside_documents(SEEDS[0])


def test_use_changes_nothing() -> None:
    model = build(type(engine(1)), 1)
    model.advance(POLICY)
    before = model.run.state.copy()
    UseCensus(model, BUSY_USE).outcome()
    assert np.array_equal(model.run.state, before)
