"""Keyed randomness: every draw is a pure function of (seed, person, decision, occurrence).

There is no stream state: two scenarios share every draw they can share (common random numbers), and results don't
depend on threads, processes or order. The hash is the finaliser of splitmix64 (Steele, Lea and Flood 2014), applied
twice: once to the person, once to the occurrence.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from jaxtyping import UInt64

from model.terms.jit import compiled, inlined, kernel
from model.terms.shapes import Keys

_PERSON = np.uint64(0x9E3779B97F4A7C15)
_OCCURRENCE = np.uint64(0xD1342543DE82EF95)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)
_UNIT = 1.0 / 9007199254740992.0


class Decision(IntEnum):
    """What is being drawn. Codes are part of every result: never renumber, only add.

    100 to 139 belong to the population, 200 and above to contact processes (``model.engine.programme``).
    """

    NOTICES = 1
    EAGERNESS = 2
    READY = 3
    HAS_NO_USE = 4
    HAS_TIME = 5
    HAS_INFORMATION = 6
    HAS_OTHER = 7
    BARRIERS_SHARED = 8
    BARRIERS_ALIKE = 9
    STOP_NO_USE = 10
    STOP_TIME = 11
    STOP_INFORMATION = 12
    STOP_OTHER = 13
    OPPOSES = 14
    AWARE_AT_START = 15
    PILOT_ACTIVATES = 16
    NOTICE_WEEK = 17
    REMINDER_SENT = 18
    REMINDER_WEEK = 19
    INTENDS = 20
    TELLS = 21
    TELL_DELAY = 22
    TOGETHER = 23
    DOCTOR_RECOMMENDS = 24
    DOCTOR_LEVEL = 25
    PEER_SUCCESS = 26
    LASTING_EAGERNESS = 27
    SPELL_EAGERNESS = 28
    SPELL_DOCUMENTS = 29
    SPELL_GP = 30
    SPELL_NO_USE = 31
    SPELL_TIME = 32
    SPELL_INFORMATION = 33
    SPELL_OTHER = 34
    NOTICE_DELAY = 35
    DOCTOR_MENTIONS = 36
    FIRST_MENTION = 37
    LOGS_IN = 38
    HABIT = 39


N_DECISIONS = 48
ARRIVAL, SUCCESS, SELECTION, TIMING = range(4)
"""The four decisions of a contact process: when, whether it leads to the site, to whom or which, in which week."""


@inlined
def mix(z: np.uint64) -> np.uint64:
    """The splitmix64 finaliser: a bijection of 64-bit words in which every output bit depends on every input bit."""
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@kernel
def stream(seed: int, decision: int) -> np.uint64:
    """The 64-bit key of one decision under one seed; computed once a run."""
    return mix(mix(np.uint64(seed) + _PERSON) ^ (np.uint64(decision) * _M2 + _M1))


@inlined
def person_word(key: np.uint64, person: int) -> np.uint64:
    """What all occurrences of one decision of one person share."""
    return mix(np.uint64(key) + _PERSON * np.uint64(person))


@inlined
def bits_of(word: np.uint64, occurrence: int) -> np.uint64:
    """All 64 bits of one occurrence of a person's word, for draws that need more than one number."""
    return mix(word ^ (_OCCURRENCE * (np.uint64(occurrence) + np.uint64(1))))


@inlined
def uniform_of(word: np.uint64, occurrence: int) -> float:
    """``uniform`` of a person's word, for when many occurrences are asked for."""
    return np.float64(bits_of(word, occurrence) >> _S11) * _UNIT


@inlined
def uniform(key: np.uint64, person: int, occurrence: int) -> float:
    """A double in [0, 1) for one occurrence of one decision of one person."""
    return uniform_of(person_word(key, person), occurrence)


@compiled
def streams(seed: int) -> UInt64[Keys, " decision"]:
    """Keys of the decisions 0..``N_DECISIONS`` - 1."""
    keys = np.empty(N_DECISIONS, np.uint64)
    for decision in range(N_DECISIONS):
        keys[decision] = stream(seed, decision)
    return keys
