"""A contact that reaches a person is noted; one that is sure to activate ends the search for later ones."""

from __future__ import annotations

import numpy as np

from model.engine.agenda import ENDS, KNOWS, note
from model.engine.completion import identity, stopped_by
from model.engine.programme import DOCTOR, SPONTANEOUS
from model.engine.responses import is_followed
from model.terms.jit import inlined, kernel


@inlined
def note_contact(r, draft, turn, number, k, week):
    """Note one contact; if it is sure to activate the person who answers, unless that has happened before, contacts
    of later weeks can't matter: the search ends."""
    note(draft, week, turn.owner, k, number, turn.mode)
    if turn.ends and week < draft.bound[ENDS] and (number != SPONTANEOUS or draft.bound[KNOWS] <= week):
        draft.bound[KNOWS] = min(draft.bound[KNOWS], week)
        if surely_activates(r, turn.i, turn.owner, number, k, week):
            draft.bound[ENDS] = week + 1


@kernel
def surely_activates(r, i, owner, code, k, week):
    """Whether a contact of the status quo, which reaches a person who knows the service, leads through all barriers.
    Levers can only make it likelier: they soften barriers and supply what is missing."""
    if code == DOCTOR and not is_followed(r, np.int64(-1), i, owner, k, week):
        return False
    return stopped_by(r, i, week, identity(code, k, owner), code == DOCTOR) < 0
