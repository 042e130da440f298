"""When the money of a scenario is spent: the public cost of each lever and item, by calendar year.

What is paid by the piece is paid when it is sent or done; a week over New Year is split by its days, as that of the
horizon is. A campaign on air or a wave of invitations is paid when it begins, and development when the first lever that
needs it starts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING

from model.terms.outcome import LeverUse
from model.terms.weeks import position, week_of
from scenarios.costs import CostLine, used_by
from scenarios.language.schema import Scenario
from scenarios.lever_schemas.base import LeverTable
from scenarios.lever_schemas.doctors import MINUTES
from scenarios.lever_schemas.prices import Charge

if TYPE_CHECKING:
    from model.counting.census import Census, Counters


@dataclass(frozen=True, kw_only=True)
class YearLine:
    """What one lever costs for one item in one calendar year, in one draw."""

    lever: str
    item: str
    year: int
    quantity: float
    eur: float
    """Public cost, as in ``scenarios.costs.CostLine``: years add up to it."""


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
        lines: of all years together (``scenarios.costs.cost_lines``).
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
    """What a line counts by the start of a day."""
    if line.item == MINUTES:
        return used[table.label].contacts
    charge = next(charge for charge in table.charges(used[table.label]) if charge.item == line.item)
    return charge.quantity * _begun(charge, scenario, end, start) if charge.once else charge.quantity


def _begun(charge: Charge, scenario: Scenario, end: date, start: date) -> bool:
    """Whether the first lever that shares a charge has started before a day."""
    nothing = LeverUse("", 0.0, 0.0, 0.0, 0, 0)
    sharing = [
        table
        for table in scenario.levers
        if table.works and any((one.item, one.shared) == (charge.item, charge.shared) for one in table.charges(nothing))
    ]
    return min(week_of(table.start or start) for table in sharing) < position(end)
