"""Published counts of other services, and every origin from which one of their later counts can be forecast.

A *stretch* is a run of counts of one service that mean the same thing: it ends where a note of the file speaks of
another definition or of people moved in from an older scheme. An *origin* is the day of a count that has an earlier one
to tell the hazard from and a later one to be compared with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby
from math import expm1, log, sqrt

from calibration.facts.tables import read_rows
from model.terms.weeks import DAYS_PER_YEAR

DATA: Traversable = files("calibration.outside") / "data"
"""Apart from ``calibration/data``: no posterior rests on these counts, so none is stamped with them."""
FILE = "other_services.csv"
BREAKS = "definition", "migration"
"""Words of the notes on counts that don't continue those before."""
MATURE = 0.05, 0.85
"""Share of the eligible at an origin: earlier, a start; later, an end."""
PANDEMIC = date(2020, 3, 1), date(2022, 4, 30)
"""First and last day of targets left out: certificates and bonuses of the pandemic drove many of these services."""
SHORTEST, LONGEST = timedelta(days=60), timedelta(days=3 * 365)
"""Lengths of the interval that tells the last hazard; a shorter one is a rounding error or a single event, a longer one
is no last hazard."""
WINDOW = 1 / 3
"""A target lies within this part of the horizon about it."""


@dataclass(frozen=True, kw_only=True)
class Count:
    """One published count."""

    service: str
    day: date
    millions: float
    eligible: float
    """Millions who could use the service, as the file reads it."""
    rounding: float
    """Its error by rounding, one standard deviation, millions: a unit of the last digit given, uniform."""
    dating: float
    """Its error by an uncertain day, one standard deviation, years: within what the note says, uniform."""
    note: str


@dataclass(frozen=True, kw_only=True)
class Origin:
    """A count, the one that the last hazard is told from, and the one that came about a horizon later."""

    before: Count
    at: Count
    after: Count
    earlier: Count | None = None
    """The count that the interval before the last one begins with, if there is one."""

    @property
    def last(self) -> float:
        """Length of the last interval, years."""
        return years_between(self.before, self.at)

    @property
    def ahead(self) -> float:
        """Years from the origin to the target."""
        return years_between(self.at, self.after)

    @property
    def is_clear(self) -> bool:
        """Whether the whole time ahead lies before or after the pandemic."""
        return self.after.day < PANDEMIC[0] or self.at.day > PANDEMIC[1]

    @property
    def gain(self) -> float:
        """Realised, millions."""
        return self.after.millions - self.at.millions

    @property
    def by_hazard(self) -> float:
        """Gain over the one that the last hazard forecast."""
        outside = self.at.eligible - self.at.millions
        return self.gain / (outside * -expm1(-hazard(self.before, self.at) * self.ahead))

    @property
    def by_slope(self) -> float:
        """Gain over the one that the last slope forecast."""
        return self.gain / (slope(self.before, self.at) * self.ahead)

    @property
    def log_hazards(self) -> float:
        """log of the hazard to the target over that of the last interval."""
        return log(hazard(self.at, self.after) / hazard(self.before, self.at))

    @property
    def noise(self) -> float:
        """Variance of the log ratios by rounding and dating (delta method); the middle count is in both intervals."""
        gains = self.at.millions - self.before.millions, self.gain
        counts, days = ([getattr(c, key) for c in (self.before, self.at, self.after)] for key in ("rounding", "dating"))
        return _spread(counts, gains) + _spread(days, (self.last, self.ahead))

    @property
    def log_slopes(self) -> float:
        """log of the flow to the target over that of the last interval."""
        return log(slope(self.at, self.after) / slope(self.before, self.at))

    @property
    def last_change(self) -> float | None:
        """log of the flow of the last interval over that of the one before; ``None`` where that can't be told."""
        if self.earlier is None or self.earlier.millions >= self.before.millions:
            return None
        return log(slope(self.before, self.at) / slope(self.earlier, self.before))


