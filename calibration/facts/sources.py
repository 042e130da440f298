"""The computed half of ``SOURCES.md``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import numpy as np

from calibration.facts.history import load_documents
from calibration.facts.inputs import YEARS, load_demography
from calibration.facts.priors import load_priors
from calibration.facts.tables import Row, read_rows
from model.terms.inputs import Demography
from model.terms.weeks import DAYS_PER_MONTH

_WINDOWS = (
    ("42.5, deposited by professionals (F056)", date(2022, 1, 31), date(2023, 2, 13)),
    ("121, with Covid results and older records (F053)", date(2022, 1, 31), date(2023, 4, 25)),
    ("239, the same (F054)", date(2022, 1, 31), date(2024, 1, 1)),
    ("118, difference of 121 and 239 (G039)", date(2023, 4, 25), date(2024, 1, 1)),
    ("270 (F037)", date(2023, 10, 1), date(2024, 10, 1)),
    ("300 (F041)", date(2024, 1, 1), date(2025, 1, 1)),
    ("420 (F047)", date(2025, 1, 1), date(2026, 1, 1)),
)
_MEANS = (
    ("digitally_excluded", 16, "15.4 % of 15 and over in 2021 (F232)"),
    ("email_reach", 0, "0.75 of the pilot notices (F002); 32 of 51.6 million not activated (F129)"),
    ("long_term_illness", 0, "18 % in 2021 (F246)"),
    ("gp_contacts_per_year", 0, "3.3 in 2022 (F140)"),
    ("has_own_gp", 18, "89 % of 17 and over (F152)"),
    ("documents_relative", 0, "only ratios matter"),
)


def computed() -> str:
    """The sections between the marks ``computed``: checks of the tables, fitted priors, every fact with its address."""
    demography = load_demography()
    blocks = [
        ("## Checks: people", ("1 January", "insured in the table", "published (million)"), _totals(demography)),
        ("## Checks: means of the age profiles, 1 January 2024", ("column", "mean", "published"), _means(demography)),
        ("## Checks: documents curve, million", ("from", "to", "curve", "published"), _documents()),
        (
            "## Priors as fitted",
            ("prior", "family", "5 %, 50 %, 95 % after fit", "stated (location, low, high)", "misfit", "mass cut at 1"),
            _priors(),
        ),
        (
            "## Facts",
            ("fact", "quantity", "value", "date", "population", "address", "confidence"),
            map(_fact, read_rows("facts.csv", ("id", "source_url"))),
        ),
    ]
    return "\n\n".join(f"{title}\n\n{_table(head, rows)}" for title, head, rows in blocks) + "\n"


def documents_between(first: date, last: date) -> float:
    """Millions of documents from the start of ``first`` to the start of ``last`` under the curve."""
    days, rates = zip(*load_documents(), strict=True)
    grid = np.arange(first.toordinal(), last.toordinal()) + 0.5
    return float(np.interp(grid, [day.toordinal() for day in days], rates).sum() / DAYS_PER_MONTH)


def profile_mean(demography: Demography, column: str, age_from: int, year: int = 2024) -> float:
    """Mean of an age profile over the people of ``age_from`` and older on 1 January of a year."""
    people = demography.pyramid[YEARS.index(year)].sum(axis=0)
    bands = [band for band in demography.profiles if band.age_from >= age_from]
    weights = [people[band.age_from : band.age_to + 1].sum() for band in bands]
    return float(np.average([getattr(band, column) for band in bands], weights=weights))


def _totals(demography: Demography) -> Iterator[Sequence[str]]:
    published = {2022: "68.021 (F181), without women of 99 and older", 2024: "68.638 (F190)"}
    published |= {2025: "68.852 (F199)", 2026: "69.082 (F208)"}
    for year, pyramid in zip(demography.years, demography.pyramid, strict=True):
        yield str(year), f"{pyramid.sum():,.0f}", published.get(year, "")


def _means(demography: Demography) -> Iterator[Sequence[str]]:
    for column, age_from, published in _MEANS:
        yield f"{column}, {age_from} and older", f"{profile_mean(demography, column, age_from):.3f}", published


def _documents() -> Iterator[Sequence[str]]:
    for published, first, last in _WINDOWS:
        yield str(first), str(last), f"{documents_between(first, last):.1f}", published


def _priors() -> Iterator[Sequence[str]]:
    for prior in load_priors().values():
        fitted = ", ".join(f"{value:.3g}" for value in prior.quantile([0.05, 0.5, 0.95]))
        stated = ", ".join(f"{value:.3g}" for value in prior.stated)
        cut = "" if prior.floor is None else f"{prior.cut:.1%}"
        yield prior.name, prior.family, fitted, stated, f"{prior.misfit():.1%}", cut


def _fact(row: Row) -> Sequence[str]:
    cells = row.cells
    address = cells["source_url"] or "none published here"
    value = f"{cells['value']} {cells['unit']}".strip()
    return cells["id"], cells["quantity"], value, cells["date"], cells["population"], address, cells["confidence"]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
