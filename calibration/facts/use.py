"""What was published about use after activation (``use.csv``), and the law's parameters by their priors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib.resources.abc import Traversable
from typing import Literal, cast, get_args

from calibration.facts.priors import Z95, check_names
from calibration.facts.tables import DATA, read_rows, refuse_repeats
from model.terms.use import Use, month_of

Kind = Literal["monthly", "monthly_mean", "weekly", "return", "never"]
"""Users of a month; of an average month of a year; of a week; share of users who come again in the next month; share of
those activated who have never come again."""
PARAMETERS = {f"use_{field.name}": field.name for field in fields(Use)}
"""Priors (``priors.csv``) to the fields of ``model.terms.use.Use``; one column each in a posterior of use."""


UNITS = {
    "use_alone": "occasions a month", "use_per_document": "occasions a document",
    "use_per_contact": "occasions a contact", "use_eagerness": "exponent", "use_lasting": "share, 0–1",
    "use_fading": "months", "use_habit_shape": "gamma shape", "use_bunching": "share, 0–1",
}  # fmt: skip
"""As guides say them."""


@dataclass(frozen=True, kw_only=True)
class UseFigure:
    """One figure; users in millions, other figures are shares."""

    key: str
    kind: Kind
    month: int
    """That it is of, or the last of the year (``model.terms.use.month_of``)."""
    value: float
    sd: float | None
    """``None``: compared only."""
    population: str
    reading: str
    facts: tuple[str, ...]


def load_use_figures(folder: Traversable = DATA) -> tuple[UseFigure, ...]:
    """The rows of ``use.csv``.

    Raises:
        ValueError: a row that can't be used; says which.
    """
    columns = ("key", "kind", "month", "value", "low", "high", "fitted", "population", "reading", "status", "facts")
    rows, found = read_rows("use.csv", columns, folder), []
    refuse_repeats(rows, "key", [row.text("key") for row in rows])
    for row in rows:
        year, _, month = row.text("month").partition("-")
        if not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12 and 2022 <= int(year) <= 2028):
            raise row.error("month", "a month from 2022 on, written YYYY-MM")
        value, sd = row.number("value", 0.0, 100.0), None
        if row.text("fitted", ("yes", "no")) == "yes":
            low, high = row.number("low", 0.0, value), row.number("high", value, 100.0)
            if low == high:
                raise row.error("high", f"more than low ({low:g})")
            sd = (high - low) / (2 * Z95)
        found.append(
            UseFigure(
                key=row.text("key"),
                kind=cast(Kind, row.text("kind", get_args(Kind))),
                month=month_of(int(year), int(month)),
                value=value,
                sd=sd,
                population=row.text("population"),
                reading=row.text("reading"),
                facts=row.facts(),
            )
        )
    return tuple(found)


def latest_users() -> tuple[str, float]:
    """The latest published figure of users of a month: its month, and its lower end, millions."""
    rows = read_rows("use.csv", ("kind", "month", "low"), DATA)
    users = [row for row in rows if row.text("kind") in ("monthly", "monthly_mean")]
    last = max(users, key=lambda row: row.text("month"))
    return last.text("month"), last.number("low", 0.0, 100.0)


def use_of(values: Mapping[str, float]) -> Use:
    """The law's parameters from one value for each name of ``PARAMETERS``.

    Raises:
        ValueError: a name is missing or unknown.
    """
    check_names(values, tuple(PARAMETERS))
    return Use(**{field: float(values[name]) for name, field in PARAMETERS.items()})
