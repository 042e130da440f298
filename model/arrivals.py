"""When contacts come.

A process of contacts is Poisson: the k-th contact comes when the person's exposure, factor x cum, first passes the sum
of k + 1 keyed exponentials. Processes are superposed, never rescaled: a lever adds its own and re-times no other.
Contacts are recomputed from their keys whenever needed, so that a person's record holds only the next week in which
something may happen.
"""

from __future__ import annotations

from math import log1p
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.jit import inlined
from model.keyed import uniform
from model.programme import ARRIVAL, SELECTION
from model.weeks import NEVER

OWN, WARD, CHILD = np.arange(3)
"""Whose contact: the person's own; a child's, seen by the guardian; a child's, seen by the child."""
DIRECT, THINNED, ADVISED, SUGGESTED = np.arange(4)
"""What an arrival is: a visit; a candidate for one; a doctor's recommendation; a suggestion at a counter."""
_NEVER = np.int64(NEVER)


class Turn(NamedTuple):
    """Whose contacts are looked at, and when."""

    thread: int
    mode: int
    """OWN, WARD or CHILD."""
    owner: int
    """Whose contacts."""
    i: int
    """Who answers: the owner, or the guardian."""
    start: int
    stop: int
    """Weeks in which the owner can have them: start <= week < stop."""
    t: int
    """The week."""
    act: bool
    """Whether contacts of the week take place, or only the next one is looked for."""
    notices: bool
    """Whether ``i`` notices mass messages."""
    gain: float
    """Eagerness times access of ``i``."""


class Process(NamedTuple):
    """A Poisson process of contacts."""

    code: int
    keys: npt.NDArray[np.uint64]
    """Arrival, success, selection, timing."""
    keep: float
    channel: int
    factor: float
    """The owner's, on the exposure ``cum``."""
    cum: npt.NDArray[np.float64]
    response: int
    """DIRECT, THINNED, ADVISED or SUGGESTED."""
    pull: float
    grows: bool


class Mailing(NamedTuple):
    """A message to one person."""

    sent: int
    code: int
    k: int
    success: int
    """Key of the draw that decides whether it leads to the site."""
    channel: int
    pull: float
    grows: bool


@inlined
def week_passed(cum, exposure):
    """First week at whose end the exposure is reached: the smallest w with cum[w + 1] >= exposure."""
    low, high = 0, cum.shape[0] - 1
    while low < high:
        middle = (low + high) // 2
        if cum[middle] >= exposure:
            high = middle
        else:
            low = middle + 1
    return low - 1


@inlined
def arrival(process, turn, first, k, passed, after):
    """The next contact of a process after week ``after``: (week, k, passed), week NEVER if none before the turn's stop.

    ``k`` is the occurrence to try next, ``passed`` the sum of the exponentials of those before it. A share ``keep`` of
    contacts, chosen by key, takes place: a weaker lever leaves some out and moves none.
    """
    cum, keys, keep, factor = process.cum, process.keys, process.keep, process.factor
    available = factor * (cum[turn.stop] - cum[turn.start])
    if available <= 0.0 or keep <= 0.0:
        return _NEVER, k, passed
    u = uniform(keys[ARRIVAL], turn.owner, first + k)
    if u >= available:  # -log(1 - u) >= u: most people, most processes, at the price of one hash
        return _NEVER, k, passed
    while True:
        passed -= log1p(-u)
        if passed > available:
            return _NEVER, k, passed
        exposure = cum[turn.start] + passed / factor
        if cum[after + 1] < exposure and (keep >= 1.0 or uniform(keys[SELECTION], turn.owner, first + k) < keep):
            week = week_passed(cum, exposure)
            return (week, k, passed) if week < turn.stop else (_NEVER, k, passed)
        k += 1
        u = uniform(keys[ARRIVAL], turn.owner, first + k)
