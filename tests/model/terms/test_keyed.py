"""Keyed draws are uniform and unrelated; the same harness rejects a bad generator."""

import numpy as np
import pytest
from scipy import stats

from model.terms.jit import compiled
from model.terms.keyed import Decision, mix, stream, streams, uniform

N = 200_000
LEVEL = 1e-6  # six checks, fixed seeds: a sound generator fails one in 160,000


@compiled
def _many(key, people, occurrence, shift):
    values = np.empty(people)
    for person in range(people):
        values[person] = uniform(key, person + shift, occurrence)
    return values


def _is_uniform(values):
    return stats.kstest(values, "uniform").pvalue > LEVEL


def _is_unrelated(a, b):
    table = np.histogram2d(a, b, bins=16, range=[[0, 1], [0, 1]])[0]
    return stats.chisquare(table.ravel()).pvalue > LEVEL


def test_uniform_over_people():
    assert _is_uniform(_many(np.uint64(stream(7, Decision.TELLS)), N, 0, 0))


@pytest.mark.parametrize(
    ("other_key", "occurrence", "shift"),
    [
        (np.uint64(stream(7, Decision.TELL_DELAY)), 0, 0),  # another decision
        (np.uint64(stream(8, Decision.TELLS)), 0, 0),  # another seed
        (np.uint64(stream(7, Decision.TELLS)), 1, 0),  # another occurrence
        (np.uint64(stream(7, Decision.TELLS)), 0, 1),  # the next person
    ],
)
def test_unrelated(other_key, occurrence, shift):
    first = _many(np.uint64(stream(7, Decision.TELLS)), N, 0, 0)
    assert _is_unrelated(first, _many(other_key, N, occurrence, shift))


def test_the_harness_rejects_bad_generators():
    weyl = (np.arange(N) * 0.6180339887498949) % 1.0  # uniform, but each person's draw tells the next one's
    assert not _is_unrelated(weyl[:-1], weyl[1:])
    assert not _is_uniform(_many(np.uint64(stream(7, 0)), N, 0, 0) ** 1.02)


def test_a_draw_is_a_pure_function_of_its_key():
    key = np.uint64(stream(3, Decision.READY))
    assert uniform(key, 5, 2) == uniform(key, 5, 2)
    assert uniform(key, 5, 2) != uniform(key, 5, 3)
    assert streams(3)[Decision.READY] == np.uint64(key)


def test_known_value_of_the_finaliser():
    # splitmix64 with state 0 gives 0xE220A8397B1DCDAF first (reference implementation of Vigna).
    assert mix(np.uint64(0x9E3779B97F4A7C15)) == 0xE220A8397B1DCDAF
