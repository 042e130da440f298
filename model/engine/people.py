"""Traits of persons: what differs between them and is drawn by key, so that it needs no memory.

A trait is a pure function of (seed, person) and the parameters; the compiled functions below serve the fast engine and
tables of people. The readable twin has its own (``model.twin.traits``).
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

from model.population.attributes import EMAIL, EXCLUDED, PILOT
from model.terms import rules
from model.terms.inputs import DOCUMENTS
from model.terms.jit import inlined, kernel
from model.terms.keyed import Decision, bits_of, person_word, uniform
from model.terms.spells import LEVELS, end_week, level_of, passed_by, spell_in
from model.terms.tables import NEWCOMER_DELAY, OLDEST, UNBORN
from model.terms.weeks import MAJORITY, NEVER, WEEKS_PER_YEAR

People: TypeAlias = Any
"""Person records (``model.engine.records.PERSON``)."""
World: TypeAlias = Any
"""The world record (``model.engine.records.world``)."""

NOTICES, OPPOSES = np.int64(1), np.int64(2)
"""Bits of the word of traits."""

_NOTICES, _READY = np.int64(Decision.NOTICES), np.int64(Decision.READY)
_LASTING, _EAGERNESS = np.int64(Decision.LASTING_EAGERNESS), np.int64(Decision.SPELL_EAGERNESS)
_DOCUMENTS = np.int64(Decision.SPELL_DOCUMENTS)
_SPELL_OF_BARRIER = np.array(
    [Decision.SPELL_NO_USE, Decision.SPELL_TIME, Decision.SPELL_INFORMATION, Decision.SPELL_OTHER], np.int64
)
_NOTICE_DELAY = np.int64(Decision.NOTICE_DELAY)
_AGES = np.int64(OLDEST + UNBORN)
_OPPOSES, _AWARE, _PILOT_ACTIVATES = (
    np.int64(Decision.OPPOSES),
    np.int64(Decision.AWARE_AT_START),
    np.int64(Decision.PILOT_ACTIVATES),
)
_NOTICE_WEEK, _REMINDER_SENT = np.int64(Decision.NOTICE_WEEK), np.int64(Decision.REMINDER_SENT)
_REMINDER_WEEK, _TOGETHER = np.int64(Decision.REMINDER_WEEK), np.int64(Decision.TOGETHER)
_HAS = np.array([Decision.HAS_NO_USE, Decision.HAS_TIME, Decision.HAS_INFORMATION, Decision.HAS_OTHER], np.int64)
_SHARED, _ALIKE = np.int64(Decision.BARRIERS_SHARED), np.int64(Decision.BARRIERS_ALIKE)
NO_USE, TIME, INFORMATION, OTHER = np.arange(4)
_EXCLUDED, _EMAIL, _PILOT = np.int64(EXCLUDED), np.int64(EMAIL), np.int64(PILOT)
_DELAY_FIRST, _DELAY_WEEKS = NEWCOMER_DELAY


@inlined
def majority_week(people: People, i: int) -> int:
    """Week of the 18th birthday."""
    return np.int64(people[i].birth_week) + MAJORITY


@inlined
def has_flag(people: People, i: int, flag: int) -> bool:
    """Whether a bit of ``flags`` is set."""
    return (np.int64(people[i].flags) & flag) != 0


@inlined
def notices(world: World, i: int) -> bool:
    """Whether a person notices mass messages."""
    return uniform(world.keys[_NOTICES], i, 0) < world.notices


@inlined
def traits_of(world: World, i: int) -> int:
    """Traits for life in one word: the bits ``NOTICES`` and ``OPPOSES``."""
    return np.int64(notices(world, i)) * NOTICES | np.int64(opposes(world, i)) * OPPOSES


@inlined
def band_in(people: People, world: World, i: int, week: int) -> int:
    """Age band of a person in a week; the youngest for those not born yet."""
    lived, band = week - np.int64(people[i].birth_week), np.int64(0)
    while lived >= world.band_start[band + 1]:
        band += 1
    return band


@inlined
def band_end(people: People, world: World, i: int, band: int) -> int:
    """Week of the birthday on which a person leaves an age band."""
    return np.int64(people[i].birth_week) + world.band_start[band + 1]


@inlined
def age_row(people: People, i: int) -> int:
    """Row of a person in the tables by age at launch."""
    return min(max(np.int64(np.floor(-people[i].birth_week / WEEKS_PER_YEAR)) + UNBORN, 0), _AGES)


@inlined
def lasting_gain(people: People, world: World, i: int) -> float:
    """What is for life of eagerness times access: the lasting factor, that of age, and access."""
    level = np.int64(uniform(world.keys[_LASTING], i, 0) * LEVELS)
    return world.lasting_levels[level] * world.age_gain[age_row(people, i)] * access(people, world, i)


@inlined
def gain_in(people: People, world: World, i: int, week: int) -> float:
    """Eagerness times access of a person in a week."""
    word = person_word(world.keys[_EAGERNESS], i)
    spell = spell_in(word, world.lengths, world.eagerness_spell, week)
    return lasting_gain(people, world, i) * world.levels[level_of(bits_of(word, spell))]


@kernel
def document_exposure(people: People, world: World, i: int, cum: Any, first: int, end: int) -> float:
    """Documents of a person between two weeks: over spells and age bands, the sum of rate x level x change of ``cum``,
    which is that of a person of relative rate 1."""
    word, number, passed, week, total = person_word(world.keys[_DOCUMENTS], i), np.int64(0), 0.0, first, 0.0
    until, level, band = np.int64(0), 1.0, band_in(people, world, i, first)
    while week < end:
        while until <= week:
            bits = bits_of(word, number)
            passed = passed_by(bits, world.lengths, world.need_spell, passed)
            until, level = end_week(number, passed), world.need_levels[world.document_first + level_of(bits)]
            number += 1
        stop = min(until, band_end(people, world, i, band), end)
        total += world.rates[DOCUMENTS, band] * level * (cum[stop] - cum[week])
        week, band = stop, band + (band_end(people, world, i, band) <= stop)
    return total


@inlined
def visit_hazard(world: World, pull: float, gain: float, grows: bool, week: int) -> float:
    """pull x eagerness x access x growth of a noticed contact."""
    growth = world.growth[week] if grows else 1.0
    return pull * gain * growth


@inlined
def access(people: People, world: World, i: int) -> float:
    """Factor on a person's visits when nobody helps."""
    return rules.access_factor(has_flag(people, i, _EXCLUDED), world.access)


