"""The error of the forecast, carried into every scenario of a draw.

One run doesn't agree with what has been published, and is not wrong by the same amount for ever. The status quo of a
draw is therefore conditioned on the published counts and continued with the model's discrepancy, as ``mes forecast``
does (``calibration.forecast.carried``); what that adds to the simulated stock of the status quo is added to the stock
of every scenario of the draw. What a scenario adds to the status quo stays as simulated, to the bit (*assumed*: a
service that grows faster or slower than the model says changes nothing about what a lever brings).

Who the added people are: each group of the status quo gets the number that multiplies the odds of having activated by
one factor, the same for all groups of the dimension, so that groups add up to the country and no share leaves 0 to 1;
every scenario's group gets the number of the status quo's (*assumed*). Where people who have not activated stand is
scaled to those who are left. The added use the service as those of the status quo do (*assumed*). Awareness, flows by
channel and costs stay as simulated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from foundation.shapes import Floats
from model.terms.outcome import BARRIERS, OBSTACLES, WOULD_PASS, GroupTable, Outcome, StandingTable
from scenarios.used import carried_use

if TYPE_CHECKING:
    from scenarios.frames import Result

HALVINGS = 60
WIDEST = 30.0
"""Logarithm of the odds factor at which the search begins, either way."""


class Carried(Protocol):
    """What the forecast adds to a run of the status quo."""

    def __call__(self, draw: int, activated: Floats) -> Floats:
        """Persons [W+1] to add to ``activated`` [W+1], the stock of the status quo on the draw of this number."""
        ...


def carried_on(carried: Carried, draw: int, quo: Result) -> tuple[Floats, Floats]:
    """Persons to add to the stocks [W+1] of a status quo, and to those of ``later`` weeks: of one path, which is drawn
    day by day and doesn't depend on where it ends but for rounding."""
    added, weeks = carried(draw, quo.simulated), len(quo.simulated)
    if not len(quo.later):
        return added, quo.later
    return added, carried(draw, np.concatenate([quo.simulated, quo.later]))[weeks:]


@dataclass(frozen=True)
class Extra:
    """What is added to every scenario of a draw."""

    quo: Result
    """The status quo without it."""
    added: Floats
    """Persons [W+1]."""
    stocks: Mapping[str, Floats]
    groups: Sequence[Floats]
    standing: Sequence[Floats]
    later: Floats | float

    def into(self, result: Result) -> Result:
        """A result with it; ``simulated`` stays as is."""
        stocks = {name: getattr(result.outcome, name) + self.stocks[name] for name in self.stocks}
        return replace(
            result,
            outcome=replace(result.outcome, **stocks),
            groups=[_group(table, extra) for table, extra in zip(result.groups, self.groups, strict=True)],
            standing=[_standing(table, extra) for table, extra in zip(result.standing, self.standing, strict=True)],
            later=result.later + self.later,
            use=carried_use(result.use, self.quo.use, self.quo.outcome.activated, self.added),
            use_later=carried_use(
                result.use_later,
                self.quo.use_later,
                np.append(self.quo.outcome.activated, self.quo.later),
                np.append(self.added, self.later),
            ),
        )


def extra_of(reference: Result, added: Floats, later: Floats | float = 0.0) -> Extra:
    """What ``added`` [W+1] persons in the stocks of the status quo, and ``later`` ones in those of later weeks, come to
    for every scenario."""
    found = _added(reference.outcome, [*reference.groups, *reference.standing], added)
    groups, standing = found[: len(reference.groups)], found[len(reference.groups) :]
    return Extra(reference, added, _of_the_country(reference.outcome, added), groups, standing, later)


def carried_into(results: Sequence[Result], added: Floats, later: Floats | float = 0.0) -> list[Result]:
    """Results with ``added`` [W+1] persons in their stocks, and ``later`` ones in those of later weeks; the first is
    the status quo. ``simulated`` stays as is."""
    extra = extra_of(results[0], added, later)
    return [extra.into(result) for result in results]


def _of_the_country(reference: Outcome, added: Floats) -> dict[str, Floats]:
    """Persons [W+1] to add to each stock. People added are visitors too, and as many of them are alive or minors as of
    all who have activated."""
    parts = {name: getattr(reference, name) for name in ("activated_living", "activated_minors")}
    shares = {name: added * _ratio(part, reference.activated) for name, part in parts.items()}
    return {"activated": added, "visited": added, **shares}


def _added(reference: Outcome, tables: Sequence[GroupTable | StandingTable], added: Floats) -> list[Floats]:
    """Persons [week, group] to add to each group of each table: of those added in the country, a share as large as the
    groups hold of all who have activated. Tables of one dimension are spread over together, which takes less time."""
    found: dict[int, Floats] = {}
    for dimension in dict.fromkeys(table.dimension for table in tables):
        places = [place for place, table in enumerate(tables) if table.dimension == dimension]
        weeks = np.concatenate([tables[place].weeks for place in places])
        living, activated = (
            np.concatenate(part) for part in zip(*(_counted(tables[place]) for place in places), strict=True)
        )
        share = _ratio(activated.sum(axis=1), reference.activated[weeks])
        extra = by_odds(living, activated, added[weeks] * share) - activated
        edges = np.cumsum([len(tables[place].weeks) for place in places])[:-1]
        found |= dict(zip(places, np.split(extra, edges), strict=True))
    return [found[place] for place in range(len(tables))]


def _counted(table: GroupTable | StandingTable) -> tuple[Floats, Floats]:
    """Living and activated [week, group]."""
    if isinstance(table, GroupTable):
        return table.living, table.activated
    return table.counts["living"], table.counts["activated"]


def _group(table: GroupTable, added: Floats) -> GroupTable:
    return replace(table, activated=table.activated + added, visited=table.visited + added)


def _standing(table: StandingTable, added: Floats) -> StandingTable:
    living, activated = _counted(table)
    now = activated + added
    left = _ratio(np.maximum(living - now, 0.0), living - activated)
    scaled = {name: table.counts[name] * left for name in (*OBSTACLES, WOULD_PASS, *BARRIERS)}
    return replace(table, counts={**table.counts, "activated": now, **scaled})


def by_odds(living: Floats, activated: Floats, added: Floats) -> Floats:
    """Activated [week, group] once ``added`` [week] persons are spread over groups of ``living``, of whom ``activated``
    have [week, group]: the odds of all groups of a week are multiplied by one factor. No more than all, no fewer than
    none. Groups in which nobody or everybody has activated stay so."""
    share = np.clip(_ratio(activated, living), 0.0, 1.0)
    wanted = activated.sum(axis=1) + added
    low, high = np.full(len(living), -WIDEST), np.full(len(living), WIDEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = (living * _multiplied(share, middle)).sum(axis=1) < wanted
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    found = living * _multiplied(share, (low + high) / 2)
    return np.asarray(np.where((added == 0)[:, None], activated, found))


def _multiplied(share: Floats, log_factor: Floats) -> Floats:
    factor = np.exp(log_factor)[:, None]
    return np.asarray(factor * share / (1.0 + (factor - 1.0) * share))


def _ratio(above: Floats, below: Floats) -> Floats:
    """0 where there is nobody ``below``."""
    return np.divide(above, below, out=np.zeros(np.shape(above)), where=np.asarray(below) > 0)
