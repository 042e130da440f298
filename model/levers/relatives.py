"""Activated people are invited to recommend the service to their relatives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.engine.records import Run
from model.levers.base import INVITATION, Campaign, Lever, Person, dose_in, is_targeted
from model.population.attributes import Int
from model.terms import rules
from model.terms.channels import Channel
from model.terms.jit import kernel
from model.terms.keyed import SELECTION, TIMING, uniform
from model.terms.tables import Weekly
from model.terms.weeks import NEVER


@dataclass(frozen=True, kw_only=True)
class Relatives(Lever):
    """Invites activated users to recommend: their intention is multiplied by ``boost``; ``dose`` is the share invited
    (``target`` selects the invited users)."""

    effect = INVITATION
    slot = 13
    through = Channel.PEER

    boost: float

    def eases(self) -> int:
        return 0

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        return {"boost": self.boost}

    def invited_week(self, campaign: Campaign, person: Person) -> int:
        week = rules.spread_week(self.start, rules.TELLING_WEEKS, campaign.draw(TIMING, person.number))
        return week if week < self.end and campaign.selects(person, week) else NEVER


@kernel
def invited_week(r: Run, lever: Int, i: Int) -> Int:
    """Week from which an activated person invited to recommend does so; NEVER if not invited."""
    if r.levers[lever].effect != INVITATION or not is_targeted(r, lever, i):
        return NEVER
    start, end = r.levers[lever].start, r.levers[lever].end
    week = rules.spread_week(start, rules.TELLING_WEEKS, uniform(r.levers[lever].keys[TIMING], i, 0))
    return week if week < end and uniform(r.levers[lever].keys[SELECTION], i, 0) < dose_in(r, lever, week) else NEVER
