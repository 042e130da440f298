"""What the model is held against: administrative stocks, survey answers, prevalences in November 2023."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from typing import Literal, Protocol, TypeVar, cast, get_args

from calibration.facts.tables import DATA, Row, read_rows, refuse_repeats
from model.terms.inputs import Surveyed

Kind = Literal["initial", "exact", "rounded", "rounded share", "headline", "one source", "lower bound", "measured"]
"""How a stock was published. ``headline``: truncated, 24 means 24 to 25. ``rounded``, ``rounded share``: half a unit
either way. ``one source``: one report, within one standard deviation. ``measured``: a user's own, with its error."""
CSA, DNS = "CSA 2022", "DNS 2023"
SURVEYS = (CSA, DNS)
"""Surveys of adults online that are repeated on the simulated people."""
Base = Literal["all", "adults", "knows", "users", "says_activated", "not_activated", "visitors", "non_users"]
"""Who is asked a question: everybody, or those who give (or don't give) another answer; keys of the texts."""
_BASES: Mapping[str, Base] = {
    "all (adults online)": "all",
    "adults": "adults",
    "knows the service": "knows",
    "those who have used it": "users",
    "says activated": "says_activated",
    "not activated": "not_activated",
    "non-users": "non_users",
}
"""As ``surveys.csv`` says it."""
T = TypeVar("T", covariant=True)
SMALLEST_ERROR = 1e-4
"""Millions: no count is known better than to a hundred people."""


@dataclass(frozen=True, kw_only=True)
class StockTarget:
    """A published number of activated profiles at the start of a day."""

    day: date
    millions: float
    """Cumulative first connections of all insured, minors included: the middle of ``low`` .. ``high``."""
    error: float
    """One standard deviation of the normal that stands for the figure, millions."""
    kind: Kind
    status: str
    """Published or derived."""
    facts: tuple[str, ...]
    region: str | None = None
    """The region counted; ``None`` for the country."""
    low: float = math.nan
    high: float = math.nan
    """What the figure means, millions. Not given: one error either way; a lower bound has no upper end."""

    def __post_init__(self) -> None:
        bound = self.kind == "lower bound"
        if math.isnan(self.low):
            object.__setattr__(self, "low", self.millions - (0.0 if bound else self.error))
        if math.isnan(self.high):
            object.__setattr__(self, "high", math.inf if bound else self.millions + self.error)

    @property
    def is_figure(self) -> bool:
        """Says how many there were since the launch, rather than how many at least."""
        return self.kind not in ("initial", "lower bound")

    @property
    def is_interval(self) -> bool:
        """All of ``low`` .. ``high`` agrees with the figure equally well."""
        return self.kind == "headline"

    def described(self) -> dict[str, object]:
        """As manifests and results give it; no upper end is ``None``."""
        high = self.high if math.isfinite(self.high) else None
        return {
            **{"date": self.day.isoformat(), "millions": self.millions, "error_millions": self.error},
            **{"kind": self.kind, "low_millions": self.low, "high_millions": high},
        }


def error_of(kind: Kind, low: float, high: float) -> float:
    """One standard deviation of a figure that means ``low`` .. ``high``, millions: of a uniform law where a figure was
    rounded or truncated, half the width where the ends stand for one standard deviation."""
    return (high - low) / (2.0 if kind in ("exact", "one source") else math.sqrt(12.0))


@dataclass(frozen=True, kw_only=True)
class SurveyItem:
    """One published answer of a survey."""

    key: str
    """Unique within its survey."""
    survey: str
    start: date
    end: date
    """First and last day of fieldwork."""
    n: int | None
    """Respondents of the whole survey; not known for every one."""
    question: str
    share: float
    """0..1."""
    base: Base
    """Who was asked, or counted."""
    reading: str
    modelled: bool
    facts: tuple[str, ...]

    @property
    def midpoint(self) -> date:
        """Middle day of fieldwork, the earlier one of two."""
        return self.start + (self.end - self.start) // 2


class Saying(Protocol[T]):
    """Who says what, as shares, numbers of people or marks of people."""

    @property
    def everybody(self) -> T: ...
    @property
    def knows(self) -> T: ...
    @property
    def used(self) -> T: ...
    @property
    def activated(self) -> T: ...
    @property
    def visited_only(self) -> T: ...
    def but(self, key: str) -> T:
        """Everybody who doesn't say ``used`` or ``activated``."""


def asked(base: Base, who: Saying[T]) -> T:
    """Who is asked a question of this base: the one definition for published shares, expectations and samples."""
    if base in ("all", "adults"):
        return who.everybody
    if base in ("not_activated", "non_users"):
        return who.but("activated" if base == "not_activated" else "used")
    said = {"knows": "knows", "users": "used", "says_activated": "activated", "visitors": "visited_only"}
    return cast(T, getattr(who, said[base]))


