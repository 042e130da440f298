"""What a lever brings is looked for once for all scenarios that have it: contacts depend on keys, on the history before
the levers and on few other levers (``Contacts``), so those of a mix are mostly those of its levers alone, merged.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from model.engine import kernel
from model.engine.agenda import CONTACT, Agenda, no_agenda
from model.engine.programme import Chosen
from model.engine.records import Run
from model.levers.base import ADVICE, DOCUMENT, MESSAGE, SUGGESTION, VISIT, Lever
from model.terms.shapes import Records

NOTED = (MESSAGE, VISIT, DOCUMENT, ADVICE, SUGGESTION)
"""Effects of levers whose contacts are looked for (``model.engine.search.asked_of``)."""
MOST_PEOPLE = 200_000
"""Most people for whom contacts are kept: for more, memory is planned without (``model.engine.memory``)."""
MOST_KEPT = 64
"""Most levers whose contacts are kept: a search for a mix tries many."""
Key = tuple[object, ...]


class Contacts:
    """Contacts through levers, kept for the scenarios to come unless people are so many that memory matters more. All
    branch off one history, so the week says which state they begin with."""

    def __init__(self, people: int) -> None:
        self.keeps = people <= MOST_PEOPLE
        self._kept: dict[Key, Agenda] = {}

    def of(self, run: Run, levers: Sequence[Lever], week: int, note: Callable[[int], Agenda]) -> Agenda:
        """Those of a scenario from ``week`` on; ``note`` looks for the contacts of levers, a bit each."""
        noted = [number for number, lever in enumerate(levers) if lever.effect in NOTED]
        keys = {number: self._key(run.levers, levers, number, week) for number in noted if self.keeps}
        missing = [number for number in noted if keys.get(number) not in self._kept]
        found = note(sum(1 << number for number in missing)) if missing else no_agenda()
        if missing == noted and not self.keeps:
            return found
        parts = {number: self._kept.get(keys[number]) or _alone(found, number) for number in noted}
        self._kept |= {keys[number]: parts[number] for number in missing}
        while len(self._kept) > MOST_KEPT:  # those of the longest ago
            del self._kept[next(iter(self._kept))]
        return found if missing == noted else _merged(run, [parts[number] for number in noted], noted)

    def _key(self, records: Records, levers: Sequence[Lever], number: int, week: int) -> Key:
        """All that a lever's contacts depend on: itself, whom it aims at, and the same of those that it asks for."""
        asked = [number, *(other for other in range(len(levers)) if other != number and _asks(levers, number, other))]
        return week, *(part for each in asked for part in (records[each].tobytes(), Chosen.asked(levers[each])))


def _asks(levers: Sequence[Lever], number: int, other: int) -> bool:
    """Whether contacts of one lever may depend on another one: messages tire who got others of the channel
    (``model.engine.noting.earlier_messages``), and doctors advise as far as levers of lower codes leave room
    (``model.levers.doctors.extra_recommendations``)."""
    this, that = levers[number], levers[other]
    if this.effect == MESSAGE:
        return that.tires and that.through == this.through
    return this.effect == that.effect == ADVICE and that.code < this.code


def _alone(agenda: Agenda, number: int) -> Agenda:
    """The contacts of one lever."""
    mine = agenda.contact["process"] == number
    before = np.concatenate(([0], np.cumsum(mine)))
    return Agenda(agenda.contact[mine], before[agenda.begin])


def _merged(run: Run, parts: Sequence[Agenda], numbers: Sequence[int]) -> Agenda:
    """The contacts of several levers, of which these are the numbers, in the order in which they take place."""
    size = np.array([0, *(len(part.contact) for part in parts)])
    contact = np.empty(size.sum(), CONTACT)
    begin = np.empty_like(parts[0].begin)
    of_parts = np.concatenate([part.contact for part in parts])
    begins = np.stack([part.begin for part in parts]) + np.cumsum(size)[:-1, np.newaxis, np.newaxis]
    next_ones = np.empty(len(parts), np.int64)
    kernel.merge(run, of_parts, begins, np.array(numbers), next_ones, contact, begin)
    return Agenda(contact, begin)
