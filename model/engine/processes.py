"""The contacts of a process at random are noted.

A process of contacts is Poisson: the k-th contact comes when the person's exposure first passes the sum of k + 1 keyed
exponentials. Exposure grows by factor x change of cum, where the factor holds for a spell of eagerness or need
(``model.terms.spells``) and then changes. Processes are superposed, never rescaled: a lever adds its own and re-times
no other.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from model.engine.agenda import ENDS
from model.engine.noting import note_contact
from model.engine.people import band_end, visit_hazard
from model.engine.turns import CHILD, CHILDHOOD, OWN, spell_at, write_need
from model.terms import rules
from model.terms.inputs import DOCUMENTS, GP_CONTACTS, STAYS
from model.terms.jit import inlined
from model.terms.keyed import ARRIVAL, SELECTION, SUCCESS, person_word, uniform, uniform_of
from model.terms.spells import LEVELS
from model.terms.weeks import NEVER

_NEVER, _FIRST, _TOP, _THIRD = np.int64(NEVER), np.int64(0), np.int64(LEVELS - 1), 1.0 / 3.0


class Process(NamedTuple):
    """A Poisson process of contacts."""

    number: int
    """Of the process in the status quo, or of the lever."""
    keys: npt.NDArray[np.uint64]
    """Arrival, success, selection, timing."""
    keep: float
    factor: float
    """The owner's, for life, on the exposure ``cum``."""
    rate: int
    """Row of the rates that multiply it as the owner's age, or illness, has it (``model.terms.inputs``)."""
    gains: bool
    """Whether the gain of the person who answers multiplies the factor."""
    need: int
    """Decision of the spells of the owner's need that multiply it (``model.terms.keyed``); negative: none."""
    first: int
    """Where their levels begin (``model.terms.tables.Weekly.need_levels``), in the youngest age band."""
    stride: int
    """How much later they begin in the next band."""
    cum: npt.NDArray[np.float64]
    guide: npt.NDArray[np.int16]
    """To the weeks of ``cum``."""
    thinned: bool
    """Whether contacts are candidates for visits only, of which a share takes place."""
    pull: float
    grows: bool


class Stretch(NamedTuple):
    """Weeks in which a person's factor on the exposure is the same."""

    start: int
    stop: int
    factor: float
    gain: float
    """Of the person who answers."""
    since: float
    """Exposure before it."""


@inlined
def note_process(r, draft, turn, process):
    """Note the contacts of one process: walk through the spells of gain and need and the age bands, and let contacts
    come where the exposure passes the sum of keyed exponentials."""
    if process.factor <= 0.0 or process.keep <= 0.0:
        return
    k = _FIRST if turn.mode == OWN else CHILDHOOD
    arrivals, needed = person_word(process.keys[ARRIVAL], turn.owner), process.need >= 0
    u = uniform_of(arrivals, k)
    most = most_exposure(r, draft, turn, process, _TOP)
    if least_passed(u) >= most:  # most people, at the price of one hash
        return
    since, week, place = 0.0, turn.start, first_place(turn, process)
    changes, of_need, of_gain = place_end(r, turn, process, place), _FIRST, _FIRST
    if needed:
        rank = write_need(r, draft, process.need, turn.owner, turn.stop)
        of_need = spell_at(draft.need_end, week)
        most = most_exposure(r, draft, turn, process, rank)
        if least_passed(u) >= most:
            return
    if process.gains:
        of_gain = spell_at(draft.end, week)
    passed = -log(1.0 - u)
    while week < min(turn.stop, draft.bound[ENDS]):
        while changes <= week:
            place += 1
            changes = place_end(r, turn, process, place)
        factor, gain, stop = process.factor * r.world.rates[process.rate, place], 1.0, min(changes, turn.stop)
        if process.gains:
            gain, stop = draft.gain[of_gain], min(stop, draft.end[of_gain])
            factor *= gain
        if needed:
            stop = min(stop, draft.need_end[of_need])
            factor *= r.world.need_levels[process.first + process.stride * place + draft.need_level[of_need]]
        more = since + factor * (process.cum[stop] - process.cum[week])
        if passed <= more:
            stretch = Stretch(week, stop, factor, gain, since)
            while passed <= more:
                if note_arrival(r, draft, turn, process, stretch, k, passed):
                    return
                k += 1
                u = uniform_of(arrivals, k)
                if passed + least_passed(u) >= most:
                    return
                passed -= log(1.0 - u)
        since, week = more, stop
        of_need += needed and draft.need_end[of_need] <= week
        of_gain += process.gains and draft.end[of_gain] <= week


