"""Probabilities and rates that the attributes of people are drawn from, worked out from the national pyramid.

Nothing here depends on the sample: the same tables serve every number of people and every seed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.population.cohorts import Cohorts
from model.terms.inputs import Demography
from model.terms.shapes import Counts, Floats
from model.terms.tables import eagerness_levels as gamma_levels
from model.terms.weeks import START, WEEKS_PER_YEAR

MAJORITY = round(18 * WEEKS_PER_YEAR)
"""Weeks from birth to the 18th birthday."""
OLDEST = 130
EXCLUDED_REACH = 1.0 / 3.0
"""E-mail reach of the digitally excluded relative to their band's, *assumed*; the others get what keeps the band's."""
EXCLUDED_ACCOUNT = 1.0 / 3.0
"""Share with an insurance account online among the excluded, relative to the other adults, *assumed*."""
RATE_UNITS = 1024.0
"""Units of the 16-bit rates per whole."""


class Chances(NamedTuple):
    """Tables that the draws are compared with; shape [band] unless said otherwise."""

    knots: Floats  # [knot]
    survival: Floats  # [cohort, sex, knot]
    birth_start: Floats  # [cohort + 1]
    born_before: float  # weeks: nobody present at launch was born later
    birth_group: int  # cohort minus group of those who join by birth
    band_of_age: npt.NDArray[np.uint8]  # [age]
    excluded: Floats
    email: Floats  # [excluded, band]
    account: Floats  # [excluded]
    ill: Floats
    has_gp: Floats
    gp_units: Floats  # contacts a year x 1024
    document_units: Floats  # relative rate x 1024, mean 1 over the insured at launch
    gp_levels: Floats  # [level], mean 1
    document_levels: Floats  # [level], mean 1
    pilot: Floats  # [region]
    doctor_start: Counts  # [region + 1]


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
    relative = np.array([p.documents_relative for p in profiles])
    adults = born * (weeks + MAJORITY <= 0)
    return Chances(
        knots=cohorts.knots,
        survival=cohorts.survival,
        birth_start=cohorts.birth_start,
        born_before=0.0,
        birth_group=START.year - cohorts.first_year - 1,
        band_of_age=bands,
        excluded=excluded,
        email=_email(np.array([p.email_reach for p in profiles]), excluded),
        account=_account(demography.account_share * cohorts.insured, adults, excluded[band]),
        ill=np.array([p.long_term_illness for p in profiles]),
        has_gp=np.array([np.nan if p.has_own_gp is None else p.has_own_gp for p in profiles]),
        gp_units=np.array([p.gp_contacts_per_year for p in profiles]) * RATE_UNITS,
        document_units=relative / np.average(relative[band], weights=born) * RATE_UNITS,
        gp_levels=gamma_levels(demography.gp_spread_shape),
        document_levels=gamma_levels(demography.document_spread_shape),
        pilot=_pilot(demography, cohorts.insured),
        doctor_start=np.rint(np.cumsum([0.0, *demography.region_share]) * demography.doctors).astype(np.int64),
    )


def completed_years(weeks: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Age from weeks since birth: a birthday falls in the week ``round(age x weeks per year)``."""
    return np.floor((weeks + 0.5) / WEEKS_PER_YEAR).astype(np.int64)


def band_of_age(demography: Demography) -> npt.NDArray[np.uint8]:
    """Row of the age profile that holds each age up to ``OLDEST``."""
    ends = np.array([profile.age_to for profile in demography.profiles])
    found = np.searchsorted(ends, np.arange(OLDEST + 1))
    return np.minimum(found, len(ends) - 1).astype(np.uint8)


def _born_by_week(cohorts: Cohorts) -> Floats:
    """Insured at launch by week of birth, the last entry born in the week before it."""
    edges = np.minimum(cohorts.birth_start, 0.0)
    total = np.concatenate(([0.0], np.cumsum(cohorts.stock[:, :, 0].sum(axis=1))))
    keep = np.searchsorted(edges, 0.0) + 1
    weeks = np.arange(int(np.floor(edges[0])), 1)
    return np.diff(np.interp(weeks, edges[:keep], total[:keep]))


def _email(reach: Floats, excluded: Floats) -> Floats:
    """E-mail reach [excluded, band] that keeps the band's: ``reach`` = (1 - x) without + x with exclusion."""
    least = np.divide(reach - (1.0 - excluded), excluded, out=np.zeros_like(reach), where=excluded > 0)
    with_exclusion = np.maximum(reach * EXCLUDED_REACH, least)
    rest = 1.0 - excluded
    without = np.divide(reach - excluded * with_exclusion, rest, out=reach.copy(), where=rest > 0)
    return np.stack((without, with_exclusion))


def _account(accounts: float, adults: Floats, excluded: Floats) -> Floats:
    """Share of adults with an account [excluded]: all accounts belong to adults."""
    share = accounts / float((adults * (1.0 - excluded * (1.0 - EXCLUDED_ACCOUNT))).sum())
    if share > 1.0:
        raise ValueError(f"account_share: {accounts:.0f} accounts are more than adults can hold")
    return np.array([share, share * EXCLUDED_ACCOUNT])


def _pilot(demography: Demography, insured: float) -> Floats:
    """Chance [region] of having been notified in the pilot."""
    inside = np.isin(demography.regions, demography.pilot_regions)
    chance = demography.pilot_notified / (insured * demography.region_share[inside].sum())
    if inside.sum() != len(demography.pilot_regions) or chance > 1.0:
        raise ValueError(f"pilot: {demography.pilot_notified:.0f} people in {', '.join(demography.pilot_regions)}")
    return np.where(inside, chance, 0.0)
