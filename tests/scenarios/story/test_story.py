"""The life told of a person ends as the engine has recorded it, whoever it is and whatever was done."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from model.adoption import AdoptionModel
from model.engine.records import BEFORE
from model.terms.channels import Channel
from model.terms.weeks import NEVER, WEEKS
from scenarios.story.replay import replay
from tests.model.busy import POLICY, build, engine


@pytest.fixture(scope="module", params=[2, pytest.param(1, marks=pytest.mark.slow)])
def lives(request: pytest.FixtureRequest) -> dict[int, list[Any]]:
    """Everybody of a busy world with every lever; with the slow tests, of another one too."""
    world = engine(request.param)
    return {request.param: [replay(world, number) for number in range(world.population.n)]}


def test_every_life_ends_as_the_engine_has_it(lives: dict[int, list[Any]]) -> None:
    """``replay`` raises if it does not; here the same is asked of the columns."""
    for seed, people in lives.items():
        state = engine(seed).run.state
        for name in ("aware", "visited", "activated", "channel", "marks"):
            assert [getattr(person, name) for person in people] == state[name].tolist()


def test_what_stopped_somebody_last_is_the_last_stop_told(lives: dict[int, list[Any]]) -> None:
    seen: Counter[str | None] = Counter()
    for people in lives.values():
        for person in people:
            stops = [event.barrier for event in person.events if event.outcome == "stopped"]
            assert person.last_stop == (stops[-1] if stops else None)
            seen[person.last_stop] += 1
    assert set(seen) == {None, "no use", "time", "information", "other"}


def disagrees(model: AdoptionModel, number: int) -> bool:
    try:
        replay(model, number)
    except RuntimeError:
        return True
    return False


def test_a_life_of_another_seed_is_noticed() -> None:
    """Negative control: with another seed's draws, some lives come out otherwise, and the replay says so."""
    model, other = engine(1), build(AdoptionModel, 2)
    mixed = model.branch(())
    mixed.seed = other.seed
    assert sum(disagrees(mixed, number) for number in range(60)) > 20


def test_the_activation_is_told_with_its_channel(lives: dict[int, list[Any]]) -> None:
    channels: Counter[str] = Counter()
    for people in lives.values():
        for person in people:
            told = [event for event in person.events if event.outcome == "activated"]
            if BEFORE < person.activated < NEVER:
                (event,) = told
                assert (event.week, event.channel) == (person.activated, Channel(person.channel).name.lower())
                channels[event.channel] += 1
            else:
                assert told == []
    assert set(channels) == {channel.name.lower() for channel in Channel}, "every way of being activated is told"


def test_stopped_visits_name_a_barrier_that_the_person_has(lives: dict[int, list[Any]]) -> None:
    stops: Counter[str | None] = Counter()
    for people in lives.values():
        for person in people:
            for event in person.events:
                if event.outcome == "stopped":
                    assert person.has(event.barrier, event.week)
                    stops[event.barrier] += 1
    assert len(stops) == 4


def test_visits_told_are_those_counted(lives: dict[int, list[Any]]) -> None:
    for seed, people in lives.items():
        told = sum(event.outcome in ("stopped", "activated", "again") for person in people for event in person.events)
        assert told == engine(seed).run.desks["visits"].sum()


def test_face_to_face_contacts_told_are_those_counted(lives: dict[int, list[Any]]) -> None:
    for seed, people in lives.items():
        counted = engine(seed).run.desks["contacts"].sum(axis=(0, 1))
        events = [event for person in people for event in person.events]
        told = Counter(event.channel for event in events if event.kind != "tells" and not event.mentioned)
        assert any(event.mentioned for event in events), "a mention is no recommendation"
        for channel in (Channel.DOCTOR, Channel.PHARMACIST, Channel.HOSPITAL, Channel.ASSISTED):
            assert told[channel.name.lower()] == counted[channel], channel.name


def test_who_tells_is_told_of_by_both(lives: dict[int, list[Any]]) -> None:
    """What one person tells another is heard by that one, unless out of hearing (a minor, gone, activated)."""
    (people,) = lives.values()
    said = {(p.number, event.by, event.week) for p in people for event in p.events if event.kind == "tells"}
    heard = {(event.by, p.number, event.week) for p in people for event in p.events if event.kind == "told"}
    assert len(said & heard) > 100
    assert {pair for pair in heard - said if people[pair[0]].is_present(pair[2])} == set()


def test_a_story_may_end_before_the_policy() -> None:
    model = build(AdoptionModel, 3)
    model.advance(POLICY)
    for number in range(0, model.population.n, 7):
        assert all(event.week < POLICY for event in replay(model, number).events if event.kind != "tells")


@pytest.mark.parametrize("number", [-1, 10**6])
def test_nobody_has_that_number(number: int) -> None:
    with pytest.raises(ValueError, match="allowed: 0 to"):
        replay(engine(1), number)


def test_the_busy_world_is_at_its_end() -> None:
    assert engine(1).week == WEEKS
