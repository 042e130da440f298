"""What holds for any population, parameters, structure and levers: limits, conservation, monotony, isolation.

The examples are the same in every run (``tests/conftest.py``); a world of a few hundred people takes milliseconds.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calibration.facts.inputs import load_demography, load_history
from model import AdoptionModel, Parameters, Population, Structure, build_population
from model import levers as lv
from model.population.attributes import ACCOUNT, EMAIL, EXCLUDED, PILOT
from model.terms import rules
from model.terms.channels import Channel
from model.terms.outcome import DIMENSIONS, OBSTACLES, Outcome
from model.terms.parameters import (
    HALF_YEARS,
    SHORTEST_SPELL,
    Drivers,
    People,
    Practice,
    Prevalence,
    Pulls,
    Stops,
    WordOfMouth,
)
from model.terms.weeks import NEVER

POLICY, LAST = 205, 260
PERIOD = {"start": POLICY, "end": LAST}
few = settings(max_examples=15)

shares = st.floats(0, 1)
hazards = st.floats(0, 50) | st.just(inf)
pulls = st.sampled_from((0.0, 1e-12, 0.01, 0.3, 2.0, 40.0))
chances = st.sampled_from((0.0, 0.05, 0.4, 0.95, 1.0))
spells = st.sampled_from((SHORTEST_SPELL, 2.2, 50.0))
seeds = st.integers(0, 2**62)
structures = st.builds(Structure, **{name: st.sampled_from(values) for name, values in Structure.choices().items()})
parameters = st.builds(
    Parameters,
    people=st.builds(
        People,
        eagerness_shape=st.sampled_from((0.05, 0.5, 2.0, 50.0)),
        notices=chances,
        access=chances,
        child_together=chances,
        eagerness_spell=spells,
        eagerness_lasting=st.sampled_from((0.0, 0.3, 1.0)),
        need_spell=spells,
        barrier_spell=spells,
        age_slope=st.sampled_from((-0.3, 0.0, 0.3)),
    ),
    pulls=st.builds(
        Pulls,
        notice=pulls,
        document=pulls,
        peer=st.sampled_from((0.0, 0.1, 0.9)),
        spontaneous=pulls,
        media=pulls,
        reminder=pulls,
        mention=pulls,
        notice_delay=st.sampled_from((0.0, 2.6, 20.0)),
    ),
    drivers=st.builds(
        Drivers,
        trend=st.sampled_from((-0.5, 0.0, 0.25, 1.0)),
        step=st.sampled_from((0.5, 1.0, 2.0)),
        shocks=st.sampled_from(((0.0,) * HALF_YEARS, (2.0, -3.0) * (HALF_YEARS // 2))),
        document_shocks=st.sampled_from(((0.0,) * HALF_YEARS, (-1.0,) * HALF_YEARS)),
    ),
    practice=st.builds(
        Practice,
        recommendation_rate=st.sampled_from((0.0, 0.01, 0.3)),
        recommending_doctors=st.sampled_from((0.05, 0.4, 1.0)),
        mention_rate=st.sampled_from((0.0, 0.03, 1.0)),
        follow_through=chances,
        ready_share=chances,
    ),
    word_of_mouth=st.builds(WordOfMouth, intention=chances, tell=chances),
    stops=st.builds(Stops, no_use=chances, time=chances, information=chances, other=chances, use_erosion=pulls),
    prevalence=st.builds(Prevalence, no_use=chances, time=chances, information=chances, other=chances, ready=chances),
)
MESSAGES = (Channel.EMAIL, Channel.SMS, Channel.LETTER)
doses = st.sampled_from((0.0, 0.2, 0.7, 1.0))
ramps = st.sampled_from((0, 1, 26))
given_all = {**{name: st.just(week) for name, week in PERIOD.items()}, "dose": doses}
ADDING = {
    "message": st.builds(
        lv.Messages,
        name=st.just("message"),
        channel=st.sampled_from(MESSAGES),
        waves=st.sampled_from(((POLICY,), (POLICY, POLICY + 20))),
        pull=pulls,
        carries_code=st.booleans(),
        **given_all,
    ),
    "newborns": st.builds(lv.Newborns, name=st.just("newborns"), pull=pulls, **given_all),
    "doctors": st.builds(
        lv.Doctors,
        name=st.just("doctors"),
        means=st.sampled_from(("training", "prompt", "fee")),
        factor=st.sampled_from((1.0, 3.0, 50.0)),
        recruits=chances,
        ramp=ramps,
        **given_all,
    ),
    "documents": st.builds(lv.Documents, name=st.just("documents"), **given_all),
    "counter": st.builds(
        lv.Counter,
        name=st.just("counter"),
        channel=st.sampled_from((Channel.PHARMACIST, Channel.HOSPITAL)),
        pull=pulls,
        ramp=ramps,
        **given_all,
    ),
    "media": st.builds(lv.Media, name=st.just("media"), bursts=st.just(((POLICY + 3, 6),)), pull=pulls, **given_all),
    "simplify": st.builds(lv.Simplify, name=st.just("simplify"), information=chances, time=chances, **given_all),
}
"""Levers that add contacts or take stops away; without fatigue and ramps of a stop, more of them can't do harm."""
OTHERS = {
    "relatives": st.builds(lv.Relatives, name=st.just("relatives"), boost=st.sampled_from((1.0, 3.0)), **given_all),
    "assisted": st.builds(
        lv.Assisted,
        name=st.just("assisted"),
        capacity=st.sampled_from((0.0, 2e4, 1e7)),
        success=chances,
        **given_all,
    ),
}
levers = st.lists(st.sampled_from(sorted(ADDING | OTHERS)), unique=True, max_size=4).flatmap(
    lambda names: st.tuples(*((ADDING | OTHERS)[name] for name in names))
)