@dataclass(frozen=True)
class Published:
    """Shares of all respondents of a survey by its published answers."""

    shares: Mapping[str, float]
    """By key; those who only visited are a share of the users."""

    everybody = 1.0

    @property
    def knows(self) -> float:
        """Know the service."""
        return self.shares["aware"]

    @property
    def used(self) -> float:
        """Have used it."""
        return self.shares["used"]

    @property
    def activated(self) -> float:
        """Say that they have activated."""
        return self.shares["activated"]

    @property
    def visited_only(self) -> float:
        """Visited the site, did not activate."""
        return self.shares["used"] * self.shares["visited_only"]

    def but(self, key: str) -> float:
        """Everybody who doesn't say ``used`` or ``activated``."""
        return 1.0 - self.shares[key]


def published_of(items: Iterable[SurveyItem], survey: str) -> Published:
    """What was published of a survey."""
    return Published({item.key: item.share for item in items if item.survey == survey})


def load_stock_targets(folder: Traversable = DATA) -> tuple[StockTarget, ...]:
    """Stocks by rising day; the first one is the initial stock.

    Raises:
        ValueError: days that don't rise, ends in the wrong order, a count that falls, or another number of initial
            stocks than one.
    """
    columns = ("date", "published", "kind", "low", "high", "use", "status", "facts")
    rows = read_rows("activations.csv", columns, folder)
    targets = tuple(_stock(row) for row in rows)
    for at in range(1, len(rows)):
        _refuse_fall(rows[at], targets[at], targets[:at])
    if [target.kind for target in targets].count("initial") != 1 or targets[0].kind != "initial":
        raise rows[0].error("use", "initial, on the first line and on no other")
    return targets


def _refuse_fall(row: Row, target: StockTarget, before: Sequence[StockTarget]) -> None:
    """A cumulative count can't fall: its upper end lies above every lower end before it."""
    if target.day <= before[-1].day:
        raise row.error("date", f"a day after {before[-1].day}, the line above")
    least = max(earlier.low for earlier in before)
    if target.high < least:
        raise row.error("high", f"{least:g} or more: a cumulative count can't fall")


def load_survey_items(folder: Traversable = DATA) -> tuple[SurveyItem, ...]:
    """Answers in the order of ``surveys.csv``, those that are not modelled too."""
    columns = (
        *("key", "survey", "start", "end", "n", "question", "percent", "base", "reading", "modelled"),
        *("status", "facts"),
    )
    rows = read_rows("surveys.csv", columns, folder)
    items = tuple(_item(row) for row in rows)
    refuse_repeats(rows, "key", [(item.survey, item.key) for item in items])
    return items


def load_surveyed(folder: Traversable = DATA) -> Surveyed:
    """The barriers and the readiness of adults online not activated, in November 2023.

    Raises:
        ValueError: ``surveys.csv`` lacks one of the four answers.
    """
    items = {item.key: item for item in load_survey_items(folder) if item.survey == DNS}
    keys = ("no_use", "time", "information", "ready")
    if missing := [key for key in keys if key not in items]:
        raise ValueError(f"surveys.csv: {DNS} has no row for {', '.join(missing)}")
    return Surveyed(day=items["ready"].midpoint, **{key: items[key].share for key in keys})


_PUBLISHED_KINDS = tuple(kind for kind in get_args(Kind) if kind not in ("initial", "lower bound", "measured"))


def _stock(row: Row) -> StockTarget:
    published = cast(Kind, row.text("kind", _PUBLISHED_KINDS))
    low = row.number("low", 0.001, 100)
    high = row.number("high", low, 100)
    exact = published == "exact"
    return StockTarget(
        day=row.day("date"),
        millions=row.number("published", low, high) if exact else (low + high) / 2,
        error=max(error_of(published, low, high), SMALLEST_ERROR),
        kind="initial" if row.text("use", ("initial", "target")) == "initial" else published,
        status=row.text("status"),
        facts=row.facts(),
        low=low,
        high=high,
    )


def _item(row: Row) -> SurveyItem:
    start, end = row.day("start"), row.day("end")
    if end < start:
        raise row.error("end", f"{start} or later")
    return SurveyItem(
        key=row.text("key"),
        survey=row.text("survey"),
        start=start,
        end=end,
        n=row.integer("n", 1, 10_000_000) if row.cells["n"] else None,
        question=row.text("question"),
        share=row.number("percent", 0, 100) / 100,
        base=_BASES[row.text("base", tuple(_BASES))],
        reading=row.cells["reading"],
        modelled=row.text("modelled", ("yes", "no")) == "yes",
        facts=row.facts(),
    )