def _spread(errors: Sequence[float], lengths: Sequence[float]) -> float:
    """Variance of log(second length / first length), the ends of both known with ``errors``."""
    first, second = lengths
    parts = errors[0] / first, errors[1] * (1 / first + 1 / second), errors[2] / second
    return sum(part**2 for part in parts)


def years_between(first: Count, second: Count) -> float:
    """Years between the days of two counts."""
    return (second.day - first.day).days / DAYS_PER_YEAR


def hazard(first: Count, second: Count) -> float:
    """A year, of those still outside."""
    outside = [count.eligible - count.millions for count in (first, second)]
    return log(outside[0] / outside[1]) / years_between(first, second)


def slope(first: Count, second: Count) -> float:
    """Millions a year."""
    return (second.millions - first.millions) / years_between(first, second)


def stretches(folder: Traversable = DATA) -> list[list[Count]]:
    """Counts of each service by rising day, cut at breaks of definition."""
    columns = ("service", "date", "count_millions", "population_eligible_millions", "kind", "note")
    counts = [
        Count(
            service=row.text("service"),
            day=row.day("date"),
            millions=row.number("count_millions", 0, 2000),
            eligible=row.number("population_eligible_millions", 0.1, 2000),
            rounding=0.0 if row.cells["kind"] == "exact" else unit_of(row.cells["count_millions"]) / sqrt(12),
            dating=doubt_of(row.cells["note"]) / sqrt(3),
            note=row.cells["note"],
        )
        for row in read_rows(FILE, columns, folder)
    ]
    return [part for _, group in groupby(counts, lambda count: count.service) for part in _cut(list(group))]


def unit_of(written: str) -> float:
    """Unit of the last digit of a number: 0.1 of "3.5", 1 of "20"."""
    return float(10.0 ** -len(written.partition(".")[2]))


def doubt_of(note: str) -> float:
    """Years either way within which a note puts the day of a count, such as "date +-2 months"; 0 if it says nothing."""
    found = re.search(r"\+-([\d.]+) (day|week|month)", note)
    return float(found[1]) * _YEARS[found[2]] if found else 0.0


_YEARS = {"day": 1 / DAYS_PER_YEAR, "week": 7 / DAYS_PER_YEAR, "month": 1 / 12}


def _cut(counts: Sequence[Count]) -> Iterator[list[Count]]:
    """Stretches of one service."""
    part: list[Count] = []
    for count in counts:
        if part and any(word in count.note for word in BREAKS):
            yield part
            part = []
        part.append(count)
    yield part


def origins(parts: Sequence[Sequence[Count]], horizon: float, *, clear: bool = True) -> list[Origin]:
    """Every origin with a target about ``horizon`` years later, in the order of ``parts``.

    ``clear``: no day between origin and target lies in the pandemic; otherwise only the target has to lie outside.
    """
    found = [origin_at(part, at, horizon) for part in parts for at in range(len(part))]
    return [origin for origin in found if origin is not None and (origin.is_clear or not clear)]


def origin_at(part: Sequence[Count], at: int, horizon: float) -> Origin | None:
    """The origin at one count, if it is mature and has an interval before and a target; the stock rises in both."""
    here = part[at]
    before, after = _before(part[:at], here), _after(part[at + 1 :], here, horizon)
    if before is None or after is None or not MATURE[0] <= here.millions / here.eligible <= MATURE[1]:
        return None
    if not before.millions < here.millions < after.millions:
        return None
    return Origin(before=before, at=here, after=after, earlier=_before(part[: part.index(before)], before))


def _before(earlier: Sequence[Count], here: Count) -> Count | None:
    """The latest count far enough before."""
    found = [count for count in earlier if SHORTEST <= here.day - count.day <= LONGEST]
    return found[-1] if found else None


def _after(later: Sequence[Count], here: Count, horizon: float) -> Count | None:
    """The count nearest to the horizon; none if that lies in the pandemic or too far from the horizon."""
    found = [
        count
        for count in later
        if abs(years_between(here, count) - horizon) <= WINDOW * horizon and not PANDEMIC[0] <= count.day <= PANDEMIC[1]
    ]
    return min(found, key=lambda count: abs(years_between(here, count) - horizon), default=None)
