"""What the calibration is given: dated stocks and survey answers, each with the errors it is believed within.

Stocks come from ``activations.csv`` or a file of the user's (``read_stocks``); answers from ``surveys.csv``, as
``likelihood.csv`` chooses them and states the model's own error.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from calibration.facts.counts import AgeContrast, load_ages, most_profiles, too_many_in_regions
from calibration.facts.tables import DATA, is_total, looks_like, looks_like_day, read_lines, read_rows, refuse_repeats
from calibration.facts.targets import (
    SURVEYS,
    Kind,
    StockTarget,
    SurveyItem,
    asked,
    error_of,
    load_stock_targets,
    load_survey_items,
    published_of,
)
from foundation.errors import UserError, nearest
from foundation.language.amounts import decimal
from model.terms.inputs import Demography
from model.terms.weeks import START, WEEKS, monday

DESIGN_EFFECT = 1.5
"""Variance of a quota sample of adults online over that of a simple random sample, *assumed*."""
COLUMNS = ("date", "activated_millions", "error_millions")
ENDS = ("low", "high")
"""In place of ``error_millions``: all between them agrees with the figure."""
OPTIONAL = ("use", "region")
USES = ("target", "lower bound")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A fitted survey answer."""

    item: SurveyItem
    model_error: float
    """One standard deviation of what the instrument can't reproduce, 0..1, *assumed*."""
    base: float
    """Those asked this question as a share of all respondents, as published."""

    @property
    def sd(self) -> float:
        """Sampling and model error together, 0..1."""
        n = (self.item.n or 0) * self.base / DESIGN_EFFECT
        return float(np.hypot(np.sqrt(self.item.share * (1 - self.item.share) / n), self.model_error))


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One line of ``likelihood.csv``."""

    survey: str
    key: str
    fitted: bool
    model_error: float
    reasons: dict[str, str]
    """By language: why an answer is not fitted."""


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Everything the likelihood compares with."""

    stocks: tuple[StockTarget, ...]
    answers: tuple[Answer, ...]
    ages: tuple[AgeContrast, ...] = ()

    @property
    def contrasts(self) -> tuple[AgeContrast, ...]:
        """Those of ``ages`` that the stocks reach: nothing is simulated beyond the last one."""
        return tuple(contrast for contrast in self.ages if contrast.day <= self.data_end)

    @property
    def data_end(self) -> date:
        """Day of the last stock."""
        return max(stock.day for stock in self.stocks)

    def until(self, origin: date) -> Observed:
        """What was known at the end of a day: stocks and shares by age up to it, surveys whose fieldwork had ended.

        Raises:
            UserError: no stock is as old as that.
        """
        stocks = tuple(stock for stock in self.stocks if stock.day <= origin)
        if not stocks:
            raise UserError(f"{origin}: no stock was known then; the first is of {self.stocks[0].day}")
        ages = tuple(contrast for contrast in self.ages if contrast.day <= origin)
        return replace(self, stocks=stocks, answers=tuple(a for a in self.answers if a.item.end <= origin), ages=ages)


def load_choices(folder: Traversable = DATA) -> tuple[Choice, ...]:
    """What is fitted, in the order of ``likelihood.csv``.

    Raises:
        ValueError: a survey or an answer that doesn't exist, or a fitted one without model error.
    """
    columns = ("survey", "key", "fitted", "model_error_points", "status", "reason_en", "reason_fr")
    rows = read_rows("likelihood.csv", columns, folder)
    refuse_repeats(rows, "key", [(row.cells["survey"], row.cells["key"]) for row in rows])
    choices = []
    for row in rows:
        fitted = row.text("fitted", ("yes", "no")) == "yes"
        choices.append(
            Choice(
                survey=row.text("survey", SURVEYS),
                key=row.text("key"),
                fitted=fitted,
                model_error=row.number("model_error_points", 0, 50) / 100 if fitted else 0.0,
                reasons={"en": row.cells["reason_en"], "fr": row.cells["reason_fr"]},
            )
        )
    return tuple(choices)


