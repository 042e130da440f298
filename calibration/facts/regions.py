"""What regions are like: ages, doctors, and the illness and exclusion that ages don't explain."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources.abc import Traversable

import numpy as np

from calibration.facts.tables import DATA, Row, read_rows
from foundation.shapes import Floats
from model.terms.inputs import AgeProfile

UNUSABLE = "not usable", "not found"
"""In the status of a row that says nothing about its region."""
DENSITY, ILLNESS, EXCLUSION, OLD_EXCLUSION = (
    "gp_density_liberal_cartosante",
    "ald_share_of_population",
    "illectronisme",
    "illectronisme_2017",
)
MAINLAND = "France métropolitaine"
EXCLUSION_FROM = 15
"""Age from which digital exclusion is counted."""


def load_region_ages(regions: Sequence[str], ages: int, folder: Traversable = DATA) -> Floats:
    """Persons [region, age]: five-year classes, spread evenly over their years.

    Raises:
        ValueError: an unknown region, a class given twice or missing.
    """
    persons = np.full((len(regions), ages), np.nan)
    for row in read_rows("regions_age.csv", ("region", "age_from", "age_to", "population"), folder):
        region = regions.index(row.text("region", tuple(regions)))
        first = row.integer("age_from", 0, ages - 1)
        end = min(row.integer("age_to", first, 200) + 1, ages)
        if not np.isnan(persons[region, first:end]).all():
            raise row.error("age_from", "a class of ages that stands on no other line of the region")
        persons[region, first:end] = row.number("population", 0, 1e8) / (end - first)
    gaps = [f"{regions[r]} {age}" for r, age in np.argwhere(np.isnan(persons))]
    if gaps:
        raise ValueError(f"regions_age.csv: no row for {', '.join(gaps[:5])}{' …' * (len(gaps) > 5)} (region age)")
    return persons


def load_doctor_shares(regions: Sequence[str], persons: Floats, folder: Traversable = DATA) -> Floats:
    """Share of the GPs of each region: liberal density times people, [region]."""
    density = _values(DENSITY, regions, folder)
    if np.isnan(density).any():
        raise ValueError(f"regions_context.csv: no {DENSITY} of {regions[int(np.isnan(density).argmax())]}")
    doctors = density * persons.sum(axis=1)
    return np.asarray(doctors / doctors.sum())


def load_illness_ratios(
    regions: Sequence[str], persons: Floats, profiles: Sequence[AgeProfile], folder: Traversable = DATA
) -> Floats:
    """Long-term illness over what ages explain, [region]; 1 where the row says that it can't be used."""
    rate = _by_age(profiles, "long_term_illness", persons.shape[1])
    return _unexplained(_values(ILLNESS, regions, folder), persons, rate)


def load_exclusion_ratios(
    regions: Sequence[str], persons: Floats, profiles: Sequence[AgeProfile], folder: Traversable = DATA
) -> Floats:
    """Digital exclusion over what ages explain, [region]; 1 where no value was found.

    A region known for 2017 only stands to the others as it stood to mainland France then.
    """
    known, old = _values(EXCLUSION, regions, folder), _values(OLD_EXCLUSION, (*regions, MAINLAND), folder)
    counted = persons * (np.arange(persons.shape[1]) >= EXCLUSION_FROM)
    there = ~np.isnan(known)
    mean = np.average(known[there], weights=counted[there].sum(axis=1))
    known = np.where(there, known, old[:-1] / old[-1] * mean)
    return _unexplained(known, counted, _by_age(profiles, "digitally_excluded", persons.shape[1]))


def _unexplained(known: Floats, persons: Floats, rate: Floats) -> Floats:
    """Known over expected from ages, divided by the same ratio of all regions known; 1 where not known."""
    expected, size = persons @ rate / persons.sum(axis=1), persons.sum(axis=1)
    there = ~np.isnan(known)
    level = (known * size)[there].sum() / (expected * size)[there].sum()
    return np.where(there, known / expected / level, 1.0)


def _by_age(profiles: Sequence[AgeProfile], name: str, ages: int) -> Floats:
    return np.concatenate([[getattr(p, name)] * (p.age_to + 1 - p.age_from) for p in profiles])[:ages]


def _values(quantity: str, regions: Sequence[str], folder: Traversable) -> Floats:
    """One quantity of each region; NaN without a row that can be used."""
    values = np.full(len(regions), np.nan)
    columns = ("region", "quantity", "value", "unit", "status")
    for row in read_rows("regions_context.csv", columns, folder):
        if row.cells["quantity"] == quantity and row.cells["region"] in regions and _is_usable(row):
            values[regions.index(row.cells["region"])] = row.number("value", 0)
    return values


def _is_usable(row: Row) -> bool:
    status = row.cells["status"].lower()
    return bool(row.cells["value"]) and not any(word in status for word in UNUSABLE)
