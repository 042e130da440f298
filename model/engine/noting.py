"""A contact that reaches a person is noted; one that is sure to activate ends the search for later ones."""

from __future__ import annotations

import numpy as np

from model.engine.agenda import ENDS, KNOWS, WHOSE, note
from model.engine.completion import identity, stopped_in
from model.engine.fates import IGNORED, PASSES, STOPPED, UNKNOWN
from model.engine.people import INFORMATION, NO_USE, OTHER, TIME
from model.engine.programme import DOCTOR, SPONTANEOUS
from model.engine.renewals import barrier_at, write_barriers
from model.engine.responses import is_followed
from model.terms.jit import inlined, kernel


@inlined
def note_contact(r, draft, turn, number, k, week):
    """Note one contact; if it is sure to activate the person who answers, unless that has happened before, contacts
    of later weeks can't matter: the search ends."""
    fate = UNKNOWN
    if turn.ends and week < draft.bound[ENDS] and (number != SPONTANEOUS or draft.bound[KNOWS] <= week):
        draft.bound[KNOWS] = min(draft.bound[KNOWS], week)
        fate = fate_met(r, draft, turn.i, turn.owner, number, k, week)
        if fate == PASSES:
            draft.bound[ENDS] = week + 1
    note(draft, week, turn.owner, k, number, turn.mode, fate)


@kernel
def fate_met(r, draft, i, owner, code, k, week):
    """Fate of a contact of the status quo that reaches a person who knows the service. Levers can't stop who passes all
    barriers: they soften barriers and supply what is missing."""
    if code == DOCTOR and not is_followed(r, np.int64(-1), i, owner, k, week):
        return IGNORED
    if draft.bound[WHOSE] != i:
        write_barriers(r, draft, i)
    no_use, time = barrier_at(r, draft, i, NO_USE, week), barrier_at(r, draft, i, TIME, week)
    information, other = barrier_at(r, draft, i, INFORMATION, week), barrier_at(r, draft, i, OTHER, week)
    contact = identity(code, k, owner)
    return STOPPED + stopped_in(r, i, no_use, time, information, other, week, contact, code == DOCTOR)
