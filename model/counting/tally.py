"""Compiled counting for ``model.counting.census``: one pass over a range of persons each, into arrays zeroed by the
caller. ``only`` are the numbers of the persons to be counted, of whom the range is; where it is ``EVERYBODY``, all.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from jaxtyping import Bool, Int32

from model.engine.people import INFORMATION, NO_USE, TIME, has_barrier_in, has_flag, majority_week, notices
from model.engine.people import ready as is_ready
from model.engine.records import Run
from model.levers.doctors import participates
from model.population.attributes import EXCLUDED
from model.terms.jit import inlined, kernel
from model.terms.shapes import Bools, Counts, Entries
from model.terms.threads import counted

LIVING, ADULTS, AWARE, VISITED, ACTIVATED, ACTIVATED_LIVING, ACTIVATED_MINORS, EXPOSED = range(8)
"""Rows of the stocks counted; EXPOSED are adults not activated who notice mass messages."""
STOCKS, STAGES = 8, 4
EVERYBODY: Entries = np.empty(0, np.int32)
_EXCLUDED = np.int64(EXCLUDED)


def passed(
    r: Run,
    threads: int,
    count: Callable[..., None],
    shape: tuple[int, ...],
    *more: object,
    only: Int32[Entries, " rank"] = EVERYBODY,
) -> Counts:
    """What one pass over persons counts (``model.counting.tally``), int64 of a shape."""
    n = counted_of(r, only)
    return counted(lambda low, high, counts: count(r, low, high, only, *more, counts), n, threads, shape)


def counted_of(r: Run, only: Int32[Entries, " rank"]) -> int:
    """How many persons are to be counted."""
    return len(r.state) if only is EVERYBODY else len(only)


def numbers(mask: Bool[Bools, " person"]) -> Entries:
    """Numbers of the persons of a mask."""
    return np.flatnonzero(mask).astype(np.int32)


@inlined
def person_at(only, rank):
    """The person of a rank among those to be counted."""
    return np.int64(only[rank]) if only.shape[0] > 0 else np.int64(rank)


@inlined
def _between(counts, row, first, end, last):
    """Add one person present at the start of weeks ``first`` .. ``end`` - 1 to a row of differences."""
    first, end = max(first, 0), min(end, last + 1)
    if first < end:
        counts[row, first] += 1
        counts[row, end] -= 1


@kernel
def stocks(r, low, high, only, last, counts):
    """Differences over weeks of every stock, int64 [STOCKS, last + 2]: cumulate along the weeks."""
    for rank in range(low, high):
        i = person_at(only, rank)
        entry, leave, majority = np.int64(r.people[i].entry), np.int64(r.people[i].exit), majority_week(r.people, i)
        adult, done = max(entry, majority), np.int64(r.state[i].activated) + 1
        _between(counts, LIVING, entry, leave, last)
        _between(counts, ADULTS, adult, leave, last)
        _between(counts, AWARE, max(adult, np.int64(r.state[i].aware) + 1), leave, last)
        _between(counts, VISITED, np.int64(r.state[i].visited) + 1, last + 1, last)
        _between(counts, ACTIVATED, done, last + 1, last)
        _between(counts, ACTIVATED_LIVING, done, leave, last)
        _between(counts, ACTIVATED_MINORS, done, min(leave, majority), last)
        if notices(r.world, i):
            _between(counts, EXPOSED, adult, min(leave, done), last)


@kernel
def participants(r, lever, low, high, takes_part):
    """Whether each of the doctors low .. high - 1 takes part in a lever, into ``takes_part`` [doctor]."""
    for doctor in range(low, high):
        takes_part[doctor] = participates(r, lever, doctor)


@inlined
def _stages(r, i, first, end, last, counts, group):
    """Add one person, of a group in weeks ``first`` .. ``end`` - 1, to differences [STAGES, group, last + 2]."""
    state = r.state[i]
    _between(counts[0], group, first, end, last)
    _between(counts[1], group, max(first, np.int64(state.aware) + 1), end, last)
    _between(counts[2], group, max(first, np.int64(state.visited) + 1), end, last)
    _between(counts[3], group, max(first, np.int64(state.activated) + 1), end, last)


@kernel
def groups(r, low, high, only, codes, last, counts):
    """Differences over weeks of the living, aware, visited and activated, int64 [STAGES, group, last + 2], by groups
    that stay as they are: ``codes`` [n]."""
    for rank in range(low, high):
        i = person_at(only, rank)
        _stages(r, i, np.int64(r.people[i].entry), np.int64(r.people[i].exit), last, counts, np.int64(codes[i]))


@kernel
def bands(r, low, high, only, start, last, counts):
    """As ``groups``, by age band, of which one begins ``start`` [bands + 1] weeks after birth, when the last ends."""
    for rank in range(low, high):
        i = person_at(only, rank)
        entry, leave, birth = np.int64(r.people[i].entry), np.int64(r.people[i].exit), np.int64(r.people[i].birth_week)
        for band in range(start.shape[0] - 1):
            first, end = max(entry, birth + start[band]), min(leave, birth + start[band + 1])
            if first < end and first <= last:
                _stages(r, i, first, end, last, counts, band)


@kernel
def illness(r, low, high, only, last, counts):
    """As ``groups``, without and with a long-term illness, which may begin during the run."""
    for rank in range(low, high):
        i = person_at(only, rank)
        entry, leave, ill = np.int64(r.people[i].entry), np.int64(r.people[i].exit), np.int64(r.people[i].ill_from)
        _stages(r, i, entry, min(leave, ill), last, counts, 0)
        _stages(r, i, max(entry, ill), leave, last, counts, 1)


@kernel
def surveyed(r, low, high, week, visitors, barriers, non_users):
    """Adults online not activated at the start of a week: [number, no use, time, information], [number, ready]."""
    for i in range(low, high):
        present = r.people[i].entry <= week < r.people[i].exit and majority_week(r.people, i) <= week
        if not present or r.state[i].activated < week or has_flag(r.people, i, _EXCLUDED):
            continue
        non_users[0] += 1
        non_users[1] += is_ready(r.world, i)
        if visitors and r.state[i].visited >= week:
            continue
        barriers[0] += 1
        barriers[1] += has_barrier_in(r.world, i, NO_USE, week)
        barriers[2] += has_barrier_in(r.world, i, TIME, week)
        barriers[3] += has_barrier_in(r.world, i, INFORMATION, week)
