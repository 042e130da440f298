"""What a world answers, the same for every engine: outcome, groups, standing, stocks, people as a table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from model.counting.census import Census
from model.counting.interview import fill_traits
from model.engine.records import LAST_STOP, LAST_STOP_SHIFT
from model.terms.channels import NO_CHANNEL, Channel
from model.terms.outcome import GroupTable, LeverUse, Outcome, StandingTable
from model.terms.weeks import NEVER, position
from model.world import World

STOPS = (None, "no_use", "time", "information", "other_reason")
"""What stopped a person's last visit, by the code in ``marks``."""
TRAITS = ("notices", "eagerness", "ready", "opposed", "no_use", "time", "information", "other_reason")


class Answers:
    """Part of every engine (documented in ``model.world.World``)."""

    def outcome(self: World) -> Outcome:
        """Weekly results in persons, from the launch to the current week."""
        return Census(self).outcome()

    def uses(self: World) -> tuple[LeverUse, ...]:
        """What each lever has consumed from the policy start to the current week."""
        return Census(self).uses()

    def groups(self: World, dimension: str, weeks: Sequence[int]) -> GroupTable:
        """Living people by group (``model.terms.outcome.DIMENSIONS``) at the start of each of ``weeks``."""
        return Census(self).groups(dimension, weeks)

    def standing(self: World, since: int) -> list[StandingTable]:
        """How far people have come at the current week, a table for each dimension; groups are those of ``since``."""
        return Census(self).standing(since)

    def stock(self: World, day: date, region: str | None = None) -> float:
        """Persons activated before a day that has been simulated, living or not, in the country or a region."""
        return stock_before(self, position(day), region)

    def to_frame(self: World, rows: Sequence[int] | None = None) -> pd.DataFrame:
        """People with attributes, traits and state, one row each; a sample of 1,000 by default."""
        return people_frame(self, rows)


def stock_before(model: World, position: float, region: str | None) -> float:
    """Persons activated before a position in weeks; between two weeks interpolated.

    Raises:
        ValueError: an unknown region.
    """
    weeks, regions = model.run.state["activated"], model.population.regions
    if region is not None:
        if region not in regions:
            raise ValueError(f"region {region!r}; allowed: {', '.join(regions)}")
        weeks = weeks[model.population.region == regions.index(region)]
    first, share = divmod(position, 1.0)
    counts = [(weeks < first).sum(), (weeks < first + 1).sum()]
    return float(((1 - share) * counts[0] + share * counts[1]) * model.population.weight)


def people_frame(model: World, rows: Sequence[int] | None = None) -> pd.DataFrame:
    """Attributes, traits, ties and state of people, one row each.

    Args:
        rows: person numbers; by default at most 1,000, spread evenly over the population.

    Weeks are indices (see ``model.terms.weeks``), missing where something has not happened.
    """
    n = model.population.n
    chosen = np.asarray(rows if rows is not None else np.linspace(0, n - 1, min(n, 1000)).astype(np.int64), np.int64)
    state = model.run.state
    table = np.empty((len(chosen), len(TRAITS)))
    fill_traits(model.run, chosen, model.week, table)
    traits = pd.DataFrame(table, columns=list(TRAITS), index=chosen)
    yes_no = [name for name in TRAITS if name != "eagerness"]
    traits[yes_no] = traits[yes_no].astype(bool)
    weeks = {
        name: pd.array(np.where(column[chosen] == NEVER, -9, column[chosen]), dtype="Int16")
        for name, column in ((name, state[name]) for name in ("aware", "visited", "activated"))
    }
    happened = pd.DataFrame({name: column.to_numpy() for name, column in weeks.items()}, index=chosen)
    happened = happened.astype("Int16").mask(happened == -9)
    names = {NO_CHANNEL: None, **{int(channel): channel.name.lower() for channel in Channel}}
    happened["channel"] = [names[int(code)] for code in state["channel"][chosen]]
    happened["last_stop"] = [STOPS[code] for code in (state["marks"][chosen] & LAST_STOP) >> LAST_STOP_SHIFT]
    return pd.concat([model.population.frame(chosen), traits, happened], axis=1)
