"""What follows age: when an age band begins, what its people get, and how many documents the whole country would.

GP contacts and documents are functions of the age band alone: whoever passes the birthday that begins a new band has
the rates of that band from that week on.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import numpy as np
from jaxtyping import Float, Int64

from model.terms.inputs import AgeProfile, Demography
from model.terms.shapes import Counts, Floats
from model.terms.weeks import WEEKS_PER_YEAR, position

ALIKE, GP_CONTACTS, DOCUMENTS, STAYS = range(4)
"""Rows of ``rates``: 1 for everybody; GP contacts a year by age band; documents by age band, over the mean of the
insured at launch; hospital stays a year without and with a long-term illness."""
NO_END = int(np.iinfo(np.int32).max)
"""Weeks after birth at which the last age band ends."""


@lru_cache(maxsize=4)
def band_starts(profiles: tuple[AgeProfile, ...]) -> Int64[Counts, " bound"]:
    """Weeks after birth at which each band begins, and ``NO_END``: birthdays as ``model.population`` counts them."""
    last = profiles[-1].age_from
    ages = np.floor((np.arange(int((last + 1) * WEEKS_PER_YEAR)) + 0.5) / WEEKS_PER_YEAR)
    return np.append(np.searchsorted(ages, [profile.age_from for profile in profiles]), NO_END)


@lru_cache(maxsize=4)
def rates_by_age(demography: Demography, stays: tuple[float, float]) -> Float[Floats, "kind place"]:
    """Rates that change with age or illness, a row each (``ALIKE`` and the others), filled up with 0."""
    profiles = demography.profiles
    rates = np.zeros((4, max(len(profiles), 2)))
    rates[ALIKE] = 1.0
    rates[GP_CONTACTS, : len(profiles)] = [profile.gp_contacts_per_year for profile in profiles]
    rates[DOCUMENTS, : len(profiles)] = relative_documents(demography)
    rates[STAYS, :2] = stays
    return rates


def relative_documents(demography: Demography) -> Float[Floats, " band"]:
    """Documents of each band over the mean of the insured at launch."""
    relative = np.array([profile.documents_relative for profile in demography.profiles])
    everybody, launch = np.ones_like(relative), np.zeros(1)
    mean = _insured(demography, relative, launch) / _insured(demography, everybody, launch)
    return np.asarray(relative / mean)


@lru_cache(maxsize=4)
def recipients(demography: Demography, weeks: int) -> Float[Floats, " week"]:
    """The insured in the middle of each week, each counted by the relative documents of their age, persons.

    What the country gets in a week, over this, is what a person of relative rate 1 gets: so the documents of the
    living add up to the national number at every date, however many and however old they are.
    """
    return _insured(demography, relative_documents(demography), np.arange(weeks, dtype=np.float64) + 0.5)


def _insured(demography: Demography, weight: Floats, at: Floats) -> Floats:
    """Sum of a weight by band over the insured, on a line from each 1 January to the next, at positions in weeks."""
    ends = [profile.age_to for profile in demography.profiles]
    ages = np.arange(demography.pyramid.shape[2])
    of_age = weight[np.minimum(np.searchsorted(ends, ages), len(ends) - 1)]
    days = [position(date(year, 1, 1)) for year in demography.years]
    return np.asarray(np.interp(at, days, demography.pyramid.sum(axis=1) @ of_age))
