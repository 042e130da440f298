"""Who there is: exact numbers, the pyramid through the years, guardians, keyed draws."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from model.levers import Target
from model.population.attributes import ACCOUNT, EMAIL, NO_DOCTOR, PILOT
from model.population.building import build_population
from model.population.population import Population
from model.population.pyramid import build_cohorts, cell_counts
from model.terms.weeks import MAJORITY, NEVER, WEEKS
from tests.model.law import PEOPLE, Z, cells_of_rows, cohorts, demography, population

COLUMNS = ("birth_week", "sex", "region", "entry", "exit", "guardian", "doctor", "ill_from", "flags")
TIES = ("tie_start", "tie")


def same(one: Population, other: Population, rows: int | None = None) -> bool:
    starts = None if rows is None else rows + 1
    ties = np.array_equal(one.tie, other.tie) and np.array_equal(one.tie_start[:starts], other.tie_start[:starts])
    return ties and all(np.array_equal(getattr(one, c)[:rows], getattr(other, c)[:rows]) for c in COLUMNS)


@pytest.mark.slow
@pytest.mark.parametrize("people", [1, 2, 13, 500, 54_321])
def test_as_many_people_as_asked_for(people: int) -> None:
    built = build_population(demography(), people=people, seed=3)
    assert (built.entry == 0).sum() == built.people == people
    assert built.weight * people == pytest.approx(cohorts().insured)
    assert all(len(getattr(built, name)) == built.n for name in COLUMNS)


def test_insured_at_launch_are_interpolated_to_the_day() -> None:
    first, second = demography().pyramid[:2].sum(axis=(1, 2))
    assert cohorts().insured == pytest.approx(first + 30 / 365 * (second - first))


def expected_by_region() -> npt.NDArray[np.float64]:
    """Rows at launch [region, cohort, sex]: each cohort shared out by its age on 1 January 2022."""
    national = cohorts().stock[:, :, 0] * PEOPLE / cohorts().insured
    age = np.clip(2021 - (cohorts().first_year + np.arange(len(national))), 0, 99)
    return national[None] * demography().region_age_share[:, age, None]


def test_margins_are_as_exact_as_rounding_allows() -> None:
    counts = cell_counts(cohorts(), demography().region_age_share, PEOPLE)[:, :, 0]
    expected = expected_by_region()
    assert np.abs(counts.sum(axis=0) - expected.sum(axis=0)).max() < 1
    assert np.abs(counts.sum(axis=(1, 2)) - expected.sum(axis=(1, 2))).max() < 1.5
    assert np.abs(counts - expected).max() < 2.5


def test_the_same_pyramid_everywhere_is_noticed() -> None:
    share = demography().region_share
    alike = cell_counts(cohorts(), np.repeat(share[:, None], 100, axis=1), PEOPLE)[:, :, 0]
    assert np.abs(alike - expected_by_region()).max() > 25


def test_regions_shared_out_by_hand() -> None:
    """Two regions, half of the newborn and a quarter of all others in the first: of 8 there are 2, of 2 newborn 1."""
    share = np.array([[0.5] + [0.25] * 99, [0.5] + [0.75] * 99])
    counts = cell_counts(cohorts(), share, PEOPLE)
    by_cohort = counts.sum(axis=3)[:, :, 0]
    newborn = 2021 - cohorts().first_year
    assert abs(by_cohort[0, newborn] / by_cohort[:, newborn].sum() - 0.5) < 0.002
    assert abs(by_cohort[0, :newborn].sum() / by_cohort[:, :newborn].sum() - 0.25) < 1e-4
    assert abs(counts[0, newborn + 1, 1].sum() / counts[:, newborn + 1, 1].sum() - 0.5) < 0.002


def test_cohorts_meet_the_pyramid_of_each_year_and_of_the_open_age() -> None:
    followed, pyramid = cohorts(), demography().pyramid
    for year in range(1, len(demography().years)):
        ages = demography().years[year] - 1 - (followed.first_year + np.arange(len(followed.stock)))
        for age in range(99):
            assert followed.stock[ages == age, :, year].sum(axis=0) == pytest.approx(pyramid[year, :, age])
        assert followed.stock[ages >= 99, :, year].sum(axis=0) == pytest.approx(pyramid[year, :, 99])


def pyramid_holds(people: Population, shift: int = 0) -> bool:
    """Whether the living of each birth year and sex, and of all, match the pyramids (``shift`` years away) within the
    binomial law.

    Only exits vary: sizes at launch and entries are fixed numbers. Left for rounding: one person for the launch, one a
    year for entries; for the days between 1 January and the next Monday: one, of all birth years 40.
    """
    born, _ = cells_of_rows(people.people)
    for knot, year in enumerate(demography().years[1:], start=1):
        week = int(np.ceil(cohorts().knots[knot]))
        living = (people.entry <= week) & (people.exit > week)
        tally = np.zeros((2, len(cohorts().stock)))
        np.add.at(tally, (people.sex[living], born[living] - cohorts().first_year), 1)
        excess, variance = [], []
        for sex, age in np.ndindex(2, 99):
            cohort = year - 1 - age - cohorts().first_year
            expected = demography().pyramid[knot, sex, age + shift if 0 < age < 98 else age] / people.weight
            counted = tally[sex, cohort]
            excess.append(counted - expected)
            variance.append(expected * (1 - cohorts().survival[cohort, sex, knot]))
        if (np.abs(excess) > Z * np.sqrt(variance) + 2 + knot).any():
            return False
        if abs(sum(excess)) > Z * np.sqrt(sum(variance)) + 40:
            return False
    return True


def test_pyramid_of_each_first_of_january_within_the_binomial_law() -> None:
    assert pyramid_holds(population())


@pytest.mark.parametrize("wrong", ["nobody leaves", "half a year late", "a year older"])
def test_pyramid_check_rejects_wrong_people(wrong: str) -> None:
    right = population()
    if wrong == "nobody leaves":
        assert not pyramid_holds(right.with_columns(exit=np.full_like(right.exit, NEVER)))
    elif wrong == "half a year late":
        assert not pyramid_holds(right.with_columns(exit=np.minimum(right.exit + 26, NEVER).astype(np.uint16)))
    else:
        assert not pyramid_holds(right, shift=1)


def test_dates_are_in_order() -> None:
    people = population()
    assert (people.exit > people.entry).all()
    assert (people.entry <= WEEKS).all()
    assert ((people.exit <= WEEKS) | (people.exit == NEVER)).all()
    assert (people.birth_week <= people.entry).all()
    born, group = cells_of_rows()
    newborn = born == group + 2021
    assert np.array_equal(newborn & (group > 0), (people.entry > 0) & (people.birth_week == people.entry))
    assert (people.age_at(0)[people.entry == 0] == 2022 - born[people.entry == 0]).mean() < 0.12


def test_guardians_are_adults_of_the_region_who_are_there() -> None:
    people = population()
    minors = people.birth_week + MAJORITY > people.entry
    assert (people.guardian[~minors] == -1).all()
    guardians, week = people.guardian[minors], people.entry[minors]
    assert (guardians >= 0).all()
    assert (people.birth_week[guardians] + MAJORITY <= week).all()
    assert (people.entry[guardians] <= week).all()
    assert (people.exit[guardians] > week).all()
    assert (people.region[guardians] == people.region[minors]).all()
    assert (people.doctor[guardians] == people.doctor[minors]).all()
    apart = people.birth_week[minors].astype(int) - people.birth_week[guardians]
    assert 30.5 < apart.mean() / 52.18 < 31.5
    assert 4 < apart.std() / 52.18 < 6


def test_guardians_among_very_few_people() -> None:
    people = build_population(demography(), people=40, seed=5)
    minors = np.flatnonzero(people.birth_week + MAJORITY > people.entry)
    for i in minors:
        week = people.entry[i]
        adults = (people.birth_week + MAJORITY <= week) & (people.entry <= week) & (people.exit > week)
        candidates = np.flatnonzero(adults & (people.region == people.region[i]))
        assert people.guardian[i] in (candidates if len(candidates) else (-1,))


def test_same_for_any_number_of_threads() -> None:
    assert same(population(30_001, 7), population(30_001, 7, 2))
    assert same(population(30_001, 7), population(30_001, 7, 3))


def test_seeds_differ_in_every_column() -> None:
    one, other = population(30_001, 7), population(30_001, 8)
    drawn = set(COLUMNS) - {"sex", "region"}
    assert all(not np.array_equal(getattr(one, name), getattr(other, name)) for name in drawn)
    assert np.array_equal(one.region, other.region)
    assert not same(one, other)


def test_an_isolated_person_changes_nobody() -> None:
    before = population(30_001, 7)
    after = before.with_isolated_person(region=3)
    assert after.n == before.n + 1
    assert after.people == before.people + 1
    assert after.weight == before.weight
    assert same(before, after, before.n)
    assert after.tie_start[-1] == after.tie_start[-2]
    assert after.age_at(0)[-1] == 50
    touched = after.with_columns(doctor=np.roll(after.doctor, 1))
    assert not same(before, touched, before.n)


def test_birthdays_by_hand() -> None:
    people = population(500).with_isolated_person(birth_week=-939)
    assert people.age_at(0)[-1] == 18
    assert people.age_at(-1)[-1] == 17
    assert people.age_at(-940)[-1] == -1
    assert people.bands[people.band_at(0)[-1]] == "18-24"


def test_selection_reads_observables() -> None:
    people, week = population(), 205
    age, region = people.age_at(week), np.array(people.regions)[people.region]
    email, account = (people.flags & EMAIL) > 0, (people.flags & ACCOUNT) > 0
    assert people.select(Target(), week).all()
    target = Target(age_from=65, age_to=74, regions=("Bretagne", "Normandie"), email=False, illness=True)
    ill = people.ill_from <= week
    expected = (age >= 65) & (age <= 74) & np.isin(region, ("Bretagne", "Normandie")) & ~email & ill
    assert np.array_equal(people.select(target, week), expected)
    offline = ~email & ~account & (age >= 18)
    assert np.array_equal(people.select(Target(offline=True), week), offline)
    assert np.array_equal(people.select(Target(offline=False), week), ~offline)


def test_unknown_region_names_those_allowed() -> None:
    with pytest.raises(ValueError, match=r"'Bretange'.*Bretagne.*Normandie"):
        population(500).select(Target(regions=("Bretange",)), 0)


def test_doctors_are_of_the_region_and_all_are_used() -> None:
    people = population()
    blocks = people.doctor_blocks()
    assert blocks[0][0] == 0
    assert blocks[-1][1] == demography().doctors
    assert people.doctor_blocks(("Bretagne",)) == [blocks[2]]
    low, high = np.array(blocks).T
    own = people.doctor != NO_DOCTOR
    region = people.region[own]
    assert (people.doctor[own] >= low[region]).all()
    assert (people.doctor[own] < high[region]).all()
    assert len(np.unique(people.doctor[own])) > 0.9 * demography().doctors


def test_frame_shows_people_in_plain_units() -> None:
    people = population(500)
    rows = np.array([4, 17, people.n - 1])
    table = people.frame(rows)
    assert list(table.index) == rows.tolist()
    assert table["ill_from"].isna().tolist() == (people.ill_from[rows] == NEVER).tolist()
    assert table.loc[4, "pilot"] == bool(people.flags[4] & PILOT)
    assert (table["age"] >= 0).all()
    assert table["ties"].add(table["wards"]).tolist() == np.diff(people.tie_start)[rows].tolist()


@pytest.mark.parametrize("people", [0, -5, 10**10, 2.5, 2000.0, np.nan])
def test_refuses_impossible_numbers_of_people(people: Any) -> None:
    """As from Python, where nothing checks types."""
    with pytest.raises(ValueError, match=f"people = {people}"):
        inspect.unwrap(build_population)(demography(), people=people, seed=1)


def test_refuses_pyramids_with_a_gap() -> None:
    with pytest.raises(ValueError, match="consecutive years"):
        build_cohorts(replace(demography(), years=(2022, 2024, 2025, 2026, 2027, 2028, 2029)))
