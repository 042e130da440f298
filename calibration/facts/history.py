"""What was done in the past: ``outreach_history.csv``, and the documents curve."""

from __future__ import annotations

from datetime import date
from importlib.resources.abc import Traversable

from calibration.facts.tables import DATA, Row, read_rows, refuse_repeats

EVENTS = (
    "pilot",
    "notices",
    "notices_main",
    "media",
    "application",
    "ambassadors",
    "newborns",
    "documents",
    "reminders",
)


def load_events(folder: Traversable = DATA) -> dict[str, Row]:
    """Lines of ``outreach_history.csv`` by key.

    Raises:
        ValueError: an unknown, repeated or missing event.
    """
    columns = ("key", "start", "end", "channel", "reach_millions", "status", "facts")
    rows = read_rows("outreach_history.csv", columns, folder)
    keys = [row.text("key", EVENTS) for row in rows]
    refuse_repeats(rows, "key", keys)
    if missing := [key for key in EVENTS if key not in keys]:
        raise ValueError(f"outreach_history.csv: no row for {', '.join(missing)}")
    return dict(zip(keys, rows, strict=True))


def span_of(event: Row) -> tuple[date, date]:
    """First and last day of an event that has both."""
    start, end = event.day("start"), event.day("end")
    if end < start:
        raise event.error("end", f"{start} or later")
    return start, end


def load_documents(folder: Traversable = DATA) -> tuple[tuple[date, float], ...]:
    """(day, millions of documents a month), days rising."""
    rows = read_rows("documents_fed.csv", ("date", "millions_per_month", "status", "facts"), folder)
    days = [row.day("date") for row in rows]
    for row, before, day in zip(rows[1:], days, days[1:], strict=False):
        if day <= before:
            raise row.error("date", f"a day after {before}, the line above")
    return tuple((day, row.number("millions_per_month", 0, 1000)) for day, row in zip(days, rows, strict=True))
