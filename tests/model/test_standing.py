"""Fixed groups: nobody joins or changes group, everybody counts once, and both engines say the same of everyone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from model.census import group_codes, group_table
from model.channels import Channel
from model.outcome import BARRIERS, DIMENSIONS, OBSTACLES, StandingTable
from model.reference import ReferenceModel
from model.reference_contacts import identity
from model.reference_people import Person
from model.reference_traits import INFORMATION, NO_USE, OTHER, TIME
from model.standing import TRIAL, standing_tables
from model.weeks import WEEKS
from tests.model.busy import POLICY, SEEDS, campaign, engine

STOPS = {NO_USE: "no_use", TIME: "time", INFORMATION: "information", OTHER: "other_reason", None: "none"}


@cache
def tables(seed: int) -> dict[str, StandingTable]:
    found = standing_tables(engine(seed), POLICY, [POLICY, POLICY + 40, WEEKS])
    return {table.dimension: table for table in found}


@cache
def twin(seed: int) -> ReferenceModel:
    return campaign(ReferenceModel, seed)


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
    trial = identity(int(TRIAL), 0, person.number)
    return STOPS[person.meet_barriers(trial, min(week, WEEKS - 1), by_doctor=False)]


@pytest.mark.parametrize("seed", SEEDS[:2])
@pytest.mark.parametrize("week", [POLICY + 40, WEEKS])
def test_the_readable_twin_puts_everybody_in_the_same_place(seed: int, week: int) -> None:
    model, at = twin(seed), (POLICY, POLICY + 40, WEEKS).index(week)
    for dimension, table in tables(seed).items():
        codes, expected = group_codes(model, dimension, POLICY), np.zeros((len(OBSTACLES), len(table.groups)))
        for person in model.people:
            if person.is_present(POLICY) and week < person.exit and person.activated >= week:
                expected[OBSTACLES.index(place(person, week)), codes[person.number]] += model.population.weight
        found = np.stack([table.counts[name][at] for name in OBSTACLES])
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


def test_nobody_joins_a_group_or_changes_it() -> None:
    for seed in SEEDS:
        for table in tables(seed).values():
            assert (np.diff(table.counts["living"], axis=0) <= 0).all()
    # Negative control: the living by their age of the day do gain members.
    assert (np.diff(group_table(engine(1), "age_band", [POLICY, WEEKS]).living, axis=0) > 0).any()


def test_groups_at_the_start_are_those_of_the_day() -> None:
    for dimension, table in tables(1).items():
        day = group_table(engine(1), dimension, [POLICY])
        assert table.counts["living"][0] == pytest.approx(day.living[0])
        assert table.counts["activated"][0] == pytest.approx(day.activated[0])


def test_both_engines_give_the_same_tables() -> None:
    for one, other in zip(
        tables(3).values(), standing_tables(twin(3), POLICY, [POLICY, POLICY + 40, WEEKS]), strict=True
    ):
        assert (one.groups, one.weeks) == (other.groups, other.weeks)
        assert all(np.array_equal(one.counts[name], other.counts[name]) for name in one.counts)


def test_a_trial_visit_shares_no_draw_with_a_contact() -> None:
    assert int(TRIAL) > 255, "process codes of contacts fit into a byte"
    assert len(Channel) < 255


@pytest.mark.parametrize("weeks", [[POLICY - 1], [WEEKS + 1]])
def test_weeks_that_were_not_run_or_come_too_early(weeks: list[int]) -> None:
    with pytest.raises(ValueError, match="allowed: 205 to 309"):
        standing_tables(engine(1), POLICY, weeks)