@lru_cache
def population(seed: int) -> Population:
    return build_population(load_demography(), people=300, seed=seed)


numbers = st.integers(1, 4)


def launched(
    people: Population, parameters: Parameters, seed: int, structure: Structure | None = None
) -> AdoptionModel:
    tables = {"demography": load_demography(), "history": load_history()}
    return AdoptionModel(people, parameters, seed=seed, structure=structure, weeks=LAST, **tables)


def played(model: AdoptionModel, levers: tuple[lv.Lever, ...], until: int = LAST) -> AdoptionModel:
    model.advance(POLICY)
    branch = model.branch(levers)
    branch.advance(until)
    return branch


def faults(outcome: Outcome, weeks: np.ndarray, weight: float) -> list[str]:
    """Limits and conservation that an outcome breaks; ``weeks`` of activation of each person."""
    found = []
    share, stocks = outcome.share(), (outcome.adults, outcome.aware, outcome.activated_living)
    if not ((share >= 0) & (outcome.activated_living / outcome.living <= 1)).all():
        found.append("a share left 0..1")
    if any((stock < 0).any() or (stock > outcome.living + 1e-6).any() for stock in stocks):
        found.append("a stock exceeds the living")
    if (np.diff(outcome.activated) < 0).any() or (outcome.activated > outcome.visited + 1e-6).any():
        found.append("an activation was taken back, or came without a visit")
    if any((flow < 0).any() for flow in (outcome.contacts, outcome.visits, outcome.activations)):
        found.append("a negative flow")
    flow = outcome.activations.sum(axis=1)
    counted = np.array([(weeks == week).sum() for week in range(outcome.weeks)]) * weight
    if not (np.allclose(np.diff(outcome.activated), flow) and np.allclose(flow, counted)):
        found.append("flow and census differ")
    return found


@few
@given(numbers, parameters, structures, levers, seeds)
def test_limits_and_conservation_in_any_world(number, parameters, structure, levers, seed):
    people = population(number)
    model = played(launched(people, parameters, seed, structure), levers)
    outcome = model.outcome()
    assert faults(outcome, model.run.state["activated"], people.weight) == []
    for dimension in DIMENSIONS:
        groups = model.groups(dimension, (0, POLICY, LAST))
        np.testing.assert_allclose(groups.living.sum(axis=1), outcome.living[[0, POLICY, LAST]])
    for table in model.standing(POLICY):
        held_up = sum(table.counts[name] for name in table.counts if name in OBSTACLES)
        np.testing.assert_allclose(held_up, table.counts["living"] - table.counts["activated"])


@pytest.mark.parametrize(
    ("field", "broken"),
    [
        ("activated_living", lambda values: values * 1e3),
        ("activated", lambda values: values[::-1] + 1.0),
        ("activations", lambda values: values + 0.5),
        ("visits", lambda values: values - 1e9),
        ("living", lambda values: values * 0.0 + 1.0),
    ],
)
def test_a_broken_outcome_is_noticed(field, broken):
    model = played(launched(population(1), Parameters(), 7), ())
    outcome = model.outcome()
    weeks = model.run.state["activated"]
    assert faults(outcome, weeks, model.population.weight) == []
    wrong = replace(outcome, **{field: broken(getattr(outcome, field))})
    assert faults(wrong, weeks, model.population.weight) != []


@few
@given(numbers, parameters, levers, seeds, st.lists(st.integers(POLICY, LAST), max_size=3).map(sorted))
def test_flow_and_census_agree_at_each_stop_and_stops_change_nothing(number, parameters, levers, seed, stops):
    people = population(number)
    at_once = played(launched(people, parameters, seed), levers)
    model = played(launched(people, parameters, seed), levers, POLICY)
    for week in stops:
        model.advance(week)
        assert faults(model.outcome(), model.run.state["activated"], people.weight) == []
    model.advance(LAST)
    np.testing.assert_array_equal(model.run.state, at_once.run.state)


UNMOVED = {"people": {"child_together": 0.0}, "word_of_mouth": {"tell": 0.0}, "stops": {"use_erosion": 0.0}}
"""An earlier activation would also come before a birth, a majority or a document: then it might lose another one."""


