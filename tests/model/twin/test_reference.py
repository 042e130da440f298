"""The readable twin and the fast engine agree on every person, in every week, on every count."""

from __future__ import annotations

import gc
import pickle
import weakref
from dataclasses import asdict
from typing import Any

import mesa
import numpy as np
import pytest

from model import levers as lv
from model.adoption import AdoptionModel
from model.engine.records import LAST_STOP, LAST_STOP_SHIFT
from model.population.building import build_population
from model.terms.channels import Channel
from model.terms.outcome import DIMENSIONS
from model.terms.parameters import Parameters, Structure
from model.terms.weeks import NEVER, WEEKS
from model.twin.people import Person
from model.twin.reference import MOST_PEOPLE, ReferenceModel
from model.twin.surroundings import Doctor
from model.twin.traits import INFORMATION, NO_USE, OTHER, TIME
from tests.marks import few_fast
from tests.model.busy import BUSY, POLICY, SEEDS, build, campaign, differences, engine, history, levers, people
from tests.model.busy import twin as twin_of
from tests.model.law import demography

ALTERNATIVES = [(field, value) for field, values in Structure.choices().items() for value in values[1:]]


@pytest.mark.parametrize("seed", few_fast(SEEDS))
def test_twin_equals_engine_with_all_levers(seed: int) -> None:
    assert differences(engine(seed), twin_of(seed)) == []
    assert [asdict(use) for use in engine(seed).outcome().uses] == [asdict(use) for use in twin_of(seed).outcome().uses]


def test_every_channel_is_at_work_before_and_after_the_policy_starts() -> None:
    runs = [engine(seed).outcome() for seed in SEEDS]
    for flow in ("contacts", "visits", "activations"):
        by_channel = sum(getattr(run, flow).sum(axis=0) for run in runs)
        assert {c.name for c in Channel if by_channel[c] <= 0} == set(), flow
    before = sum(run.activations[:POLICY].sum(axis=0) for run in runs)
    after = sum(run.activations[POLICY:].sum(axis=0) for run in runs)
    policies = {Channel.SMS, Channel.LETTER, Channel.ASSISTED, Channel.PHARMACIST, Channel.HOSPITAL}
    assert {c for c in Channel if before[c] == 0} == policies
    assert {c for c in Channel if after[c] == 0} == set()


def test_every_lever_is_used_and_every_mark_is_made() -> None:
    runs = [engine(seed) for seed in SEEDS]
    for uses in zip(*(run.outcome().uses for run in runs), strict=True):
        silent = uses[0].lever in ("simplify", "media")
        assert silent or sum(use.contacts for use in uses) > 0, uses[0].lever
    assert [use.bursts for use in runs[0].outcome().uses if use.lever == "media"] == [2]
    marks = np.bitwise_or.reduce([np.bitwise_or.reduce(run.run.state["marks"]) for run in runs])
    assert int(marks) & ~LAST_STOP == 15


@pytest.mark.parametrize("seed", few_fast(SEEDS))
def test_what_stopped_somebody_last_is_remembered_by_both(seed: int) -> None:
    fast, twin = engine(seed), twin_of(seed)
    names = [None, NO_USE, TIME, INFORMATION, OTHER]
    codes = (fast.run.state["marks"] & LAST_STOP) >> LAST_STOP_SHIFT
    frame = twin.to_frame(range(people(seed).n))
    assert frame["last_stop"].isna().tolist() == (codes == 0).tolist()
    assert [names[code] for code in codes] == [person.last_stop for person in twin.people]
    stopped = {person.last_stop for person in twin.people if person.activated == NEVER and person.visited < NEVER}
    assert stopped == {NO_USE, TIME, INFORMATION, OTHER}, "whoever went and did not activate was stopped by something"
    assert all(person.last_stop is None for person in twin.people if person.visited == NEVER)


@pytest.mark.parametrize(("field", "value"), few_fast(ALTERNATIVES))
def test_twin_equals_engine_under_each_structural_alternative(field: str, value: str) -> None:
    structure, seed = Structure(**{field: value}), 1 + len(value) % 5
    fast = engine(seed, structure)
    assert differences(fast, campaign(ReferenceModel, seed, structure)) == []
    if field != "barrier_base":  # it is a reading of the survey: the prevalences differ, not the rules
        assert differences(fast, engine(seed)) != []


@pytest.mark.slow
def test_twin_equals_engine_with_levers_from_the_launch() -> None:
    early = (
        lv.Relatives(name="relatives", boost=1.9, start=0, end=WEEKS),
        lv.Documents(name="documents", dose=1.0, start=10, end=100),
        lv.Messages(name="sms", channel=Channel.SMS, waves=(0, 20), pull=0.8, fatigue=0.5, start=0, end=50),
    )
    fast, twin = (build(kind, 2, levers=early) for kind in (AdoptionModel, ReferenceModel))
    for model in (fast, twin):
        model.advance(150)
    assert differences(fast, twin) == []


@pytest.mark.slow
def test_week_by_week_equals_at_once_and_the_engine_in_the_weeks_between() -> None:
    fast, twin, at_once = build(AdoptionModel, 3), build(ReferenceModel, 3), build(ReferenceModel, 3)
    for week in range(0, 120):
        assert fast.week == twin.week == twin.steps == week
        if week % 10 == 3:
            assert differences(fast, twin) == []
        fast.step()
        twin.step()
    at_once.advance(120)
    assert differences(twin, at_once) == []
    collected = [model.datacollector.get_model_vars_dataframe() for model in (fast, twin)]
    assert collected[0].equals(collected[1])
    assert len(collected[1]) == 121  # the launch, then every week


