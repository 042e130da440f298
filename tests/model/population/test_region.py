"""The people of one region alone are those that the country has there."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from calibration.facts.inputs import load_history
from model.fast import FastModel
from model.levers.base import Target
from model.population.attributes import EMAIL, EXCLUDED, NO_DOCTOR, PILOT
from model.population.building import build_population
from model.population.population import Population
from model.population.pyramid import build_chances
from model.population.region import aimed_at, own_cohorts, part_of, place_of
from model.population.ties import MEAN_DEGREE
from model.terms.inputs import OneRegion
from model.terms.parameters import Parameters
from tests.model.law import Z, cohorts, demography, is_share, population

BRITTANY, PICARDY, OVERSEAS = "Bretagne", "Hauts-de-France", "Outre-mer (DROM)"


@lru_cache
def alone(region: str = BRITTANY, people: int = 20_000, seed: int = 3) -> Population:
    return build_population(demography(), people=people, seed=seed, only=OneRegion(name=region))


def test_the_regions_make_up_the_country() -> None:
    parts = [own_cohorts(demography(), region) for region in demography().regions]
    assert np.allclose(sum(part.stock for part in parts), cohorts().stock)
    assert np.allclose(sum(part.entries for part in parts), cohorts().entries)
    assert sum(part.insured for part in parts) == pytest.approx(cohorts().insured)


def test_rows_stand_for_the_people_of_the_region() -> None:
    people, own = alone(), own_cohorts(demography(), BRITTANY)
    present = people.entry == 0
    assert present.sum() == people.people == 20_000
    assert people.weight * 20_000 == pytest.approx(own.insured)
    assert people.regions == (BRITTANY,)
    assert (people.region == 0).all()
    joining = (~present).sum() * people.weight
    assert joining == pytest.approx(own.entries.sum(), rel=0.01)


def test_each_person_has_as_many_doctors_as_in_the_country() -> None:
    country = population()
    place = place_of(demography(), BRITTANY)
    first, end = country.doctor_start[place : place + 2]
    assert alone().doctor_start.tolist() == [0, end - first]
    doctors = alone().doctor
    assert set(np.unique(doctors[doctors != NO_DOCTOR])) <= set(range(end - first))


@pytest.mark.parametrize("region", [BRITTANY, OVERSEAS])
def test_attributes_have_the_chances_of_the_region(region: str) -> None:
    people = alone(region)
    place, chances = place_of(demography(), region), build_chances(demography(), cohorts())
    adults = people.entry == 0
    band = people.band_at(0)
    for number in range(len(people.bands)):
        chosen = adults & (band == number)
        assert is_share((people.flags[chosen] & EXCLUDED) > 0, chances.excluded[place, number])
        assert is_share(people.ill_from[chosen] == 0, chances.ill[place, number])


def test_the_overseas_share_excluded_is_not_that_of_brittany() -> None:
    """The check above can tell regions apart."""
    place, chances = place_of(demography(), BRITTANY), build_chances(demography(), cohorts())
    people = alone(OVERSEAS)
    chosen = (people.entry == 0) & (people.band_at(0) == len(people.bands) - 2)
    shares = chances.excluded[[place, place_of(demography(), OVERSEAS)], len(people.bands) - 2]
    assert abs(shares[0] - shares[1]) > 0.02
    assert not is_share((people.flags[chosen] & EXCLUDED) > 0, float(shares[0]))


def test_ratios_that_are_drawn_change_the_region_alone() -> None:
    double = build_population(demography(), people=20_000, seed=3, only=OneRegion(name=BRITTANY, exclusion=1.6))
    excluded = [(people.flags & EXCLUDED > 0).mean() for people in (alone(), double)]
    assert excluded[1] > 1.3 * excluded[0]
    assert np.array_equal(alone().ill_from, double.ill_from)


def test_the_pilot_is_where_it_was() -> None:
    """3,391,505 notified in three départements; by hand, as many per head as in the country."""
    assert not (alone().flags & PILOT).any()
    people = alone(PICARDY)
    share = build_chances(demography(), cohorts()).pilot[place_of(demography(), PICARDY)]
    assert is_share((people.flags[people.entry == 0] & PILOT) > 0, float(share))


def test_ties_are_as_many_and_nobody_is_everybodys() -> None:
    for people in (population(), alone(people=20_000)):
        degree = np.diff(people.tie_start)
        adults = (people.entry == 0) & (people.age_at(0) >= 18)
        mean = float(degree[adults].mean())
        assert mean == pytest.approx(MEAN_DEGREE, rel=0.04)
        assert degree.max() < 12 * MEAN_DEGREE
    owner = np.repeat(np.arange(alone().n), np.diff(alone().tie_start))
    entries = alone().tie
    there = np.sort(owner[entries >= 0] * alone().n + entries[entries >= 0])
    back = np.sort(entries[entries >= 0].astype(np.int64) * alone().n + owner[entries >= 0])
    assert np.array_equal(there, back)


TARGETS = (
    Target(),
    Target(age_from=65),
    Target(age_from=18, age_to=40, email=False),
    Target(email=True, offline=False),
    Target(email=False, offline=True),
    Target(email=False, offline=False),
    Target(offline=True),
    Target(offline=False),
    Target(illness=True, age_from=30),
)


@pytest.mark.parametrize("target", TARGETS, ids=str)
def test_as_many_are_aimed_at_as_are_counted(target: Target) -> None:
    people = population()
    chosen = people.select(target, 0) & (people.entry == 0)
    wanted = aimed_at(demography(), target) / people.weight
    counted = np.bincount(people.region[chosen], minlength=len(people.regions))
    # A minor's mailbox is the guardian's: up to a twentieth of all mailboxes asked for.
    slack = 0.06 * wanted if target.email is not None and target.age_from is None else 0.0
    assert (np.abs(counted - wanted) <= Z * np.sqrt(wanted) + 2 + slack).all()


def test_parts_of_what_is_done_for_all_add_up() -> None:
    regions = demography().regions
    target = Target(age_from=70, offline=True)
    assert sum(part_of(demography(), region, target) for region in regions) == pytest.approx(1.0)
    two = replace(target, regions=(BRITTANY, OVERSEAS))
    assert part_of(demography(), PICARDY, two) == 0.0
    assert part_of(demography(), BRITTANY, two) + part_of(demography(), OVERSEAS, two) == pytest.approx(1.0)
    assert part_of(demography(), BRITTANY, replace(target, regions=(BRITTANY,))) == 1.0
    with pytest.raises(ValueError, match="Britanny"):
        part_of(demography(), "Britanny")


def share_of(people: Population, seed: int, region: str, local: float = 0.0) -> float:
    parameters = Parameters()
    parameters = replace(parameters, drivers=replace(parameters.drivers, local=local))
    model = FastModel(people, parameters, demography=demography(), history=load_history(), seed=seed, weeks=210)
    model.advance(210)
    activated = model.run.state["activated"] < 210
    inside = people.region == people.regions.index(region)
    return float(activated[inside].sum() / ((people.entry == 0) & inside).sum())


@pytest.mark.parametrize("region", [BRITTANY, PICARDY, OVERSEAS])
def test_a_region_alone_does_as_it_does_in_the_country(region: str) -> None:
    """Within the chance of the people: ties that lead to other regions are what differs, and all regions are alike."""
    places = range(4)
    country = np.array([share_of(population(seed=seed), seed, region) for seed in places])
    own = np.array([share_of(alone(region, seed=seed), seed, region) for seed in places])
    there = 200_000 * demography().region_share[place_of(demography(), region)]
    error = np.sqrt(own.mean() * (1 - own.mean()) / len(places) * (1 / 20_000 + 1 / there))
    assert abs(country.mean() - own.mean()) <= Z * error
    moved = share_of(alone(region, seed=0), 0, region, local=0.25)
    assert moved - own[0] > Z * error  # the bound can tell a level


def test_e_mail_is_the_country_s() -> None:
    """Bands have the reach of the country whatever the region, but for those excluded."""
    people, chances = alone(), build_chances(demography(), cohorts())
    for excluded in (0, 1):
        chosen = (people.entry == 0) & (people.band_at(0) == 4) & ((people.flags & EXCLUDED > 0) == excluded)
        assert is_share((people.flags[chosen] & EMAIL) > 0, chances.email[excluded, 4])
