"""Laws of the engine: what must not matter does not, and a broken engine is noticed."""

from dataclasses import replace

import numpy as np
import pytest

from model import AdoptionModel, Parameters, Structure, build_population
from model import levers as lv
from model.terms.channels import Channel
from model.terms.weeks import NEVER

POLICY, LAST = 205, 309
PERIOD = {"start": POLICY, "end": LAST}
LEVERS = (
    lv.Messages(name="email", channel=Channel.EMAIL, waves=(205, 231), pull=0.05, fatigue=0.7, **PERIOD),
    lv.Messages(name="sms", channel=Channel.SMS, waves=(215,), pull=0.05, **PERIOD),
    lv.Messages(name="letter", channel=Channel.LETTER, waves=(210,), pull=0.1, carries_code=True, **PERIOD),
    lv.Newborns(name="newborns", pull=0.2, **PERIOD),
    lv.Doctors(name="training", means="training", uptake=0.4, factor=3, recruits=0.2, ramp=13, **PERIOD),
    lv.Doctors(name="prompt", means="prompt", factor=4, **PERIOD),
    lv.Doctors(name="fee", means="fee", factor=2, **PERIOD),
    lv.Documents(name="documents", dose=0.5, inherits_growth=True, **PERIOD),
    lv.Counter(name="pharmacist", channel=Channel.PHARMACIST, dose=0.1, pull=0.1, **PERIOD),
    lv.Counter(name="hospital", channel=Channel.HOSPITAL, dose=0.5, pull=0.2, **PERIOD),
    lv.Media(name="media", bursts=((220, 6),), pull=0.02, **PERIOD),
    lv.Assisted(name="assisted", capacity=20_000, success=0.3, target=lv.Target(offline=True), **PERIOD),
    lv.Simplify(name="simplify", information=0.7, time=0.3, ramp=26, **PERIOD),
    lv.Relatives(name="relatives", boost=1.5, **PERIOD),
)


@pytest.fixture(scope="module")
def population(demography):
    return build_population(demography, people=6000, seed=11)


@pytest.fixture(scope="module")
def build(population, demography, history):
    def model(people=population, parameters=None, **options):
        options = {"seed": 5, **options}
        return AdoptionModel(people, parameters or Parameters(), demography=demography, history=history, **options)

    return model


def branched(model, levers, last=LAST):
    branch = model.branch(levers)
    branch.advance(last)
    return branch


def same(a, b, rows=slice(None)):
    return np.array_equal(a.run.state[rows], b.run.state[rows])


def flows(model):
    return [model.run.desks[name].sum(axis=0) for name in ("contacts", "visits", "activations", "by_process")]


def same_flows(a, b):
    return all(np.array_equal(x, y) for x, y in zip(flows(a), flows(b), strict=True))


@pytest.fixture(scope="module")
def at_policy(build):
    model = build()
    model.advance(POLICY)
    return model


def test_intensity_zero_is_the_status_quo(at_policy):
    status_quo = branched(at_policy, ())
    idle = branched(at_policy, [replace(lever, dose=0.0) for lever in LEVERS])
    assert same(status_quo, idle)
    assert same_flows(status_quo, idle)
    assert np.array_equal(status_quo.outcome().contacts, idle.outcome().contacts)
    assert all(use.contacts == use.doctor_years == use.bursts == 0 for use in idle.outcome().uses)


@pytest.mark.parametrize("lever", LEVERS, ids=lambda lever: lever.name)
def test_each_lever_at_work_is_noticed(at_policy, lever):
    # Negative control of the test above: at full dose every single lever changes somebody.
    assert not same(branched(at_policy, ()), branched(at_policy, [lever]))


def test_threads_do_not_matter(build, at_policy):
    two = build(threads=2)
    two.advance(POLICY)
    a, b = branched(at_policy, LEVERS), branched(two, LEVERS)
    assert same(a, b)
    assert same_flows(a, b)


def test_a_thread_that_forgets_people_is_noticed(build, at_policy, monkeypatch):
    # Negative control of the test above: letters to the last thousand people of the second range are not delivered.
    whole = AdoptionModel._range
    monkeypatch.setattr(AdoptionModel, "_range", lambda model, k: (whole(model, k)[0], whole(model, k)[1] - 1000 * k))
    two = build(threads=2)
    two.advance(POLICY)
    assert not same(at_policy, two)


def test_week_by_week_is_the_same_as_at_once(build, at_policy):
    stepped = build()
    for _ in range(POLICY):
        stepped.step()
    assert same(at_policy, stepped)
    assert stepped.steps == POLICY
    table = stepped.datacollector.get_model_vars_dataframe()
    weight = stepped.population.weight
    assert table["activated"].iloc[-1] == (stepped.run.state["activated"] < POLICY).sum() * weight


def test_branching_leaves_the_history_alone(at_policy):
    before = at_policy.run.state.copy()
    branched(at_policy, LEVERS)
    assert np.array_equal(before, at_policy.run.state)
    assert same(branched(at_policy, ()), branched(at_policy, ()))
    assert not same(branched(at_policy, ()), branched(at_policy, LEVERS))


def test_levers_from_the_launch_equal_levers_branched(build):
    lever = replace(LEVERS[0], start=POLICY)
    at_once = build(levers=[lever])
    at_once.advance(LAST)
    history = build()
    history.advance(POLICY)
    assert same(at_once, branched(history, [lever]))


