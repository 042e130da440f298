"""When contacts come.

A process of contacts is Poisson: the k-th contact comes when the person's exposure, factor x cum, first passes the sum
of k + 1 keyed exponentials. Processes are superposed, never rescaled: a lever adds its own and re-times no other.
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
CHILDHOOD = np.int64(4096)
"""Occurrences of a person's childhood are numbered from here, so that majority begins its own."""
STRIDE = 8
_NEVER = np.int64(NEVER)


class Turn(NamedTuple):
    """Whose contacts are looked for, and when."""

    mode: int
    """OWN, WARD or CHILD."""
    owner: int
    """Whose contacts."""
    i: int
    """Who answers: the owner, or the guardian."""
    start: int
    stop: int
    """Weeks in which the owner can have them: start <= week < stop."""
    since: int
    """First week of interest."""
    notices: bool
    """Whether ``i`` notices mass messages."""
    gain: float
    """Eagerness times access of ``i``."""


class Process(NamedTuple):
    """A Poisson process of contacts."""

    number: int
    """Of the process in the status quo, or of the lever."""
    keys: npt.NDArray[np.uint64]
    """Arrival, success, selection, timing."""
    keep: float
    factor: float
    """The owner's, on the exposure ``cum``."""
    cum: npt.NDArray[np.float64]
    thinned: bool
    """Whether contacts are candidates for visits only, of which a share takes place."""
    pull: float
    grows: bool


class Mailing(NamedTuple):
    """A message to one person."""

    sent: int
    number: int
    """As of a process."""
    k: int
    success: int
    """Key of the draw that decides whether it leads to the site."""
    pull: float
    grows: bool


@inlined
def week_passed(cum, exposure, week):
    """First week, from ``week`` on, at whose end the exposure is reached: the smallest w with cum[w + 1] >= exposure.

    In strides, for the next contact of most people is some dozens of weeks away.
    """
    last = cum.shape[0] - 2
    while week + STRIDE <= last and cum[week + STRIDE] < exposure:
        week += STRIDE
    passed = 0
    for w in range(week + 1, min(week + STRIDE, last + 1)):
        passed += cum[w] < exposure
    return week + passed


@inlined
def exposure_left(turn, process):
    """Exposure of the turn's owner to a process in all the weeks in which there can be contacts."""
    if process.keep <= 0.0:
        return 0.0
    return process.factor * (process.cum[turn.stop] - process.cum[turn.start])


@inlined
def arrival(process, turn, u, k, passed, available, after):
    """The next contact that takes place: (week, k, passed), week NEVER if none before the turn's stop.

    ``after`` is the week of the one before, or a week before any. ``k`` is the occurrence to try next, ``u`` its draw,
    ``passed`` the sum of the exponentials of those before it. A share ``keep`` of contacts, chosen by key, takes place:
    a weaker lever leaves some out and moves none.
    """
    cum, keys, keep = process.cum, process.keys, process.keep
    while True:
        passed -= log1p(-u)
        if passed > available:
            return _NEVER, k, passed
        exposure = cum[turn.start] + passed / process.factor
        if cum[turn.since] < exposure and (keep >= 1.0 or uniform(keys[SELECTION], turn.owner, k) < keep):
            week = week_passed(cum, exposure, after)
            return (week, k, passed) if week < turn.stop else (_NEVER, k, passed)
        k += 1
        u = uniform(keys[ARRIVAL], turn.owner, k)
