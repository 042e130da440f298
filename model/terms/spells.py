"""Spells: what stands for a person's present need and mood holds for a while and is then drawn anew.

A trait's spells end at the points of a Poisson process, whatever else happens; each spell has a value of its own from
one law. So the law at any date is the one at launch (stationary), and spells are as keyed as every other draw: spell
number n of a trait of a person is one 64-bit word, of which ten bits choose the value and ten the length. Weeks are the
grain: a spell holds in the weeks that begin before it ends.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float
from scipy import special

from model.terms.jit import inlined
from model.terms.keyed import bits_of
from model.terms.shapes import Floats
from model.terms.weeks import NEVER

LEVELS = 1024
"""Equally likely values of a trait, and lengths of a spell."""
MOST_SPELLS = 64
"""Spells of one trait in one run: the last one goes on."""
Whole: TypeAlias = Any
"""A whole number of Python or NumPy: compiled code does not tell them apart."""
FOR_LIFE = 1e9
"""Mean weeks of a spell that does not end."""
_LEVEL, _LENGTH, _MASK = np.uint64(54), np.uint64(44), np.uint64(LEVELS - 1)
_NUMBERS: Whole = np.arange(4)
_0, _1, _2, _3 = _NUMBERS
_LAST, _NEVER = np.int64(MOST_SPELLS - 1), np.int64(NEVER)


@lru_cache(maxsize=1024)
def gamma_means(shape: float, number: int = LEVELS) -> Float[Floats, " level"]:
    """Means of ``number`` equally numerous groups of a gamma of mean 1 and the given shape, ascending.

    E[X; a < X < b] = F_{k+1}(b) - F_{k+1}(a) for a gamma of shape k scaled to mean 1, so the mean is exactly 1.
    """
    edges = special.gammaincinv(shape, np.linspace(0.0, 1.0, number + 1))
    masses = np.diff(special.gammainc(shape + 1.0, edges))
    levels: Floats = masses * number
    levels.flags.writeable = False
    return levels


FINE = 50
"""Shapes are rounded to e^(1/50), 2 %: so that tables of levels, which take a millisecond, are mostly there already."""


def gamma_levels(shape: float) -> Float[Floats, " level"]:
    """``gamma_means`` of the shape rounded to 2 %."""
    return gamma_means(float(np.exp(round(np.log(shape) * FINE) / FINE)))


def spell_lengths() -> Float[Floats, " level"]:
    """Lengths of spells over their mean: exponential."""
    return gamma_means(1.0)


@inlined
def level_of(bits: np.uint64) -> Whole:
    """Which of the equally likely values a spell has."""
    return np.int64(bits >> _LEVEL)


@inlined
def passed_by(bits: np.uint64, lengths: Floats, mean: float, before: float) -> float:
    """When a spell ends, in weeks (with fractions), if the one before ended at ``before``."""
    return before + mean * lengths[np.int64((bits >> _LENGTH) & _MASK)]


@inlined
def end_week(number: Whole, passed: float) -> Whole:
    """First week in which a spell that ends at ``passed`` no longer holds; the last spell goes on."""
    return _NEVER if number >= _LAST or passed >= _NEVER else np.int64(passed) + 1


@inlined
def spell_in(word: np.uint64, lengths: Floats, mean: float, week: Whole) -> Whole:
    """Number of the spell that holds in a week, for a person's word of the trait (``model.terms.keyed``).

    The first four ends are found side by side, without a branch that would have to wait for each: most are among them.
    """
    first = passed_by(bits_of(word, _0), lengths, mean, 0.0)
    second = passed_by(bits_of(word, _1), lengths, mean, first)
    third = passed_by(bits_of(word, _2), lengths, mean, second)
    passed = passed_by(bits_of(word, _3), lengths, mean, third)
    number: Whole = np.int64(first < week) + np.int64(second < week) + np.int64(third < week) + np.int64(passed < week)
    while number > _3:
        passed = passed_by(bits_of(word, number), lengths, mean, passed)
        if end_week(number, passed) > week:
            break
        number += 1
    return number