def test_twin_stops_at_its_last_week() -> None:
    fast, twin = (build(kind, 4, weeks=40) for kind in (AdoptionModel, ReferenceModel))
    for model in (fast, twin):
        model.advance(1000)
        model.step()
        assert model.week == 40
    assert differences(fast, twin) == []


@pytest.mark.slow
def test_branches_leave_the_original_alone_and_share_its_history() -> None:
    original, untouched = build(ReferenceModel, 5), build(ReferenceModel, 5)
    original.advance(POLICY)
    branch, same = original.branch(levers()), original.branch(())
    branch.advance(POLICY + 30)
    assert original.week == same.week == POLICY
    untouched.advance(POLICY)
    assert differences(untouched, original) == differences(untouched, same) == []
    for model in (original, same):
        model.advance(WEEKS)
    assert differences(original, same) == []
    again = branch.branch(())
    for model in (branch, again):
        model.advance(WEEKS)
    assert differences(branch, again) == differences(engine(5), branch) == []


@pytest.mark.slow
def test_groups_and_people_are_those_of_the_engine() -> None:
    fast, twin = engine(1), twin_of(1)
    for dimension in DIMENSIONS:
        one, other = fast.groups(dimension, (0, 100, WEEKS)), twin.groups(dimension, (0, 100, WEEKS))
        assert one.groups == other.groups
        for name in ("living", "aware", "visited", "activated"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
    assert twin.to_frame().equals(fast.to_frame())


def test_traits_are_those_of_the_engine() -> None:
    twin = build(ReferenceModel, 2)
    fast = build(AdoptionModel, 2)
    moods = []
    for week in (0, 100, POLICY):
        fast.advance(week)
        frame = fast.to_frame(range(len(twin.people)))
        for name in ("notices", "ready", "opposed"):
            assert frame[name].tolist() == [getattr(person, name) for person in twin.people]
        for name, barrier in (
            ("no_use", NO_USE),
            ("time", TIME),
            ("information", INFORMATION),
            ("other_reason", OTHER),
        ):
            assert frame[name].tolist() == [person.has(barrier, week) for person in twin.people]
        assert frame["eagerness"].tolist() == [person.gain(week) / person.access for person in twin.people]
        moods.append(frame["eagerness"].tolist())
    assert moods[0] != moods[1] != moods[2], "negative control: people change"


def test_agents_are_persons_and_their_doctors() -> None:
    twin = build(ReferenceModel, 1)
    assert isinstance(twin, mesa.Model)
    assert len(twin.agents_by_type[Person]) == people(1).n
    assert len(twin.agents) == people(1).n + len(twin.agents_by_type[Doctor])
    doctors = {int(number) for number in people(1).doctor} - {65535}
    assert {doctor.number for doctor in twin.agents_by_type[Doctor]} == doctors
    assert sum(len(doctor.patients) for doctor in twin.doctors.values()) == (people(1).doctor != 65535).sum()


@pytest.mark.slow
def test_the_order_of_persons_does_not_matter() -> None:
    backwards = build(ReferenceModel, 1)
    backwards.agents_by_type[Person].sort("number", ascending=False, inplace=True)
    backwards.advance(POLICY)
    forwards = build(ReferenceModel, 1)
    forwards.advance(POLICY)
    assert next(iter(backwards.agents_by_type[Person])).number == people(1).n - 1
    assert differences(forwards, backwards) == []


@pytest.mark.slow
def test_too_many_people_and_levers_in_the_past_are_refused() -> None:
    many = build_population(demography(), people=MOST_PEOPLE + 1, seed=1)
    with pytest.raises(ValueError, match=r"20,001 people: the readable twin takes at most 20,000"):
        ReferenceModel(many, BUSY, demography=demography(), history=history())
    twin = build(ReferenceModel, 1)
    twin.advance(POLICY + 1)
    with pytest.raises(ValueError, match=r"lever email begins in week 205, before week 206"):
        twin.branch(levers())


def test_a_model_no_longer_used_is_let_go() -> None:
    twin = build(ReferenceModel, 1)
    twin.step()
    left = weakref.ref(twin)
    del twin
    gc.collect()
    assert left() is None


class Distrustful(Person):
    def meet_barriers(self, contact: int, week: int, *, by_doctor: bool) -> str | None:
        if self.model.distrusts:  # type: ignore[attr-defined]
            return "distrust"
        return super().meet_barriers(contact, week, by_doctor=by_doctor)


class Distrusting(ReferenceModel):
    person_type = Distrustful

    def __init__(self, *given: Any, distrusts: bool = False, **rest: Any) -> None:
        self.distrusts = distrusts
        super().__init__(*given[:2], **rest)
        self.further = given[2:]


def test_what_a_subclass_takes_goes_along_with_branches_and_pickles() -> None:
    """It used to fall back to the default in silence. A barrier that only it knows stops, and counts as another."""
    given = {"demography": demography(), "history": history(), "seed": 1, "weeks": 40}
    model = Distrusting(people(300), Parameters(), "more", distrusts=True, **given)
    model.advance(20)
    for other in (model, model.branch([]), pickle.loads(pickle.dumps(model))):
        assert (other.distrusts, other.further) == (True, ("more",))
        other.advance(40)
        stopped = {one.last_stop for one in other.people if one.visited < 40}
        assert stopped == {OTHER, None}, "None: who had visited before the launch"
        assert not any(0 <= one.activated < 40 for one in other.people)
    trusting = Distrusting(people(300), Parameters(), **given)
    trusting.advance(40)
    assert any(0 <= one.activated < 40 for one in trusting.people), "negative control"