def test_an_isolated_person_changes_nobody(build, population, at_policy):
    levers = [lever for lever in LEVERS if not isinstance(lever, lv.Assisted)]
    more = build(people=population.with_isolated_person())
    more.advance(POLICY)
    a, b = branched(at_policy, levers), branched(more, levers)
    assert same(a, b, slice(population.n))
    # Negative control: taking away some people with ties does change others.
    tied = np.flatnonzero((a.run.state["activated"] > 0) & (a.run.state["activated"] < 30))[:20]
    exits = population.exit.copy()
    exits[tied] = 1
    fewer = build(people=population.with_columns(exit=exits))
    fewer.advance(LAST)
    others = ~np.isin(np.arange(population.n), tied)
    assert not np.array_equal(branched(at_policy, ()).run.state[others], fewer.run.state[others])


def test_seeds_matter(build):
    a, b = build(seed=5), build(seed=6)
    a.advance(60)
    b.advance(60)
    assert not same(a, b)


MONOTONE = [lever for lever in LEVERS if lever.name not in ("email", "assisted")]


@pytest.mark.parametrize("lever", MONOTONE, ids=lambda lever: lever.name)
def test_a_stronger_lever_loses_no_activation(build, lever):
    """Fatigue, capacity and erosion aside: erosion makes an earlier visit harder than a later one.

    Word of mouth is off but for the lever that works through it: who activates earlier tells ties earlier, once,
    maybe in weeks in which they are less eager.
    Who is born later is left out: a guardian who activates before the birth takes no child along.
    """
    base = Parameters()
    parameters = replace(base, stops=replace(base.stops, use_erosion=0.0))
    told = "on" if lever.name == "relatives" else "off"
    model = build(parameters=parameters, structure=Structure(word_of_mouth=told))
    model.advance(POLICY)
    weak = branched(model, [replace(lever, dose=0.4)])
    strong = branched(model, [replace(lever, dose=1.0)])
    known = model.population.entry <= POLICY
    assert (strong.run.state["activated"] <= weak.run.state["activated"])[known].all()
    assert (strong.run.state["activated"] < weak.run.state["activated"])[known].any()


def test_stocks_and_flows_agree(at_policy):
    model = branched(at_policy, LEVERS)
    outcome = model.outcome()
    weight = model.population.weight
    start = (model.run.state["activated"] == -1).sum() * weight
    assert outcome.activated == pytest.approx(start + np.concatenate(([0], outcome.activations.sum(1).cumsum())))
    assert (np.diff(outcome.activated) >= 0).all()
    assert (outcome.activated_living <= outcome.activated + 1e-6).all()
    assert (outcome.activated <= outcome.visited + 1e-6).all()
    assert (outcome.visits.sum(0) >= outcome.activations.sum(0) - 1e-6).all()
    for dimension in ("age_band", "region", "digital_exclusion", "long_term_illness"):
        groups = model.groups(dimension, [0, POLICY, LAST])
        assert groups.living.sum(1) == pytest.approx(outcome.living[[0, POLICY, LAST]])
        assert groups.activated.sum(1) == pytest.approx(outcome.activated_living[[0, POLICY, LAST]])


def test_nobody_acts_outside_their_life(at_policy):
    model = branched(at_policy, LEVERS)
    people, state = model.population, model.run.state
    done = (state["activated"] >= 0) & (state["activated"] < NEVER)
    assert done.any()
    assert (state["activated"][done] >= people.entry[done]).all()
    assert (state["activated"][done] < people.exit[done]).all()
    assert (state["visited"][done] <= state["activated"][done]).all()


def test_capacity_is_kept(at_policy):
    lever = next(lever for lever in LEVERS if lever.name == "assisted")
    use = branched(at_policy, [lever]).outcome().uses[0]
    weight = at_policy.population.weight
    assert use.contacts == pytest.approx(lever.capacity * (LAST - POLICY), abs=weight)


def test_levers_of_the_past_are_refused(at_policy):
    with pytest.raises(ValueError, match="begins in week 100, before week 205"):
        at_policy.branch([replace(LEVERS[0], start=100)])


def test_a_model_with_levers_has_no_second_policy(at_policy):
    with pytest.raises(ValueError, match="has levers already"):
        branched(at_policy, LEVERS[:1], POLICY).branch(LEVERS[1:2])


def test_more_documents_for_one_region_change_no_other(build, population):
    """Word of mouth off, nobody outside the region is touched: not even the erosion of no-use."""
    model = build(structure=Structure(word_of_mouth="off"))
    model.advance(POLICY)
    region = population.regions[0]
    lever = lv.Documents(name="documents", dose=3.0, target=lv.Target(regions=(region,)), **PERIOD)
    a, b = branched(model, ()), branched(model, [lever])
    outside = population.region != 0
    assert np.array_equal(a.run.state[outside], b.run.state[outside])
    assert not same(a, b)


def test_children_born_later_were_not_in_the_pilot(at_policy, population):
    early = at_policy.run.state["activated"] < 0
    assert early.any()
    assert (population.entry[early] == 0).all()


def test_two_levers_with_the_same_keys_are_refused(at_policy):
    with pytest.raises(ValueError, match="another lever of its kind"):
        at_policy.branch([LEVERS[0], replace(LEVERS[0], name="again")])
    branched(at_policy, [LEVERS[0], replace(LEVERS[0], name="again", ordinal=1)], POLICY + 10)
