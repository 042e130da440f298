"""What a scenario costs: quantities used in a run times unit prices of the draw; and in which calendar year.

Public cost is what is paid by the euro: messages, campaigns, fees, training, development. The time doctors take to
recommend is no invoice: it is reported apart, in minutes and valued in euros, and enters ``eur`` only on request.

What is paid by the piece is paid when it is sent or done; a week over New Year is split by its days, as that of the
horizon is. A campaign on air or a wave of invitations is paid on the day as written on which it begins, development on
that of the first lever that needs it, and nothing before the first day of its lever, though its week begins earlier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING

from model.terms.outcome import LeverUse
from model.terms.weeks import position
from scenarios.draw import Draw, price
from scenarios.language.schema import Scenario
from scenarios.lever_schemas.base import Charge, LeverTable
from scenarios.lever_schemas.doctors import MINUTE, MINUTES, Doctors

if TYPE_CHECKING:
    from model.counting.census import Census, Counters

SHIPPED = "costs.csv"
"""Name of the shipped file of unit prices, in ``calibration/data``."""
OWN = "set in the scenario"
"""Status of a price that the scenario sets itself."""


@dataclass(frozen=True, kw_only=True)
class CostItem:
    """One row of ``calibration/data/costs.csv``."""

    lever: str
    item: str
    value: float
    low: float
    high: float
    """Euros a unit (minutes for the row on minutes)."""
    status: str
    """Published, derived, proxy or assumed, with the reason."""
    source: str = ""
    """Where the author of a file of costs has it from; shipped ones have theirs in ``SOURCES.md``."""
    own: bool = False
    """Whether it comes from a file of the person's own (``scenarios.own_costs``)."""

    @property
    def key(self) -> str:
        """Key of its uniform in a draw."""
        return f"{self.lever}/{self.item}"


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """What one lever costs for one item, in one draw, from the policy start to the horizon."""

    lever: str
    """Name of the lever in the scenario."""
    item: str
    quantity: float
    unit_eur: float
    eur: float
    """Public cost: quantity times unit price; 0 for doctors' time unless it is counted."""
    minutes: float
    """Time of doctors; 0 for what is paid by the euro."""
    minutes_eur: float
    """What that time is worth, counted or not."""
    status: str


class Prices:
    """Unit prices of one draw: every item has one uniform, whatever lever uses it."""

    def __init__(self, items: Iterable[CostItem], draw: Draw) -> None:
        self._items = {item.key: item for item in items}
        self._draw = draw

    def unit(self, charge: Charge) -> tuple[float, str]:
        """(euros a unit, status); the scenario's own price goes before that of the table."""
        item = self._item(f"{charge.lever}/{charge.item}")
        bounds = charge.own.bounds() if charge.own else (item.value, item.low, item.high)
        return self._drawn(item.key, bounds), OWN if charge.own else item.status

    def plain(self, lever: str, item: str) -> tuple[float, str]:
        """(drawn value, status) of a row that no scenario can override."""
        return self.unit(Charge(lever=lever, item=item, quantity=0.0))

    def _item(self, key: str) -> CostItem:
        if key not in self._items:
            raise ValueError(f"no cost item {key!r}; there are: {', '.join(self._items)}")
        return self._items[key]

    def _drawn(self, key: str, bounds: tuple[float, float, float]) -> float:
        value, low, high = bounds
        return value if low == high else price(value, low, high, self._draw.cost_uniforms[key])


def cost_lines(
    scenario: Scenario, uses: Sequence[LeverUse], draw: Draw, items: Iterable[CostItem], *, count_minutes: bool = False
) -> list[CostLine]:
    """Cost lines in the order of the scenario's levers; a lever of intensity zero costs nothing.

    ``count_minutes`` makes the value of doctors' time part of public cost.

    Raises:
        ValueError: ``uses`` lacks a lever of the scenario, or ``items`` lacks a price.
    """
    prices, used = Prices(items, draw), {use.lever: use for use in uses}
    lines: list[CostLine] = []
    shared: set[tuple[str, str]] = set()
    for table in scenario.levers:
        if table.label not in used:
            raise ValueError(f"no use recorded for lever {table.label!r}; there are: {', '.join(used)}")
        charges = table.charges(used[table.label]) if table.works else ()
        lines += [_paid(table.label, charge, prices) for charge in _due(charges, shared)]
        if isinstance(table, Doctors) and charges:
            lines.append(_doctors_time(table.label, used[table.label].contacts, prices, count_minutes))
    return lines


def _due(charges: Iterable[Charge], shared: set[tuple[str, str]]) -> Iterator[Charge]:
    """Charges without those that an earlier lever of the scenario has paid for all; ``shared`` remembers them."""
    for charge in charges:
        key = charge.item, charge.shared or ""
        if charge.shared is None or key not in shared:
            yield charge
        if charge.shared is not None:
            shared.add(key)


def used_by(before: Sequence[LeverUse], after: Sequence[LeverUse], part: float) -> tuple[LeverUse, ...]:
    """What levers have used by a day of a week, of which ``part`` has passed: activations of the day are counted the
    same way, so both are of one moment. What is paid whole, a campaign or a wave, is paid when it begins.

    Args:
        before: uses at the start of the week.
        after: uses at its end.
        part: 0..1.
    """
    return tuple(_between(one, other, part) for one, other in zip(before, after, strict=True))


