"""Which days a forecast speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from calibration.facts.counts import Count
from model.terms.weeks import START, WEEKS, monday

HORIZON = monday(WEEKS)
"""The end of the clock: the last stock there is."""
TARGET_DAY = date(2027, 12, 31)
"""By when 40 million are to be reached."""
ASKED = (date(2027, 1, 29), TARGET_DAY, date(2028, 1, 29))
"""Besides the quarters: the days of the yearly figures, and that of the target."""
WEEK, MONTH = timedelta(weeks=1), timedelta(weeks=4)


def quarters(after: date, until: date) -> list[date]:
    """First days of the quarters after a day, up to another one; that of 2029 stands for the end of 2028."""
    firsts = (date(year, month, 1) for year in range(after.year, until.year + 1) for month in (1, 4, 7, 10))
    return [day for day in firsts if after < day <= until]


def asked_days(last: date, until: date = HORIZON) -> list[date]:
    """Days of the table: that of the last count, the quarters after it, and those asked for besides."""
    besides = (day for day in ASKED if last < day <= until)
    return sorted({last, *quarters(last, until), *besides})


def path_days(counts: Sequence[Count], until: date = HORIZON) -> list[date]:
    """Days of a path, rising: every four weeks from the launch on and those of the counts, then every week and those of
    the table."""
    last = counts[-1].day
    past = {START + i * MONTH for i in range((last - START) // MONTH + 1)} | {count.day for count in counts}
    future = {last + i * WEEK for i in range((until - last) // WEEK + 1)} | {until, *asked_days(last, until)}
    return sorted({day for day in past if day <= last} | future)
