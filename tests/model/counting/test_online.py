"""Counts of adults online: engine and twin, an independent recount, and people made by hand."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from model.adoption import AdoptionModel
from model.counting import interview as iv
from model.counting.answers import OnlineCounts, online_cells, online_counts
from model.engine.records import HEARD_DOCTOR, HEARD_HOSPITAL, HEARD_PHARMACIST, LAST_STOP
from model.population.attributes import ACCOUNT, EMAIL, EXCLUDED
from model.prevalence import surveyed_shares
from model.terms.channels import Channel
from model.terms.weeks import NEVER, monday
from model.twin.reference import ReferenceModel
from tests.marks import few_fast
from tests.model.busy import POLICY, SEEDS, build, levers, started
from tests.model.law import demography

WEEK = POLICY + 40
PROFESSIONALS = (Channel.DOCTOR, Channel.PHARMACIST, Channel.HOSPITAL, Channel.ASSISTED)


@lru_cache
def run(kind: type, seed: int, week: int = WEEK) -> Any:
    if week > POLICY and kind is ReferenceModel:
        model = started(seed).branch(levers())
    else:
        model = build(kind, seed)
        model.advance(min(week, POLICY))
        model = model.branch(levers()) if week > POLICY else model
    model.advance(week)
    return model


@pytest.mark.parametrize("week", [0, 41, 95, WEEK])
@pytest.mark.parametrize("seed", few_fast(SEEDS[:2]))
def test_engine_and_twin_count_alike(seed: int, week: int) -> None:
    engine, twin = run(AdoptionModel, seed, week), run(ReferenceModel, seed, week)
    assert online_counts(engine) == online_counts(twin)
    assert online_counts(engine, excluded_online=0.3) == online_counts(twin, excluded_online=0.3)
    for one, other in zip(online_cells(engine), online_cells(twin), strict=True):
        np.testing.assert_array_equal(one, other)
    regions, day = engine.population.regions, monday(week)
    assert [engine.stock(day, region) for region in regions] == [twin.stock(day, region) for region in regions]


def recount(twin: ReferenceModel) -> dict[str, float]:
    """The same by the twin's persons, in words of their own."""
    week = twin.week
    people = [p for p in twin.people if p.is_present(week) and not p.is_minor(week) and not p.excluded]
    account = {p.number for p in people if twin.population.flags[p.number] & ACCOUNT}
    done = [p for p in people if p.activated < week]
    rest = [p for p in people if p.activated >= week]
    visited = [p for p in rest if p.visited < week]
    aware = [p for p in people if p.aware < week or p.activated < week]
    recalls = {
        p.number
        for p in people
        if p.notices and p.email and (p.notice_week() < week if p.notice_week() < NEVER else was_in_pilot(p))
        if p.activated >= p.notice_week() or p.notice_week() == NEVER
    }
    holders = [p for p in rest if p.number in account]
    return {
        "adults": len(people),
        "aware": len(aware),
        "activated": len(done),
        "visited": len(visited),
        "account": len(account),
        "account_inactive": len(holders),
        "visited_account": sum(p.number in account for p in visited),
        "account_unvisited": len(holders) - sum(p.number in account for p in visited),
        "account_unaware": len(account) - sum(p.number in account for p in aware),
        "heard_doctor": sum(by_doctor(p, week) for p in aware),
        "heard_pharmacist": sum(bool(p.marks & HEARD_PHARMACIST) for p in people),
        "heard_professional": sum(heard(p, week) for p in aware),
        "recalls_notice": len(recalls),
        "account_inactive_recalls": sum(p.number in recalls for p in holders),
        "account_inactive_professional": sum(heard(p, week) and p.number not in recalls for p in holders),
        "by_notice": sum(p.channel == Channel.NOTICE for p in done),
        "by_email": sum(p.channel == Channel.NOTICE and p.email for p in done),
        "by_doctor": sum(p.channel == Channel.DOCTOR for p in done),
        "by_professional": sum(p.channel in PROFESSIONALS for p in done),
    }


def by_doctor(person: Any, week: int) -> bool:
    """A GP has recommended the service, or spoken of it."""
    return bool(person.marks & HEARD_DOCTOR) or person.mention_week() < week


def heard(person: Any, week: int) -> bool:
    """Heard of the service from a professional, an adviser included."""
    return bool(person.marks & ~LAST_STOP) or by_doctor(person, week)


def was_in_pilot(person: Any) -> bool:
    return person.pilot and person.entry == 0 and not person.came_as_child


@pytest.mark.parametrize("week", [0, 41, WEEK])
@pytest.mark.parametrize("seed", few_fast(SEEDS[:2]))
def test_counts_equal_an_independent_recount_of_persons(seed: int, week: int) -> None:
    assert asdict(online_counts(run(ReferenceModel, seed, week))) == recount(run(ReferenceModel, seed, week))


def test_every_count_is_at_work() -> None:
    total = [asdict(online_counts(run(AdoptionModel, seed))) for seed in SEEDS]
    assert {name for name in total[0] if sum(counts[name] for counts in total) == 0} == set()


