"""What the own GP does at a contact: recommends the service, or speaks of it. How often there is one follows from age
(``model.terms.inputs``) and from spells of need (``model.terms.spells``)."""

from __future__ import annotations

from math import log

import numpy as np

from model.engine.people import People, World, band_end, band_in, majority_week
from model.population.attributes import NO_DOCTOR
from model.terms import rules
from model.terms.inputs import GP_CONTACTS
from model.terms.jit import inlined, kernel
from model.terms.keyed import Decision, bits_of, person_word, uniform
from model.terms.spells import LEVELS, end_week, level_of, passed_by
from model.terms.weeks import NEVER, WEEKS_PER_YEAR

_RECOMMENDS, _LEVEL = np.int64(Decision.DOCTOR_RECOMMENDS), np.int64(Decision.DOCTOR_LEVEL)
_MENTIONS, _FIRST_MENTION = np.int64(Decision.DOCTOR_MENTIONS), np.int64(Decision.FIRST_MENTION)
_GP = np.int64(Decision.SPELL_GP)
_NO_DOCTOR = np.int64(NO_DOCTOR)


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
def recommendation_chance(people: People, world: World, i: int) -> float:
    """Chance per contact that the own GP recommends the service while not activated; 0 without an own GP."""
    return 0.0 if people[i].doctor == _NO_DOCTOR else doctor_propensity(world, people[i].doctor)


@inlined
def mention_chance(people: People, world: World, i: int) -> float:
    """Chance per contact that the own GP speaks of the service; 0 without an own GP.

    Doctors differ: exponentially, with mean ``mention_rate``; at most one mention a contact.
    """
    if people[i].doctor == _NO_DOCTOR:
        return 0.0
    level = np.int64(uniform(world.keys[_MENTIONS], people[i].doctor, 0) * LEVELS)
    return min(1.0, world.mention_rate * world.lengths[level])


@kernel
def mention_week(people: People, world: World, i: int) -> int:
    """Week in which an adult's GP first speaks of the service; NEVER if not within the run."""
    week, chance = max(np.int64(people[i].entry), majority_week(people, i), 0), mention_chance(people, world, i)
    left, word = -log(1.0 - uniform(world.keys[_FIRST_MENTION], i, 0)), person_word(world.keys[_GP], i)
    number, passed, last, band = np.int64(0), 0.0, np.int64(world.weeks), band_in(people, world, i, week)
    until, rank = np.int64(0), np.int64(0)
    while chance > 0.0 and week < last:
        while until <= week:
            bits = bits_of(word, number)
            passed = passed_by(bits, world.lengths, world.need_spell, passed)
            until, rank = end_week(number, passed), level_of(bits)
            number += 1
        stop = min(until, band_end(people, world, i, band), last)
        level = world.need_levels[band * LEVELS + rank]
        weekly = chance * world.rates[GP_CONTACTS, band] * level / WEEKS_PER_YEAR
        if left <= weekly * (stop - week):
            return min(week + np.int64(left / weekly), stop - 1)
        left -= weekly * (stop - week)
        week, band = stop, band + (band_end(people, world, i, band) <= stop)
    return NEVER
