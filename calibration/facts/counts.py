"""Counts of profiles, besides single stocks: those of the country, as paths are made to agree with them; whether counts
can be numbers of people, no more than live where they are counted; and the activated by age.

Of the activated by age two published shares are compared by their ratio. It says who activates without saying how many:
the level is what the stocks are for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources.abc import Traversable
from math import hypot, log

from calibration.facts.tables import DATA, Row, read_rows
from calibration.facts.targets import StockTarget, load_stock_targets
from foundation.language.amounts import MOST_PROFILES, TargetOn
from model.terms.inputs import Demography


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


def published(on: TargetOn) -> list[tuple[str, float]]:
    """(day, or month of the latest users; least millions) of the counts that say whether a target is reached already.
    Users of a month may become fewer: only the latest figure counts."""
    if on == "activated":
        return [(count.day.isoformat(), count.low) for count in counts_of(load_stock_targets())]
    from calibration.facts.use import latest_users

    return [latest_users()]


SLACK = 3.0
"""Standard deviations by which regions may pass the country."""


def most_profiles(region: str | None, demography: Demography) -> float:
    """Millions of profiles at most in a region, or in the country (also where there is no such region)."""
    if region not in demography.regions:
        return MOST_PROFILES
    return MOST_PROFILES * float(demography.region_share[demography.regions.index(region)])


def too_many_in_regions(file: str, stocks: Sequence[StockTarget]) -> list[str]:
    """For each count of the country: that those of regions up to its day add up to more, if they do."""
    return [
        problem
        for country in stocks
        if country.region is None and country.is_figure
        for problem in _of(file, country, stocks)
    ]


def _of(file: str, country: StockTarget, stocks: Sequence[StockTarget]) -> Iterator[str]:
    """Counts only grow: what the regions had by a day can't pass what the country had on it."""
    latest = {one.region: one for one in stocks if one.region is not None and one.day <= country.day}
    most = country.high if country.is_interval else country.millions + SLACK * country.error
    total = sum(one.low if one.is_interval else one.millions - SLACK * one.error for one in latest.values())
    if total > most:
        counted = sum(one.millions for one in latest.values())
        yield (
            f"{file}, {country.day}: counts of regions add up to {counted:g} million, that of the country is "
            f"{country.millions:g}; regions can't have more than the country"
        )


MODEL_ERROR = 0.03
"""Standard deviation of the log ratio that the model can't reproduce, *assumed*."""
OLDEST = 120


@dataclass(frozen=True, kw_only=True)
class AgeContrast:
    """Shares activated of the living insured on both sides of an age, on a day."""

    day: date
    split: int
    """Youngest age of the older, years."""
    older: float
    """Share of the older, 0..1."""
    younger: float
    """Share of the younger, 0..1."""
    older_error: float
    younger_error: float
    """Half the width of what the figures mean, 0..1: taken as one standard deviation."""
    log_ratio: float
    """Logarithm of older over younger."""
    facts: tuple[str, ...]

    @property
    def sd(self) -> float:
        """Standard deviation of the log ratio: rounding of both figures, and model error."""
        return hypot(self.older_error / self.older, self.younger_error / self.younger, MODEL_ERROR)


def load_ages(folder: Traversable = DATA) -> tuple[AgeContrast, ...]:
    """Contrasts by rising day; each is two lines of ``ages.csv``, the older first.

    Raises:
        ValueError: a line without its counterpart, or shares that don't lie between their ends.
    """
    columns = ("date", "age_from", "age_to", "percent", "low", "high", "status", "facts")
    rows = read_rows("ages.csv", columns, folder)
    if len(rows) % 2:
        raise rows[-1].error("date", "two lines a day, the older people first")
    contrasts = tuple(_contrast(*pair) for pair in zip(rows[::2], rows[1::2], strict=True))
    for row, before, contrast in zip(rows[2::2], contrasts, contrasts[1:], strict=False):
        if contrast.day <= before.day:
            raise row.error("date", f"a day after {before.day}, the lines above")
    return contrasts


def _contrast(older: Row, younger: Row) -> AgeContrast:
    split = older.integer("age_from", 1, OLDEST)
    if younger.day("date") != older.day("date"):
        raise younger.error("date", f"{older.day('date')}, the day of the line above")
    younger.integer("age_from", 0, 0)
    younger.integer("age_to", split - 1, split - 1)
    older.integer("age_to", OLDEST, OLDEST)
    (high, high_error), (low, low_error) = _share(older), _share(younger)
    return AgeContrast(
        day=older.day("date"),
        split=split,
        older=high,
        younger=low,
        older_error=high_error,
        younger_error=low_error,
        log_ratio=log(high / low),
        facts=(*older.facts(), *younger.facts()),
    )


def _share(row: Row) -> tuple[float, float]:
    """A share and half the width of its interval, 0..1."""
    low = row.number("low", 0.01, 100)
    high = row.number("high", low, 100)
    return row.number("percent", low, high) / 100, (high - low) / 200