def person(**more: Any) -> dict[str, Any]:
    given = {"birth_week": -2000, "entry": 0, "exit": NEVER, "flags": 0, "aware": NEVER, "visited": NEVER}
    return {**given, "activated": NEVER, "channel": 255, "marks": 0, **more}


ONLINE, HOLDER = int(EMAIL), int(EMAIL | ACCOUNT)
CASE = [
    person(),  # knows nothing
    person(flags=HOLDER),  # the same, with an account and the notice
    person(flags=int(ACCOUNT), aware=9),
    person(flags=int(ACCOUNT), aware=9, marks=HEARD_DOCTOR),
    person(flags=HOLDER, aware=9, visited=49, marks=HEARD_HOSPITAL),
    person(flags=HOLDER, aware=9, visited=12, activated=49, channel=int(Channel.NOTICE)),
    person(flags=int(ACCOUNT), aware=9, visited=12, activated=12, channel=int(Channel.NOTICE)),
    person(aware=9, visited=9, activated=12, channel=int(Channel.DOCTOR), marks=HEARD_DOCTOR),
    person(visited=12, activated=12, channel=int(Channel.GUARDIAN)),  # taken along as a child
    person(aware=9, visited=9, activated=12, channel=int(Channel.PHARMACIST), marks=HEARD_PHARMACIST),
    person(aware=50, visited=50, activated=50, channel=int(Channel.PEER)),  # this very week: not yet
    person(aware=9, visited=9, activated=9, exit=50),  # gone this week
    person(aware=9, visited=9, activated=9, entry=51),
    person(aware=9, visited=9, activated=9, birth_week=-800),  # a minor
    person(flags=int(EXCLUDED | ACCOUNT), aware=9, visited=9, activated=9, channel=int(Channel.DOCTOR)),
]


@pytest.fixture
def by_hand() -> AdoptionModel:
    model: AdoptionModel = build(AdoptionModel, 1)
    model.week = 50
    model.run.world["notices"] = 1.0
    model.run = model.run._replace(people=model.run.people.copy())
    model.run.people["exit"] = 0
    for number, values in enumerate(CASE):
        for name, value in values.items():
            (model.run.state if name in (model.run.state.dtype.names or ()) else model.run.people)[name][number] = value
    return model


def test_people_made_by_hand(by_hand: AdoptionModel) -> None:
    assert online_counts(by_hand) == OnlineCounts(
        adults=11,
        aware=8,
        activated=5,
        visited=1,
        account=6,
        account_inactive=4,
        visited_account=1,
        account_unvisited=3,
        account_unaware=1,
        heard_doctor=2,
        heard_pharmacist=1,
        heard_professional=4,
        recalls_notice=3,
        account_inactive_recalls=2,
        account_inactive_professional=1,
        by_notice=2,
        by_email=1,
        by_doctor=1,
        by_professional=2,
    )


def test_a_share_of_the_excluded_may_be_interviewed(by_hand: AdoptionModel) -> None:
    none, half = online_counts(by_hand), online_counts(by_hand, excluded_online=0.5)
    assert (half.adults, half.activated, half.by_doctor) == (none.adults + 0.5, none.activated + 0.5, 1.5)
    assert half.visited == none.visited
    with pytest.raises(ValueError, match=r"excluded_online = 1\.5; allowed: 0 to 1"):
        online_counts(by_hand, excluded_online=1.5)


@pytest.mark.parametrize("excluded", [0.0, 0.3])
def test_cells_add_up_to_the_counts(excluded: float) -> None:
    model = run(AdoptionModel, 1)
    counts = online_counts(model, excluded_online=excluded)
    bits, agents = online_cells(model, excluded_online=excluded)
    wanted = {"adults": 0, "aware": iv.AWARE, "activated": iv.ACTIVATED, "by_doctor": iv.BY_DOCTOR}
    for name, bit in wanted.items():
        assert agents[(bits & bit) == bit].sum() == pytest.approx(getattr(counts, name), rel=1e-12)


def test_traits_in_the_cells_are_those_the_prevalences_are_solved_on() -> None:
    model = run(AdoptionModel, 2)
    bits, agents = online_cells(model)
    found = {"no_use": iv.SEES_NO_USE, "time": iv.LACKS_TIME, "information": iv.LACKS_INFORMATION, "ready": iv.READY}
    rest = (bits & iv.ACTIVATED) == 0
    shares = {name: agents[rest & ((bits & bit) > 0)].sum() / agents[rest].sum() for name, bit in found.items()}
    assert shares == pytest.approx(surveyed_shares(model))


def test_stocks_of_regions_add_up_to_the_published_quantity() -> None:
    model = run(AdoptionModel, 1)
    day = monday(model.week)
    stocks = {region: model.stock(day, region) for region in model.population.regions}
    assert model.stock(day) == pytest.approx(sum(stocks.values()))
    assert sum(stocks.values()) == pytest.approx(model.outcome().activated[-1])
    assert len(stocks) == len(demography().regions)
    assert len(set(stocks.values())) > 3
    with pytest.raises(ValueError, match="region 'Atlantis'; allowed: "):
        model.stock(day, "Atlantis")