@inlined
def least_passed(u):
    """No more than -log(1 - u), of whose series these are the first terms."""
    return u * (1.0 + u * (0.5 + u * _THIRD))


@inlined
def most_exposure(r, draft, turn, process, rank):
    """No less than the exposure of the turn's owner to a process, rounding included; levels of need don't pass
    ``rank``."""
    most = process.factor * (process.cum[turn.stop] - process.cum[turn.start]) * 1.000001
    if process.gains:
        most *= draft.gain[draft.end.shape[0]]
    return most * most_rate(r, turn, process, rank)


@inlined
def most_rate(r, turn, process, rank):
    """The largest rate, times level of need of a rank, that the turn's owner may have."""
    most, last = 0.0, turn.last_band if follows_age(process) else _FIRST + (process.rate == STAYS)
    for place in range(first_place(turn, process), last + 1):
        rate = r.world.rates[process.rate, place]
        if process.need >= 0:
            rate *= r.world.need_levels[process.first + process.stride * place + rank]
        most = max(most, rate)
    return most


@inlined
def follows_age(process):
    """Whether the rates of a process are those of age bands."""
    return process.rate == GP_CONTACTS or process.rate == DOCUMENTS


@inlined
def first_place(turn, process):
    """Place in the rates of a process from which on the owner of a turn has them."""
    return turn.band if follows_age(process) else _FIRST


@inlined
def place_end(r, turn, process, place):
    """First week in which the owner no longer has a place in the rates: that of the next band, or of illness."""
    if follows_age(process):
        return band_end(r.people, r.world, turn.owner, place)
    return np.int64(r.people[turn.owner].ill_from) if process.rate == STAYS and place == 0 else _NEVER


@inlined
def note_arrival(r, draft, turn, process, stretch, k, passed):
    """Note one contact, if it takes place and can do anything; True if later ones can't matter."""
    if not occurs(process, turn, k):  # asked first: of a weak lever's contacts most don't, whatever week they come in
        return False
    week = week_in(process, stretch, passed)
    if turn.mode != CHILD and week >= draft.bound[ENDS]:
        return True
    if week < turn.since:
        return False
    if not (process.thinned and is_candidate_only(r, turn, process, stretch.gain, k, week)):
        note_contact(r, draft, turn, process.number, k, week)
    return False


@inlined
def is_candidate_only(r, turn, process, gain, k, week):
    """Whether a candidate for a visit is none after all."""
    hazard = visit_hazard(r.world, process.pull, gain, process.grows, week)
    return rules.is_thinned_out(hazard, uniform(process.keys[SUCCESS], turn.owner, k))


@inlined
def occurs(process, turn, k):
    """Whether a contact takes place: of all a share ``keep``, chosen by key, so that a weaker lever leaves some out and
    moves none."""
    return process.keep >= 1.0 or uniform(process.keys[SELECTION], turn.owner, k) < process.keep


@inlined
def week_in(process, stretch, passed):
    """Week in which the exposure passes a level that it reaches within a stretch."""
    exposure = process.cum[stretch.start] + (passed - stretch.since) / stretch.factor
    return min(week_passed(process.cum, process.guide, exposure), stretch.stop - 1)


@inlined
def week_passed(cum, guide, exposure):
    """Week at whose end the exposure is reached: the smallest w with cum[w + 1] >= exposure; at most the last.

    ``guide`` tells, for each of equal parts of the whole exposure, in which week it begins
    (``model.terms.tables.guide_to``).
    """
    last = cum.shape[0] - 2
    week = np.int64(guide[min(np.int64(exposure * (guide.shape[0] / cum[last + 1])), guide.shape[0] - 1)])
    week += cum[week + 1] < exposure and week < last
    while week < last and cum[week + 1] < exposure:
        week += 1
    return week