@inlined
def ready(world: World, i: int) -> bool:
    """Whether a person would be ready on a doctor's recommendation."""
    return uniform(world.keys[_READY], i, 0) < world.ready


@inlined
def opposes(world: World, i: int) -> bool:
    """Whether a person refuses the profile (and so never activates)."""
    return uniform(world.keys[_OPPOSES], i, 0) < world.opposed


@inlined
def prevalence(world: World, barrier: int) -> float:
    """Share of people with a barrier at launch."""
    if barrier == NO_USE:
        return world.has_no_use
    if barrier == TIME:
        return world.has_time
    return world.has_information if barrier == INFORMATION else world.has_other


@inlined
def barrier_spell(world: World, i: int, barrier: int, week: int) -> int:
    """Number of the spell of a barrier that holds in a week; barriers that go together have one clock."""
    return spell_in(barrier_word(world, i, barrier), world.lengths, world.barrier_spell, week)


@inlined
def barrier_word(world: World, i: int, barrier: int) -> np.uint64:
    """A person's word of the spells of a barrier."""
    clock = barrier if world.association == rules.INDEPENDENT else NO_USE
    return person_word(world.keys[_SPELL_OF_BARRIER[clock]], i)


@inlined
def has_barrier(world: World, i: int, barrier: int, spell: int) -> bool:
    """Whether a person has a barrier in a spell of it, under the chosen association of barriers.

    Independent: one draw each. Associated: one person in two answers all from one draw. Exclusive: one draw in all.
    """
    share = prevalence(world, barrier)
    if world.association == rules.EXCLUSIVE:
        before = 0.0
        for other in range(barrier):
            before += prevalence(world, other)
        u = uniform(world.keys[_SHARED], i, spell)
        return before <= u < before + share
    if world.association == rules.ASSOCIATED and uniform(world.keys[_ALIKE], i, 0) < 0.5:
        return uniform(world.keys[_SHARED], i, spell) < share
    return uniform(world.keys[_HAS[barrier]], i, spell) < share