@few
@given(numbers, parameters, structures, st.sampled_from(sorted(ADDING)).flatmap(ADDING.get), seeds, doses)
def test_a_stronger_lever_loses_no_activation(number, parameters, structure, lever, seed, dose):
    people = population(number)
    still = {name: replace(getattr(parameters, name), **values) for name, values in UNMOVED.items()}
    model = launched(people, replace(parameters, **still), seed, structure)
    low, high = sorted((lever.dose, dose))
    weak, strong = (played(model, (replace(lever, dose=dose),)) for dose in (low, high))
    assert (strong.run.state["activated"] <= weak.run.state["activated"]).all()


def test_a_weaker_lever_loses_activations():
    """Negative control: the comparison the other way round fails."""
    model = launched(population(1), Parameters(), 3)
    weak, strong = (
        played(model, (lv.Media(name="m", bursts=((POLICY, 9),), pull=0.3, dose=d, **PERIOD),)) for d in (0.2, 1)
    )
    assert not (weak.run.state["activated"] <= strong.run.state["activated"]).all()


isolated = st.fixed_dictionaries(
    {
        "region": st.integers(0, 12),
        "birth_week": st.integers(-5000, 100),
        "flags": st.lists(st.sampled_from([EXCLUDED, EMAIL, ACCOUNT, PILOT]), unique=True).map(
            lambda bits: int(sum(bits))
        ),
        "ill_from": st.sampled_from((0, 100, NEVER)),
        "exit": st.sampled_from((1, 100, NEVER)),
    }
)


@few
@given(numbers, parameters, structures, levers, seeds, isolated)
def test_an_isolated_person_changes_nobody_else(number, parameters, structure, levers, seed, attributes):
    people = population(number)
    apart = tuple(lever for lever in levers if not isinstance(lever, lv.Assisted))  # capacity is shared
    alone, joined = (
        played(launched(who, parameters, seed, structure), apart)
        for who in (people, people.with_isolated_person(**attributes))
    )
    np.testing.assert_array_equal(joined.run.state[: people.n], alone.run.state)


@few
@given(numbers, seeds)
def test_without_any_pull_nobody_goes_to_the_site(number, seed):
    people = population(number)
    silent = Parameters(
        pulls=Pulls(
            **dict.fromkeys(("notice", "document", "peer", "spontaneous", "media", "reminder", "mention"), 0.0)
        ),
        practice=Practice(recommendation_rate=0.0),
    )
    outcome = played(launched(people, silent, seed), ()).outcome()
    assert outcome.visits.sum() - outcome.visits[:, Channel.GUARDIAN].sum() == 0
    assert not np.isnan(outcome.activated).any()


@few
@given(numbers, seeds)
def test_an_infinite_pull_brings_everybody_who_notices(number, seed):
    people = population(number)
    free = Parameters(
        pulls=Pulls(notice=inf, notice_delay=0.0), stops=Stops(no_use=0.0, time=0.0, information=0.0, other=0.0)
    )
    model = launched(people, free, seed)
    model.advance(40)
    frame = model.to_frame(range(people.n))
    there = (frame["birth_week"] <= -940) & (frame["entry"] == 0) & (people.exit > 40) & ~frame["pilot"]
    reached = there & frame["notices"] & ~frame["opposed"]
    assert (frame["activated"][reached] < 40).all()
    assert frame["activated"][there & frame["opposed"]].isna().all()


@given(hazards, hazards, shares)
def test_chances_of_a_hazard_stay_between_their_limits(low, high, u):
    low, high = sorted((low, high))
    assert 0 <= rules.visit_chance(low) <= rules.visit_chance(high) <= min(1.0, rules.most_visits(high))
    assert 0 <= rules.thinning(high) <= rules.thinning(low) + 1e-6 <= 1 + 2e-6  # rounding at tiny hazards
    if high < inf:
        assert rules.is_thinned_out(high, u) == (u >= rules.thinning(high))
    assert (rules.visit_chance(0.0), rules.visit_chance(inf), rules.thinning(0.0), rules.thinning(inf)) == (0, 1, 1, 0)


@given(shares, shares, st.floats(0.01, 1), shares, st.floats(1, 1e6), st.booleans())
def test_chances_of_doctors_and_stops_are_chances(u, v, share, rate, factor, recruited):
    own = rules.doctor_propensity(u, min(v, 1 - 1e-9), share, rate)
    added = rules.extra_propensity(own, rules.recommender_level(min(v, 1 - 1e-9), share, rate), factor, recruited)
    assert 0 <= own <= own + added <= 1 + 1e-12
    assert 0 <= rules.no_use_stop(u, factor, rate * 100) <= u
    assert 0 <= rules.softened(u, v) <= u
    for reading in (rules.TRAIT, rules.EACH_TIME, rules.NAIVE):
        assert 0 <= rules.follow_chance(reading, recruited, u, v, share) <= 1


@given(st.integers(-50, 400), st.integers(0, 300), st.integers(1, 100), st.integers(0, 60), st.floats(0, 1 - 1e-9))
def test_doses_and_weeks_stay_in_their_span(week, start, length, weeks, u):
    end = start + length
    dose = rules.ramp(week, start, end, weeks)
    assert 0 <= dose <= 1
    assert (dose > 0) == (start <= week < end)
    assert start <= rules.spread_week(start, length, u) < end
    assert 0 <= rules.launch_notice_week(u, u, 0.9, length, length + weeks) <= length + weeks
