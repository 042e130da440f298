"""A contact that reaches a person is noted; one that is sure to activate ends the search for later ones."""

from __future__ import annotations

import numpy as np

from model.engine.agenda import ENDS, IGNORED, KNOWS, PASSES, STOPPED, UNKNOWN, note
from model.engine.completion import identity, stopped_by
from model.engine.programme import DOCTOR, SPONTANEOUS
from model.engine.responses import is_followed
from model.terms.jit import inlined, kernel


@inlined
def note_contact(r, draft, turn, number, k, week):
    """Note one contact; if it is sure to activate the person who answers, unless that has happened before, contacts
    of later weeks can't matter: the search ends."""
    fate = UNKNOWN
    if turn.ends and week < draft.bound[ENDS] and (number != SPONTANEOUS or draft.bound[KNOWS] <= week):
        draft.bound[KNOWS] = min(draft.bound[KNOWS], week)
        fate = fate_met(r, turn.i, turn.owner, number, k, week)
        if fate == PASSES:
            draft.bound[ENDS] = week + 1
    note(draft, week, turn.owner, k, number, turn.mode, fate)


@kernel
def fate_met(r, i, owner, code, k, week):
    """Fate of a contact of the status quo that reaches a person who knows the service. Levers can't stop who passes all
    barriers: they soften barriers and supply what is missing."""
    if code == DOCTOR and not is_followed(r, np.int64(-1), i, owner, k, week):
        return IGNORED
    return STOPPED + stopped_by(r, i, week, identity(code, k, owner), code == DOCTOR)
