"""What guides show of the facts: the tables of parameters in ``docs/odd.md``, from the files and constants themselves,
and the computed half of ``SOURCES.md``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from importlib import import_module
from operator import attrgetter

import numpy as np

from calibration.facts.history import load_documents
from calibration.facts.inputs import YEARS, load_demography
from calibration.facts.priors import (
    AHEAD,
    DISCREPANCY,
    EFFECTS,
    SHARED,
    SHOCKS,
    STATUS_QUO,
    SURVEY,
    Prior,
    load_priors,
    to_parameters,
)
from calibration.facts.tables import DATA, Row, read_rows
from calibration.facts.use import UNITS as USE
from foundation.language.pages import markdown_table
from model.terms.inputs import Demography
from model.terms.weeks import DAYS_PER_MONTH
from scenarios.lever_schemas import words

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
            _fitted_priors(),
        ),
        (
            "## Facts",
            ("fact", "quantity", "value", "date", "population", "address", "confidence"),
            map(_fact, read_rows("facts.csv", ("id", "source_url"))),
        ),
    ]
    return "\n\n".join(f"{title}\n\n{markdown_table(head, _without(rows, '/'))}" for title, head, rows in blocks) + "\n"


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


def _fitted_priors() -> Iterator[Sequence[str]]:
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


CHANCE, SHARE, FACTOR, PULL = "chance, 0–1", "share, 0–1", "factor", "rate per noticed contact"
SHAPE, YEARLY, WEEKLY, PER_DOCUMENT = "shape", "per person and year", "rate per week on air", "rate per document"
UNITS = {
    "notice_pull": PULL,
    "letter_notice_ratio": FACTOR,
    "reminder_pull": PULL,
    "document_pull": PULL,
    "document_scale": FACTOR,
    "peer_pull": CHANCE,
    "spontaneous_rate": YEARLY,
    "media_pull": WEEKLY,
    "growth_trend": "log growth per year",
    "growth_step": FACTOR,
    "growth_volatility": "log growth per root year",
    **dict.fromkeys(SHOCKS, "standard deviations"),
    "notice_delay": "weeks",
    "mention_rate": "chance per consultation",
    "mention_pull": PULL,
    "eagerness_spell": "years",
    "eagerness_lasting": SHARE,
    "need_spell": "years",
    "barrier_spell": "years",
    "age_slope": "log factor per decade",
    "document_half_life": "years",
    "document_volatility": "log rate per root year",
    "recommendation_rate": "chance per consultation",
    "recommending_doctors": SHARE,
    "follow_through": CHANCE,
    "eagerness_shape": SHAPE,
    "notices": SHARE,
    "access": FACTOR,
    "child_together": CHANCE,
    "tell": CHANCE,
    "stop_no_use": CHANCE,
    "stop_time": CHANCE,
    "stop_information": CHANCE,
    "stop_other": CHANCE,
    "use_erosion": PER_DOCUMENT,
    "other_reason": SHARE,
    "overclaim_activated_dns2023": CHANCE,
    "overclaim_activated_csa2022": CHANCE,
    "overclaim_used": CHANCE,
    "discrepancy": "relative standard deviation",
    **{name: str(described["unit"]) for name, described in words()["effect"].items()},
    **USE,
}
"""Unit of each prior."""

CONSTANTS = (
    ("model.terms.parameters", "WordOfMouth.intention", "share of the activated who intend to recommend", "F075 F076"),
    ("model.terms.parameters", "Practice.ready_share", "stated readiness, used by `each_time` and `naive`", "F074"),
    ("model.terms.parameters", "SHORTEST_SPELL", "shortest mean spell of a trait, years", "*assumed*"),
    ("model.terms.rules", "CODE_WEEKS", "weeks in which a code sent by letter or e-mail works", "F122"),
    ("model.terms.rules", "TELLING_WEEKS", "weeks within which ties are told", "*assumed*"),
    ("model.terms.drivers", "GROWTH_STARTS", "day from which service growth counts", "*assumed*"),
    ("model.terms.drivers", "HALF_LIFE", "years in which the level of log growth halves",
    "other services: 3 to none; *assumed*"),
    ("model.terms.drivers", "STEP", "days between which the step of service growth rises", "*assumed*"),
    ("model.terms.drivers", "STEP_KNOWN", "first day of data end on which the step is known", "*assumed*"),
    ("model.terms.tables", "MIDDLE_AGE", "age with factor 1 of eagerness by age, before its mean is made 1, years",
    "*assumed*"),
    ("model.terms.spells", "MEAN_DOCUMENTS", "documents per insured person in 2024 and 2025", "F041 F047"),
    ("model.terms.spells", "WITH_ONE", "shares of people with at least one document in these years", "F042 F052"),
    ("model.terms.tables", "INVITATION_DELAY", "weeks from a birth to the invitation of the parents", "*assumed*"),
    ("model.terms.tables", "NEWCOMER_DELAY", "first week, and number of weeks, of a newcomer's notice", "*assumed*"),
    ("model.terms.tables", "PHARMACY_VISITS_PER_GP_CONTACT", "pharmacy visits per GP contact", "*assumed*"),
    ("model.terms.tables", "HOSPITAL_STAYS", "stays a year without, and with, a long-term illness", "*assumed*"),
    ("model.population.pyramid", "EXCLUDED_REACH", "e-mail reach of the excluded over their age band's", "*assumed*"),
    ("model.population.pyramid", "EXCLUDED_ACCOUNT", "accounts online of the excluded over the others'", "*assumed*"),
    ("model.population.households", "PARENT_MEAN", "mean age of a parent at a birth, years", "*assumed*"),
    ("model.population.households", "PARENT_SD", "its standard deviation, years", "*assumed*"),
    ("model.population.households", "PARENT_FROM", "youngest parent, years", "*assumed*"),
    ("model.population.households", "PARENT_TO", "oldest parent, years", "*assumed*"),
    ("model.population.households", "OLDER_SIBLINGS", "chances of looking for one, two, three older siblings at least",
    "set to INSEE's families with 1, 2, 3, 4 and more minors"),
    ("model.population.households", "GAPS", "years between siblings, equally likely", "*assumed*"),
    ("model.population.ties", "MEAN_DEGREE", "mean number of ties of an adult at launch", "*assumed*"),
    ("model.population.ties", "DEGREE_SHAPE", "gamma shape of the number of acquaintances drawn", "*assumed*"),
    ("model.population.ties", "SAME_REGION", "share of acquaintances drawn in the own region", "*assumed*"),
    ("model.population.ties", "AGE_SD", "standard deviation of age differences of acquaintances, years", "*assumed*"),
    ("model.population.ties", "COUPLED", "chance that two adjacent rows are a couple", "*assumed*"),
    ("model.population.ties", "COUPLED_FROM_AGE", "youngest age of a couple at launch, years", "*assumed*"),
    ("model.prevalence", "SAMPLE", "people on whom prevalences at launch are solved", "*assumed*"),
    ("model.prevalence", "TOLERANCE", "largest miss of a surveyed share", "*assumed*"),
)  # fmt: skip
"""Figures that stand in the code: module, attribute, meaning, evidence."""

_PRIOR_HEAD = ("Prior", "Unit", "Distribution", "Meaning", "Evidence", "Status", "Facts")
_WORDS = {"lognormal": "median", "beta": "mean", "normal": "mean"}


def parameters_reference() -> str:
    """Markdown: priors of status quo, documents to come, survey, likelihood, levers; figures of data and code."""
    priors = load_priors()
    parts = (
        ("Status quo (fitted)", _fitted(priors[name] for name in STATUS_QUO)),
        ("Documents beyond the data (drawn from the prior)", _priors(priors[name] for name in AHEAD)),
        ("Survey answers (fitted)", _priors(priors[name] for name in SURVEY)),
        ("Likelihood (fitted)", _priors([priors[DISCREPANCY]])),
        ("Use after activation (fitted apart)", _priors(priors[name] for name in USE)),
        ("Levers (drawn from the prior)", _priors(priors[name] for name in EFFECTS if name not in SHARED)),
        ("Fixed figures in `calibration/data/constants.csv`", _data_figures()),
        ("Fixed figures in the code", _code_figures()),
    )
    return "\n\n".join(f"**{title}**\n\n{table}" for title, table in parts) + "\n"


def _priors(priors: Iterable[Prior]) -> str:
    return _markdown(_PRIOR_HEAD, map(_row, priors))


def _fitted(priors: Iterable[Prior]) -> str:
    paths = field_paths()
    rows = ((f"`{paths[prior.name]}`", *_row(prior)) for prior in priors)
    return _markdown(("Field", *_PRIOR_HEAD), rows)


def field_paths() -> dict[str, str]:
    """Prior to its field in ``model.terms.parameters``: each gets a number of its own and is found again by it."""
    marks = {name: 1000.5 + rank for rank, name in enumerate(STATUS_QUO)}  # no field has such a value of its own
    found = {value: path for path, value in to_parameters(marks).flat().items()}
    return {name: found[mark] for name, mark in marks.items()}


def _row(prior: Prior) -> tuple[str, ...]:
    return (
        f"`{prior.name}`",
        UNITS[prior.name],
        prior_in_words(prior),
        prior.meaning,
        prior.evidence,
        _marked(prior.status),
        " ".join(prior.facts) or "–",
    )


def prior_in_words(prior: Prior) -> str:
    """As ``lognormal, median 0.13, 90 % 0.05–0.3``."""
    location, low, high = prior.stated
    floor = "" if prior.floor is None else f", at least {prior.floor:g}"
    bounds = f"{low:.3g}–{high:.3g}" if low >= 0 else f"{low:.3g} to {high:.3g}".replace("-", "−")
    return f"{prior.family}, {_WORDS[prior.family]} {location:.3g}, 90 % {bounds}{floor}"


def _data_figures() -> str:
    rows = read_rows("constants.csv", ("name", "value", "unit", "status", "note", "facts"), DATA)
    columns = ("value", "unit", "note", "status", "facts")
    lines = []
    for row in rows:
        value, unit, note, status, facts = (row.cells[column] for column in columns)
        lines.append((f"`{row.cells['name']}`", value, unit, note, _marked(status), facts or "–"))
    return _markdown(("Name", "Value", "Unit", "Note", "Status", "Facts"), lines)


def _code_figures() -> str:
    lines = []
    for module, name, meaning, evidence in CONSTANTS:
        value = attrgetter(name)(import_module(module))
        lines.append((f"`{name}`", f"`{module}`", _shown(value), meaning, evidence))
    return _markdown(("Name", "Module", "Value", "Meaning", "Evidence"), lines)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(_shown, value))
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _marked(status: str) -> str:
    return "*assumed*" if status == "assumed" else status


def _markdown(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return markdown_table(head, _without(rows, r"\|"))


def _without(rows: Iterable[Sequence[str]], other: str) -> Iterator[Sequence[str]]:
    """Rows with another sign for the one between columns."""
    return ([cell.replace("|", other) for cell in row] for row in rows)
