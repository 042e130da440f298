"""E-mails, SMS and letters sent in waves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from model.engine.people import majority_week
from model.engine.records import Run
from model.levers.base import INFORMATION, MESSAGE, Campaign, Lever, Person, dose_in, is_targeted
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
        addressee = person.mailbox if first < person.majority else person
        if not campaign.selects(addressee, first):
            return NEVER
        spread = min(self.spread, self.end - first)
        week = rules.spread_week(first, spread, campaign.draw(TIMING, addressee.number, wave))
        return week if person.entry <= week < person.exit else NEVER


@dataclass(frozen=True, kw_only=True)
class Messages(Waves):
    """E-mails, SMS or letters of the insurer: each weakens the later ones of its channel."""

    tires = True

    channel: Literal[Channel.EMAIL, Channel.SMS, Channel.LETTER]
    fatigue: float = 1.0
    """Factor on the pull for each earlier message of the channel since September 2024."""
    carries_code: bool = False
    """Supplies the missing information (letters with a code), for ``model.terms.rules.CODE_WEEKS``."""
    child_code_helps: float = 1.0
    """Chance that a child's code helps the guardian, *assumed*."""

    @property
    def slot(self) -> int:
        return _SLOTS[self.channel]

    def eases(self) -> int:
        return INFORMATION if self.carries_code else 0

    @property
    def through(self) -> Channel:
        return self.channel

    def columns(self, status_quo: Weekly, weight: float) -> Mapping[str, object]:
        code = {"carries_code": self.carries_code, "child_code_helps": self.child_code_helps}
        return {**super().columns(status_quo, weight), "fatigue": self.fatigue, **code}


@inlined
def wave_week(r: Run, lever: Int, i: Int, wave: Int) -> Int:
    """Week in which a person gets one wave of a message lever; NEVER if not in its dose or not there.

    A household is one mailbox: what concerns a minor is drawn for the guardian. A wave is over when the lever ends.
    """
    first = r.levers[lever].waves[wave]
    addressee: Int = np.int64(i)
    if first < majority_week(r.people, i) and r.people[i].guardian >= 0:
        addressee = np.int64(r.people[i].guardian)
    if uniform(r.levers[lever].keys[SELECTION], addressee, 0) >= dose_in(r, lever, first):
        return _NEVER
    spread = min(r.levers[lever].spread, r.levers[lever].end - first)
    week = rules.spread_week(first, spread, uniform(r.levers[lever].keys[TIMING], addressee, wave))
    return week if r.people[i].entry <= week < r.people[i].exit else _NEVER


@inlined
def mailbox_owner(r: Run, lever: Int, i: Int, wave: Int) -> tuple[Int, Int]:
    """Whom the one message of a wave to the mailbox of an adult is about, and its week: the adult, or else the first
    of the wards; (-1, NEVER) if none is sent."""
    week = wave_week(r, lever, i, wave) if is_targeted(r, lever, i) else _NEVER
    if majority_week(r.people, i) <= week < _NEVER:
        return i, week
    for edge in range(r.people[i].tie_start, r.people[i + 1].tie_start):
        if r.tie[edge] >= 0:
            break  # wards come first
        child: Int = np.int64(~r.tie[edge])
        if is_targeted(r, lever, child):
            week = wave_week(r, lever, child, wave)
            if week < min(majority_week(r.people, child), _NEVER):
                return child, week
    return np.int64(-1), _NEVER
