"""Who knows whom: couples, guardians with their wards, acquaintances, as one compressed sparse row array (CSR).

- A couple is a woman and a man in adjacent rows, so of one birth year and region, both present at launch (*assumed*).
- An acquaintance is drawn by key: in the same region with probability ``SAME_REGION``, otherwise elsewhere in
  proportion to people; with an age difference following Laplace's law; anybody of that birth year. A draw from a
  larger birth year into a smaller one is kept with the ratio of their sizes, so that all ages have as many ties.
- Ties are stored with both people; a person drawn twice, or drawn as well as being the partner, counts once. So that
  small samples have as many ties as large ones, people draw the more often the more of their draws meet such a tie.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int64

from model.population.attributes import ACQUAINTANCE, COUPLE, DEGREE, Int, row_in
from model.population.pyramid import Cohorts, regional_stock
from model.terms.inputs import Demography
from model.terms.jit import inlined, kernel
from model.terms.keyed import uniform
from model.terms.shapes import Counts, Entries, Floats, Keys, Numbers
from model.terms.spells import gamma_means
from model.terms.weeks import START

MEAN_DEGREE = 8.0
"""Mean number of ties of adults at launch: wards, partner and acquaintances (*assumed*)."""
DEGREE_SHAPE = 2.0
"""Shape of the gamma spread of the number of acquaintances a person draws, *assumed*."""
SAME_REGION = 0.85
"""Acquaintances drawn in the own region, *assumed*."""
AGE_SD = 8.0
"""Standard deviation of the age difference of acquaintances in years, before clipping and rounding, *assumed*."""
AGE_CLIP = 40
COUPLED, COUPLED_FROM_AGE = 0.6, 25
"""Chance that adjacent rows are a couple, from which age at launch (*assumed*)."""
SHIFTS = 1024
MOST_DRAWS, BISECTIONS = 6.0, 30
_SAME_REGION, _COUPLED = SAME_REGION, COUPLED


class Circles(NamedTuple):
    """Tables that ties are drawn from."""

    share: Float[Floats, " region"]  # of people
    size: Float[Floats, "region cohort"]  # expected rows at launch
    shift: Int64[Counts, " level"]  # years of age difference
    degree_levels: Float[Floats, " level"]  # acquaintances a person draws
    more: Float[Floats, " region"]  # times as many draws, for those that meet a tie that is there already
    adults_end: int  # cohorts before this one have acquaintances: of age before the end of the run
    couples_end: int  # cohorts before this one may be couples


def build_circles(demography: Demography, cohorts: Cohorts, people: int) -> Circles:
    """Tables of one demography; the number drawn gives adults ``MEAN_DEGREE`` ties in expectation."""
    rows = regional_stock(cohorts, demography.region_age_share) * people / cohorts.insured
    return _circles(demography, cohorts, rows, demography.region_share, SAME_REGION)


def circles_alone(demography: Demography, cohorts: Cohorts, rows: Float[Floats, "1 cohort"]) -> Circles:
    """Tables of a region without the others: as many ties, all of them inside.

    A draw that would go elsewhere stays: with half of all people in the one region there is, ``other_region`` gives
    that region back, and its uniform as it was.

    Args:
        cohorts: of the country, which the number of draws follows from.
        rows: expected rows of the region at launch.
    """
    return _circles(demography, cohorts, rows, np.array([0.5]), 1.0)


def _circles(
    demography: Demography,
    cohorts: Cohorts,
    rows: Float[Floats, "region cohort"],
    share: Float[Floats, " region"],
    inside: float,
) -> Circles:
    """``inside``: share of the draws of the own region."""
    adults_end = demography.years[-1] - 18 - cohorts.first_year
    size, rows = cohorts.stock[:adults_end, :, 0].sum(axis=1), rows[:, :adults_end]
    couples_end = START.year - COUPLED_FROM_AGE - cohorts.first_year
    shift = age_differences()
    drawn = (MEAN_DEGREE - _household_ties(cohorts, couples_end)) / (2.0 * _kept(size, shift))
    return Circles(
        share=share,
        size=rows,
        shift=shift,
        degree_levels=gamma_means(DEGREE_SHAPE) * drawn,
        more=np.array([_more_draws(row, shift, drawn, couples_end, inside) for row in rows]),
        adults_end=adults_end,
        couples_end=couples_end,
    )


def age_differences() -> Int64[Counts, " level"]:
    """Whole years at equally likely levels of Laplace's law of mean 0, clipped."""
    u = (np.arange(SHIFTS) + 0.5) / SHIFTS - 0.5
    years = -np.sign(u) * AGE_SD / np.sqrt(2.0) * np.log1p(-2.0 * np.abs(u))
    return np.clip(np.rint(years), -AGE_CLIP, AGE_CLIP).astype(np.int64)


def _household_ties(cohorts: Cohorts, couples_end: int) -> float:
    """Partners and wards per adult at launch."""
    present = cohorts.stock[:, :, 0]
    last = START.year - 18 - cohorts.first_year
    adults = present[:last].sum()
    return float((2.0 * COUPLED * present[:couples_end].min(axis=1).sum() + present[last:].sum()) / adults)


def _kept(size: Float[Floats, " cohort"], shift: Int64[Counts, " level"]) -> float:
    """Share of draws kept, mean over people."""
    years, levels = np.unique(shift, return_counts=True)
    cohort, last = np.arange(len(size))[:, None], len(size) - 1
    kept = np.minimum(1.0, size[last - np.abs(last - np.abs(cohort + years))] / size[cohort])
    return float(np.average(kept @ levels / levels.sum(), weights=size))


