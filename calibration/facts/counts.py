"""The published counts of the country, as paths are made to agree with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from calibration.facts.targets import StockTarget


@dataclass(frozen=True, kw_only=True)
class Count:
    """A published count of the country."""

    day: date
    millions: float
    """The figure; of a headline its middle."""
    error: float
    """One standard deviation of a figure, millions; 0 for a headline."""
    low: float
    high: float
    """Ends of what was published, millions."""
    headline: bool
    """Whether all that is known is ``low`` to ``high``."""


def counts_of(targets: Sequence[StockTarget]) -> tuple[Count, ...]:
    """All counts of the country since the launch, by rising day."""
    national = [target for target in targets if target.kind != "initial" and target.region is None]
    return tuple(count_of(target) for target in sorted(national, key=lambda target: target.day))


def count_of(target: StockTarget) -> Count:
    """A published count; what was published as "more than" alone has no upper end, and its middle is its low end."""
    headline = target.is_interval or target.kind == "lower bound"
    error = 0.0 if headline else target.error
    return Count(
        day=target.day, millions=target.millions, error=error, low=target.low, high=target.high, headline=headline
    )
