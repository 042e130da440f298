"""A scenario counted beside the status quo gives what counting everybody gives, to the last bit."""

from __future__ import annotations

from dataclasses import fields
from functools import cache

import numpy as np
import pytest

from model.adoption import AdoptionModel
from model.counting.census import Census
from model.terms.outcome import DIMENSIONS, Outcome
from model.terms.weeks import WEEKS
from tests.marks import few_fast
from tests.model.busy import POLICY, SEEDS, build, levers

CASES = [(), *((lever,) for lever in levers()), levers()]
NAMES = ["nothing", *(lever.name for lever in levers()), "everything"]


@cache
def at_policy(seed: int) -> AdoptionModel:
    model = build(AdoptionModel, seed)
    model.advance(POLICY)
    return model


def run(seed: int, levers_: tuple, week: int = WEEKS) -> AdoptionModel:
    branch = at_policy(seed).branch(levers_)
    branch.advance(week)
    return branch


@cache
def status_quo(seed: int, week: int = WEEKS) -> Census:
    return Census(run(seed, (), week)).kept()


def told(census: Census) -> dict[str, np.ndarray]:
    """Every number a census tells, by name."""
    outcome = census.outcome()
    found = {field.name: getattr(outcome, field.name) for field in fields(Outcome) if field.name != "uses"}
    for use in outcome.uses:
        found[f"use {use.lever}"] = np.array([use.contacts, use.activations, use.doctor_years, use.bursts])
    for dimension in DIMENSIONS:
        table = census.groups(dimension, (POLICY, POLICY + 3, census.week))
        found |= {f"{dimension} {name}": getattr(table, name) for name in ("living", "aware", "visited", "activated")}
    for table in census.standing(POLICY):
        found |= {f"{table.dimension} standing {name}": column for name, column in table.counts.items()}
    return found


def differing(one: Census, other: Census) -> list[str]:
    mine, theirs = told(one), told(other)
    assert mine.keys() == theirs.keys()
    return [name for name in mine if not np.array_equal(mine[name], theirs[name])]


@pytest.mark.parametrize("seed", few_fast(SEEDS[:3]))
@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_counted_beside_the_status_quo_is_counted_in_full(seed, case):
    branch = run(seed, case)
    assert differing(Census(branch, status_quo(seed)), Census(branch)) == []


def test_a_status_quo_that_is_kept_is_that_of_its_week():
    branch = at_policy(1).branch(())
    branch.advance(POLICY + 30)
    kept = Census(branch).kept()
    branch.advance(WEEKS)
    other = run(1, levers(), POLICY + 30)
    assert differing(Census(other, kept), Census(other)) == []
    assert Census(branch).activated()[-1] > kept.activated()[-1], "it has gone on since"


def broken(census: Census, changed: np.ndarray) -> Census:
    census.changed = np.flatnonzero(changed).astype(np.int32)
    return census


def test_leaving_somebody_out_is_noticed():
    branch, beside = run(1, levers()), status_quo(1)
    own = branch.run.state["activated"] != beside.run.state["activated"]
    one_less = own.copy()
    one_less[np.flatnonzero(own)[0]] = False
    assert "activated" in differing(broken(Census(branch, beside), one_less), Census(branch))


def test_leaving_out_the_children_of_those_who_differ_is_noticed():
    noticed = []
    for seed in SEEDS:
        branch, beside = run(seed, levers()), status_quo(seed)
        alone = branch.run.state != beside.run.state
        noticed += differing(broken(Census(branch, beside), np.asarray(alone)), Census(branch))
    assert any("standing" in name for name in noticed)


def test_leaving_out_brothers_and_sisters_is_noticed():
    """A household gets a message once: about a child, unless it is about another one."""
    noticed = []
    for seed in SEEDS:
        census = Census(run(seed, levers()), status_quo(seed))
        census.households_changed = census.changed
        noticed += differing(census, Census(run(seed, levers())))
    assert noticed
    assert all(name == "contacts" or name.startswith("use ") for name in noticed)


@pytest.mark.parametrize("name", ["letter", "documents", "simplify"])
def test_levers_that_ease_visits_are_asked_of_everybody(name, monkeypatch):
    """Somebody may pass who is where they were: those levers say so, and if they did not it would show."""
    lever = next(lever for lever in levers() if lever.name == name)
    assert lever.eases()
    monkeypatch.setattr(type(lever), "eases", lambda self: 0)
    noticed, week = [], POLICY + 28  # letters of the second wave have come, their codes still work
    for seed in SEEDS:
        branch = run(seed, (lever,), week)
        noticed += differing(Census(branch, status_quo(seed, week)), Census(branch))
    assert noticed
    assert all("would_pass" in found for found in noticed)


def test_what_is_not_the_status_quo_of_the_same_people_is_refused():
    branch = run(1, levers())
    for wrong in (
        Census(run(1, levers())),
        status_quo(2),
        status_quo(1, POLICY + 30),
        Census(run(1, ()), status_quo(1)),
    ):
        with pytest.raises(ValueError, match="beside"):
            Census(branch, wrong)
