"""E-mails, SMS and letters sent in waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from model.engine.records import Run
from model.levers.base import MESSAGE, Campaign, Lever, Person, dose_in
from model.population.attributes import Int
from model.terms import rules
from model.terms.channels import Channel
from model.terms.jit import inlined
from model.terms.keyed import SELECTION, TIMING, uniform
from model.terms.tables import Weekly
from model.terms.weeks import NEVER

_NEVER = np.int64(NEVER)
_SLOTS = {Channel.EMAIL: 0, Channel.SMS: 1, Channel.LETTER: 2}


@dataclass(frozen=True, kw_only=True)
class Waves(Lever):
    """Something sent in waves; ``dose`` is the share of the target that each is sent to (the same people in every
    wave)."""

    effect = MESSAGE

    waves: tuple[int, ...]
    """First week of each wave, within ``start <= week < end``."""
    spread: int = 4
    """Weeks over which a wave is sent."""
    pull: float

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        return {"pull": self.pull, "spread": self.spread, "n_waves": len(self.waves), "waves": self.waves}

    def campaigns_before(self, week: int) -> int:
        return sum(1 for first in self.waves if first < week)

    def letters(self, campaign: Campaign, owner: Person) -> Sequence[tuple[int, int]]:
        return [(self.wave_week(campaign, owner, wave), wave) for wave in range(len(self.waves))]

    def wave_week(self, campaign: Campaign, person: Person, wave: int) -> int:
        """The twin: week in which a person gets one wave; NEVER if not in the dose or not there."""
        first = self.waves[wave]
        if not campaign.selects(person, first):
            return NEVER
        week = rules.spread_week(first, self.spread, campaign.draw(TIMING, person.number, wave))
        return week if person.entry <= week < person.exit else NEVER


@dataclass(frozen=True, kw_only=True)
class Messages(Waves):
    """E-mails, SMS or letters of the insurer: each weakens the later ones of its channel."""

    tires = True

    channel: Literal[Channel.EMAIL, Channel.SMS, Channel.LETTER]
    fatigue: float = 1.0
    """Factor on the pull for each earlier message of the channel since September 2024."""
    carries_code: bool = False
    """Supplies the missing information (letters with a code)."""

    @property
    def slot(self) -> int:
        return _SLOTS[self.channel]

    @property
    def through(self) -> Channel:
        return self.channel

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        more = {"fatigue": self.fatigue, "carries_code": self.carries_code}
        return {**super().columns(status_quo, weight), **more}


@inlined
def wave_week(r: Run, lever: Int, i: Int, wave: Int) -> Int:
    """Week in which a person gets one wave of a message lever; NEVER if not in its dose or not there."""
    first = r.levers[lever].waves[wave]
    if uniform(r.levers[lever].keys[SELECTION], i, 0) >= dose_in(r, lever, first):
        return _NEVER
    week = rules.spread_week(first, r.levers[lever].spread, uniform(r.levers[lever].keys[TIMING], i, wave))
    return week if r.people[i].entry <= week < r.people[i].exit else _NEVER
