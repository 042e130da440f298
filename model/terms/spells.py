"""Spells: what stands for a person's present need and mood holds for a while and is then drawn anew.

A trait's spells end at the points of a Poisson process, whatever else happens; each spell has a value of its own from
one law. So the law at any date is the one at launch (stationary), and spells are as keyed as every other draw: spell
number n of a trait of a person is one 64-bit word, of which ten bits choose the value and ten the length. Weeks are the
grain: a spell holds in the weeks that begin before it ends.

How widely rates of documents differ depends on how long a person's rate holds. Two thirds of people had at least one
document in 2024, 70 % in 2025 (F042, F052). The shorter the spells, the more a year evens out, so the wider rates have
to differ within a spell for the same shares of people with none.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float
from scipy import special

from model.terms.inputs import AgeProfile
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


MEAN_DOCUMENTS = (4.41, 6.18)
"""Documents per insured person in 2024 and 2025: 300 and 420 million (F041, F047) for 68 million."""
WITH_ONE = (0.667, 0.70)
"""Shares of people with at least one in these years (F042, F052)."""
_SPELLS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0, 6.0, 12.0, 50.0)
"""Years for which shapes are known; in between they are interpolated on logarithms."""
_LOG_SHAPES = (
    -2.050437657210581, -1.7954123758593343, -1.5578545210122596, -1.3708588638259864, -1.2130094771450384,
    -1.0987762464578656, -1.0082939194171896, -0.9457099212618598, -0.8976121112320119, -0.8595333722050512,
    -0.8208853251357148, -0.7911428216818019,
)  # fmt: skip
"""Logarithm of the shape at each of ``_SPELLS`` that meets the two shares of ``WITH_ONE`` as well as one shape can: its
misses add up to 0. Solved once, and again by ``tests/model/terms/test_spells.py``: a solver takes long to load."""


def document_shape(spell: float) -> float:
    """Shape of the gamma law of document rates within a spell of ``spell`` mean years (infinite: for life)."""
    return float(np.exp(np.interp(np.log(min(spell, _SPELLS[-1])), np.log(_SPELLS), _LOG_SHAPES)))


@lru_cache(maxsize=4)
def gp_levels(profiles: tuple[AgeProfile, ...], heavy_rate: float) -> Float[Floats, " row_level"]:
    """GP contact rates within a spell over the mean of the band, at equally likely levels, band after band, ascending.

    Those who go every month have ``heavy_rate``; the others a gamma spread about what is left of the mean.

    Raises:
        ValueError: those who go every month have more contacts than the band.
    """
    return np.concatenate([_levels_of(profile, heavy_rate) for profile in profiles])


def _levels_of(profile: AgeProfile, heavy_rate: float) -> Float[Floats, " level"]:
    mean, heavy = profile.gp_contacts_per_year, round(profile.gp_heavy_share * LEVELS)
    left = mean * LEVELS - heavy_rate * heavy
    if left < 0.0 or heavy >= LEVELS:
        share = f"{heavy / LEVELS:.3f} with {heavy_rate:g} contacts"
        raise ValueError(f"band {profile.band}: {share} pass the mean {mean:g}")
    others = gamma_means(profile.gp_spread_shape, LEVELS - heavy) * left / (LEVELS - heavy)
    return np.sort(np.concatenate((others, np.full(heavy, heavy_rate)))) / mean if mean > 0 else np.ones(LEVELS)
