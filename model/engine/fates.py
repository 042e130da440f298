"""Fates of contacts: what the search for contacts has learnt of a contact's end, so that the weeks need not ask again.

A fate is that of a contact of the status quo, in case no lever changes it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from model.engine.people import INFORMATION
from model.engine.records import ACCOMPANIED
from model.terms.jit import inlined

_MODES, _FATE = np.int64(3), np.int64(2)
"""Bits of a contact's ``mode`` that say who is addressed; where its fate begins."""
UNKNOWN, IGNORED, PASSES, STOPPED = np.arange(4)
"""Not asked for; a doctor's recommendation that nobody follows; it leads through all barriers; this plus the barrier
that stops the visit."""


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
def is_sure(r, i, fate):
    """Whether a visit ends as is known of it: levers and advisers ease some barriers, and make none stop more."""
    if fate <= PASSES:
        return fate == PASSES
    barrier = np.int64(fate) - STOPPED
    if r.world.eased >> barrier & 1 != 0:
        return False
    return barrier != INFORMATION or r.state[i].marks & ACCOMPANIED == 0
