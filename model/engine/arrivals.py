"""When contacts come.

A process of contacts is Poisson: the k-th contact comes when the person's exposure, factor x cum, first passes the sum
of k + 1 keyed exponentials. Processes are superposed, never rescaled: a lever adds its own and re-times no other.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.terms.jit import inlined
from model.terms.keyed import SELECTION, uniform, uniform_of
from model.terms.weeks import NEVER

OWN, WARD, CHILD = np.arange(3)
"""Whose contact: the person's own; a child's, seen by the guardian; a child's, seen by the child."""
CHILDHOOD = np.int64(4096)
"""Occurrences of a person's childhood are numbered from here, so that majority begins its own."""
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
    guide: npt.NDArray[np.int16]
    """To the weeks of ``cum``."""
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
def week_passed(cum, guide, exposure):
    """Week at whose end the exposure is reached: the smallest w with cum[w + 1] >= exposure; at most the last.

    ``guide`` tells, for each of equal parts of the whole exposure, in which week it begins
    (``model.terms.tables.guide_to``).
    """
    last = cum.shape[0] - 2
    week = np.int64(guide[min(np.int64(exposure / cum[last + 1] * guide.shape[0]), guide.shape[0] - 1)])
    while week < last and cum[week + 1] < exposure:
        week += 1
    return week


@inlined
def exposure_left(turn, process):
    """Exposure of the turn's owner to a process in all the weeks in which there can be contacts."""
    if process.keep <= 0.0:
        return 0.0
    return process.factor * (process.cum[turn.stop] - process.cum[turn.start])


@inlined
def arrival(process, turn, word, u, k, passed, available):
    """The next contact that takes place: (week, k, passed), week NEVER if none before the turn's stop.

    ``word`` is the owner's for arrivals, ``k`` the occurrence to try next, ``u`` its draw, ``passed`` the sum of the
    exponentials of those before it. A share ``keep`` of contacts, chosen by key, takes place: a weaker lever leaves
    some out and moves none.
    """
    cum, keys, keep = process.cum, process.keys, process.keep
    while True:
        passed -= log(1.0 - u)  # exact: u is a multiple of 2**-53
        if passed > available:
            return _NEVER, k, passed
        exposure = cum[turn.start] + passed / process.factor
        if cum[turn.since] < exposure and (keep >= 1.0 or uniform(keys[SELECTION], turn.owner, k) < keep):
            week = week_passed(cum, process.guide, exposure)
            return (week, k, passed) if week < turn.stop else (_NEVER, k, passed)
        k += 1
        u = uniform_of(word, k)
