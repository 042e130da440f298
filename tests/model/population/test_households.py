"""Families with minors: as many and as large as INSEE counts them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from calibration.facts.tables import read_rows
from model.population import households
from model.population.population import Population
from model.terms.weeks import MAJORITY
from tests.model.law import Z, population

PUBLISHED = np.array([0.445, 0.384, 0.132, 0.039])
"""Families with 1, 2, 3, 4 and more minors; 7.85 million families in 2007."""
MEANS = 1.76, 1.80
"""Minors per family: 2007, four and more counted as four; 2020-22."""
SHARES_DIFFER = 0.06
"""Points by which shares may be off: the two dates below differ by as much from one another."""


def families(people: Population, week: int) -> npt.NDArray[np.int64]:
    """Minors of each guardian who has one in a week."""
    living = (people.entry <= week) & (people.exit > week)
    minors = living & (people.birth_week + MAJORITY > week) & (people.guardian >= 0)
    sizes = np.bincount(people.guardian[minors])
    return sizes[sizes > 0]


def shares(sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    return np.bincount(np.minimum(sizes, 4), minlength=5)[1:] / len(sizes)


def is_published(sizes: npt.NDArray[np.int64]) -> bool:
    """Whether mean and distribution are the published ones within the sampling law (of the mean) and the named gap."""
    error = Z * sizes.std() / np.sqrt(len(sizes))
    near = MEANS[0] - error <= sizes.mean() <= MEANS[1] + error
    return bool(near and np.abs(shares(sizes) - PUBLISHED).max() < SHARES_DIFFER)


def test_published_shares_are_those_of_the_table() -> None:
    rows = [
        row for row in read_rows("national_context.csv", ("quantity", "value", "date")) if row.cells["date"] == "2007"
    ]
    by_number = [float(row.cells["value"]) for row in rows if "by number of children under 18" in row.cells["quantity"]]
    assert by_number == pytest.approx(100 * PUBLISHED)
    assert abs(PUBLISHED @ (1, 2, 3, 4) - MEANS[0]) < 0.005


@pytest.mark.parametrize("week", [0, 205])
def test_minors_per_guardian(week: int) -> None:
    assert is_published(families(population(), week)), shares(families(population(), week))


def test_one_guardian_for_each_minor_is_noticed() -> None:
    """As it was: 1.36 minors for each guardian, each minor's parent found alone."""
    alone = np.bincount(np.random.default_rng(1).integers(0, 20_000, 13_000))
    assert alone[alone > 0].mean() == pytest.approx(1.36, abs=0.02)
    assert not is_published(alone[alone > 0])


def test_siblings_are_born_one_after_the_other() -> None:
    people = population()
    minors = np.flatnonzero(people.guardian >= 0)
    order = np.lexsort((people.birth_week[minors], people.guardian[minors]))
    same = np.diff(people.guardian[minors][order]) == 0
    gaps = np.diff(people.birth_week[minors][order].astype(float))[same] / 52.18
    assert np.mean(households.GAPS) - 0.7 < gaps.mean() < np.mean(households.GAPS) + 1.0


@pytest.mark.parametrize(("u", "siblings"), [(0.99, 0), (0.54, 1), (0.16, 2), (0.03, 3)])
def test_siblings_wanted_by_hand(u: float, siblings: int) -> None:
    assert sum(u < share for share in households.OLDER_SIBLINGS) == siblings
