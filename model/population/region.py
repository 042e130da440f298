"""The people of one region alone, so that all rows of a sample are theirs.

They are those that the whole country has there: pyramid, prevalences, GPs and chances are the national tables' own, of
which the rows of the region are kept; nothing of the past has to be cut down, as the model speaks of a person's chances
throughout. What differs are ties: all of them lie inside the region (``model.population.ties.circles_alone``).
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from model.levers.base import Target
from model.population.pyramid import Chances, Cohorts, build_chances, build_cohorts, share_of_cells
from model.population.ties import Circles, circles_alone
from model.terms.inputs import Demography, OneRegion
from model.terms.shapes import Floats
from model.terms.weeks import MAJORITY, WEEKS_PER_YEAR

EVERYBODY = Target()


def place_of(demography: Demography, region: str) -> int:
    """Its row in the tables.

    Raises:
        ValueError: an unknown region.
    """
    if region not in demography.regions:
        raise ValueError(f"region {region!r} is unknown; allowed: {', '.join(demography.regions)}")
    return demography.regions.index(region)


def within(demography: Demography, only: OneRegion) -> Demography:
    """The demography with what is drawn of a region."""
    there = np.arange(len(demography.regions)) == place_of(demography, only.name)
    illness, exclusion = demography.region_illness, demography.region_exclusion
    return replace(
        demography,
        region_illness=illness if only.illness is None else np.where(there, only.illness, illness),
        region_exclusion=exclusion if only.exclusion is None else np.where(there, only.exclusion, exclusion),
    )


@lru_cache(maxsize=128)
def own_cohorts(demography: Demography, region: str) -> Cohorts:
    """Expected persons of a region by birth year and sex: its share of the country's at the age of each cohort. They
    shrink as those of the country do."""
    country = build_cohorts(demography)
    share = share_of_cells(country, demography.region_age_share)[place_of(demography, region)].T  # [cohort, group]
    return replace(country, stock=country.stock * share[:, None, :], entries=country.entries * share[:, None, 1:])


@lru_cache(maxsize=128)
def _circles_of(demography: Demography, region: str, people: int) -> Circles:
    own = own_cohorts(demography, region)
    rows = own.stock[:, :, 0].sum(axis=1) * people / own.insured
    return circles_alone(demography, build_cohorts(demography), rows[None])


def tables_alone(demography: Demography, people: int, only: OneRegion) -> tuple[Cohorts, Chances, Circles]:
    """What the people of a region are drawn from, as its only one."""
    place = place_of(demography, only.name)
    chances = build_chances(within(demography, only), build_cohorts(demography))
    first, end = chances.doctor_start[place : place + 2]
    own = chances._replace(
        **{name: getattr(chances, name)[place : place + 1] for name in ("excluded", "ill", "pilot")},
        doctor_start=np.array([0, end - first]),
    )
    return own_cohorts(demography, only.name), own, _circles_of(demography, only.name, people)


def aimed_at(demography: Demography, target: Target) -> Float[Floats, " region"]:
    """Persons at launch whom a target covers in each region, whatever regions it names; of a minor's mailbox, which is
    the guardian's, as many as of the minor's own band."""
    cohorts = build_cohorts(demography)
    chances, ages = build_chances(demography, cohorts), np.arange(demography.region_age_share.shape[1])
    people = demography.region_age_share * demography.pyramid[0].sum(axis=0)
    band, adult = chances.band_of_age[ages], ages * WEEKS_PER_YEAR >= MAJORITY
    low, high = target.age_from or 0, len(ages) if target.age_to is None else target.age_to
    excluded, ill = chances.excluded[:, band], chances.ill[:, band]
    counted = people * ((ages >= low) & (ages <= high)) * _if_wanted(ill, target.illness)
    found = np.zeros_like(people)
    for state, share in enumerate((1.0 - excluded, excluded)):
        email = np.broadcast_to(chances.email[state, band], people.shape)
        offline = (1.0 - email) * (1.0 - chances.account[state]) * adult
        joint = _if_wanted(email, target.email) * _if_wanted(offline, target.offline)
        if target.email is False and target.offline is not None:  # offline is within without an e-mail address
            joint = offline if target.offline else 1.0 - email - offline
        elif target.email and target.offline is False:
            joint = email
        found += counted * share * joint
    return np.asarray(found.sum(axis=1))


def _if_wanted(share: Float[Floats, "region age"], wish: bool | None) -> Float[Floats, "region age"]:
    return np.ones_like(share) if wish is None else share if wish else 1.0 - share


def part_of(demography: Demography, region: str, target: Target = EVERYBODY) -> float:
    """Of what is done for all whom a target covers, the share of one region, 0..1; 0 if the target leaves it out."""
    place = place_of(demography, region)
    named = np.array([target.regions is None or name in target.regions for name in demography.regions])
    aimed = aimed_at(demography, target) * named
    return float(aimed[place] / aimed.sum()) if aimed.sum() > 0 else 0.0
