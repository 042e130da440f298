"""What follows age, by hand for people who turn 75 in week 100: from the published table, not from the engine."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

import numpy as np
import pytest

from model import AdoptionModel
from model import levers as lv
from model.engine.completion import documents_received
from model.population.attributes import EMAIL
from model.population.building import build_population
from model.population.population import Population
from model.population.pyramid import by_region, completed_years, region_bands
from model.terms.channels import Channel
from model.terms.drivers import DAYS_PER_MONTH, weekly_documents
from model.terms.inputs import band_starts, rates_by_age, recipients, relative_documents
from model.terms.parameters import (
    Drivers,
    Parameters,
    People,
    Practice,
    Prevalence,
    Pulls,
    Stops,
    Structure,
    WordOfMouth,
)
from model.terms.spells import LEVELS
from model.terms.tables import HOSPITAL_STAYS
from model.terms.weeks import NEVER, WEEKS, WEEKS_PER_YEAR
from tests.model.busy import history
from tests.model.law import Z, demography, is_share, population

BIRTHDAY, LAST, MANY = 100, 200, 20_000
BORN = BIRTHDAY - round(75 * WEEKS_PER_YEAR)
YOUNGER, OLDER = demography().profiles[6:8]
"""65 to 74, 75 and over."""
LIFELONG = Structure(traits="lifelong")
QUIET = Parameters(
    people=People(eagerness_shape=50.0, notices=1.0),
    pulls=Pulls(
        **dict.fromkeys(("notice", "document", "peer", "spontaneous", "media", "reminder", "mention"), 1e-12),
        document_scale=20.0,
    ),
    drivers=Drivers(trend=0.0, step=1.0),
    practice=Practice(recommendation_rate=1e-12),
    word_of_mouth=WordOfMouth(tell=0.0),
    stops=Stops(time=1.0),
    prevalence=Prevalence(time=1.0),
)
"""Nobody comes to the site unless a test has them come; there everybody is stopped each time."""


def twins(**columns: Any) -> Population:
    """Many who were born in one week and stay, adults without wards."""
    people = build_population(demography(), people=MANY, seed=4)
    n = people.n
    same = {
        "birth_week": BORN,
        "entry": 0,
        "exit": NEVER,
        "guardian": -1,
        "doctor": 7,
        "ill_from": NEVER,
        "flags": EMAIL,
    }
    return people.with_columns(**{name: np.full(n, value) for name, value in {**same, **columns}.items()})


def run(
    people: Population, parameters: Parameters, *levers: lv.Lever, structure: Structure = LIFELONG
) -> AdoptionModel:
    given = {"demography": demography(), "history": history(), "structure": structure}
    model = AdoptionModel(people, parameters, seed=5, levers=levers, **given)
    model.advance(LAST)
    return model


def halves(weekly: Any) -> tuple[float, float]:
    """Sums before and from the birthday on."""
    return float(np.sum(weekly[:BIRTHDAY])), float(np.sum(weekly[BIRTHDAY:LAST]))


def test_documents_of_one_person() -> None:
    """Her own rate is the same for life, so after the birthday she gets 1.8 for each 1.5 before."""
    people = population(2000).with_isolated_person(birth_week=BORN)
    model, woman = run(people, QUIET), people.n - 1
    before = documents_received(model.run, woman, BIRTHDAY)
    after = documents_received(model.run, woman, LAST) - before
    early, late = halves(np.diff(model.weekly.cum_received))
    more = (after / late) / (before / early)
    assert more == pytest.approx(OLDER.documents_relative / YOUNGER.documents_relative)
    assert more == pytest.approx(1.2), "negative control: 1 if nobody grew older"


def test_notices_of_documents() -> None:
    """Of everybody at once: the mean of the band, within the sampling law of the levels."""
    model = run(twins(), QUIET)
    per_person = model.outcome().contacts[:LAST, Channel.DOCUMENT] / model.population.weight / model.population.n
    each = per_person / np.diff(model.weekly.cum_received)[:LAST]
    mean = 1.0 / float(np.interp(0.0, *_mean_at_launch()))
    levels = model.weekly.need_levels[model.weekly.document_first :]
    for profile, found in ((YOUNGER, each[BIRTHDAY - 1]), (OLDER, each[BIRTHDAY])):
        expected = profile.documents_relative * mean
        assert abs(found / expected - 1.0) < Z * levels.std() / sqrt(model.population.n)
    assert each[BIRTHDAY] / each[BIRTHDAY - 1] == pytest.approx(1.2, rel=1e-3)


def _mean_at_launch() -> tuple[list[float], list[float]]:
    """(week, relative documents of the mean insured) on the first two 1 January of the pyramid."""
    ages = np.arange(100)
    relative = np.array([next(p for p in demography().profiles if p.age_to >= age).documents_relative for age in ages])
    persons = demography().pyramid[:2].sum(axis=1)
    return [-30 / 7, 335 / 7], [float(relative @ row / row.sum()) for row in persons]


def test_visits_through_documents() -> None:
    """For life each person's visits are Poisson, so those after the birthday are a binomial share of all."""
    model = run(twins(), replace(QUIET, pulls=replace(QUIET.pulls, document=0.02)))
    visits = model.run.desks["visits"].sum(axis=0)[:LAST, Channel.DOCUMENT]
    before, after = halves(np.diff(model.weekly.cum_received))
    total, late = int(visits.sum()), int(visits[BIRTHDAY:].sum())
    assert total > 10_000
    share = 1.8 * after / (1.5 * before + 1.8 * after)
    assert abs(late - total * share) < Z * sqrt(total * share * (1 - share))
    stays = after / (before + after)
    assert abs(late - total * stays) > Z * sqrt(total * stays * (1 - stays)), "negative control: as if 74 for ever"


