"""What a world answers, the same for every engine: outcome, groups, standing, stocks, people as a table; and adults
online as a survey meets them: how many know, have visited, have activated, and through what.

Everything here is what is true in the model at its current week; what people answer is
``calibration.survey.instrument``'s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeAlias

import numpy as np
import pandas as pd
from jaxtyping import Float, Int64

from model.counting import interview as iv
from model.counting.census import Census
from model.counting.interview import fill_traits
from model.engine.records import LAST_STOP, LAST_STOP_SHIFT
from model.terms.channels import NO_CHANNEL, Channel
from model.terms.outcome import GroupTable, LeverUse, Outcome, StandingTable
from model.terms.shapes import Counts, Floats
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


Number: TypeAlias = float | Float[Floats, "*draws"]


@dataclass(frozen=True, kw_only=True)
class OnlineCounts:
    """Agents among adults online: living, of age, not digitally excluded (a share of the excluded apart).

    Each is a number, or an array of one shape for all where they are emulated: only ratios are used.
    """

    adults: Number
    aware: Number
    """Know the service (all who have visited or activated do)."""
    activated: Number
    visited: Number
    """Have visited the site, not activated."""
    account: Number
    """With an insurance account online, activated or not."""
    account_inactive: Number
    """Account, not activated."""
    visited_account: Number
    """Account, visited, not activated."""
    account_unvisited: Number
    """Account, neither visited nor activated."""
    account_unaware: Number
    """Account, does not know the service."""
    heard_doctor: Number
    """Know the service and a GP has recommended it to them (until they activate) or spoken of it."""
    heard_pharmacist: Number
    heard_professional: Number
    """Doctor, pharmacist, hospital or adviser."""
    recalls_notice: Number
    """Got the launch notice by e-mail and notice mass messages."""
    account_inactive_recalls: Number
    """Account, not activated, recalls the notice."""
    account_inactive_professional: Number
    """Account, not activated, does not recall the notice, has heard from a professional."""
    by_notice: Number
    """Activated; a notice led to it."""
    by_email: Number
    """Activated; a notice by e-mail led to it."""
    by_doctor: Number
    by_professional: Number


_RULES: dict[str, tuple[int, int]] = {
    "adults": (0, 0),
    "aware": (iv.AWARE, 0),
    "activated": (iv.ACTIVATED, 0),
    "visited": (iv.VISITED, 0),
    "account": (iv.HAS_ACCOUNT, 0),
    "account_inactive": (iv.HAS_ACCOUNT, iv.ACTIVATED),
    "visited_account": (iv.HAS_ACCOUNT | iv.VISITED, 0),
    "account_unvisited": (iv.HAS_ACCOUNT, iv.ACTIVATED | iv.VISITED),
    "account_unaware": (iv.HAS_ACCOUNT, iv.AWARE),
    "heard_doctor": (iv.AWARE | iv.DOCTOR, 0),
    "heard_pharmacist": (iv.AWARE | iv.PHARMACIST, 0),
    "heard_professional": (iv.AWARE | iv.PROFESSIONAL, 0),
    "recalls_notice": (iv.RECALLS, 0),
    "account_inactive_recalls": (iv.HAS_ACCOUNT | iv.RECALLS, iv.ACTIVATED),
    "account_inactive_professional": (iv.HAS_ACCOUNT | iv.PROFESSIONAL, iv.ACTIVATED | iv.RECALLS),
    "by_notice": (iv.BY_NOTICE, 0),
    "by_email": (iv.BY_EMAIL, 0),
    "by_doctor": (iv.BY_DOCTOR, 0),
    "by_professional": (iv.BY_PROFESSIONAL, 0),
}
"""Bits (``model.counting.interview``) that whoever is counted has, and lacks."""
_HAVING, _LACKING = np.array([_RULES[field.name] for field in fields(OnlineCounts)], np.int64).T.copy()


def online_counts(model: World, *, excluded_online: float = 0.0) -> OnlineCounts:
    """Counts at the start of the model's current week.

    Args:
        excluded_online: share of the digitally excluded who are interviewed all the same (*assumed*: none).

    Raises:
        ValueError: a share outside 0..1.
    """
    counts = np.zeros((2, len(_HAVING)), np.int64)
    iv.count(model.run, model.week, _HAVING, _LACKING, counts)
    total = _interviewed(counts, excluded_online)
    return OnlineCounts(**{field.name: float(n) for field, n in zip(fields(OnlineCounts), total, strict=True)})


def online_cells(
    model: World, *, excluded_online: float = 0.0
) -> tuple[Int64[Counts, " cell"], Float[Floats, " cell"]]:
    """Adults online by all they could be asked at the current week: (bits of ``model.counting.interview``, agents).

    Only combinations that occur; one entry each. Arguments and errors as for ``online_counts``.
    """
    cells = np.zeros((2, iv.CELLS), np.int64)
    iv.tabulate(model.run, model.week, cells)
    total = _interviewed(cells, excluded_online)
    bits = np.flatnonzero(total)
    return bits, total[bits]


def _interviewed(counts: Int64[Counts, "2 field"], excluded_online: float) -> Float[Floats, " field"]:
    """Row 0, and a share of row 1."""
    if not 0.0 <= excluded_online <= 1.0:
        raise ValueError(f"excluded_online = {excluded_online}; allowed: 0 to 1")
    return np.asarray(counts[0] + excluded_online * counts[1], np.float64)
