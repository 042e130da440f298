"""Tables of counts of a person's own (``--counts``, ``--actuals``): counts from shares, errors where none are given,
one column of regions, no totals, the oldest line first.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from calibration.facts.own import MILLION, Own, read_own
from calibration.facts.places import is_total, place_of
from calibration.facts.targets import SMALLEST_ERROR
from foundation.errors import UserError
from foundation.language.amounts import decimal
from scenarios.language.regions import REGIONS

COLUMNS = ("date", "activated_millions", "error_millions")
ENDS = ("low", "high")
"""In place of ``error_millions``: all between them agrees with the figure."""
OPTIONAL = ("use", "region")
FEWEST = 1000
"""People in a column of people; fewer will be millions."""
NOT_READ = ("note", "code", "share", "insured")
LARGEST_UNIT = 1_000_000


def needed_columns(header: Collection[str]) -> tuple[str, ...]:
    """With ``low`` or ``high`` in the header both."""
    return (*COLUMNS[:2], *ENDS) if any(name in header for name in ENDS) else COLUMNS[:2]


def allowed_columns(header: Collection[str]) -> tuple[str, ...]:
    """An error, or ends in its place; people or millions."""
    known = needed_columns(header)
    return ("date", "activated", "activated_millions", *(known[2:] or COLUMNS[2:]))


def read_counts(file: Path) -> Own:
    """A table of counts: dates, counts in millions, with their errors.

    Raises:
        UserError: as for ``read_own``; counts of départements; shares of nobody knows how many.
    """
    own = read_own(file, "counts")
    if not own.columns:
        raise UserError(f"{file}: the file is empty; needed: columns {', '.join(COLUMNS[:2])}")
    where = f"{file}, line {own.head}"
    dated = next((column.written for column in own.columns if column.day), "")
    if dated and any(column.base == "date" for column in own.columns):
        raise UserError(f"{where}, column {dated}: a day in the name of a column, and a column of days; leave one out")
    for column in own.columns:
        if column.base == "departement":
            raise UserError(
                f"{where}, column {column.written}: counts of départements; add them up by region, the finest here"
            )
        if column.base in ENDS and column.unit == "percent":
            raise UserError(f"{where}, column {column.written}: low and high are numbers of people, not per cent")
    _one_region(own)
    used = ["code"]
    if not any(column.name == COLUMNS[1] for column in own.columns):
        _from_shares(own, where)
        used += ["share", "insured"]
    left = [column.written for column in own.columns if column.base in NOT_READ and column.base not in used]
    if left:
        own.notices.append(f"{file}: not read: column {', '.join(left)}")
    own.columns = [column for column in own.columns if column.base not in NOT_READ]
    own.left_out = NOT_READ
    _drop_totals(own)
    _relative_errors(own)
    _usual_errors(own)
    _oldest_first(own)
    return own


def _one_region(own: Own) -> None:
    """Codes are names where there are none, and have to agree with them elsewhere: one that doesn't is a hint."""
    named = any(column.name == "region" for column in own.columns)
    for row in own.rows:
        if "code" in row.cells and not named:
            row.cells["region"], row.written["region"] = row.cells["code"], row.written["code"]
        elif "code" in row.cells and "region" in row.cells:
            name, code = (place_of(row.cells[key], REGIONS) for key in ("region", "code"))
            if (name.region or name.sort, name.part) != (code.region or code.sort, code.part) and row.cells["code"]:
                row.hints["region"] = row.cells["code"]
    if not named:
        own.columns = [
            replace(column, name="region", base="region") if column.base == "code" else column for column in own.columns
        ]


