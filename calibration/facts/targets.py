"""What the model is held against: administrative stocks, survey answers, prevalences in November 2023."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from typing import Literal, cast, get_args

from calibration.facts.tables import DATA, Row, read_rows, refuse_repeats
from model.terms.inputs import Surveyed

Kind = Literal["target", "lower bound", "initial"]
PREVALENCE_SURVEY = "DNS 2023"


@dataclass(frozen=True, kw_only=True)
class StockTarget:
    """A published number of activated profiles at the start of a day."""

    day: date
    millions: float
    """Cumulative first connections of all insured, minors included."""
    error: float
    """One standard deviation, millions."""
    kind: Kind
    status: str
    """Published or derived."""
    facts: tuple[str, ...]
    region: str | None = None
    """The region counted; ``None`` for the country."""


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
    base: str
    """Who was asked, or counted."""
    reading: str
    modelled: bool
    facts: tuple[str, ...]

    @property
    def midpoint(self) -> date:
        """Middle day of fieldwork, the earlier one of two."""
        return self.start + (self.end - self.start) // 2


def load_stock_targets(folder: Traversable = DATA) -> tuple[StockTarget, ...]:
    """Stocks by rising day; the first one is the initial stock.

    Raises:
        ValueError: days or stocks that fall, or another number of initial stocks than one.
    """
    columns = ("date", "activated_millions", "error_millions", "use", "status", "facts")
    rows = read_rows("activations.csv", columns, folder)
    targets = tuple(_stock(row) for row in rows)
    for row, before, target in zip(rows[1:], targets, targets[1:], strict=False):
        if target.day <= before.day:
            raise row.error("date", f"a day after {before.day}, the line above")
        if target.millions < before.millions:
            raise row.error("activated_millions", f"{before.millions:g} or more: a cumulative count can't fall")
    if [target.kind for target in targets].count("initial") != 1 or targets[0].kind != "initial":
        raise rows[0].error("use", "initial, on the first line and on no other")
    return targets


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
    items = {item.key: item for item in load_survey_items(folder) if item.survey == PREVALENCE_SURVEY}
    keys = ("no_use", "time", "information", "ready")
    if missing := [key for key in keys if key not in items]:
        raise ValueError(f"surveys.csv: {PREVALENCE_SURVEY} has no row for {', '.join(missing)}")
    return Surveyed(day=items["ready"].midpoint, **{key: items[key].share for key in keys})


def _stock(row: Row) -> StockTarget:
    return StockTarget(
        day=row.day("date"),
        millions=row.number("activated_millions", 0, 100),
        error=row.number("error_millions", 0.001, 100),
        kind=cast(Kind, row.text("use", get_args(Kind))),
        status=row.text("status"),
        facts=row.facts(),
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
        base=row.text("base"),
        reading=row.cells["reading"],
        modelled=row.text("modelled", ("yes", "no")) == "yes",
        facts=row.facts(),
    )
