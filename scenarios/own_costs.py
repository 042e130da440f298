"""Unit prices of the person's own: a TOML file with some or all items of ``calibration/data/costs.csv``, read with all
its errors at once, and the shipped ones as such a file to start from. Items that it leaves out stay as shipped.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from pathlib import Path

from foundation.errors import NOT_SHOWN, Problem, ScenarioError, nearest
from foundation.language.amounts import decimal, with_point
from foundation.store.fingerprint import digest_of
from foundation.store.reading import Document, plain, visible
from foundation.tasks.journal import journal
from scenarios import label
from scenarios.costs import CostItem
from scenarios.language.describe import one_of
from scenarios.language.files import read_text, read_toml, toml_value
from scenarios.lever_schemas import price_word
from scenarios.lever_schemas.base import DEAREST
from scenarios.lever_schemas.doctors import MINUTES

STATUSES = ("published", "derived", "proxy", "assumed")
KEYS = ("lever", "item", "unit", "value", "low", "high", "status", "source")
START_FROM = "`mes costs` prints the shipped ones to start from"
FAR = 10.0
"""Times the shipped price, or a part of it, from which a slip of the unit is likelier than a contract."""
LONGEST = 1000
"""Signs of a text."""


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Unit prices, and the name of the file they are from."""

    file: str
    items: tuple[CostItem, ...]


def sha256_of(items: Sequence[CostItem]) -> str:
    """Of all that is said of prices, whatever the comments of their file."""
    return digest_of(list(described(items)))


def described(items: Sequence[CostItem]) -> Iterator[Document]:
    """What a manifest records of each price."""
    for item in items:
        numbers = {"value": item.value, "low": item.low, "high": item.high}
        words = {"status": item.status, "source": item.source, "own": item.own}
        yield {"lever": item.lever, "item": item.item, "unit": unit_of(item), **numbers, **words}


def unit_of(item: CostItem) -> str:
    """``EUR``, or ``minutes`` for doctors' time."""
    return "minutes" if item.item == MINUTES else "EUR"


def read_costs(path: Path, shipped: Sequence[CostItem]) -> Costs:
    """The shipped prices with those of a file in their places.

    Raises:
        ScenarioError: with all problems of the file.
    """
    raw, source = read_toml(read_text(path, what="file of costs", hint=START_FROM), str(path)), str(path)
    problems = [
        Problem(
            source=source, key=str(key), message="unknown key", allowed=", ".join(["[[price]]"]), suggestion="price"
        )
        for key in raw
        if key != "price"
    ]
    tables = raw.get("price")
    if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
        message = f"needs one table [[price]] or more; {START_FROM}"
        raise ScenarioError([*problems, Problem(source=source, key="price", message=message)])
    own: dict[str, CostItem] = {}
    known = {item.key: item for item in shipped}
    for number, given in enumerate(tables, 1):
        table = _Table(given, source, number)
        found = table.price(known)
        if found is not None and found.key in own:
            _wrong(table, "this price stands in the file twice", "item")
        problems += table.problems
        if found is not None:
            own[found.key] = found
    if problems:
        raise ScenarioError(problems)
    for key, item in own.items():
        given, usual = item.value, known[key].value
        if given > 0 and usual > 0 and not 1 / FAR <= given / usual <= FAR:
            journal.tell(
                f"{path}: price of {item.lever}, {item.item}: {given:g} {unit_of(item)}, the shipped one is {usual:g}; "
                "more than ten times apart: is the unit right?"
            )
    return Costs(file=visible(path.name), items=tuple(own.get(item.key, item) for item in shipped))


