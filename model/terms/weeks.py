"""The clock: week 0 begins on Monday 31 January 2022, week 360 is the last of 2028.

A stock "on a date" is the stock at the start of that day; between two Mondays it is interpolated.
"""

from __future__ import annotations

from datetime import date, timedelta

START = date(2022, 1, 31)
WEEKS = 361
DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12
WEEKS_PER_YEAR = DAYS_PER_YEAR / 7
MAJORITY = round(18 * WEEKS_PER_YEAR)
"""Weeks from birth to the 18th birthday."""
NEVER = 32767
"""The week of what does not happen (fits signed and unsigned 16-bit week columns)."""


def position(day: date) -> float:
    """Weeks from the start of the simulation to the start of ``day`` (may be negative or fractional)."""
    return (day - START).days / 7


def week_of(day: date) -> int:
    """Index of the week that contains ``day``."""
    return (day - START).days // 7


def monday(week: int) -> date:
    """The first day of a week."""
    return START + timedelta(weeks=week)
