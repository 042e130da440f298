"""Fills the tables that the model reads, and the unit prices, from the data files: the people and their regions (ages,
doctors, illness and exclusion that ages don't explain), the past, the prices.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources.abc import Traversable

import numpy as np

from calibration.facts.history import load_documents, load_events, span_of
from calibration.facts.tables import DATA, Row, load_constants, read_rows, refuse_repeats, sha256_of_table
from calibration.facts.targets import load_stock_targets
from foundation.shapes import Floats
from model.terms.inputs import AgeProfile, Demography, History
from scenarios.costs import CostItem

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
    density = region_values(DENSITY, regions, folder)
    if np.isnan(density).any():
        raise ValueError(f"regions_context.csv: no {DENSITY} of {regions[int(np.isnan(density).argmax())]}")
    doctors = density * persons.sum(axis=1)
    return np.asarray(doctors / doctors.sum())


def load_illness_ratios(
    regions: Sequence[str], persons: Floats, profiles: Sequence[AgeProfile], folder: Traversable = DATA
) -> Floats:
    """Long-term illness over what ages explain, [region]; 1 where the row says that it can't be used."""
    rate = _by_age(profiles, "long_term_illness", persons.shape[1])
    return _unexplained(region_values(ILLNESS, regions, folder), persons, rate)


def load_exclusion_ratios(
    regions: Sequence[str], persons: Floats, profiles: Sequence[AgeProfile], folder: Traversable = DATA
) -> Floats:
    """Digital exclusion over what ages explain, [region]; 1 where no value was found.

    A region known for 2017 only stands to the others as it stood to mainland France then.
    """
    known, old = (region_values(name, (*regions, MAINLAND), folder) for name in (EXCLUSION, OLD_EXCLUSION))
    counted, known = persons * (np.arange(persons.shape[1]) >= EXCLUSION_FROM), known[:-1]
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


def region_values(quantity: str, regions: Sequence[str], folder: Traversable = DATA) -> Floats:
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


YEARS = tuple(range(2022, 2030))
"""Of each 1 January; the last one is carried on, see ``carried_on``."""
SEXES = ("F", "M")
LAST_AGE = 99
OLDEST = 120
MODEL_TABLES = (
    "activations.csv",
    "age_profiles.csv",
    "constants.csv",
    "documents_fed.csv",
    "outreach_history.csv",
    "population.csv",
    "regions.csv",
    "regions_age.csv",
    "regions_context.csv",
    "surveys.csv",
)
"""What any simulation reads: the people, the past, the prevalences that are solved for."""
TABLES = {
    "calibrate": (*MODEL_TABLES, "ages.csv", "likelihood.csv", "priors.csv"),
    "sbc": (*MODEL_TABLES, "ages.csv", "likelihood.csv", "priors.csv"),
    "second": (*MODEL_TABLES, "ages.csv", "likelihood.csv", "priors.csv"),
    "fit": (*MODEL_TABLES, "ages.csv", "likelihood.csv", "priors.csv"),
    "survey": (*MODEL_TABLES, "costs.csv", "likelihood.csv", "priors.csv"),
    "compare": (*MODEL_TABLES, "costs.csv", "priors.csv"),
    "hindcast": (*MODEL_TABLES, "costs.csv", "priors.csv"),
    "uncertainty": (*MODEL_TABLES, "costs.csv", "priors.csv"),
    "use": (*MODEL_TABLES, "costs.csv", "priors.csv", "use.csv"),
    "readings": (*MODEL_TABLES, "costs.csv", "priors.csv"),
}
"""The data tables that each question reads, besides its posterior: what a resume of it has to find unchanged."""


def load_demography(folder: Traversable = DATA) -> Demography:
    """The insured by year, sex and age, their regions and their attributes by age band.

    Raises:
        ValueError: a table is incomplete or holds a value that can't be used; says which.
    """
    regions, constants, profiles = _regions(folder), load_constants(folder), _profiles(folder)
    names = tuple(row.text("region") for row in regions)
    persons = load_region_ages(names, LAST_AGE + 1, folder)
    return Demography(
        years=YEARS,
        pyramid=_pyramid(folder),
        regions=names,
        region_age_share=persons / persons.sum(axis=0),
        region_doctors=load_doctor_shares(names, persons, folder),
        region_illness=load_illness_ratios(names, persons, profiles, folder),
        region_exclusion=load_exclusion_ratios(names, persons, profiles, folder),
        profiles=profiles,
        pilot_regions=tuple(row.text("region") for row in regions if row.cells["pilot_departement"]),
        pilot_notified=constants["pilot_notified"],
        account_share=constants["account_share"],
        doctors=int(constants["doctors"]),
        gp_heavy_rate=constants["gp_heavy_rate"],
    )


def insured_at_launch() -> int:
    """The insured of France in the week of the launch: as many agents as make one of each."""
    from model.population.pyramid import build_cohorts

    return round(build_cohorts(load_demography()).insured)


def load_history(folder: Traversable = DATA) -> History:
    """What happened from the launch to the last data, and what goes on.

    Raises:
        ValueError: a table is incomplete or holds a value that can't be used; says which.
    """
    events, constants, stocks = load_events(folder), load_constants(folder), load_stock_targets(folder)
    return History(
        documents=load_documents(folder),
        insured_millions=constants["insured_millions"],
        notices_main=span_of(events["notices_main"]),
        notices_end=span_of(events["notices"])[1],
        notices_main_share=constants["notices_main_share"],
        media=span_of(events["media"]),
        reminders=span_of(events["reminders"]),
        reminders_share=_reminders_share(events["reminders"], constants, folder),
        activated_at_start=next(stock.millions for stock in stocks if stock.kind == "initial") * 1e6,
        aware_at_start=constants["aware_at_start"],
        opposed=constants["opposed"],
        data_end=max(stock.day for stock in stocks),
    )


