"""The contacts to come, written down once: when a contact comes is a function of keys, never of what happened before.

Persons are taken in blocks of neighbours. A block's contacts lie together, sorted by week; those of one week stand in
the order in which they take place: by person, the person's own before those of wards, then by process and occurrence.
A week reads its part of every block from front to back and touches nobody else's memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from model.terms.jit import inlined, kernel
from model.terms.spells import MOST_SPELLS
from model.terms.threads import everywhere
from model.terms.weeks import WEEKS

Records = npt.NDArray[Any]
Offsets = npt.NDArray[np.int64]

CONTACT = np.dtype([("owner", "u4"), ("k", "u2"), ("process", "u1"), ("mode", "u1")], align=True)
"""Whose contact, which occurrence of which process (of the status quo, or number of the lever), and in one byte who is
addressed (``model.engine.turns``: OWN, WARD or CHILD) and its fate."""
_MODES, _FATE = np.int64(3), np.int64(2)
"""Bits of a contact's ``mode`` that say who is addressed; where its fate begins."""
UNKNOWN, IGNORED, PASSES, STOPPED = np.arange(4)
"""The fate of a contact, learnt while contacts are looked for, so that the weeks need not ask again: not asked for; a
doctor's recommendation that nobody follows; it leads through all barriers; this plus the barrier that stops the visit.
It is that of a contact of the status quo, in case no lever changes it."""
BLOCK = 65_536
"""Most persons of a block: their states fit a processor's cache."""
GUESS = 8
"""Contacts per person that a draft has room for at first: what is not used is never touched."""


class Agenda(NamedTuple):
    """Contacts of all persons."""

    contact: Records
    """[contacts] CONTACT"""
    begin: Offsets
    """[block, WEEKS + 1] where each week of a block begins; the last entry is where the block ends."""


class Draft(NamedTuple):
    """Contacts of one block as they are found."""

    contact: Records
    """[room] CONTACT"""
    week: npt.NDArray[np.int16]
    """[room]"""
    total: Offsets
    """[1] number found, whether or not there was room."""
    end: Offsets
    """[MOST_SPELLS] first week after each spell of eagerness of the person who answers; spells that hold in no week are
    left out, here and below."""
    gain: npt.NDArray[np.float64]
    """[MOST_SPELLS + 1] eagerness times access in each of these spells; the last entry is the largest."""
    need_end: Offsets
    """[MOST_SPELLS] the same of the need for what a process brings of the person whose contacts are looked for."""
    need_level: Offsets
    """[MOST_SPELLS] which of the equally likely values each has."""
    bound: Offsets
    """[3] of the person whose contacts are looked for: first week whose contacts can't matter any more (``ENDS``), and
    first week in which the person is known to know the service (``KNOWS``); whose barriers are here (``WHOSE``)."""
    barrier: npt.NDArray[np.float64]
    """[4, ENDINGS] when the first spells of each barrier of that person end, in weeks with fractions."""


ENDS, KNOWS, WHOSE = np.arange(3)
ENDINGS = 8
Write = Callable[[Draft, int, int], None]


@inlined
def with_fate(mode: Any, fate: Any) -> Any:
    """Both in one byte."""
    return mode | fate << _FATE


@inlined
def mode_of(contact: Any) -> Any:
    """Who is addressed by a contact (``model.engine.turns``: OWN, WARD or CHILD)."""
    return np.int64(contact.mode) & _MODES


@inlined
def fate_of(contact: Any) -> Any:
    """What is known of the end of a contact."""
    return np.int64(contact.mode) >> _FATE


@inlined
def note(draft: Any, week: Any, owner: Any, k: Any, process: Any, mode: Any, fate: Any) -> None:
    """Add one contact to a draft."""
    place = draft.total[0]
    if place < draft.week.shape[0]:
        contact = draft.contact[place]
        contact.owner, contact.k, contact.process, contact.mode = owner, k, process, with_fate(mode, fate)
        draft.week[place] = week
    draft.total[0] = place + 1