@pytest.mark.parametrize("traits", ["renewed", "lifelong"])
def test_gp_contacts(traits: Any) -> None:
    """A doctor who recommends at every contact to people who never act: contacts are counted one by one."""
    practice = Practice(recommendation_rate=1e12, recommending_doctors=1.0, mention_rate=1e-12, follow_through=0.0)
    model = run(twins(), replace(QUIET, practice=practice), structure=Structure(traits=traits))
    counted = halves(model.run.desks["contacts"].sum(axis=0)[:, Channel.DOCTOR])
    years, n = BIRTHDAY / WEEKS_PER_YEAR, model.population.n * (1 - history().opposed)
    of_band = [model.weekly.need_levels[LEVELS * band : LEVELS * (band + 1)] for band in (6, 7)]
    for profile, count, levels in zip((YOUNGER, OLDER), counted, of_band, strict=True):
        mean = profile.gp_contacts_per_year * years
        each = mean + mean**2 * (levels.var() + history().opposed)
        assert abs(count - n * mean) < Z * sqrt(n * each)
    ratio = counted[1] / counted[0]
    assert ratio > 1.3, "negative control: 1 if nobody grew older, 1.36 by the table"


def test_hospital_stays_follow_illness() -> None:
    lever = lv.Counter(name="hospital", channel=Channel.HOSPITAL, pull=1e-12, start=0, end=WEEKS)
    model = run(twins(ill_from=BIRTHDAY), QUIET, lever)
    years, n = BIRTHDAY / WEEKS_PER_YEAR, model.population.n * (1 - history().opposed)
    counted = halves(model.run.desks["contacts"].sum(axis=0)[:, Channel.HOSPITAL])
    for stays, count in zip(HOSPITAL_STAYS, counted, strict=True):
        each = stays * years + (stays * years) ** 2 * history().opposed
        assert abs(count - n * stays * years) < Z * sqrt(n * each)


def test_the_documents_of_the_living_are_the_national_ones_at_every_date() -> None:
    """Added up over everybody there, by the age of the day; not so if they were spread over the insured at launch."""
    model = AdoptionModel(population(), Parameters(), demography=demography(), history=history())
    people, relative = model.population, relative_documents(demography())
    national = weekly_documents(history(), Parameters().drivers, WEEKS, 1.0) * history().insured_millions
    misses = []
    for week in range(0, WEEKS, 60):
        band = people.band_at(week)[(people.entry <= week) & (people.exit > week)]
        each = np.diff(model.weekly.cum_received)[week]
        found = relative[band].sum() * each * people.weight / 1e6
        assert abs(found / national[week] - 1.0) < Z * relative[band].std() / sqrt(len(band))
        misses.append(found / national[week] * recipients(demography(), WEEKS)[week] / recipients(demography(), 1)[0])
    assert misses[-1] > 1.03, "negative control: 3 % too many by the end of 2028"
    assert national[3 * 52] * DAYS_PER_MONTH / 7 == pytest.approx(30.0, rel=0.02), "millions a month, January 2025"