def load_costs(folder: Traversable = DATA) -> tuple[CostItem, ...]:
    """Unit prices in the order of ``costs.csv``.

    Raises:
        ValueError: a row with other than 0 <= low <= value <= high, or an item given twice.
    """
    rows = read_rows("costs.csv", ("lever", "item", "value", "low", "high", "status", "facts"), folder)
    refuse_repeats(rows, "item", [(row.text("lever"), row.text("item")) for row in rows])
    return tuple(_cost(row) for row in rows)


def tables_of(question: str) -> dict[str, str]:
    """SHA-256 of the tables that a question reads, by name; line ends don't count."""
    return {name: sha256_of_table(name) for name in sorted(TABLES[question])}


def _cost(row: Row) -> CostItem:
    value = row.number("value", 0)
    return CostItem(
        lever=row.text("lever"),
        item=row.text("item"),
        value=value,
        low=row.number("low", 0, value),
        high=row.number("high", value),
        status=row.text("status"),
        source=row.cells["facts"],
    )


def _pyramid(folder: Traversable) -> Floats:
    """Persons [year, sex, age]; every cell up to the last year but one is given exactly once."""
    pyramid = np.full((len(YEARS) - 1, len(SEXES), LAST_AGE + 1), np.nan)
    for row in read_rows("population.csv", ("year", "sex", "age", "population", "status"), folder):
        year = row.integer("year", YEARS[0], YEARS[-2]) - YEARS[0]
        cell = year, SEXES.index(row.text("sex", SEXES)), row.integer("age", 0, LAST_AGE)
        if not np.isnan(pyramid[cell]):
            raise row.error("age", "each year, sex and age once; this one stands above already")
        pyramid[cell] = row.number("population", 0, 5_000_000)
    gaps = [f"{YEARS[y]} {SEXES[s]} {age}" for y, s, age in np.argwhere(np.isnan(pyramid))]
    if gaps:
        raise ValueError(f"population.csv: no row for {', '.join(gaps[:5])}{' …' * (len(gaps) > 5)} (year sex age)")
    return carried_on(pyramid)


def carried_on(pyramid: Floats) -> Floats:
    """Persons [year, sex, age] with one more year, *assumed*: every cohort changes by the share by which the people of
    its sex and age changed in the last year given, and as many are born. The last age holds everybody of it and older,
    and changes with those who join it."""
    before, last = pyramid[-2], pyramid[-1]
    later = np.empty_like(last)
    later[:, 0] = last[:, 0]
    later[:, 1:-1] = last[:, :-2] * last[:, 1:-1] / before[:, :-2]
    later[:, -1] = last[:, -2:].sum(axis=1) * last[:, -1] / before[:, -2:].sum(axis=1)
    return np.concatenate([pyramid, later[None]])


def _regions(folder: Traversable) -> list[Row]:
    rows = read_rows("regions.csv", ("region", "population", "pilot_departement", "status", "facts"), folder)
    refuse_repeats(rows, "region", [row.text("region") for row in rows])
    return rows


def _profiles(folder: Traversable) -> tuple[AgeProfile, ...]:
    """Age bands that follow one another from 0 to ``LAST_AGE`` or above."""
    columns = (*AgeProfile.__dataclass_fields__, "status", "facts")
    rows, following = read_rows("age_profiles.csv", columns, folder), 0
    for row in rows:
        if row.integer("age_from", 0, OLDEST) != following:
            raise row.error("age_from", f"{following}, the age after the band above")
        following = row.integer("age_to", following, OLDEST) + 1
    if following <= LAST_AGE:
        raise rows[-1].error("age_to", f"{LAST_AGE} or more in the last band")
    return tuple(_profile(row) for row in rows)


def _profile(row: Row) -> AgeProfile:
    return AgeProfile(
        band=row.text("band"),
        age_from=row.integer("age_from", 0, OLDEST),
        age_to=row.integer("age_to", 0, OLDEST),
        digitally_excluded=row.optional("digitally_excluded", 0, 1) or 0.0,
        email_reach=row.number("email_reach", 0, 1),
        long_term_illness=row.number("long_term_illness", 0, 1),
        gp_contacts_per_year=row.number("gp_contacts_per_year", 0, 100),
        gp_spread_shape=row.number("gp_spread_shape", 0.01, 1000),
        gp_heavy_share=row.number("gp_heavy_share", 0, 1),
        has_own_gp=row.optional("has_own_gp", 0, 1),
        documents_relative=row.number("documents_relative", 0, 100),
    )


def _reminders_share(reminders: Row, constants: dict[str, float], folder: Traversable) -> float:
    """Of the people reachable by e-mail and not activated, the share reminded: recipients / not activated / reach.

    The reach is the mean over the pyramid of 2024; at most 1.
    """
    pyramid = _pyramid(folder)[YEARS.index(2024)].sum(axis=0)
    bands = _profiles(folder)
    people = np.array([pyramid[band.age_from : band.age_to + 1].sum() for band in bands])
    reach = float(np.average([band.email_reach for band in bands], weights=people))
    return min(1.0, reminders.number("reach_millions", 0, 100) / constants["not_activated_millions"] / reach)
