"""Tables the model reads: plain values, filled by ``calibration.facts.inputs`` from sourced files; what follows age.

GP contacts and documents are functions of the age band alone: whoever passes the birthday that begins a new band has
the rates of that band from that week on.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from hashlib import sha256
from typing import TypedDict

import numpy as np
from jaxtyping import Float, Int64

from model.terms.parameters import Structure
from model.terms.shapes import Counts, Floats
from model.terms.weeks import WEEKS_PER_YEAR, position


@dataclass(frozen=True, kw_only=True)
class AgeProfile:
    """Attributes that vary with age; one row a band (``calibration/data/age_profiles.csv``)."""

    band: str
    age_from: int
    age_to: int
    digitally_excluded: float
    """Share, 0..1 (0 below 16: a child is reached through the guardian)."""
    email_reach: float
    long_term_illness: float
    gp_contacts_per_year: float
    gp_spread_shape: float
    """Shape of the gamma spread of GP contacts between the people of the band who don't go every month."""
    gp_heavy_share: float
    """Share who go every month or more often, 0..1."""
    has_own_gp: float | None
    """Share, or ``None`` below 18: a minor has the guardian's GP."""
    documents_relative: float
    """Documents per person relative to the other bands (only ratios matter)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Demography:
    """The insured by sex and single year of age on 1 January of each year, and where they live.

    Equal only to itself, so that what follows from it alone is kept rather than computed for every run. Sent to another
    process twice, it arrives there as one.
    """

    years: tuple[int, ...]
    """Consecutive, 2022 to 2029."""
    pyramid: Float[Floats, "year sex age"]
    """Persons by year, sex (0 female, 1 male) and age 0..99; the last age holds 99 and older."""
    regions: tuple[str, ...]
    region_age_share: Float[Floats, "region age"]
    """Of the people of each age 0..99, the share living in each region; sums to 1 over regions."""
    region_doctors: Float[Floats, " region"]
    """Share of the general practitioners of each region; sums to 1."""
    region_illness: Float[Floats, " region"]
    """Long-term illness of a region over what its ages explain; 1 where it is not known."""
    region_exclusion: Float[Floats, " region"]
    """Digital exclusion of a region over what its ages explain; 1 where it is not known."""
    profiles: tuple[AgeProfile, ...]
    pilot_regions: tuple[str, ...]
    """Regions of the three pilot départements."""
    pilot_notified: float
    """Persons notified in the pilot (3.39 M, F001)."""
    account_share: float
    """Share of the insured with an insurance account online (43 M of 68.6 M, F136)."""
    doctors: int = 52_500
    """General practitioners in private practice (F151)."""
    gp_heavy_rate: float = 14.0
    """GP contacts a year of those who see one every month or more often (fitted to F146, F147)."""

    def __reduce__(self) -> tuple[Callable[..., Demography], tuple[object, ...]]:
        return _arrived, tuple(getattr(self, each.name) for each in fields(self))

    @property
    def region_share(self) -> Float[Floats, " region"]:
        """Share of the people of the first year in each region; sums to 1."""
        persons = self.pyramid[0].sum(axis=0)
        return np.asarray(self.region_age_share @ persons / persons.sum())


_ARRIVED: dict[bytes, Demography] = {}


def _arrived(*values: object) -> Demography:
    """One that came from another process: that of the same values which came before, if it was the last to."""
    parts = (value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode() for value in values)
    key = b"".join(sha256(part).digest() for part in parts)
    if key not in _ARRIVED:
        _ARRIVED.clear()
        named = {each.name: value for each, value in zip(fields(Demography), values, strict=True)}
        _ARRIVED[key] = Demography(**named)  # type: ignore[arg-type]
    return _ARRIVED[key]


@dataclass(frozen=True, kw_only=True)
class OneRegion:
    """A region without the rest of the country (``model.population.region``)."""

    name: str
    """One of ``Demography.regions``."""
    illness: float | None = None
    """Long-term illness over what ages explain, where it is drawn; ``None``: that of the demography."""
    exclusion: float | None = None
    """Digital exclusion likewise."""


@dataclass(frozen=True, kw_only=True)
class History:
    """What happened, and what goes on in the status quo."""

    documents: tuple[tuple[date, float], ...]
    """(day, millions of documents deposited per month); linear in between, flat before; after
    the last day they go on (``model.terms.drivers``)."""
    insured_millions: float
    """What weekly documents are told over (68.0); a unit: the model spreads them over the living of each date."""
    notices_main: tuple[date, date]
    """Days between which most launch notices were sent (F119)."""
    notices_end: date
    """Last launch notices (F121)."""
    notices_main_share: float
    """Share of the notices sent in the main period, *assumed* 0.9."""
    media: tuple[date, date]
    """Launch and national media."""
    reminders: tuple[date, date]
    """The e-mail reminders of 2024-25 (F129)."""
    reminders_share: float
    """Share of the reachable not activated who got one: 32.0 / 51.6 / e-mail reach (F129), at most 1."""
    activated_at_start: float
    """Persons activated in the pilot (168,000, F004)."""
    aware_at_start: float
    """Share of adults who knew the service before the launch (0.14, F102)."""
    opposed: float
    """Share who refused the profile (about 0.0175: 1.48 %, then less than 2 %; F008 F012)."""
    data_end: date
    """Day of the last activation figure used: what came later is not known (``model.terms.drivers``)."""


@dataclass(frozen=True, kw_only=True)
class Surveyed:
    """Shares among adults online not activated (DNS 2023: F071 F072 F073 F074)."""

    day: date = date(2023, 11, 24)
    no_use: float = 0.23
    time: float = 0.26
    information: float = 0.24
    ready: float = 0.57


class Given(TypedDict):
    """What every run of a case is given, besides people and parameters."""

    demography: Demography
    history: History
    structure: Structure


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
