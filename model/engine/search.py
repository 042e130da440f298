"""The contacts that may reach a person, of the status quo or of levers, are looked for."""

from __future__ import annotations

import numpy as np

from model.engine.agenda import ENDS, KNOWS, forget
from model.engine.completion import can_get
from model.engine.mailings import note_first_notice, note_lever_messages, note_reminder
from model.engine.people import OPPOSES, traits_of
from model.engine.processes import note_process
from model.engine.programme import BASE_MEDIA, DOCTOR, MENTION, SPONTANEOUS
from model.engine.programme import DOCUMENT as BASE_DOCUMENT
from model.engine.renewals import write_eagerness
from model.engine.sources import base_process, lever_process
from model.engine.turns import CHILD, OWN, WARD, childhood_turn, own_turn, reached_through
from model.levers.base import ADVICE, DOCUMENT, MESSAGE, SUGGESTION, VISIT
from model.terms.jit import inlined
from model.terms.weeks import NEVER

_NEVER = np.int64(NEVER)
_PROCESSES = np.array((BASE_DOCUMENT, DOCTOR, MENTION, BASE_MEDIA, SPONTANEOUS), np.int64)
"""In the order in which contacts of one week take place, after messages. Children have the first three."""


@inlined
def note_person(r, draft, i, traits, since, base, levers, ends):
    """Note all contacts that may reach a person not activated: in childhood, the person's own, and those of wards.

    ``base``: a value to note contacts of the status quo; ``levers``: the bits of those levers whose contacts are noted
    (``noted_bits``); ``None`` for the other, of which Numba then compiles nothing.
    ``ends``: the first that is sure to activate the person ends the search, and ``r.sure`` gets its week.
    """
    draft.bound[ENDS], draft.bound[KNOWS] = _NEVER, np.int64(r.state[i].aware)
    if levers is not None:
        draft.bound[ENDS] = np.int64(r.sure[i]) + 1
    noted = draft.total[0]
    if traits & OPPOSES:
        return
    first, end, answers = np.int64(r.people[i].tie_start), np.int64(r.people[i + 1].tie_start), np.int64(-1)
    for edge in range(first - 2, end):
        mode = CHILD if edge == first - 2 else OWN if edge == first - 1 else WARD
        if mode == WARD and r.tie[edge] >= 0:
            break  # wards come first
        owner = np.int64(~r.tie[edge]) if mode == WARD else i
        if levers is not None and r.aims[owner] & levers == 0:
            continue
        if not reached_through(r, mode, owner, levers is not None):
            continue
        if mode == OWN:
            turn = own_turn(r, i, traits, since, ends)
        else:
            above = traits_of(r.world, np.int64(r.people[owner].guardian)) if mode == CHILD else traits
            if above & OPPOSES:
                continue
            turn = childhood_turn(r, mode, owner, above, since, ends)
        if turn.start >= turn.stop:
            continue
        asked = levers is None or asks_eagerness(r, r.aims[owner] & levers)
        if asked and turn.i != answers:
            answers = turn.i
            write_eagerness(r, draft, answers)
        if base is not None:
            note_base(r, draft, turn)
        if levers is not None:
            note_levers(r, draft, turn, r.aims[owner] & levers)
    if ends and draft.bound[ENDS] < _NEVER:
        r.sure[i] = draft.bound[ENDS] - 1
        forget(draft, noted, CHILD)


@inlined
def note_base(r, draft, turn):
    """Note all contacts of a turn's owner in the status quo."""
    adult = turn.mode == OWN
    if turn.notices:
        note_first_notice(r, draft, turn, adult)
        if turn.mode != WARD:
            note_reminder(r, draft, turn, adult)
    for place in range(5 if adult else 3):
        note_process(r, draft, turn, base_process(r, turn, _PROCESSES[place]))


@inlined
def noted_bits(r):
    """Bits of the levers whose contacts can be noted beforehand; of the others it is known week by week."""
    bits = np.uint32(0)
    for lever in range(r.levers.shape[0]):
        if r.levers[lever].effect in (MESSAGE, VISIT, DOCUMENT, ADVICE, SUGGESTION):
            bits |= np.uint32(1) << np.uint32(lever)
    return bits


@inlined
def asks_eagerness(r, bits):
    """Whether any of some levers asks how eager people are while contacts are looked for."""
    for lever in range(r.levers.shape[0]):
        if (bits >> np.uint32(lever)) & np.uint32(1) != 0 and r.levers[lever].effect in (MESSAGE, VISIT, DOCUMENT):
            return True
    return False


@inlined
def note_levers(r, draft, turn, bits):
    """Note all contacts of a turn's owner through the levers of some bits."""
    for lever in range(r.levers.shape[0]):
        if (bits >> np.uint32(lever)) & np.uint32(1) == 0:
            continue
        if r.levers[lever].effect == MESSAGE:
            if turn.notices and can_get(r, lever, turn.i):
                note_lever_messages(r, draft, turn, lever)
        elif turn.mode == OWN or not r.levers[lever].adults_only:
            note_process(r, draft, turn, lever_process(r, turn, lever))
