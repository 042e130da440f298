"""What the national pyramid says, whatever the sample and the seed: how many people there are, and their chances.

Cohorts (birth years) at launch, how many join them later and how they shrink; the probabilities and rates that the
attributes of people are drawn from, and how regions and age bands differ in them.

The pyramids say how many people of each birth year and sex live on each 1 January. The change of a cohort between two
of them is *net*: deaths, emigration and immigration can't be told apart. A cohort that shrinks has exits only, one that
grows has entries only (births in its own year, immigration later), so both are too few by what cancels out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int64, UInt8

from model.terms.inputs import Demography, band_starts
from model.terms.jit import compiled
from model.terms.shapes import Bytes, Counts, Floats
from model.terms.weeks import MAJORITY, START, WEEKS_PER_YEAR, position

MOST_SHARE, BISECTIONS = 0.999, 50


def region_bands(demography: Demography) -> Float[Floats, "region band"]:
    """Persons of the first year by region and age band."""
    people = demography.region_age_share * demography.pyramid[0].sum(axis=0)
    return np.stack([people[:, p.age_from : p.age_to + 1].sum(axis=1) for p in demography.profiles], axis=1)


def by_region(
    share: Float[Floats, " band"], ratio: Float[Floats, " region"], people: Float[Floats, "region band"]
) -> Float[Floats, "region band"]:
    """Shares by region and band that differ between regions like ``ratio`` and keep the national share of each band.

    It is the hazard -log(1 - share) that is multiplied, so that no share passes 1: those above a half differ by less.
    """
    weights = people / people.sum(axis=0)
    hazard = np.outer(ratio, -np.log1p(-np.minimum(share, MOST_SHARE)))
    low, high = np.zeros(len(share)), np.full(len(share), 2.0 / ratio.min())
    for _ in range(BISECTIONS):
        level = 0.5 * (low + high)
        short = (weights * -np.expm1(-hazard * level)).sum(axis=0) < share
        low, high = np.where(short, level, low), np.where(short, high, level)
    return np.asarray(-np.expm1(-hazard * 0.5 * (low + high)))


@dataclass(frozen=True, kw_only=True)
class Cohorts:
    """Expected persons by birth year and sex at the launch and on each later 1 January (the *knots*)."""

    first_year: int
    """Birth year of cohort 0, which holds everybody born then or earlier (99 and older on the first pyramid)."""
    knots: Float[Floats, " knot"]
    """Weeks from the start of the simulation; ``knots[0]`` is 0."""
    stock: Float[Floats, "cohort sex knot"]
    """Persons."""
    entries: Float[Floats, "cohort sex knot-1"]
    """Persons who join between a knot and the next."""
    survival: Float[Floats, "cohort sex knot"]
    """Share of those present at launch who are still there if the cohort only shrinks."""
    birth_start: Float[Floats, " cohort+1"]
    """Start of each birth year in weeks, and the end of the last."""

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


def _on_first_january(pyramid: Float[Floats, "year sex age"]) -> Float[Floats, "cohort sex year"]:
    """Persons. Within the open last age all birth years shrink by the same factor, *assumed*."""
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


def cell_counts(
    cohorts: Cohorts, share: Float[Floats, "region age"], people: int
) -> Int64[Counts, "region cohort group sex"]:
    """Rows of each cell: group 0 is present at launch, group k joins before knot k.

    Sums exactly to ``people`` over group 0. Rounding is cumulative, so each national cohort and sex is off by less than
    one person; regions share each cohort, by its age at launch or on joining, by largest remainders, carried on to the
    next cohort.
    """
    present = _rounded(cohorts.stock[:, :, 0].T, people / cohorts.insured)
    joining = _rounded(cohorts.entries.transpose(2, 1, 0), people / cohorts.insured)
    national = np.concatenate((present[None], joining))
    cells = np.broadcast_to(share_of_cells(cohorts, share)[:, :, None], (len(share), *national.shape))
    regional = _shared(national.reshape(-1), cells.reshape(len(share), -1)).reshape((len(share), *national.shape))
    return np.ascontiguousarray(regional.transpose(0, 3, 1, 2))


def regional_stock(cohorts: Cohorts, share: Float[Floats, "region age"]) -> Float[Floats, "region cohort"]:
    """Expected persons at launch."""
    return share_of_cells(cohorts, share)[:, 0] * cohorts.stock[:, :, 0].sum(axis=1)


def share_of_cells(cohorts: Cohorts, share: Float[Floats, "region age"]) -> Float[Floats, "region group cohort"]:
    """Share of each region by the age that a cohort has on the 1 January before the launch, or before joining."""
    groups, n = len(cohorts.knots), len(cohorts.stock)
    born = cohorts.first_year + np.arange(n)
    year = START.year + np.maximum(np.arange(groups) - 1, 0)
    age = np.clip(year[:, None] - 1 - born, 0, share.shape[1] - 1)
    return np.asarray(share[:, age])


def _rounded(expected: Float[Floats, "*cells"], scale: float) -> Int64[Counts, "*cells"]:
    """Whole numbers whose partial sums, in memory order, are the rounded partial sums of the expected ones."""
    sums = np.rint(np.cumsum(expected.reshape(-1)) * scale).astype(np.int64)
    return np.diff(sums, prepend=0).reshape(expected.shape)


@compiled
def _shared(
    national: Int64[Counts, " number"], share: Float[Floats, "region number"]
) -> Int64[Counts, "region number"]:
    """Split each number between regions; what rounding took or gave is carried on."""
    regional = np.empty((len(share), len(national)), np.int64)
    carry = np.zeros(len(share))
    for cell in range(len(national)):
        left = national[cell]
        for region in range(len(share)):
            regional[region, cell] = np.int64(np.floor(national[cell] * share[region, cell]))
            carry[region] += national[cell] * share[region, cell] - regional[region, cell]
            left -= regional[region, cell]
        for _ in range(left):
            short = np.argmax(carry)
            regional[short, cell] += 1
            carry[short] -= 1.0
    return regional


OLDEST = 130
EXCLUDED_REACH = 1.0 / 3.0
"""E-mail reach of the digitally excluded relative to their band's, *assumed*; the others get what keeps the band's."""
EXCLUDED_ACCOUNT = 1.0 / 3.0
"""Share with an insurance account online among the excluded, relative to the other adults, *assumed*."""


class Chances(NamedTuple):
    """Tables that the draws are compared with."""

    knots: Float[Floats, " knot"]
    survival: Float[Floats, "cohort sex knot"]
    birth_start: Float[Floats, " cohort+1"]
    born_before: float  # weeks: nobody present at launch was born later
    birth_group: int  # cohort minus group of those who join by birth
    band_of_age: UInt8[Bytes, " age"]
    excluded: Float[Floats, "region band"]
    email: Float[Floats, "excluded band"]
    account: Float[Floats, " excluded"]
    ill: Float[Floats, "region band"]
    band_start: Int64[Counts, " bound"]  # weeks after birth
    has_gp: Float[Floats, " band"]
    pilot: Float[Floats, " region"]
    doctor_start: Int64[Counts, " region+1"]


def build_chances(demography: Demography, cohorts: Cohorts) -> Chances:
    """All tables of one demography.

    Raises:
        ValueError: a share comes out above 1 (accounts, notified in the pilot), or a name is unknown.
    """
    profiles, bands = demography.profiles, band_of_age(demography)
    born = _born_by_week(cohorts)
    weeks = np.arange(-len(born), 0)
    band = bands[completed_years(-weeks)]
    excluded = np.array([p.digitally_excluded for p in profiles])
    adults, people = born * (weeks + MAJORITY <= 0), region_bands(demography)
    return Chances(
        knots=cohorts.knots,
        survival=cohorts.survival,
        birth_start=cohorts.birth_start,
        born_before=0.0,
        birth_group=START.year - cohorts.first_year - 1,
        band_of_age=bands,
        excluded=by_region(excluded, demography.region_exclusion, people),
        email=_email(np.array([p.email_reach for p in profiles]), excluded),
        account=_account(demography.account_share * cohorts.insured, adults, excluded[band]),
        ill=by_region(np.array([p.long_term_illness for p in profiles]), demography.region_illness, people),
        band_start=band_starts(profiles),
        has_gp=np.array([np.nan if p.has_own_gp is None else p.has_own_gp for p in profiles]),
        pilot=_pilot(demography, cohorts.insured),
        doctor_start=np.rint(np.cumsum([0.0, *demography.region_doctors]) * demography.doctors).astype(np.int64),
    )


def completed_years(weeks: Int64[Counts, "*any"]) -> Int64[Counts, "*any"]:
    """Age from weeks since birth: a birthday falls in the week ``round(age x weeks per year)``."""
    return np.floor((weeks + 0.5) / WEEKS_PER_YEAR).astype(np.int64)


def band_of_age(demography: Demography) -> UInt8[Bytes, " age"]:
    """Row of the age profile that holds each age up to ``OLDEST``."""
    ends = np.array([profile.age_to for profile in demography.profiles])
    found = np.searchsorted(ends, np.arange(OLDEST + 1))
    return np.minimum(found, len(ends) - 1).astype(np.uint8)


def _born_by_week(cohorts: Cohorts) -> Float[Floats, " week"]:
    """Insured at launch by week of birth, the last entry born in the week before it."""
    edges = np.minimum(cohorts.birth_start, 0.0)
    total = np.concatenate(([0.0], np.cumsum(cohorts.stock[:, :, 0].sum(axis=1))))
    keep = np.searchsorted(edges, 0.0) + 1
    weeks = np.arange(int(np.floor(edges[0])), 1)
    return np.diff(np.interp(weeks, edges[:keep], total[:keep]))


def _email(reach: Float[Floats, " band"], excluded: Float[Floats, " band"]) -> Float[Floats, "2 band"]:
    """E-mail reach [excluded, band] that keeps the band's: ``reach`` = (1 - x) without + x with exclusion."""
    least = np.divide(reach - (1.0 - excluded), excluded, out=np.zeros_like(reach), where=excluded > 0)
    with_exclusion = np.maximum(reach * EXCLUDED_REACH, least)
    rest = 1.0 - excluded
    without = np.divide(reach - excluded * with_exclusion, rest, out=reach.copy(), where=rest > 0)
    return np.stack((without, with_exclusion))


def _account(accounts: float, adults: Float[Floats, " week"], excluded: Float[Floats, " week"]) -> Float[Floats, 2]:
    """Share of adults with an account [excluded]: all accounts belong to adults."""
    share = accounts / float((adults * (1.0 - excluded * (1.0 - EXCLUDED_ACCOUNT))).sum())
    if share > 1.0:
        raise ValueError(f"account_share: {accounts:.0f} accounts are more than adults can hold")
    return np.array([share, share * EXCLUDED_ACCOUNT])


def _pilot(demography: Demography, insured: float) -> Float[Floats, " region"]:
    """Chance of having been notified in the pilot."""
    inside = np.isin(demography.regions, demography.pilot_regions)
    chance = demography.pilot_notified / (insured * demography.region_share[inside].sum())
    if inside.sum() != len(demography.pilot_regions) or chance > 1.0:
        raise ValueError(f"pilot: {demography.pilot_notified:.0f} people in {', '.join(demography.pilot_regions)}")
    return np.where(inside, chance, 0.0)