def ill_shares(week: int, ill_from: Any) -> list[tuple[Any, float]]:
    """(who is ill, published share) of each age band of a week."""
    people, profiles = population(), demography().profiles
    there = (people.entry <= week) & (people.exit > week)
    bands = people.band_at(week)
    return [(ill_from[there & (bands == band)] <= week, p.long_term_illness) for band, p in enumerate(profiles)]


@pytest.mark.parametrize("week", [0, 180, 360])
def test_illness_has_the_published_share_at_every_age_and_date(week: int) -> None:
    for ill, share in ill_shares(week, population().ill_from):
        assert is_share(ill, share)


def test_illness_of_the_launch_is_too_little_later() -> None:
    """Negative control: without those who fell ill since."""
    at_launch = np.where(population().ill_from == 0, 0, NEVER)
    assert not all(is_share(ill, share) for ill, share in ill_shares(360, at_launch))


def test_as_few_fall_ill_as_the_new_share_needs() -> None:
    """Whoever is ill stays so; of the others (66 - 38) / (100 - 38) % fall ill in the week of the birthday."""
    people = population()
    begins = people.birth_week + round(75 * WEEKS_PER_YEAR)
    turning = (begins > 0) & (begins < WEEKS) & (people.entry == 0)
    well = turning & (people.ill_from > 0)
    later = people.ill_from[well].astype(np.int64)
    assert ((later == begins[well]) | (later == NEVER)).all()
    assert is_share(people.ill_from[turning] == 0, YOUNGER.long_term_illness)
    assert is_share(later < NEVER, 0.28 / 0.62)


def test_illness_that_began_does_not_end_where_an_older_band_has_less() -> None:
    profiles = list(demography().profiles)
    profiles[6] = replace(profiles[6], long_term_illness=0.9)
    profiles[7] = replace(profiles[7], long_term_illness=0.1)
    people = build_population(replace(demography(), profiles=tuple(profiles)), people=5000, seed=1)
    turning = (people.band_at(0) == 6) & (people.band_at(300) == 7) & (people.entry == 0)
    assert is_share(people.ill_from[turning] <= 300, 0.9)


def test_targets_and_groups_have_the_illness_of_their_week() -> None:
    model = run(population(2000), QUIET)
    people = model.population
    for week in (0, LAST):
        ill = people.ill_from <= week
        assert np.array_equal(people.select(lv.Target(illness=True), week), ill)
        there = (people.entry <= week) & (people.exit > week)
        living = model.groups("long_term_illness", [week]).living[0] / people.weight
        assert living.round().tolist() == [(there & ~ill).sum(), (there & ill).sum()]
    table = next(table for table in model.standing(BIRTHDAY) if table.dimension == "long_term_illness")
    stay = (people.entry <= BIRTHDAY) & (people.exit > LAST)
    ill = people.ill_from <= BIRTHDAY
    assert (table.counts["living"][0] / people.weight).round().tolist() == [(stay & ~ill).sum(), (stay & ill).sum()]
    assert ill.sum() < (people.ill_from <= LAST).sum(), "negative control: some fall ill in between"


def test_bands_begin_with_birthdays() -> None:
    starts = band_starts(demography().profiles)
    lived = np.arange(110 * 53)
    band = np.searchsorted(starts, lived, side="right") - 1
    of_age = population(2000).band_of_age
    assert np.array_equal(band, of_age[completed_years(lived)])
    rates = rates_by_age(demography(), HOSPITAL_STAYS)
    assert rates.shape == (4, 8)
    assert rates[3, :2].tolist() == list(HOSPITAL_STAYS)


def test_regions_keep_their_illness() -> None:
    people, week = population(), 360
    profiles = np.array([profile.long_term_illness for profile in demography().profiles])
    wanted = by_region(profiles, demography().region_illness, region_bands(demography()))
    there = (people.entry <= week) & (people.exit > week) & (people.band_at(week) == 7)
    for region in range(len(people.regions)):
        assert is_share(people.ill_from[there & (people.region == region)] <= week, wanted[region, 7])
