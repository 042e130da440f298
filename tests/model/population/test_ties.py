"""Who knows whom: a symmetric array, wards first, the intended number and likeness of ties."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from model.population import building
from model.population.building import build_population
from model.population.population import Population
from model.population.ties import AGE_SD, COUPLED, MEAN_DEGREE, SAME_REGION, age_differences
from model.terms.weeks import MAJORITY, WEEKS
from tests.model.law import Z, cells_of_rows, demography, is_share, population

Entries = npt.NDArray[np.int64]


def entries(people: Population) -> tuple[Entries, Entries]:
    """(row, entry) of all entries."""
    return np.repeat(np.arange(people.n), np.diff(people.tie_start)), people.tie.astype(np.int64)


def mutual(owner: Entries, other: Entries, n: int) -> bool:
    """Whether each tie stands with both people, once, and nobody is tied to themselves."""
    there, back = np.sort(owner * n + other), np.sort(other * n + owner)
    return bool(np.array_equal(there, back) and (np.diff(there) > 0).all() and (owner != other).all())


def test_ties_are_mutual_and_single() -> None:
    for people in (population(), build_population(demography(), people=300, seed=2)):
        owner, other = entries(people)
        assert mutual(owner[other >= 0], other[other >= 0], people.n)


def test_mutual_check_rejects_one_way_doubled_and_own_ties() -> None:
    people = population()
    owner, other = entries(people)
    owner, other = owner[other >= 0], other[other >= 0]
    assert not mutual(owner[1:], other[1:], people.n)
    assert not mutual(np.append(owner, [owner[0], other[0]]), np.append(other, [other[0], owner[0]]), people.n)
    assert not mutual(np.append(owner, 5), np.append(other, 5), people.n)


def test_wards_come_first_and_mirror_guardians() -> None:
    people = population()
    owner, other = entries(people)
    wards = other < 0
    assert not (wards[1:] & ~wards[:-1] & (owner[1:] == owner[:-1])).any()
    child = ~other[wards]
    assert np.array_equal(np.sort(child), np.flatnonzero(people.guardian >= 0))
    assert np.array_equal(people.guardian[child], owner[wards])


def adult_degree(people: Population) -> npt.NDArray[np.int64]:
    adult = (people.entry == 0) & (people.birth_week + MAJORITY <= 0)
    return np.diff(people.tie_start)[adult]


def test_adults_have_about_eight_ties() -> None:
    degree = adult_degree(population())
    assert abs(degree.mean() - MEAN_DEGREE) < 0.2
    assert degree.std() > np.sqrt(MEAN_DEGREE)
    assert degree.max() < 60


def ties_per_adult(people: int, draws: int) -> tuple[float, float]:
    """(mean, standard error) over some populations."""
    means = [adult_degree(build_population(demography(), people=people, seed=seed)).mean() for seed in range(draws)]
    return float(np.mean(means)), float(np.std(means, ddof=1) / np.sqrt(draws))


@pytest.mark.parametrize("people", [1000, 2000])
def test_small_samples_have_as_many_ties_as_large_ones(people: int) -> None:
    mean, error = ties_per_adult(people, 40)
    # The share of draws kept and the partner's chance are means over the nation: 1 % is theirs.
    assert abs(mean - adult_degree(population()).mean()) < Z * error + 0.08


def test_ties_lost_in_small_samples_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    large = adult_degree(population()).mean()
    monkeypatch.setattr("model.population.ties.MOST_DRAWS", 1.0)
    monkeypatch.setattr("model.population.building._tables", building._tables.__wrapped__)  # nothing kept from before
    assert ties_per_adult(1000, 10)[0] < 0.85 * large


def test_all_ages_have_ties() -> None:
    people = population()
    age, degree = people.age_at(0), np.diff(people.tie_start)
    for low in range(20, 100, 10):
        assert 5 < degree[(people.entry == 0) & (age >= low) & (age < low + 10)].mean() < 10
    assert (people.birth_week[degree > 0] < (WEEKS - MAJORITY)).all(), "who comes of age in the run at the latest"


def acquaintances(people: Population) -> tuple[Entries, Entries]:
    """Ties of people who are not neighbours in the table (couples are)."""
    owner, other = entries(people)
    chosen = (other >= 0) & (np.abs(owner - other) > 1)
    return owner[chosen], other[chosen]


def alike(people: Population, owner: Entries, other: Entries) -> bool:
    """Whether age difference and region of acquaintances are as intended."""
    years = (people.birth_week[owner].astype(float) - people.birth_week[other]) / 52.18
    once = owner < other
    close = abs(years.std() - age_differences().std()) < 0.8
    return bool(close and is_share((people.region[owner] == people.region[other])[once], SAME_REGION))


def test_acquaintances_are_alike() -> None:
    people = population()
    assert alike(people, *acquaintances(people))


def test_likeness_check_rejects_shuffled_ties() -> None:
    people = population()
    owner, other = acquaintances(people)
    assert not alike(people, owner, np.random.default_rng(1).permutation(other))


def test_age_differences_by_level() -> None:
    years = age_differences()
    assert years.mean() == 0
    assert abs(years.std() - AGE_SD) < 0.5


def test_couples_of_neighbours() -> None:
    people = population()
    born, group = cells_of_rows()
    owner, other = entries(people)
    together = np.zeros(people.n, bool)
    together[owner[other == owner + 1]] = True
    women = (people.sex[:-1] == 0) & (people.sex[1:] == 1) & (born[:-1] == born[1:]) & (group[:-1] + group[1:] == 0)
    pairs = np.flatnonzero(women & (people.region[:-1] == people.region[1:]))
    couples = together[pairs[born[pairs] < 1997]]
    # A neighbour may be an acquaintance as well: once in some hundreds of pairs.
    assert -Z * 0.5 / np.sqrt(len(couples)) < couples.mean() - COUPLED < 0.01
    assert together[pairs[born[pairs] >= 1997]].mean() < 0.05