def load_observed(folder: Traversable = DATA) -> Observed:
    """The shipped stocks, answers and shares by age."""
    stocks = tuple(stock for stock in load_stock_targets(folder) if stock.kind != "initial")
    return Observed(stocks=stocks, answers=_answers(folder), ages=load_ages(folder))


def _answers(folder: Traversable) -> tuple[Answer, ...]:
    items = {(item.survey, item.key): item for item in load_survey_items(folder)}
    answers = []
    for choice in load_choices(folder):
        if (choice.survey, choice.key) not in items:
            raise ValueError(f"likelihood.csv: {choice.survey}, {choice.key}: no such row in surveys.csv")
        if choice.fitted:
            answers.append(answer_to(items[choice.survey, choice.key], items.values(), choice.model_error))
    return tuple(answers)


def answer_to(item: SurveyItem, items: Iterable[SurveyItem], model_error: float = 0.0) -> Answer:
    """A published answer as it is compared; ``items`` are those of its survey, and others."""
    return Answer(item=item, model_error=model_error, base=asked(item.base, published_of(items, item.survey)))


def read_stocks(file: Path, demography: Demography) -> tuple[StockTarget, ...]:
    """A user's stocks: columns ``date, activated_millions``, ``error_millions`` or ``low, high``, and, if wanted,
    ``use`` (target or lower bound) and ``region``; comma or semicolon between cells. With ends a figure is read as a
    headline: every count between them agrees with it.

    Raises:
        UserError: all problems of the file at once, each with line, column, value and what is allowed.
    """
    lines = _lines(file)
    header = [cell.strip() for cell in lines[0]] if lines else []
    problems = _header(f"{file}, line 1", header)
    if problems:
        raise UserError("\n".join(problems))
    stocks: list[StockTarget] = []
    last: dict[str | None, StockTarget] = {}
    seen: dict[tuple[date, str | None], int] = {}
    for number, cells in enumerate(lines[1:], 2):
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{file}, line {number}"
        stock, found = _stock(where, header, cells, demography)
        problems += found
        if stock is not None:
            if first := seen.get((stock.day, stock.region)):
                problems.append(f"{where}, column date: {stock.day} stands there twice, first in line {first}")
            else:
                problems += _order(where, stock, last.get(stock.region))
            seen.setdefault((stock.day, stock.region), number)
            last[stock.region] = stock
            stocks.append(stock)
    problems += too_many_in_regions(str(file), stocks)
    if not stocks and not problems:
        problems = [f"{file}: no line below the header; at least one is needed"]
    if problems:
        raise UserError("\n".join(problems))
    return tuple(stocks)


def _lines(file: Path) -> list[list[str]]:
    lines = read_lines(file)
    if not lines:
        raise UserError(f"{file}: the file is empty; needed: columns {', '.join(COLUMNS)}")
    return lines


def needed_columns(header: Collection[str]) -> tuple[str, ...]:
    """With ``low`` or ``high`` in the header both, and no error; as usual otherwise."""
    return (*COLUMNS[:2], *ENDS) if any(name in header for name in ENDS) else COLUMNS


def _header(where: str, header: list[str]) -> list[str]:
    """What is wrong with the names of the columns."""
    needed = needed_columns(header)
    known = (*needed, *OPTIONAL)
    problems = [f"{where}: no column {name!r}; needed: {', '.join(needed)}" for name in needed if name not in header]
    for name in dict.fromkeys(header):
        if name not in known:
            near = nearest(name, known)
            meant = f" (did you mean {near}?)" if near else ""
            problems.append(f"{where}: unknown column {name!r}{meant}; allowed: {', '.join(known)}")
    return problems + [f"{where}: column {name!r} stands there twice" for name in known if header.count(name) > 1]


