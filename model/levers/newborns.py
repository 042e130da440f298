"""A letter with a code to the parents of each newborn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from model.engine.records import Run
from model.levers.base import INFORMATION, MESSAGE, Campaign, Lever, Person, dose_in
from model.population.attributes import Int
from model.terms.channels import Channel
from model.terms.jit import inlined
from model.terms.keyed import SELECTION, uniform
from model.terms.tables import INVITATION_DELAY, Weekly
from model.terms.weeks import NEVER


@dataclass(frozen=True, kw_only=True)
class Newborns(Lever):
    """A letter with a code to the parents, eight weeks after each birth; ``dose`` is the share of births, and the
    ages of the target are the parents' at the birth."""

    effect = MESSAGE
    slot = 3
    through = Channel.LETTER
    at_birth = True

    pull: float
    child_code_helps: float = 1.0
    """Chance that the child's code helps the parents, *assumed*."""

    def eases(self) -> int:
        return INFORMATION

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        code = {"carries_code": True, "child_code_helps": self.child_code_helps}
        return {"pull": self.pull, "n_waves": 1, **code}

    def letters(self, campaign: Campaign, owner: Person) -> Sequence[tuple[int, int]]:
        week = owner.birth_week + INVITATION_DELAY
        return [(week if owner.born_here and campaign.selects(owner, week) else NEVER, 0)]


@inlined
def newborn_week(r: Run, lever: Int, child: Int) -> Int:
    """Week of the letter to the parents of a child born during the lever; NEVER if none is sent."""
    week = np.int64(r.people[child].birth_week) + INVITATION_DELAY
    born_here = r.people[child].entry > 0 and r.people[child].birth_week == r.people[child].entry
    if not born_here or uniform(r.levers[lever].keys[SELECTION], child, 0) >= dose_in(r, lever, week):
        return NEVER
    return week