def _from_shares(own: Own, where: str) -> None:
    """Counts from shares and the numbers of insured people, where both are there."""
    share = next((column for column in own.columns if column.base == "share"), None)
    insured = next((column for column in own.columns if column.base == "insured"), None)
    if share is None:
        return
    if insured is None:
        raise UserError(
            f"{where}, column {share.written}: shares alone, of how many people isn't said; give counts, or a column "
            "insured beside them"
        )
    without = not any(column.name in (COLUMNS[2], *ENDS) for column in own.columns)
    places = max((len(row.cells["share"].partition(".")[2]) for row in own.rows if not row.fault), default=0)
    for row in own.rows:
        if row.fault:
            continue
        value, people = decimal(row.cells["share"]), decimal(row.cells["insured"])
        percent = share.unit == "percent" or row.written["share"].endswith("%")
        row.written[COLUMNS[1]] = f"{row.written['share']} × {row.written['insured']}"
        if percent and 0 <= value <= 100 and 0 <= people <= 1e8:
            row.cells[COLUMNS[1]] = f"{value * people / 1e8:.9f}"
            rounded = 10**-places * people / 1e8 / 12**0.5
            if without:
                row.cells[COLUMNS[2]] = f"{max(rounded, SMALLEST_ERROR):.9f}"
        else:
            row.cells[COLUMNS[1]] = ""
            row.hints[COLUMNS[1]] = "a share of 0 to 100 % and a number of insured people are needed"
            if without:
                row.cells[COLUMNS[2]] = f"{SMALLEST_ERROR}"
    own.notices.append(f"{own.file}: counts are {share.written} × {insured.written}")
    if without:
        own.notices.append(f"{own.file}: no error is given; shares are taken as rounded to {10.0**-places:g} %")


def _drop_totals(own: Own) -> None:
    """Lines with "Total" for a day, or with "Total" for a region and no day."""
    places = [(row, row.written.get("date") or row.written.get("region", "")) for row in own.rows]
    for row in [row for row, place in places if is_total(place)]:
        own.rows.remove(row)
        own.notices.append(f"{own.file}: line {row.line} sums up others; left out")


def _relative_errors(own: Own) -> None:
    if own.unit(COLUMNS[2]) == "percent":
        for row in own.rows:
            count, share = decimal(row.cells.get(COLUMNS[1], "")), decimal(row.cells.get(COLUMNS[2], ""))
            if count == count and share == share:
                row.cells[COLUMNS[2]] = f"{count * share / 100:.9f}"


def _usual_errors(own: Own) -> None:
    """Where no error is given, counts are as precise as they are written: all of them multiples of so many people."""
    header = own.header
    if any(name in header for name in (COLUMNS[2], *ENDS)) or COLUMNS[1] not in header or not own.rows:
        return
    if any(column.name not in (*COLUMNS, *OPTIONAL) for column in own.columns):
        return  # a name that isn't known may have been meant for the error
    counts = [row.cells.get(COLUMNS[1], "") for row in own.rows]
    unit, people = 1, [Decimal(cell) * MILLION for cell in counts if decimal(cell) == decimal(cell)]
    while unit < LARGEST_UNIT and people and all(one % (10 * unit) == 0 for one in people):
        unit *= 10
    error = max(unit / 1e6 / 12**0.5, SMALLEST_ERROR)
    for row in own.rows:
        row.cells[COLUMNS[2]] = f"{error:.6f}"
    if error == SMALLEST_ERROR:
        own.notices.append(f"{own.file}: no error is given; counts are taken as exact to a hundred people")
    else:
        own.notices.append(
            f"{own.file}: no error is given; counts are taken as rounded to {unit:,} people, one standard deviation "
            f"{error * 1e6:,.0f} people"
        )


def _oldest_first(own: Own) -> None:
    """Turns round a table whose newest line comes first."""
    days: dict[str, list[str]] = {}
    for row in own.rows:
        days.setdefault(row.cells.get("region", ""), []).append(row.cells.get("date", ""))
    several = [each for each in days.values() if len(each) > 1]
    if several and all(a > b for each in several for a, b in pairwise(each)):
        own.rows.reverse()
        own.notices.append(f"{own.file}: the newest line comes first; read from the oldest on")


def least(own: Own, name: str, value: float, low: float, hint: str) -> tuple[float, str]:
    """The smallest count of a column of people: a few of them will be millions."""
    if name != COLUMNS[1] or own.unit(name) != "people":
        return low, hint
    few = 0 < value < FEWEST / 1e6
    return max(low, FEWEST / 1e6), hint or ("so few people? millions go in a column activated_millions" if few else "")


def per_million(own: Own, name: str) -> float:
    """What a million is in the unit of a column."""
    return {"people": 1e6, "thousands": 1e3}.get(own.unit(name), 1.0)


def figure(value: float) -> str:
    """A bound, in full where it is large."""
    return f"{value:,.0f}" if value >= 1000 else f"{value:g}"