def _stock(
    where: str, header: list[str], cells: list[str], demography: Demography
) -> tuple[StockTarget | None, list[str]]:
    """One line, or what is wrong with it."""
    if len(cells) != len(header):
        return None, [f"{where}: {len(cells)} cells; needed {len(header)}, as in the header"]
    row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
    problems: list[str] = []
    day, most = _day(where, row["date"], problems), most_profiles(row.get("region"), demography)
    millions = _number(where, "activated_millions", row, 1e-6, most, problems)
    ends = _ends(where, row, millions, problems) if ENDS[0] in row else None
    error = error_of("headline", *ends) if ends else _number(where, "error_millions", row, 1e-6, 100.0, problems)
    use, region = row.get("use") or "target", row.get("region") or None
    if use not in USES:
        problems.append(f"{where}, column use: {use!r}; allowed: {', '.join(USES)}")
    if region is not None and region not in demography.regions:
        near, regions = nearest(region, demography.regions), ", ".join(demography.regions)
        meant = f" (did you mean {near}?)" if near else " (a total line?)" if is_total(region) else ""
        problems.append(f"{where}, column region: {region!r}{meant}; allowed: {regions}, or empty for the country")
    if problems or day is None:
        return None, problems
    return _target(day, millions, error, ends, use == "lower bound", region), []


def _target(
    day: date, millions: float, error: float, ends: tuple[float, float] | None, bound: bool, region: str | None
) -> StockTarget:
    """A figure with an error, or one that means all between its ends."""
    kind: Kind = "lower bound" if bound else "measured" if ends is None else "headline"
    stock = StockTarget(day=day, millions=millions, error=error, kind=kind, status="yours", facts=(), region=region)
    if ends is None or bound:
        return stock
    return replace(stock, millions=sum(ends) / 2, low=ends[0], high=ends[1])


def _ends(where: str, row: Mapping[str, str], millions: float, problems: list[str]) -> tuple[float, float]:
    """Both ends, the figure between them, one above the other."""
    before = len(problems)
    low, high = (_number(where, name, row, 1e-6, 100.0, problems) for name in ENDS)
    if len(problems) == before and low >= high:
        problems.append(f"{where}, column high: {row['high']!r}; allowed: a number above low ({low:g})")
    elif len(problems) == before and not low <= millions <= high:
        name = "activated_millions"
        problems.append(f"{where}, column {name}: {row[name]!r}; allowed: from low to high, {low:g} to {high:g}")
    return low, high


def _day(where: str, cell: str, problems: list[str]) -> date | None:
    try:
        day = date.fromisoformat(cell)
    except ValueError:
        if hint := looks_like_day(cell):
            problems.append(f"{where}, column date: {cell!r} ({hint}); allowed: a date written YYYY-MM-DD")
        else:
            problems.append(f"{where}, column date: {cell!r}; allowed: a date written YYYY-MM-DD")
        return None
    if not START < day <= monday(WEEKS):
        problems.append(f"{where}, column date: {day}; allowed: after {START}, at most {monday(WEEKS)}")
        return None
    return day


def _number(where: str, name: str, row: Mapping[str, str], low: float, high: float, problems: list[str]) -> float:
    value = decimal(row[name])
    if not low <= value <= high and (hint := looks_like(row[name])):
        cell = " ".join(row[name].split())  # whatever kind of spaces
        problems.append(f"{where}, column {name}: {cell!r} ({hint}); allowed: a number from {low:g} to {high:g}")
    elif not low <= value <= high:
        problems.append(f"{where}, column {name}: {row[name]!r}; allowed: a number from {low:g} to {high:g}")
    return value


def _order(where: str, stock: StockTarget, before: StockTarget | None) -> list[str]:
    """Days of one region must rise, and counts not fall; a bound may say less than an earlier count."""
    if before is None:
        return []
    if stock.day <= before.day:
        return [f"{where}, column date: {stock.day} after {before.day}; days have to rise"]
    if stock.is_figure and before.is_figure and stock.millions < before.millions:
        fall = f"{stock.millions:g} after {before.millions:g}; counts can't fall"
        return [f"{where}, column activated_millions: {fall}"]
    return []
