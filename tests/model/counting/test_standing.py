"""Fixed groups: nobody joins or changes group, everybody counts once, and both engines say the same of everyone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from model.adoption import AdoptionModel
from model.counting.interview import TRIAL
from model.counting.members import group_codes
from model.terms.channels import Channel
from model.terms.outcome import BARRIERS, DIMENSIONS, OBSTACLES, WOULD_PASS, StandingTable
from model.terms.weeks import WEEKS
from model.twin.contacts import identity
from model.twin.people import Person
from model.twin.reference import ReferenceModel
from model.twin.traits import INFORMATION, NO_USE, OTHER, TIME
from tests.marks import few_fast
from tests.model.busy import POLICY, SEEDS, build, engine, levers, started

STOPS = {NO_USE: "no_use", TIME: "time", INFORMATION: "information", OTHER: "other_reason"}
AT = (POLICY, POLICY + 40, WEEKS)


def over_time(kind: type, seed: int) -> dict[str, list[StandingTable]]:
    """By dimension, a table for each week of ``AT``."""
    model = build(kind, seed)
    model.advance(POLICY)
    model, found = model.branch(levers()), defaultdict(list)
    for week in AT:
        model.advance(week)
        for table in model.standing(POLICY):
            found[table.dimension].append(table)
    return found


@cache
def tables(seed: int) -> dict[str, StandingTable]:
    return {dimension: joined(parts) for dimension, parts in over_time(AdoptionModel, seed).items()}


def joined(parts: list[StandingTable]) -> StandingTable:
    """The tables of several weeks as one."""
    counts = {name: np.concatenate([part.counts[name] for part in parts]) for name in parts[0].counts}
    return replace(parts[0], weeks=tuple(part.weeks[0] for part in parts), counts=counts)


@cache
def twin(seed: int, week: int) -> ReferenceModel:
    model = started(seed).branch(levers())
    model.advance(week)
    return model


def place(person: Person, week: int) -> str:
    """Where somebody not activated stands, by the rules of the readable twin."""
    if person.opposed:
        return "refused"
    if person.is_minor(week):
        guardian = person.guardian
        return "child" if guardian is not None and guardian.activated < week else "guardian"
    if person.aware >= week:
        return "unaware"
    if person.visited >= week:
        return "not_visited"
    assert person.last_stop is not None
    return STOPS[person.last_stop]


def would_pass(person: Person, week: int) -> bool:
    """Whether nothing would stop somebody once stopped who came back now."""
    trial = identity(int(TRIAL), 0, person.number)
    return person.meet_barriers(trial, min(week, WEEKS - 1), by_doctor=False) is None


@pytest.mark.parametrize("seed", few_fast(SEEDS[:2]))
@pytest.mark.parametrize("week", [POLICY + 40, WEEKS])
def test_the_readable_twin_puts_everybody_in_the_same_place(seed: int, week: int) -> None:
    model, at = twin(seed, week), AT.index(week)
    for dimension, table in tables(seed).items():
        codes, expected = group_codes(model, dimension, POLICY), np.zeros((len(OBSTACLES) + 1, len(table.groups)))
        for person in model.people:
            if person.is_present(POLICY) and week < person.exit and person.activated >= week:
                where = place(person, week)
                expected[OBSTACLES.index(where), codes[person.number]] += model.population.weight
                if where in STOPS.values() and would_pass(person, week):
                    expected[-1, codes[person.number]] += model.population.weight
        found = np.stack([table.counts[name][at] for name in (*OBSTACLES, WOULD_PASS)])
        assert found == pytest.approx(expected), dimension


def test_every_place_is_taken_by_somebody() -> None:
    total = sum(np.array([tables(seed)["region"].counts[name].sum() for name in OBSTACLES]) for seed in SEEDS)
    assert {name for name, count in zip(OBSTACLES, total, strict=True) if count == 0} == set()


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_everybody_alive_counts_once(dimension: str) -> None:
    for seed in SEEDS:
        counts = tables(seed)[dimension].counts
        left = sum(counts[name] for name in OBSTACLES)
        assert left + counts["activated"] == pytest.approx(counts["living"])
        adults = sum(counts[name] for name in OBSTACLES[3:])
        assert (counts["has_none"] <= adults).all()
        assert (sum(counts[name] for name in BARRIERS) >= adults - 1e-6).all()
        stopped = sum(counts[name] for name in STOPS.values())
        assert ((counts[WOULD_PASS] >= 0) & (counts[WOULD_PASS] <= stopped)).all()
        assert (counts[WOULD_PASS] < stopped).any()
        assert (counts[WOULD_PASS] > 0).any()


def test_nobody_joins_a_group_or_changes_it() -> None:
    for seed in SEEDS:
        for table in tables(seed).values():
            assert (np.diff(table.counts["living"], axis=0) <= 0).all()
    # Negative control: the living by their age of the day do gain members.
    assert (np.diff(engine(1).groups("age_band", [POLICY, WEEKS]).living, axis=0) > 0).any()


def test_groups_at_the_start_are_those_of_the_day() -> None:
    for dimension, table in tables(1).items():
        day = engine(1).groups(dimension, [POLICY])
        assert table.counts["living"][0] == pytest.approx(day.living[0])
        assert table.counts["activated"][0] == pytest.approx(day.activated[0])


@pytest.mark.slow
def test_both_engines_give_the_same_tables() -> None:
    theirs = {dimension: joined(parts) for dimension, parts in over_time(ReferenceModel, 3).items()}
    for dimension, one in tables(3).items():
        other = theirs[dimension]
        assert (one.groups, one.weeks) == (other.groups, other.weeks) == (other.groups, AT)
        assert all(np.array_equal(one.counts[name], other.counts[name]) for name in one.counts)


def test_a_trial_visit_shares_no_draw_with_a_contact() -> None:
    assert int(TRIAL) > 255, "process codes of contacts fit into a byte"
    assert len(Channel) < 255


def test_groups_of_a_week_that_was_not_run() -> None:
    with pytest.raises(ValueError, match="groups of week 362; allowed: 0 to 361"):
        engine(1).standing(WEEKS + 1)
