"""A region's own counts, from the file of ``--counts``: those that name the region, or all where none names any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from calibration.facts.stocks import read_stocks
from calibration.facts.targets import StockTarget
from foundation.errors import UserError
from foundation.language.numbers import number, short
from model.terms.inputs import Demography

GROWN = 1.05
"""The insured of a region today, at most, over those at the launch."""


@dataclass(frozen=True, kw_only=True)
class OwnCounts:
    """What a file says of one region."""

    file: str
    stocks: tuple[StockTarget, ...]
    left_out: int
    """Counts of the country and of other regions in the same file, and those after the last day wanted."""


def read_own(file: Path, region: str, demography: Demography, insured: float, until: date | None = None) -> OwnCounts:
    """The counts of a region by rising day.

    Args:
        insured: of the region, persons.
        until: last day of the counts to be used.

    Raises:
        UserError: the file can't be used, says nothing of the region, or says more than it has people.
    """
    found = read_stocks(file, demography)
    named = {stock.region for stock in found} != {None}
    own = [stock for stock in found if not named or stock.region == region]
    if not own:
        others = ", ".join(sorted({stock.region for stock in found if stock.region is not None}))
        raise UserError(f"{file}: no count of {region}; there are counts of: {others}")
    most = GROWN * insured / 1e6
    for stock in own:
        if stock.millions > most:
            given, there = short(stock.millions, "en"), number(insured / 1e6, 1, "en")
            raise UserError(f"{file}, {stock.day}: {given} million activated; {region} has {there} million insured")
    used = [stock for stock in own if until is None or stock.day <= until]
    if not used:
        raise UserError(f"{until}: no stock was known then; the first is of {own[0].day}")
    return OwnCounts(
        file=str(file), stocks=tuple(sorted(used, key=lambda stock: stock.day)), left_out=len(found) - len(used)
    )
