"""What mixes do on each draw, simulated or predicted, and how a goal judges them; and groups of people fixed at the
policy start, and how far they are behind the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from math import floor
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt
from jaxtyping import Bool

from foundation.quantiles import LEVELS
from foundation.shapes import Bools, Floats

if TYPE_CHECKING:
    import pandas as pd

    from model.terms.shapes import Records
    from model.world import World

SLACK = 1e-9
LEAST_YEAR = 0.1
"""Million euros: the scale on which exceeding a ceiling of nothing is measured."""


@dataclass(frozen=True, kw_only=True)
class Measures:
    """Mixes by draws. Arrays [mix, draw]; ``lag`` [mix, draw, group]; what belongs to the status quo has no mix."""

    gain: Floats
    """Activations added to the status quo at the horizon, millions."""
    cost: Floats
    """Public cost, million euros."""
    minutes: Floats
    """Time of doctors, million minutes."""
    lag: Floats
    """By how many points more than under the status quo a group is behind the others at the horizon."""
    status_quo: Floats
    """Activated at the horizon under the status quo, millions, shape [draw]."""
    spent: Floats = field(default_factory=lambda: np.zeros((0, 0, 0)))
    """Public cost of each calendar year, million euros, [mix, draw, year]; no years where nobody asks for them."""

    def __post_init__(self) -> None:
        if self.spent.shape[:2] != self.gain.shape:
            object.__setattr__(self, "spent", np.zeros((*self.gain.shape, 0)))

    def __len__(self) -> int:
        return len(self.gain)

    def take(self, rows: Sequence[int] | npt.NDArray[np.int64]) -> Measures:
        """Some of the mixes."""
        index = np.asarray(rows, np.int64)
        return Measures(**{f: getattr(self, f)[index] for f in VARYING}, status_quo=self.status_quo)

    def on(self, draws: npt.NDArray[np.int64]) -> Measures:
        """Some of the draws."""
        varying = {f: getattr(self, f)[:, draws] for f in VARYING}
        return Measures(**varying, status_quo=self.status_quo[draws])


VARYING = tuple(one.name for one in fields(Measures) if one.name != "status_quo")


def stacked(parts: Sequence[Measures]) -> Measures:
    """One after the other, on the same draws."""
    varying = {f: np.concatenate([getattr(part, f) for part in parts]) for f in VARYING}
    return Measures(**varying, status_quo=parts[0].status_quo)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a mix may use and may do, whatever it is for. Each holds for the mean over draws."""

    minutes: float | None = None
    """Million minutes of doctors' time."""
    fair: bool = False
    """No group falls further behind the others than under the status quo."""
    margin: float = 0.0
    """Points by which a search wants the lags below what is allowed."""
    years: tuple[float, ...] = ()
    """Million euros of each calendar year; none: years don't matter."""

    def excess(self, m: Measures) -> list[Floats]:
        """How far each mix is beyond each limit, over a scale of its own; 0 or less is within. [mix] each."""
        found = []
        if self.minutes is not None:
            found.append((m.minutes.mean(axis=1) - self.minutes) / max(self.minutes, SLACK))
        if self.fair:
            found.append((m.lag.mean(axis=1).max(axis=1) - FAIR_POINTS + self.margin) / 0.1)
        spent = m.spent.mean(axis=1)
        found += [(spent[:, year] - most) / max(most, LEAST_YEAR) for year, most in enumerate(self.years)]
        return found

    def scaled(self, factor: float) -> Limits:
        """With so many times the money of each year."""
        return replace(self, years=tuple(factor * most for most in self.years))


FAIR_POINTS = 0.1
"""A lag of less than a tenth of a point counts as none, *assumed*; plans print the largest with its standard error."""


class Goal(Protocol):
    """What a search is for."""

    @property
    def limits(self) -> Limits:
        """What holds besides."""
        ...

    @property
    def of_means(self) -> bool:
        """Whether the mean over draws is all it looks at."""
        ...

    def score(self, m: Measures) -> Floats:
        """The larger the better, [mix]."""
        ...

    def excess(self, m: Measures) -> list[Floats]:
        """Distances beyond the limits, [mix] each."""
        ...


@dataclass(frozen=True, kw_only=True)
class MostActivations:
    """The largest mean gain whose mean cost stays within a budget."""

    budget: float
    """Million euros."""
    limits: Limits = Limits()
    of_means: bool = True

    def score(self, m: Measures) -> Floats:
        """Mean gain."""
        return np.asarray(m.gain.mean(axis=1))

    def excess(self, m: Measures) -> list[Floats]:
        """Cost and limits."""
        return [m.cost.mean(axis=1) / self.budget - 1, *self.limits.excess(m)]


@dataclass(frozen=True, kw_only=True)
class CheapestToTarget:
    """The smallest mean cost with which a target is reached on a wanted share of draws."""

    target: float
    """Millions activated at the horizon."""
    probability: float
    limits: Limits = Limits()
    of_means: bool = False

    def score(self, m: Measures) -> Floats:
        """Mean cost, negative."""
        return -np.asarray(m.cost.mean(axis=1))

    def excess(self, m: Measures) -> list[Floats]:
        """Target and limits."""
        return [self.target - reached(m, self.probability), *self.limits.excess(m)]


