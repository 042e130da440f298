"""How often a person meets somebody who may speak of the service: the own GP, a pharmacist, a hospital.

Rates are at the person's mean rate of contacts: spells of need multiply them (``model.terms.spells``).
"""

from __future__ import annotations

from math import log

import numpy as np

from model.engine.people import RATE_UNIT, People, World, age_row, has_flag, majority_week
from model.population.attributes import ILL, NO_DOCTOR
from model.terms import rules
from model.terms.jit import inlined, kernel
from model.terms.keyed import Decision, bits_of, person_word, uniform
from model.terms.spells import LEVELS, end_week, level_of, passed_by
from model.terms.weeks import NEVER, WEEKS_PER_YEAR

_RECOMMENDS, _LEVEL = np.int64(Decision.DOCTOR_RECOMMENDS), np.int64(Decision.DOCTOR_LEVEL)
_MENTIONS, _FIRST_MENTION = np.int64(Decision.DOCTOR_MENTIONS), np.int64(Decision.FIRST_MENTION)
_GP = np.int64(Decision.SPELL_GP)
_ILL, _NO_DOCTOR = np.int64(ILL), np.int64(NO_DOCTOR)


@inlined
def doctor_propensity(world: World, doctor: int) -> float:
    """A GP's chance per consultation of recommending the service to a patient not activated."""
    return rules.doctor_propensity(
        uniform(world.keys[_RECOMMENDS], doctor, 0),
        uniform(world.keys[_LEVEL], doctor, 0),
        world.recommending_doctors,
        world.recommendation_rate,
    )


@inlined
def recommendations_per_year(people: People, world: World, i: int) -> float:
    """Rate of recommendations by the own GP while not activated, at the mean rate of contacts; 0 without an own GP."""
    if people[i].doctor == _NO_DOCTOR:
        return 0.0
    return people[i].gp_rate * RATE_UNIT * doctor_propensity(world, people[i].doctor)


@inlined
def mentions_per_year(people: People, world: World, i: int) -> float:
    """Rate at which the own GP speaks of the service, at the mean rate of contacts; 0 without an own GP.

    Doctors differ: exponentially, with mean ``mention_rate``; at most one mention a contact.
    """
    if people[i].doctor == _NO_DOCTOR:
        return 0.0
    level = np.int64(uniform(world.keys[_MENTIONS], people[i].doctor, 0) * LEVELS)
    return people[i].gp_rate * RATE_UNIT * min(1.0, world.mention_rate * world.lengths[level])


@kernel
def mention_week(people: People, world: World, i: int) -> int:
    """Week in which an adult's GP first speaks of the service; NEVER if not within the run."""
    week, rate = max(np.int64(people[i].entry), majority_week(people, i), 0), mentions_per_year(people, world, i)
    left, word = -log(1.0 - uniform(world.keys[_FIRST_MENTION], i, 0)), person_word(world.keys[_GP], i)
    number, passed, last, levels = np.int64(0), 0.0, np.int64(world.weeks), world.gp_first[age_row(people, i)]
    while rate > 0.0 and week < last:
        bits = bits_of(word, number)
        passed = passed_by(bits, world.lengths, world.need_spell, passed)
        until = min(end_week(number, passed), last)
        if until > week:
            weekly = rate * world.need_levels[levels + level_of(bits)] / WEEKS_PER_YEAR
            if left <= weekly * (until - week):
                return min(week + np.int64(left / weekly), until - 1)
            left -= weekly * (until - week)
            week = until
        number += 1
    return NEVER


@inlined
def counter_visits_per_year(people: People, world: World, i: int, hospital: bool) -> float:
    """Visits to a pharmacy counter at the mean rate of contacts, or hospital stays, per year (*assumed*,
    ``model.terms.tables``)."""
    if hospital:
        return world.hospital_stays_ill if has_flag(people, i, _ILL) else world.hospital_stays
    return people[i].gp_rate * RATE_UNIT * world.pharmacy_visits
