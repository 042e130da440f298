"""What was done in the past, and how much of it was known on a day.

Inputs that came after a day are frozen, so that a forecast made on it can't look ahead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from importlib.resources.abc import Traversable
from typing import Literal

from calibration.facts.tables import DATA, Row, read_rows, refuse_repeats
from model.terms.inputs import History
from model.terms.weeks import week_of

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


Inputs = Literal["frozen", "actual"]
"""``frozen``: what was known on the origin. ``actual``: documents and campaigns after it as they came."""
FACT_KNOWN: Mapping[str, date] = {
    "F056": date(2023, 2, 13),
    "F055": date(2023, 8, 31),
    "F032": date(2024, 1, 31),
    "F041": date(2024, 12, 31),
    "F047": date(2025, 12, 31),
    "G038": date(2025, 12, 31),
    "G039": date(2023, 12, 31),
}
"""When each fact behind ``documents_fed.csv`` was known at the earliest: the end of the period that it speaks of."""
Curve = tuple[tuple[date, float], ...]


def history_for(history: History, origin: date, inputs: Inputs) -> History:
    """The history that a forecast made on ``origin`` runs on.

    Actual inputs are what was published of documents and campaigns, the past too: what had not been published by the
    origin as well. The drivers' law carries documents on beyond the last point of their curve only. Service growth is
    no input, so that the origin stays the end of the data for it.
    """
    known = frozen(history, origin)
    if inputs == "frozen":
        return known
    return replace(history, data_end=origin)


def frozen(history: History, origin: date) -> History:
    """What was known of a history on ``origin``, and nothing new after it.

    Documents: the points of the curve known by then; at the end of the data all points up to that day. Beyond the last
    point they go on as the drivers' law says (``model.terms.drivers``). Reminders: only those of the weeks up to
    the origin.

    Raises:
        ValueError: an origin before the launch is over, or after the data.
    """
    first = max(history.notices_end, history.media[1])
    if not first < origin <= history.data_end:
        raise ValueError(f"origin {origin}: needed a day after {first} (the launch) and up to {history.data_end}")
    documents = _dated(history.documents, origin) if origin == history.data_end else _known(history.documents, origin)
    return _without_later_reminders(replace(history, documents=documents, data_end=origin), origin)


@cache
def documents_known() -> Mapping[date, date]:
    """Day of each point of the shipped documents curve: the day from which it was known; a point without a fact is as
    old as the latest one."""
    rows = read_rows("documents_fed.csv", ("date", "facts"))
    latest = max(FACT_KNOWN.values())
    return {row.day("date"): max((FACT_KNOWN[fact] for fact in row.facts()), default=latest) for row in rows}


def _known(curve: Curve, origin: date) -> Curve:
    """Points dated and known by the origin. A point that is not in the shipped table counts as known on its day."""
    known = documents_known()
    points = tuple(point for point in curve if max(point[0], known.get(point[0], point[0])) <= origin)
    if not points:
        raise ValueError(f"origin {origin}: no rate of documents was known by then")
    return points


def _dated(curve: Curve, origin: date) -> Curve:
    return tuple(point for point in curve if point[0] <= origin)


def _without_later_reminders(history: History, origin: date) -> History:
    """The campaign cut after the week of the last day before the origin; the model spreads reminders evenly over its
    weeks, so those before the cut are as many as in the whole campaign."""
    start, end = history.reminders
    last = origin - timedelta(days=1)
    if last >= end:
        return history
    if last < start:
        return replace(history, reminders_share=0.0)
    weeks = week_of(end) - week_of(start) + 1
    kept = week_of(last) - week_of(start) + 1
    return replace(history, reminders=(start, last), reminders_share=history.reminders_share * kept / weeks)
