"""Groups of people fixed at the policy start, and how far they are behind the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool

from foundation.shapes import Bools, Floats

if TYPE_CHECKING:
    from model.terms.shapes import Records
    from model.world import World

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
