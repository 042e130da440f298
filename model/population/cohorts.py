"""How many people there are: cohorts (birth years) at launch, who joins them later, and how they shrink.

The pyramids say how many people of each birth year and sex live on each 1 January. The change of a cohort between two
of them is *net*: deaths, emigration and immigration can't be told apart. A cohort that shrinks has exits only, one that
grows has entries only (births in its own year, immigration later), so both are too few by what cancels out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from model.terms.inputs import Demography
from model.terms.jit import compiled
from model.terms.shapes import Counts, Floats
from model.terms.weeks import START, position


@dataclass(frozen=True, kw_only=True)
class Cohorts:
    """Expected persons by birth year and sex at the launch and on each later 1 January (the *knots*)."""

    first_year: int
    """Birth year of cohort 0, which holds everybody born then or earlier (99 and older on the first pyramid)."""
    knots: Floats
    """Weeks from the start of the simulation, shape [knot]; ``knots[0]`` is 0."""
    stock: Floats
    """Persons, shape [cohort, sex, knot]."""
    entries: Floats
    """Persons who join between a knot and the next, shape [cohort, sex, knot - 1]."""
    survival: Floats
    """Share of those present at launch who are still there if the cohort only shrinks, shape [cohort, sex, knot]."""
    birth_start: Floats
    """Start of each birth year in weeks, shape [cohort + 1]."""

    @property
    def insured(self) -> float:
        """Persons at launch."""
        return float(self.stock[:, :, 0].sum())


def build_cohorts(demography: Demography) -> Cohorts:
    """Follow each birth year through the pyramids; the launch is interpolated between the first two.

    Raises:
        ValueError: the pyramids don't start with the year of the launch or skip a year.
    """
    years = demography.years
    if len(years) < 2 or years != tuple(range(START.year, START.year + len(years))):
        raise ValueError(f"pyramids of the years {years}; needed: consecutive years from {START.year}")
    stock = _on_first_january(demography.pyramid)
    passed = (START - date(START.year, 1, 1)).days / (date(START.year + 1, 1, 1) - date(START.year, 1, 1)).days
    stock[:, :, 0] += passed * (stock[:, :, 1] - stock[:, :, 0])
    change, first = np.diff(stock, axis=2), years[0] - demography.pyramid.shape[2]
    leaving = np.divide(-change, stock[:, :, :-1], out=np.zeros_like(change), where=change < 0)
    survival = np.concatenate((np.ones_like(stock[:, :, :1]), np.cumprod(1.0 - leaving, axis=2)), axis=2)
    births = [date(year, 1, 1) for year in range(first, years[-1] + 1)]
    return Cohorts(
        first_year=first,
        knots=np.array([0.0] + [position(date(year, 1, 1)) for year in years[1:]]),
        stock=stock,
        entries=np.maximum(change, 0.0),
        survival=survival,
        birth_start=np.array([position(day) for day in births]),
    )


def _on_first_january(pyramid: Floats) -> Floats:
    """Persons [cohort, sex, year]. Within the open last age all birth years shrink by the same factor, *assumed*."""
    n_years, _, n_ages = pyramid.shape
    last = n_ages - 1
    stock = np.zeros((n_ages + n_years - 1, 2, n_years))
    for year in range(n_years):
        ages = last + year - np.arange(len(stock))
        known = (ages >= 0) & (ages < last + (year == 0))
        stock[known, :, year] = pyramid[year][:, ages[known]].T
        if year:
            factor = pyramid[year, :, last] / pyramid[year - 1, :, last - 1 :].sum(axis=1)
            stock[: year + 1, :, year] = stock[: year + 1, :, year - 1] * factor
    return stock


def cell_counts(cohorts: Cohorts, share: Floats, people: int) -> Counts:
    """Rows of each cell, shape [region, cohort, group, sex]: group 0 is present at launch, group k joins before knot k.

    Sums exactly to ``people`` over group 0. Rounding is cumulative, so each national cohort and sex is off by less than
    one person; regions share each cohort by largest remainders, carried on to the next cohort.
    """
    present = _rounded(cohorts.stock[:, :, 0].T, people / cohorts.insured)
    joining = _rounded(cohorts.entries.transpose(2, 1, 0), people / cohorts.insured)
    national = np.concatenate((present[None], joining))
    regional = _shared(national.reshape(-1), share).reshape((len(share), *national.shape))
    return np.ascontiguousarray(regional.transpose(0, 3, 1, 2))


def _rounded(expected: Floats, scale: float) -> Counts:
    """Whole numbers whose partial sums, in memory order, are the rounded partial sums of the expected ones."""
    sums = np.rint(np.cumsum(expected.reshape(-1)) * scale).astype(np.int64)
    return np.diff(sums, prepend=0).reshape(expected.shape)


@compiled
def _shared(national: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Split each number between regions, [region, number]; what rounding took or gave is carried on."""
    regional = np.empty((len(share), len(national)), np.int64)
    carry = np.zeros(len(share))
    for cell in range(len(national)):
        left = national[cell]
        for region in range(len(share)):
            regional[region, cell] = np.int64(np.floor(national[cell] * share[region]))
            carry[region] += national[cell] * share[region] - regional[region, cell]
            left -= regional[region, cell]
        for _ in range(left):
            short = np.argmax(carry)
            regional[short, cell] += 1
            carry[short] -= 1.0
    return regional