@kernel
def forget(draft: Draft, first: int, child: int) -> None:
    """Take out of a person's contacts, which begin at ``first``, those that can't matter: from the week that ends the
    search on, except contacts of mode ``child``, which concern the child."""
    if draft.total[0] > draft.week.shape[0]:
        return  # the block will be written again, with more room
    kept = first
    for place in range(first, draft.total[0]):
        if draft.week[place] < draft.bound[ENDS] or mode_of(draft.contact[place]) == child:
            draft.contact[kept], draft.week[kept] = draft.contact[place], draft.week[place]
            kept += 1
    draft.total[0] = kept


@kernel
def settle(draft: Draft, first: int, contact: Records, begin: Offsets) -> None:
    """Sort a draft by week into ``contact`` from ``first`` on; equal weeks keep their order."""
    weeks = begin.shape[0] - 1
    begin[:] = 0
    for place in range(draft.total[0]):
        begin[draft.week[place] + 1] += 1
    begin[0] = first
    for week in range(weeks):
        begin[week + 1] += begin[week]
    for place in range(draft.total[0]):
        week = draft.week[place]
        contact[begin[week]] = draft.contact[place]
        begin[week] += 1
    for week in range(weeks, 0, -1):
        begin[week] = begin[week - 1]
    begin[0] = first


def new_draft(room: int) -> Draft:
    """An empty draft."""
    spells = np.empty(MOST_SPELLS, np.int64), np.empty(MOST_SPELLS + 1)
    needs = np.empty(MOST_SPELLS, np.int64), np.empty(MOST_SPELLS, np.int64)
    return Draft(
        np.empty(room, CONTACT),
        np.empty(room, np.int16),
        np.zeros(1, np.int64),
        *spells,
        *needs,
        np.full(3, -1, np.int64),
        np.empty((4, ENDINGS)),
    )


def block_edges(n: int, threads: int) -> Offsets:
    """Edges of blocks of ``n`` persons, as many blocks for every thread, shape [blocks + 1]."""
    each = max(1, -(-n // (threads * BLOCK)))
    return np.linspace(0, n, threads * each + 1).astype(np.int64)


def no_agenda() -> Agenda:
    """No contacts."""
    return Agenda(np.empty(0, CONTACT), np.zeros((0, WEEKS + 1), np.int64))


def written(write: Write, edges: Offsets, threads: int) -> Agenda:
    """The contacts that ``write(draft, low, high)`` notes for each block of persons; it may be called twice for one."""
    blocks = len(edges) - 1
    each = blocks // threads
    room = GUESS * int(np.diff(edges).max()) + 64
    drafts = [new_draft(room) for _ in range(threads)]
    contact, begin, used = np.empty(0, CONTACT), np.empty((blocks, WEEKS + 1), np.int64), 0
    for turn in range(each):
        numbers = np.arange(threads) * each + turn
        _draw(write, drafts, edges, numbers)
        firsts = used + np.cumsum([0, *(int(draft.total[0]) for draft in drafts)])
        used = int(firsts[-1])
        if used > len(contact):  # in place where the system can move pages, so that the peak stays low
            contact.resize(max(used, int(used * each / (turn + 1) * 1.01)), refcheck=False)
        _settle(drafts, firsts, Agenda(contact, begin), numbers)
    contact.resize(used, refcheck=False)
    return Agenda(contact, begin)


def _draw(write: Write, drafts: list[Draft], edges: Offsets, blocks: Offsets) -> None:
    """Every thread writes the draft of one block."""

    def draw(thread: int) -> None:
        block = int(blocks[thread])
        drafts[thread] = _complete(write, drafts[thread], int(edges[block]), int(edges[block + 1]))

    everywhere(draw, len(drafts))


def _settle(drafts: list[Draft], firsts: Offsets, agenda: Agenda, blocks: Offsets) -> None:
    """Every thread sorts its draft into its place."""
    everywhere(
        lambda thread: settle(drafts[thread], int(firsts[thread]), agenda.contact, agenda.begin[blocks[thread]]),
        len(drafts),
    )


def _complete(write: Write, draft: Draft, low: int, high: int) -> Draft:
    """The draft with the contacts of a block, or a larger one."""
    draft.total[0] = 0
    write(draft, low, high)
    if int(draft.total[0]) > len(draft.week):
        draft = new_draft(int(draft.total[0] * 1.1))
        write(draft, low, high)
    return draft