class _Table:
    """One ``[[price]]``, and what is wrong with it."""

    def __init__(self, given: Mapping[str, object], source: str, number: int) -> None:
        self.given, self.source, self.at = given, source, f"price[{number}]"
        self.problems: list[Problem] = []

    def price(self, shipped: Mapping[str, CostItem]) -> CostItem | None:
        """The price that it gives; the shipped one where something is wrong; ``None`` where it names none."""
        for key in self.given:
            if key not in KEYS:
                _wrong(self, "unknown key", visible(str(key)), allowed=", ".join(KEYS), near=nearest(str(key), KEYS))
        item, numbers, (status, source) = self._item(shipped), self._numbers(), self._words()
        if item is None:
            return None
        if self.given.get("unit", unit_of(item)) != unit_of(item):
            _wrong(self, "another unit than that of this price", "unit", allowed=one_of([unit_of(item)]))
        if numbers is None or self.problems:
            return item
        own = numbers != (item.value, item.low, item.high)
        value, low, high = numbers
        return replace(item, value=value, low=low, high=high, status=status, source=source, own=own)

    def _item(self, shipped: Mapping[str, CostItem]) -> CostItem | None:
        lever, name = self.given.get("lever"), self.given.get("item")
        levers = list(dict.fromkeys(item.lever for item in shipped.values()))
        for key in ("lever", "item"):
            if key not in self.given:
                _wrong(self, "is missing", key)
        if "lever" in self.given and lever not in levers:
            near = nearest(str(lever), levers)
            _wrong(self, "no price of such a lever", "lever", allowed=", ".join(levers), near=near)
        elif "lever" in self.given and "item" in self.given and f"{lever}/{name}" not in shipped:
            items = [item.item for item in shipped.values() if item.lever == lever]
            near = nearest(str(name), items)
            _wrong(self, "no such price of this lever", "item", allowed="; ".join(items), near=near)
        return shipped.get(f"{lever}/{name}")

    def _numbers(self) -> tuple[float, float, float] | None:
        """(value, low, high): without bounds the price is taken as certain; ``None`` where something is wrong."""
        if "value" not in self.given:
            _wrong(self, "is missing", "value")
        found = {key: number for key in ("value", "low", "high") if (number := self._number(key)) is not None}
        if "value" not in found or any(key in self.given and key not in found for key in ("low", "high")):
            return None
        value = found["value"]
        low, high = found.get("low", value), found.get("high", value)
        if low > value:
            _wrong(self, f"above value ({value:g})", "low")
        if high < value:
            _wrong(self, f"below value ({value:g})", "high")
        return value, low, high

    def _number(self, key: str) -> float | None:
        given = self.given.get(key)
        if given is None:
            return None
        if isinstance(given, str) and isfinite(decimal(given.strip())):
            right = with_point(given.strip()) or given.strip()
            _wrong(self, f"is text; write {right}, without quotes", key)
        elif isinstance(given, bool) or not isinstance(given, int | float):
            _wrong(self, "is not a number", key)
        elif not 0 <= given <= DEAREST:
            _wrong(self, "is no price", key, allowed=f"0 – {DEAREST:.0f}")
        else:
            return float(given)
        return None

    def _words(self) -> tuple[str, str]:
        """Status and source."""
        status, source = self._text("status"), self._text("source")
        word, allowed = status.partition(":")[0].strip(), one_of(STATUSES)
        if "status" not in self.given:
            _wrong(self, "is missing", "status", allowed=allowed)
        elif word not in STATUSES and status == self.given["status"]:
            _wrong(self, "unknown value", "status", allowed=allowed, near=nearest(word, STATUSES))
        elif word in STATUSES and word != "assumed" and not source.strip():
            _wrong(self, "where the price is from is missing; only one that is assumed needs no source", "source")
        return status.strip(), source.strip()

    def _text(self, key: str) -> str:
        text = self.given.get(key, "")
        if isinstance(text, str) and len(text) <= LONGEST and plain(text) and "\n" not in text:
            return text
        _wrong(self, f"needed one line of text, of at most {LONGEST} signs", key)
        return ""


def _wrong(table: _Table, message: str, key: str, *, allowed: str = "", near: str = "") -> None:
    value = table.given.get(key, NOT_SHOWN)
    where = f"{table.at}.{key}"
    table.problems.append(
        Problem(source=table.source, key=where, value=value, message=message, allowed=allowed, suggestion=near)
    )


def costs_text(items: Sequence[CostItem], lang: str) -> str:
    """The shipped prices as a file to edit."""
    blocks = ["\n".join(f"# {line}" for line in label("costs_file.head", lang).split("\n"))]
    for item in items:
        lines = [f"# {price_word(item.key, lang)}", "[[price]]"]
        for key, value in next(described([item])).items():
            if key != "own":
                lines.append(f"{key} = {toml_value(value) if isinstance(value, str) else f'{value:.12g}'}")
        blocks.append("\n".join(lines))
    text = "\n\n".join(blocks) + "\n"
    tomllib.loads(text)
    return text
