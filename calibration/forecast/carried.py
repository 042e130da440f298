"""The status quo of a draw continued from what has been published: the path that ``mes forecast`` shows, and what it
adds to the stock of every scenario of the draw (``scenarios.carried``).

Paths are drawn on Mondays and the days of published counts, and are straight between them. Their chance is keyed by
seed, last count and draw, and drawn day by day: whatever the horizon, a draw has one path. How far off each draw of a
posterior says that the model is (``discrepancy_of``) decides how far they may go from the run.
"""

from __future__ import annotations

import pathlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from calibration.draws.files import SHIPPED, read_draws, structure_name
from calibration.facts.observed import Count
from calibration.facts.priors import DISCREPANCY, FREE
from foundation.shapes import Floats
from model.terms.weeks import monday, position
from scenarios.draw import Draw
from scenarios.experiment import Settings


@dataclass(frozen=True)
class Path:
    """One draw's path, millions, with straight lines between its days."""

    days: tuple[date, ...]
    drawn: Floats
    """[day] agreeing with all that is published."""
    kept: Floats
    """[day] the same, kept from falling."""

    def on(self, days: Sequence[date], stocks: Floats) -> Floats:
        """``stocks`` (one of the above) on other days."""
        return np.interp([position(day) for day in days], [position(day) for day in self.days], stocks)


@dataclass(frozen=True, kw_only=True)
class CarriedForward:
    """What turns runs of the status quo into paths."""

    counts: tuple[Count, ...]
    """All that is published of the country, or known of the region that is simulated, by rising day."""
    discrepancy: Mapping[int, float]
    """Standard deviation of the model discrepancy of log stocks, by number of the draw."""
    people: int
    """Simulated people of a run."""
    seed: int
    insured: float | None = None
    """Millions that they stand for; ``None``: those of the country."""

    def path(self, draw: int, activated: Floats) -> Path:
        """From the stocks [W+1] of a run of the status quo, persons. Counts after its end are left out."""
        from calibration.posterior.conditioning import POPULATION, conditioned, never_falling  # for workers

        end = monday(len(activated) - 1)
        counts = [count for count in self.counts if count.day <= end]
        days = tuple(sorted({*mondays(activated), *(count.day for count in counts)}))
        asked = [position(day) for day in (*(count.day for count in counts), *days)]
        simulated = np.interp(asked, np.arange(len(activated)), activated) / 1e6
        rng = np.random.default_rng([self.seed, self.counts[-1].day.toordinal(), draw])
        u, insured = self.discrepancy[draw], self.insured or POPULATION
        drawn = conditioned(simulated, counts, days, u, people=self.people, rng=rng, insured=insured)
        return Path(days, drawn, never_falling(drawn, days, counts))

    def __call__(self, draw: int, activated: Floats) -> Floats:
        """Persons [W+1] that the path has more than the run."""
        path = self.path(draw, activated)
        return np.asarray(1e6 * path.on(mondays(activated), path.kept) - activated)


def mondays(stocks: Floats) -> list[date]:
    """The days of stocks [W+1]."""
    return [monday(week) for week in range(len(stocks))]


def carried_forward(
    counts: Sequence[Count], draws: Sequence[Draw], discrepancy: Sequence[float], settings: Settings
) -> CarriedForward:
    """For the draws of an experiment, with the discrepancy of each."""
    amounts = {draw.index: float(amount) for draw, amount in zip(draws, discrepancy, strict=True)}
    return CarriedForward(counts=tuple(counts), discrepancy=amounts, people=settings.people, seed=settings.seed)


def discrepancy_of(draws: Sequence[Draw], path: pathlib.Path) -> tuple[float, ...]:
    """Standard deviation [draw] of the model discrepancy of log stocks, for the first draws of the file ``path``, or
    of the mixture of all shipped ones (whose draws carry their structure and take each file's rows one by one)."""
    values: dict[pathlib.Path, list[float]] = {}
    taken, found = Counter[pathlib.Path](), []
    for draw in draws:
        file = (
            path if draw.structure is None else pathlib.Path(str(SHIPPED / f"{structure_name(draw.structure)}.parquet"))
        )
        if file not in values:
            values[file] = read_draws(file)[0][:, FREE.index(DISCREPANCY)].tolist()
        found.append(values[file][taken[file]])
        taken[file] += 1
    return tuple(found)
