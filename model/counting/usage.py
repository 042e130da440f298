"""Compiled counting for ``model.counting.use``: the months of activated adults, one pass over a range of persons each.

As in ``model.counting.tally``, ``only`` says who is counted. Nothing here is written into a world.
"""

from __future__ import annotations

import numpy as np

from model.counting.tally import person_at
from model.engine.people import band_end, band_in, has_flag, lasting_gain, majority_week, notices
from model.levers.base import DOCUMENT, is_targeted
from model.population.attributes import EMAIL
from model.terms.inputs import DOCUMENTS, GP_CONTACTS
from model.terms.jit import inlined, kernel
from model.terms.keyed import Decision, bits_of, person_word, uniform, uniform_of
from model.terms.spells import LEVELS, end_week, level_of, passed_by
from model.terms.use import (
    BEFORE_LAUNCH,
    LASTING,
    LOOKED_BACK,
    WEEKS_PER_MONTH,
    occasions,
    passes,
    passes_in_week,
    willing,
)

ACTIVE, USERS, WEEKLY, AGAIN, FIRST, RETURNED, DORMANT, LASTERS = range(8)
"""Rows counted, living adults: activated before the end of the month; with a log-in in it, the first connection among
them; in a week of it; users of the month before and of this; who activated in it; activated before it, with a log-in
after the month of activation; with none in the last year; and lasting users."""
ROWS = 8
USES, LASTS, LIVES, IN_WEEK = np.uint8(1), np.uint8(2), np.uint8(4), np.uint8(8)
"""Bits of a person in a month: logged in; is a lasting user; is an activated living adult; logged in in one week."""
GAIN, RECEIVED, SEEN = range(3)
"""Columns of ``exposures``: eagerness times access, documents of which a notice comes, GP contacts, each a month."""
_EAGERNESS, _DOCUMENTS, _GP = (
    np.int64(Decision.SPELL_EAGERNESS),
    np.int64(Decision.SPELL_DOCUMENTS),
    np.int64(Decision.SPELL_GP),
)
_LOGS_IN, _HABIT, _EMAIL = np.int64(Decision.LOGS_IN), np.int64(Decision.HABIT), np.int64(EMAIL)
_A_YEAR = np.int64((1 << LOOKED_BACK) - 1)
_BEFORE = np.int64(BEFORE_LAUNCH)
_YEAR = 1.0 / 12.0


@inlined
def month_activated(r, months, i):
    """Month in which somebody activated."""
    week = np.int64(r.state[i].activated)
    return months.of_week[week] if week >= 0 else _BEFORE


@inlined
def habit_level(r, i):
    """Which of the equally likely habits a person has."""
    return np.int64(uniform(r.world.keys[_HABIT], i, 0) * LEVELS)


@kernel
def received(r, months, until, table):
    """Documents of each month, as in the week in its middle, of a person of relative rate 1, [1 + levers, month]: those
    of the status quo, and what each lever brings before week ``until``."""
    for month in range(months.middle.shape[0]):
        week = months.middle[month]
        table[0, month] = (r.world.cum_received[week + 1] - r.world.cum_received[week]) * WEEKS_PER_MONTH
        for lever in range(r.levers.shape[0]):
            table[1 + lever, month] = 0.0
            if r.levers[lever].effect == DOCUMENT and week < until:
                more = r.levers[lever].received[week + 1] - r.levers[lever].received[week]
                table[1 + lever, month] = more * WEEKS_PER_MONTH


@inlined
def _is_notified(r, i):
    """Whether notices of documents reach an adult, and are noticed."""
    return notices(r.world, i) and has_flag(r.people, i, _EMAIL)


@kernel
def notified(r, found):
    """Write whether notices of documents reach each person into ``found`` [n]."""
    for i in range(found.shape[0]):
        found[i] = _is_notified(r, i)


@inlined
def _received_in(r, i, month, table):
    """What a person is aimed at to get, if of relative rate 1."""
    total = table[0, month]
    for lever in range(table.shape[0] - 1):
        if table[1 + lever, month] != 0.0 and is_targeted(r, lever, i):
            total += table[1 + lever, month]
    return total


@inlined
def _fill(r, months, i, first, last, table, rows):
    """Exposures of a person in the months ``first`` .. ``last`` - 1, [month, 3], as they are in the week in the middle;
    spells are walked along."""
    reached = _is_notified(r, i)
    eager, documents, gp = (
        person_word(r.world.keys[_EAGERNESS], i),
        person_word(r.world.keys[_DOCUMENTS], i),
        person_word(r.world.keys[_GP], i),
    )
    base, band = lasting_gain(r.people, r.world, i), band_in(r.people, r.world, i, months.middle[first])
    e, d, g, e_passed, d_passed, g_passed = np.int64(0), np.int64(0), np.int64(0), 0.0, 0.0, 0.0
    e_end, d_end, g_end = np.int64(0), np.int64(0), np.int64(0)
    gain, need, contacts, leaves = 0.0, 0.0, np.int64(0), band_end(r.people, r.world, i, band)
    levels, rates, changes = r.world.need_levels, r.world.rates, True
    seen, rate = 0.0, 0.0
    for month in range(first, last):
        week = months.middle[month]
        while leaves <= week:
            band += 1
            leaves, changes = band_end(r.people, r.world, i, band), True
        while e_end <= week:
            bits = bits_of(eager, e)
            e_passed = passed_by(bits, r.world.lengths, r.world.eagerness_spell, e_passed)
            e_end, gain = end_week(e, e_passed), base * r.world.levels[level_of(bits)]
            e += 1
        while reached and d_end <= week:
            bits = bits_of(documents, d)
            d_passed = passed_by(bits, r.world.lengths, r.world.need_spell, d_passed)
            d_end, need, changes = end_week(d, d_passed), levels[r.world.document_first + level_of(bits)], True
            d += 1
        while g_end <= week:
            bits = bits_of(gp, g)
            g_passed = passed_by(bits, r.world.lengths, r.world.need_spell, g_passed)
            g_end, contacts, changes = end_week(g, g_passed), level_of(bits), True
            g += 1
        if changes:
            rate = rates[DOCUMENTS, band] * need
            seen, changes = rates[GP_CONTACTS, band] * levels[band * LEVELS + contacts] * _YEAR, False
        rows[month, GAIN] = gain
        rows[month, RECEIVED] = rate * _received_in(r, i, month, table) if reached else 0.0
        rows[month, SEEN] = seen


