"""Where counts of a person's own were made, in the words people have: regions by name or INSEE code, the parts of those
that the model counts together, the country, lines that sum up others, départements (which are refused).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from math import hypot
from pathlib import Path
from typing import Literal, TypeAlias, cast

from calibration.facts.targets import StockTarget
from foundation.errors import nearest
from foundation.language.spreadsheet import Days
from scenarios.language.regions import REGIONS

Sort = Literal["region", "part", "country", "total", "unknown"]
Words: TypeAlias = Mapping[str, Mapping[str, Sequence[Sequence[str]]]]
_PERIOD = re.compile(
    r"[0-9]{4}[-/. ][0-9]{1,2}|[0-9]{1,2}[-/. ][0-9]{4}|20[0-9]{2}|[tqs][1-4] ?20[0-9]{2}|20[0-9]{2} ?[tqs][1-4]"
)
"""A month, a year, a quarter or half of one."""
_MONTH = re.compile(r"([^\W\d_]{3,9})\.?[- ]((?:20)?[0-9]{2})")


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a line of a file was counted."""

    sort: Sort
    region: str | None = None
    """The model's; ``None`` for the country."""
    part: str = ""
    """Of a region that the model counts together with others."""
    whole: bool = False
    """Of a total: it should be the sum of the lines of its day."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """A line that was read: the count, its place, and where it stands."""

    line: int
    stock: StockTarget
    place: Place
    lines: tuple[int, ...] = ()
    """Of parts that were summed."""


@cache
def words() -> dict[str, Words]:
    """``own.toml``."""
    found: dict[str, Words] = tomllib.loads(Path(__file__).with_name("own.toml").read_text(encoding="utf-8"))
    return found


def plainly(text: str) -> str:
    """Words without case, accents and signs; a per cent sign is a word."""
    letters = unicodedata.normalize("NFKD", text.casefold().replace("%", " % "))
    kept = (c if c.isalnum() or c == "%" else " " for c in letters if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def is_period(text: str) -> bool:
    """Whether the name of a column is a day, a month, a quarter or a year: ``31/12/2025``, ``déc-25``, ``T4 2025``."""
    said = text.strip().casefold()
    if named := _MONTH.fullmatch(said):
        said = f"1 {named[1]} 20{named[2][-2:]}"
    return bool(_PERIOD.fullmatch(said)) or Days([], day_first=True).read(said)[0] is not None


def is_place(text: str) -> bool:
    """Whether the name of a column is that of a region, or of a part of one."""
    return not text.isdecimal() and place_of(text, REGIONS).sort in ("region", "part")


def is_turned(cells: Sequence[str]) -> bool:
    """Whether these are the names of columns of a table on its side: a column a day, or a region."""
    return any(sum(map(of, cells)) > 1 for of in (is_period, is_place))


def names(section: str) -> dict[str, str]:
    """By plain words, what a section of ``own.toml`` calls something; its own names among them."""
    found = cast("Mapping[str, Sequence[str]]", words()[section])
    return {plainly(word): name for name, others in found.items() for word in (name, *others)}


@cache
def _names() -> Mapping[str, str]:
    return names("regions")


@cache
def _within() -> Mapping[str, str]:
    return {part: str(region) for region, parts in words()["parts"].items() for part in map(str, parts)}


def place_of(text: str, regions: Sequence[str]) -> Place:
    """What is counted under these words; nothing in them is the country."""
    said = plainly(text)
    lines = names("lines")
    if not said or lines.get(said) == "country":
        return Place(sort="country")
    found = _names().get(said, "")
    if part_of := _within().get(found):
        return Place(sort="part", region=part_of, part=found)
    if found in regions:
        return Place(sort="region", region=found)
    exact = next((region for region in regions if plainly(region) == said), None)
    if exact is not None:
        return Place(sort="region", region=exact)
    if line := lines.get(said, ""):
        return Place(sort="total", whole=line == "whole")
    return Place(sort="unknown")


def is_total(text: str) -> bool:
    """Whether a cell says that its line sums up others."""
    return plainly(text) in names("lines")


def unknown(where: str, text: str, regions: Sequence[str]) -> str:
    """What is wrong with words that are no region, and what was meant."""
    departements = names("departements")
    if region := departements.get(plainly(text)):
        return f"{where}: {text!r} is a département of {region}; add its départements up: regions are the finest here"
    near = nearest(text, (*regions, *_names().values()))
    allowed = ", ".join(regions)
    if near:
        return f"{where}: {text!r} (did you mean {near}?); allowed: {allowed}, or empty for the country"
    return f"{where}: {text!r}; allowed: {allowed}, or empty for the country"


def gathered(
    file: str, column: str, counted: Sequence[Counted], regions: Sequence[str]
) -> tuple[list[Counted], list[str], list[str]]:
    """Lines with parts of a region summed and totals left out; what is wrong with them; notices."""
    problems: list[str] = []
    notices: dict[str, None] = {}
    summed: dict[tuple[date, str | None], Counted] = {}
    found: list[Counted] = []
    for day, region, parts in _parts(counted):
        needed = [part for part, within in _within().items() if within == region]
        there = [one.place.part for one in parts]
        where = f"{file}, line {parts[0].line}"
        if len(set(there)) < len(there):
            twice = next(one for n, one in enumerate(parts) if one.place.part in there[:n])
            first = parts[there.index(twice.place.part)].line
            problems.append(
                f"{file}, line {twice.line}, column date: {day} stands there twice for {twice.place.part}, "
                f"first in line {first}"
            )
        elif lacking := [part for part in needed if part not in there]:
            problems.append(
                f"{where}: the model counts {region} as one; on {day} there is no line for {', '.join(lacking)}"
            )
        elif len({one.stock.kind for one in parts}) > 1:
            problems.append(f"{where}: the parts of {region} on {day} are not all counts, or not all lower bounds")
        else:
            summed[day, region] = replace(
                parts[0], stock=_sum([one.stock for one in parts], region), lines=tuple(one.line for one in parts)
            )
            notices[f"{file}: {', '.join(needed)} are summed: the model counts them as {region}"] = None
    for one in counted:
        key = (one.stock.day, one.place.region)
        if one.place.sort != "part":
            found.append(one)
        elif key in summed:
            found.append(summed.pop(key))
    kept = _without_totals(file, column, found, regions, problems, notices)
    return kept, problems, list(notices)


def _parts(counted: Sequence[Counted]) -> Iterator[tuple[date, str | None, list[Counted]]]:
    """Parts of a region on a day."""
    found: dict[tuple[date, str | None], list[Counted]] = defaultdict(list)
    for one in counted:
        if one.place.sort == "part":
            found[one.stock.day, one.place.region].append(one)
    for (day, region), parts in found.items():
        yield day, region, parts


def _sum(stocks: Sequence[StockTarget], region: str | None) -> StockTarget:
    """Of counts whose errors have nothing to do with each other."""
    millions, error = sum(stock.millions for stock in stocks), hypot(*(stock.error for stock in stocks))
    ends = (sum(stock.low for stock in stocks), sum(stock.high for stock in stocks))
    low, high = (millions - error, millions + error) if stocks[0].kind == "measured" else ends
    return replace(stocks[0], millions=millions, error=error, low=low, high=high, region=region)


def _without_totals(
    file: str,
    column: str,
    lines: Sequence[Counted],
    regions: Sequence[str],
    problems: list[str],
    notices: dict[str, None],
) -> list[Counted]:
    """Totals say nothing new beside what they sum up, and the country's count nothing beside all of its regions."""
    kept = []
    for one in lines:
        beside = [
            other.stock
            for other in lines
            if other.stock.day == one.stock.day and other.place.sort in ("region", "part")
        ]
        complete = {stock.region for stock in beside} >= {*regions}
        if one.place.sort == "total" and one.place.whole and complete:
            total, slack = sum(stock.millions for stock in beside), 0.001 + sum(stock.error for stock in beside)
            if abs(total - one.stock.millions) > slack:
                problems.append(
                    f"{file}, line {one.line}, column {column}: the total says {one.stock.millions:g} million, its "
                    f"lines of {one.stock.day} add up to {total:g}"
                )
        if one.place.sort == "total":
            notices[f"{file}: line {one.line} sums up others; left out"] = None
        elif one.place.sort == "country" and complete:
            notices[f"{file}: line {one.line} counts the country, whose regions are all there; left out"] = None
        else:
            kept.append(one)
    return kept