@dataclass(frozen=True, kw_only=True)
class FurthestReach:
    """The largest number that is reached with a wanted probability, whatever it costs."""

    probability: float
    limits: Limits = Limits()
    of_means: bool = False

    def score(self, m: Measures) -> Floats:
        """That number, millions."""
        return reached(m, self.probability)

    def excess(self, m: Measures) -> list[Floats]:
        """Limits."""
        return self.limits.excess(m)


def reached(m: Measures, probability: float) -> Floats:
    """The largest number of activated millions that at least a share ``probability`` of draws reaches, [mix]."""
    return surely(m.status_quo + m.gain, probability)


def surely(values: Floats, probability: float) -> Floats:
    """The largest number that at least a share ``probability`` of draws reaches; ``values`` [..., draw]. One rule for
    the search, for tables and for sentences: who counts draws in a table comes to the same."""
    ordered = np.sort(values, axis=-1)
    rank = min(floor((1 - probability) * ordered.shape[-1] + SLACK), ordered.shape[-1] - 1)
    return np.asarray(ordered[..., rank])


def feasible(goal: Goal, m: Measures) -> npt.NDArray[np.bool_]:
    """Mixes within every limit, [mix]."""
    within = np.ones(len(m), bool)
    for excess in goal.excess(m):
        within &= excess <= SLACK
    return within


def best(goal: Goal, m: Measures) -> int | None:
    """The mix with the highest score among those within the limits; of equals the first; ``None`` if there is none."""
    within = feasible(goal, m)
    if not within.any():
        return None
    return int(np.argmax(np.where(within, goal.score(m), -np.inf)))


def quantiles(name: str, values: Floats) -> dict[str, float]:
    """``<name>_p05``, ``_p50``, ``_p95`` of one number per draw."""
    return {f"{name}_{level}": float(np.quantile(values, q)) for level, q in LEVELS.items()}


def over_budget(result: Mapping[str, Any] | pd.Series[Any], budget: float) -> bool:
    """Whether a mix costs more than its budget (million euros) on the fresh draws: on average, in the median or on most
    of them. The search keeps the mean within the budget on other draws, and says nothing of the median."""
    dear = max(result["cost_mean"], result["cost_p50"]) > budget
    return bool(dear or result["within_budget"] < 0.5)


DIMENSIONS = ("digital_exclusion", "age_band", "long_term_illness")
"""Of the groups of which none may fall further behind."""


@dataclass(frozen=True)
class Cohorts:
    """The people of a model at its current week, by group; each person keeps the group for good."""

    names: tuple[tuple[str, str], ...]
    """(dimension, group)."""
    members: Bool[Bools, "group person"]
    present: Bool[Bools, " person"]
    """Alive and insured at that week."""

    def shares(self, model: World) -> Floats:
        """``shares`` of their ``counts``."""
        return shares(self.counts(model))

    def counts(self, model: World) -> Floats:
        """Agents activated, and agents, still alive at the model's current week, of each group and of its complement:
        [group, 2, 2]."""
        week, people, state = model.week, *_records(model)
        alive = self.present & (people["exit"] > week)
        done = alive & (state["activated"] < week)
        inside = np.array([[(m & done).sum(), (m & alive).sum()] for m in self.members], float)
        total = np.array([done.sum(), alive.sum()], float)
        return np.stack([inside, total - inside], axis=1)


def shares(counts: Floats) -> Floats:
    """Share activated [group, 2]; NaN where nobody is left."""
    done, living = counts[..., 0], counts[..., 1]
    return np.divide(done, living, out=np.full(living.shape, np.nan), where=living > 0)


def cohorts(model: World) -> Cohorts:
    """Groups of a model at its current week: the digitally excluded, age bands, people with a long-term illness."""
    from model.counting.members import group_codes, group_names

    week, people = model.week, _records(model)[0]
    present = np.asarray((people["entry"] <= week) & (week < people["exit"]))
    names: list[tuple[str, str]] = []
    members: list[Bools] = []
    for dimension in DIMENSIONS:
        codes, groups = group_codes(model, dimension, week), group_names(model, dimension)
        for code, group in enumerate(groups):
            if len(groups) > 2 or group == "yes":
                names.append((dimension, group))
                members.append(present & (codes == code))
    return Cohorts(tuple(names), np.array(members), present)


def _records(model: World) -> tuple[Records, Records]:
    """Records of the persons, without what the engine keeps behind the last one."""
    n = model.population.n
    return model.run.people[:n], model.run.state[:n]


def lag(shares: Floats) -> Floats:
    """Points by which each group is behind everybody else, 0 for a group that is ahead or has nobody;
    ``shares`` [..., group, 2]."""
    return np.maximum(np.nan_to_num(100 * (shares[..., 1] - shares[..., 0])), 0.0)