@kernel
def exposures(r, months, i, first, last, table, rows):
    """As ``_fill``: for the fit and for tables of people."""
    _fill(r, months, i, first, last, table, rows)


@inlined
def _first_month(r, months, i):
    """First month in which an activated person is an adult user or could be one, and the month after the last."""
    activated, last = max(month_activated(r, months, i), np.int64(0)), np.int64(months.middle.shape[0])
    adult = max(np.int64(r.people[i].entry), majority_week(r.people, i))
    month = activated
    while month < last and months.middle[month] < adult and not (month == activated and adult < months.end[month]):
        month += 1
    leave = np.int64(r.people[i].exit)
    end = month
    while end < last and months.middle[end] < leave:
        end += 1
    return month, end


@kernel
def months_of_use(
    r, low, high, only, months, law, scratch, last, cutoff, table, looked, marks, counts, since, again, memory, rows
):
    """Count [month, ROWS] the months before ``last`` of those activated before week ``cutoff``; ``table`` is that
    of ``received``. ``marks`` [n, looked] get the bits of each person in the months ``looked``; ``scratch``
    [month, 3] is written over. ``memory`` [n, 4] is how each stood at the start of month ``since``: written, or with
    ``again`` read; then earlier months are not counted. ``rows`` [n, months from ``since`` on] get the rows in which
    each is counted, a bit each, where it isn't empty."""
    for rank in range(low, high):
        i = person_at(only, rank)
        for place in range(looked.shape[0]):
            marks[i, place] = 0
        if r.state[i].activated >= cutoff:
            continue
        first, end = _first_month(r, months, i)
        end = min(end, last)
        if first >= end:
            continue
        resumed = again and first < since
        if resumed:
            first = since
        if first >= end:
            continue
        _fill(r, months, i, first, end, table, scratch)
        start, word = month_activated(r, months, i), person_word(r.world.keys[_LOGS_IN], i)
        habit = law.habits[habit_level(r, i)]
        gain, factor, before, ever, year, number = -1.0, 0.0, False, False, np.int64(0), np.int64(0)
        latest = start
        if resumed:
            year, latest, ever, before = memory[i, 0], memory[i, 1], memory[i, 2] > 0, memory[i, 3] > 0
            for bit in range(LOOKED_BACK):
                number += (year >> bit) & 1
        for month in range(first, end):
            if month == since and not again:
                memory[i, 0], memory[i, 1], memory[i, 2], memory[i, 3] = year, latest, ever, before
            if month == start:
                used, weekly = True, np.int64(r.state[i].activated) == months.middle[month]
            else:
                if scratch[month, GAIN] != gain:
                    gain = scratch[month, GAIN]
                    factor = habit * willing(gain, law.eagerness)
                expected = occasions(
                    factor * law.interest[month - start],
                    law.alone,
                    law.per_document * scratch[month, RECEIVED],
                    law.per_contact * scratch[month, SEEN],
                )
                u = uniform_of(word, month)
                used = passes(u, expected)
                weekly = used and passes_in_week(u, expected, law.bunching)
                ever = ever or used
            later = np.int64(used and month > start)
            number += later - (year >> (LOOKED_BACK - 1))
            year = ((year << 1) | later) & _A_YEAR
            latest = month if used else latest
            counts[month, ACTIVE] += 1
            counts[month, USERS] += used
            counts[month, WEEKLY] += weekly
            counts[month, AGAIN] += used and before
            counts[month, FIRST] += month == start
            counts[month, RETURNED] += ever
            counts[month, DORMANT] += month - latest >= LOOKED_BACK
            counts[month, LASTERS] += number >= LASTING
            if month >= since and rows.shape[0] > 0:
                bits = np.int64(1) << ACTIVE | np.int64(used) << USERS | np.int64(weekly) << WEEKLY
                bits |= np.int64(used and before) << AGAIN | np.int64(month == start) << FIRST
                bits |= np.int64(ever) << RETURNED | np.int64(month - latest >= LOOKED_BACK) << DORMANT
                rows[i, month - since] = bits | np.int64(number >= LASTING) << LASTERS
            for place in range(looked.shape[0]):
                if looked[place] == month:
                    mark = LIVES + USES * np.uint8(used) + IN_WEEK * np.uint8(weekly)
                    marks[i, place] = mark + LASTS * np.uint8(number >= LASTING)
            before = used


@kernel
def counted_rows(rows, persons, found):
    """How often each word of ``rows`` [n, month] (``months_of_use``) is that of one of ``persons``, [month, 256]."""
    for i in persons:
        for month in range(rows.shape[1]):
            found[month, rows[i, month]] += 1