@inlined
def has_barrier_in(world: World, i: int, barrier: int, week: int) -> bool:
    """Whether a person has a barrier in a week."""
    return has_barrier(world, i, barrier, barrier_spell(world, i, barrier, week))


@inlined
def pilot_activated(people: People, world: World, i: int) -> bool:
    """Whether a person notified in the pilot had activated by the launch; minors with their guardian."""
    who = np.int64(i)
    if not has_flag(people, i, _PILOT) or people[i].entry > 0:
        return False
    if majority_week(people, i) > 0:
        who = np.int64(people[i].guardian)
        if who < 0 or uniform(world.keys[_TOGETHER], i, 0) >= world.child_together or opposes(world, i):
            return False
    if not has_flag(people, who, _PILOT) or people[who].entry > 0 or opposes(world, who):
        return False
    return uniform(world.keys[_PILOT_ACTIVATES], who, 0) < world.pilot_activated * gain_in(people, world, who, 0)


@inlined
def notice_week(people: People, world: World, i: int) -> int:
    """Week of an adult's notice of creation; NEVER for those of the pilot and those who come of age later."""
    if people[i].entry > 0:
        if majority_week(people, i) > people[i].entry:
            return NEVER
        return rules.spread_week(people[i].entry + _DELAY_FIRST, _DELAY_WEEKS, uniform(world.keys[_NOTICE_WEEK], i, 1))
    if has_flag(people, i, _PILOT) or majority_week(people, i) > 0:
        return NEVER
    u_period, u_week = uniform(world.keys[_NOTICE_WEEK], i, 0), uniform(world.keys[_NOTICE_WEEK], i, 1)
    return rules.launch_notice_week(
        u_period, u_week, world.notice_main_share, world.notice_weeks[0], world.notice_weeks[1]
    )


@inlined
def answered(world: World, owner: int, k: int, sent: int) -> int:
    """Week in which a notice sent in week ``sent`` leads to the site, if it does: people take some weeks."""
    level = np.int64(uniform(world.keys[_NOTICE_DELAY], owner, k) * LEVELS)
    return sent + np.int64(world.notice_delay * world.lengths[level])


@inlined
def reminder_week(people: People, world: World, i: int) -> int:
    """Week of the 2024-25 reminder e-mail to an adult; NEVER if none was sent."""
    week = reminder_about(people, world, i, i)
    return week if week >= majority_week(people, i) else NEVER


@inlined
def child_reminder_week(people: People, world: World, child: int) -> int:
    """Week of the reminder to a guardian about a child; NEVER if none was sent."""
    guardian = np.int64(people[child].guardian)
    week = reminder_about(people, world, child, guardian) if guardian >= 0 else NEVER
    return week if week < majority_week(people, child) else NEVER


@inlined
def reminder_about(people: People, world: World, i: int, recipient: int) -> int:
    """Week of the reminder about a profile, sent to the mailbox of ``recipient``."""
    if not has_flag(people, recipient, _EMAIL) or uniform(world.keys[_REMINDER_SENT], i, 0) >= world.reminders_share:
        return NEVER
    first, last = world.reminder_weeks[0], world.reminder_weeks[1]
    week = rules.spread_week(first, last - first, uniform(world.keys[_REMINDER_WEEK], i, 0))
    return week if week >= np.int64(people[i].entry) else NEVER


@inlined
def first_aware(people: People, world: World, i: int) -> int:
    """Week in which a person first notices a mass message; -1 if aware before the launch, NEVER if none is noticed.

    Those who come of age during the run and notice mass messages know the service from their household's notice.
    """
    majority = majority_week(people, i)
    start = max(np.int64(people[i].entry), majority)
    if people[i].entry == 0 and majority <= 0 and uniform(world.keys[_AWARE], i, 0) < world.aware_at_start:
        return -1
    if not notices(world, i):
        return NEVER
    if majority > people[i].entry:
        return max(majority, 0)
    if has_flag(people, i, _PILOT) and people[i].entry == 0:
        return -1
    on_air = max(world.media_weeks[0], start)
    if on_air <= start and on_air < world.media_weeks[1]:
        return on_air  # no notice comes before the person does
    week = notice_week(people, world, i)
    return min(week, on_air) if on_air < world.media_weeks[1] else week
