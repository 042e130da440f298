"""Where counts of a person's own were made, in the words people have: regions by name or INSEE code, the parts of those
that the model counts together, the country, lines that sum up others, départements (which are refused).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from math import hypot
from typing import Literal, cast

from calibration.facts.own import plainly, words
from calibration.facts.targets import StockTarget
from foundation.errors import nearest

Sort = Literal["region", "part", "country", "total", "unknown"]


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
