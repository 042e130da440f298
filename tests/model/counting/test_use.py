"""Use after activation: months by hand, written without the engine; and draws against their law, with controls."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from math import exp

import numpy as np
import pytest
from scipy import stats

from calibration.facts.inputs import load_history
from model import FastModel, Parameters, build_population
from model.counting import usage
from model.counting.tally import EVERYBODY
from model.counting.use import ROWS, UseCensus, exposures_of, passed
from model.population.attributes import EMAIL
from model.terms.keyed import Decision, streams, uniform
from model.terms.spells import gamma_means
from model.terms.use import Use, law_of, month_name, month_of, months
from model.terms.weeks import MAJORITY, NEVER, START
from tests.model.law import demography

FREQUENT = Use(alone=0.4, per_document=0.5, per_contact=0.1, eagerness=0.5, lasting=0.5, fading=5.0, habit_shape=1.0)
SEED = 11


@pytest.fixture(scope="module")
def world():
    people = build_population(demography(), people=6_000, seed=4)
    model = FastModel(people, Parameters(), demography=demography(), history=load_history(), seed=SEED)
    model.advance(300)
    return model


def marks(world, use, week=300):
    every = np.arange(len(months().middle))
    return passed(world.run, law_of(use), EVERYBODY, every, len(every), week, week)


def test_months_are_those_of_thursdays() -> None:
    calendar = months()
    assert month_name(0) == "2022-02"
    assert month_name(month_of(2026, 1)) == "2026-01"
    assert len(calendar.middle) == 83
    for week in range(0, 361, 7):
        thursday = START + timedelta(days=7 * week + 3)
        assert month_name(int(calendar.of_week[week])) == f"{thursday:%Y-%m}"
    assert calendar.whole_before(0) == -1
    assert calendar.whole_before(int(calendar.end[5])) == 5
    assert calendar.whole_before(int(calendar.end[5]) - 1) == 4


def test_the_first_connection_is_a_log_in_and_nobody_else_logs_in(world) -> None:
    never = Use(alone=0.0, per_document=0.0, per_contact=0.0)
    counts, found = marks(world, never)
    calendar, state, people = months(), world.run.state["activated"], world.population
    expected = np.zeros(len(calendar.middle), np.int64)
    for person in range(people.n):
        week = int(state[person])
        if 0 <= week < 300:
            month = int(calendar.of_week[week])
            grown = max(int(people.birth_week[person]) + MAJORITY, int(people.entry[person])) < calendar.end[month]
            expected[month] += grown and calendar.middle[month] < people.exit[person]
    assert np.array_equal(counts[usage.USERS], expected)
    assert counts[usage.AGAIN].sum() == counts[usage.RETURNED].sum() == counts[usage.LASTERS].sum() == 0
    assert not (found & usage.LASTS).any()


def test_every_month_by_hand_where_nothing_but_time_counts(world) -> None:
    """Use that depends on time since activation alone: from weeks of activation and keyed uniforms, in plain Python."""
    use = Use(alone=0.5, per_document=0.0, per_contact=0.0, eagerness=0.0, lasting=0.2, fading=3.0, habit_shape=0.8)
    counts, found = marks(world, use)
    calendar, people = months(), world.population
    keys, habits = streams(SEED), gamma_means(exp(round(np.log(0.8) * 50) / 50))
    users, lasting, dormant = (np.zeros(len(calendar.middle), np.int64) for _ in range(3))
    for person in range(people.n):
        week = int(world.run.state["activated"][person])
        if week >= 300:
            continue
        start = int(calendar.of_week[week]) if week >= 0 else -1
        grown = max(int(people.birth_week[person]) + MAJORITY, int(people.entry[person]))
        habit = habits[int(uniform(keys[Decision.HABIT], person, 0) * 1024)]
        later, logged = [], [start]
        for month in range(max(start, 0), len(calendar.middle)):
            if calendar.middle[month] >= people.exit[person]:
                break
            if month == start:
                used = bool(grown < calendar.end[month])
                if not used:
                    continue
            else:
                if calendar.middle[month] < grown:
                    continue
                rate = habit * 0.5 * (0.2 + 0.8 * exp(-(month - start) / 3.0))
                used = bool(uniform(keys[Decision.LOGS_IN], person, month) < 1.0 - exp(-rate))
                later += [month] * used
            logged += [month] * used
            users[month] += used
            lasting[month] += sum(month - 12 < one for one in later) >= 3
            dormant[month] += month - logged[-1] >= 12
    assert np.array_equal(counts[usage.USERS], users)
    assert np.array_equal(counts[usage.LASTERS], lasting)
    assert np.array_equal(counts[usage.DORMANT], dormant)
    assert lasting[-1] > 20
    assert dormant[-1] > 20
    assert ((found & usage.USES) > 0).sum() == users.sum()


def test_documents_reach_only_who_has_e_mail_and_notices(world) -> None:
    persons = [i for i in range(world.population.n) if world.run.state["activated"][i] < 300][:300]
    exposed, _ = exposures_of(world, persons, 40, 50)
    email = (world.population.flags[persons] & EMAIL) > 0
    notices = [uniform(streams(SEED)[Decision.NOTICES], person, 0) < world.rates.notices for person in persons]
    reached = email & np.array(notices)
    assert (exposed[~reached, :, usage.RECEIVED] == 0).all()
    assert (exposed[reached, :, usage.RECEIVED] > 0).all()
    assert (exposed[:, :, usage.SEEN] > 0).mean() > 0.8


def expected_and_seen(world, use, law_use):
    """Of all person-months in the two years before week 300: chances under ``law_use``, log-ins drawn under ``use``,
    documents."""
    law, calendar, first = law_of(law_use), months(), 45
    last = calendar.whole_before(300) + 1
    persons = [
        i
        for i in range(world.population.n)
        if world.run.state["activated"][i] < calendar.first[first]
        and world.population.birth_week[i] + MAJORITY <= calendar.middle[first]
        and world.population.exit[i] == NEVER
    ]
    exposed, levels = exposures_of(world, persons, first, last)
    start = np.array([calendar.of_week[w] if w >= 0 else -1 for w in world.run.state["activated"][persons]])
    later = np.arange(first, last)[None, :] - start[:, None]
    causes = law.alone + law.per_document * exposed[..., 1] + law.per_contact * exposed[..., 2]
    rate = law.habits[levels][:, None] * exposed[..., 0] ** law.eagerness * law.interest[later] * causes
    _, found = marks(world, use)
    return 1.0 - np.exp(-rate), (found[persons, first:last] & usage.USES) > 0, exposed[..., 1]


def surprise(chance, seen, documents):
    """Deviation of log-ins among the months with most documents from what a law expects, in standard deviations."""
    many = documents > np.quantile(documents, 0.8)
    p = chance[many]
    return float((seen[many].sum() - p.sum()) / np.sqrt((p * (1 - p)).sum()))


def test_log_ins_follow_the_law_and_a_law_without_documents_is_rejected(world) -> None:
    bound = stats.norm.isf(0.0005)
    chance, seen, documents = expected_and_seen(world, FREQUENT, FREQUENT)
    total = (seen.sum() - chance.sum()) / np.sqrt((chance * (1 - chance)).sum())
    assert abs(total) < bound
    assert abs(surprise(chance, seen, documents)) < bound
    # Negative controls: no documents in the law, made up for by more log-ins without any; persons shuffled.
    without = replace(FREQUENT, alone=0.55, per_document=0.0)
    assert abs(surprise(expected_and_seen(world, FREQUENT, without)[0], seen, documents)) > 2 * bound
    order = np.random.default_rng(1).permutation(len(seen))
    assert abs(surprise(chance, seen[order], documents)) > 2 * bound


@pytest.mark.parametrize("bunching", [0.0, 1.0])
def test_a_week_by_hand(world, bunching) -> None:
    """Evenly spread occasions, or all of a month in one week: from the same uniforms."""
    alike = {"eagerness": 0.0, "lasting": 1.0, "habit_shape": 1e3, "per_document": 0.0, "per_contact": 0.0}
    _, found = marks(world, Use(alone=1.2, bunching=bunching, **alike))
    share, keys = 7 / (365.25 / 12), streams(SEED)
    chance = (1 - exp(-1.2)) * share if bunching else 1 - exp(-1.2 * share)
    habits = gamma_means(exp(round(np.log(1e3) * 50) / 50))
    assert np.ptp(habits) < 0.25
    persons = np.flatnonzero(world.run.state["activated"] < 100)[:400]
    at = [(i, m) for i in persons for m in range(30, 40) if found[i, m] & usage.LIVES]
    seen = np.array([(found[i, m] & usage.IN_WEEK) > 0 for i, m in at])
    drawn = np.array([uniform(keys[Decision.LOGS_IN], i, m) for i, m in at])
    assert len(at) > 500
    assert seen[drawn < 0.8 * chance].all()
    assert not seen[drawn > 1.2 * chance].any()


def test_what_is_asked_of_a_world_must_fit(world) -> None:
    with pytest.raises(ValueError, match="no month is over"):
        UseCensus(FastModel(world.population, Parameters(), demography=demography(), history=load_history()), Use())
    with pytest.raises(ValueError, match="needed"):
        law_of(Use(lasting=1.5))
    other = build_population(demography(), people=500, seed=5)
    elsewhere = FastModel(other, Parameters(), demography=demography(), history=load_history(), seed=SEED)
    elsewhere.advance(300)
    with pytest.raises(ValueError, match="beside"):
        UseCensus(elsewhere, Use(), UseCensus(world, Use()))


def test_nothing_is_kept_for_worlds_that_will_not_be_counted_beside(world) -> None:
    alone, kept = UseCensus(world, FREQUENT, since=None), UseCensus(world, FREQUENT, since=200)
    assert all(np.array_equal(alone.outcome().counts[name], kept.outcome().counts[name]) for name in ROWS)
    assert alone.memory.size == alone.rows.size == 0 < kept.rows.size


def test_the_year_after_the_counting_judges_who_lasts(world) -> None:
    outcome = UseCensus(world, FREQUENT).outcome()
    assert month_name(outcome.judged) == month_name(outcome.month + 12)
    assert months().end[outcome.month] <= 300 < months().end[outcome.month + 1]
    assert 0 < outcome.lasting < outcome.at("active")
    for groups in outcome.groups:
        assert groups.users.sum() == pytest.approx(outcome.at("users"))
        assert groups.active.sum() == pytest.approx(outcome.at("active"))
        assert groups.lasting.sum() == pytest.approx(outcome.lasting)
    assert date(2022, 1, 31) == START