def _flows(
    rows: Float[Floats, " cohort"], shift: Int64[Counts, " level"], inside: float
) -> Float[Floats, "cohort cohort"]:
    """Chance that a draw of a person of one cohort goes to another of the same region and is kept, [from, to]."""
    n, last = len(rows), len(rows) - 1
    cohort, chance = np.arange(n), np.zeros((n, n))
    years, levels = np.unique(shift, return_counts=True)
    for step, count in zip(years, levels, strict=True):
        other = last - np.abs(last - np.abs(cohort + step))
        kept = np.minimum(1.0, rows[other] / rows)
        np.add.at(chance, (cohort, other), inside * kept * count / levels.sum())
    return chance


def _more_draws(
    rows: Float[Floats, " cohort"], shift: Int64[Counts, " level"], drawn: float, couples_end: int, inside: float
) -> float:
    """Times as many draws as ``drawn`` that give the people of a region as many *different* acquaintances as there
    would be among very many rows: in a small sample draws meet oneself, the partner or a tie that is there already.

    Two people have no tie with the chance E exp(-what each is expected to draw of the other), gamma in both. At most
    ``MOST_DRAWS``: among very few rows there are not enough people.
    """
    flow, own = _flows(rows, shift, inside), np.arange(len(rows))
    partner = 1.0 + COUPLED * (own < couples_end)

    def different(times: float) -> float:
        each = (1.0 + times * drawn * flow / rows / DEGREE_SHAPE) ** -DEGREE_SHAPE
        tied = 1.0 - each * each.T
        mean = tied @ rows - partner * tied[own, own]
        return float(np.average(mean, weights=rows)) + times * outside

    kept = float(np.average(flow.sum(axis=1), weights=rows))
    outside = 2.0 * drawn * kept * (1.0 - inside) / inside
    wanted, low, high = 2.0 * drawn * kept / inside, 1.0, MOST_DRAWS
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if different(middle) < wanted else (low, middle)
    return low


@inlined
def is_couple(i: Int, keys: Keys) -> bool:
    """Whether adjacent rows, the first of which is ``i``, are partners."""
    return uniform(keys[COUPLE], i, 0) < _COUPLED


@inlined
def draws_of(i: Int, region: Int, c: Circles, keys: Keys) -> Int:
    """Number of acquaintances a person draws: a level, rounded up or down so that the mean stays."""
    x = uniform(keys[DEGREE], i, 0) * len(c.degree_levels)
    level = int(x)
    return int(c.degree_levels[level] * c.more[region] + (x - level))


@inlined
def acquaintance(
    i: Int, ordinal: Int, region: Int, cohort: Int, cohorts: Int, start: Counts, c: Circles, keys: Keys
) -> Int:
    """Row of one acquaintance drawn by ``i``, or -1 if the draw is not kept.

    One uniform decides all: after each decision what is left of it is stretched to [0, 1) again.
    """
    u = uniform(keys[ACQUAINTANCE], i, ordinal)
    if u >= _SAME_REGION:
        region, u = other_region(region, (u - _SAME_REGION) / (1.0 - _SAME_REGION), c.share)
    else:
        u /= _SAME_REGION
    x = u * len(c.shift)
    u = x - int(x)
    last = c.adults_end - 1
    other = last - abs(last - abs(cohort + c.shift[int(x)]))
    kept = min(1.0, c.size[region, other] / c.size[region, cohort])
    low, high = start[region * cohorts], start[region * cohorts + c.adults_end]
    if u >= kept or low == high:
        return np.int64(-1)
    j = row_in(start, region * cohorts + other, low, high, u / kept)
    return j if j != i else np.int64(-1)


@inlined
def other_region(region: Int, u: float, share: Floats) -> tuple[Int, float]:
    """Another region in proportion to its people, and what is left of the uniform."""
    v = u * (1.0 - share[region])
    found = region
    for other in range(len(share)):
        if other != region:
            found = other
            if v < share[other]:
                break
            v -= share[other]
    rest = float(v / share[found])
    return found, rest if rest < 1.0 else 1.0 - 1e-12


@kernel
def most_draws(low: Int, high: Int, cohorts: Int, start: Counts, c: Circles, keys: Keys) -> Int:
    """Number of draws of the rows of the cells ``low <= cell < high``, kept or not."""
    most = np.int64(0)
    for cell in range(low, high):
        for i in range(start[cell], start[cell + 1]):
            most += draws_of(i, cell // cohorts, c, keys)
    return most


@kernel
def draw(
    low: Int, high: Int, cohorts: Int, start: Counts, c: Circles, keys: Keys, kept: Numbers, drawn: Entries
) -> None:
    """Acquaintances drawn by the people of the cells ``low <= cell < high``, one after the other, and how many each
    keeps (``kept`` [n])."""
    total = np.int64(0)
    for cell in range(low, high):
        region, cohort = divmod(cell, cohorts)
        for i in range(start[cell], start[cell + 1]):
            before = total
            for ordinal in range(draws_of(i, region, c, keys) if cohort < c.adults_end else 0):
                j = acquaintance(i, ordinal, region, cohort, cohorts, start, c, keys)
                if j >= 0:
                    drawn[total] = j
                    total += 1
            kept[i] = total - before