def _between(before: LeverUse, after: LeverUse, part: float) -> LeverUse:
    counted = {
        name: getattr(before, name) + part * (getattr(after, name) - getattr(before, name))
        for name in ("contacts", "activations", "doctor_years")
    }
    return replace(after, **counted)


def _paid(lever: str, charge: Charge, prices: Prices) -> CostLine:
    unit, status = prices.unit(charge)
    return CostLine(
        lever=lever,
        item=charge.item,
        quantity=charge.quantity,
        unit_eur=unit,
        eur=charge.quantity * unit,
        minutes=0.0,
        minutes_eur=0.0,
        status=status,
    )


def _doctors_time(lever: str, recommendations: float, prices: Prices, count: bool) -> CostLine:
    """Minutes for the recommendations the lever adds, valued at the price of a consultation's minute."""
    (minutes, status), (minute_eur, _) = prices.plain("doctor", MINUTES), prices.plain("doctor", MINUTE)
    worth = recommendations * minutes * minute_eur
    return CostLine(
        lever=lever,
        item=MINUTES,
        quantity=recommendations,
        unit_eur=minutes * minute_eur,
        eur=worth if count else 0.0,
        minutes=recommendations * minutes,
        minutes_eur=worth,
        status=status,
    )


@dataclass(frozen=True, kw_only=True)
class YearLine:
    """What one lever costs for one item in one calendar year, in one draw."""

    lever: str
    item: str
    year: int
    quantity: float
    eur: float
    """Public cost, as in ``CostLine``: years add up to it."""


def years_of(policy_start: date, until: date) -> tuple[int, ...]:
    """Calendar years in which money can be spent; the horizon is the start of ``until``."""
    return tuple(range(policy_start.year, (until - timedelta(days=1)).year + 1))


class Ledger:
    """What levers had used by each New Year and by the horizon: ``note`` the counters of each of ``weeks`` while a
    branch runs."""

    def __init__(self, policy_start: date, until: date) -> None:
        self.years = years_of(policy_start, until)
        self.ends = (*(date(year + 1, 1, 1) for year in self.years[:-1]), until)
        """The day before whose start a year's money is spent."""
        self.weeks = tuple(sorted({week for end in self.ends for week in _around(end)}))
        self._counters: dict[int, Counters] = {}

    def note(self, counters: Counters) -> None:
        """Of a branch at its current week."""
        self._counters[counters.week] = counters

    def uses(self, census: Census) -> list[tuple[LeverUse, ...]]:
        """By the start of each of ``ends``, from the census of the last week; the last are those by the horizon."""
        found = []
        for end in self.ends:
            first, last = (census.uses(self._counters[week]) for week in _around(end))
            found.append(used_by(first, last, position(end) - _around(end)[0]))
        return found


def _around(day: date) -> tuple[int, int]:
    """The two weeks around the start of a day."""
    last = ceil(position(day))
    return last - 1, last


def year_lines(
    scenario: Scenario, ledger: Ledger, uses: Sequence[Sequence[LeverUse]], lines: Sequence[CostLine], start: date
) -> list[YearLine]:
    """A line for each lever, item and year of what is paid by the euro.

    Args:
        uses: by the end of each year of the ledger.
        lines: of all years together (``cost_lines``).
        start: policy start, when levers begin that name no day.
    """
    tables = {table.label: table for table in scenario.levers}
    used = [{use.lever: use for use in by_end} for by_end in uses]
    found = []
    for line in paid(lines):
        table, before = tables[line.lever], 0.0
        for year, end, by_end in zip(ledger.years, ledger.ends, used, strict=True):
            last = end == ledger.ends[-1]
            by = line.quantity if last else min(line.quantity, _quantity(line, table, by_end, scenario, end, start))
            quantity, before = by - before, by
            eur = quantity * line.unit_eur
            found.append(YearLine(lever=line.lever, item=line.item, year=year, quantity=quantity, eur=eur))
    return found


def paid(lines: Sequence[CostLine]) -> list[CostLine]:
    """Lines of what is paid by the euro: doctors' time is among them only where it was counted."""
    return [line for line in lines if line.item != MINUTES or line.eur > 0]


def _quantity(
    line: CostLine, table: LeverTable, used: dict[str, LeverUse], scenario: Scenario, end: date, start: date
) -> float:
    """What a line counts by the start of a day: nothing before the first day of its lever, as written."""
    use, begun = used[table.label], table.first_day(start) < end
    if line.item == MINUTES:
        return use.contacts * begun
    bursts = sum(day < end for day in table.campaign_days(start, use.bursts))
    charge = next(one for one in table.charges(replace(use, bursts=bursts)) if one.item == line.item)
    return charge.quantity * (_begun(charge, scenario, end, start) if charge.once else begun)


def _begun(charge: Charge, scenario: Scenario, end: date, start: date) -> bool:
    """Whether the first lever that shares a charge has started before a day."""
    nothing = LeverUse("", 0.0, 0.0, 0.0, 0, 0)
    sharing = [
        table
        for table in scenario.levers
        if table.works and any((one.item, one.shared) == (charge.item, charge.shared) for one in table.charges(nothing))
    ]
    return min(table.first_day(start) for table in sharing) < end
