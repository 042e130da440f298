"""Seeds of each draw, so that chance varies between draws and is shared by all scenarios of one draw."""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

POPULATION = 1
DECISIONS = 2
INTERVIEWS = 3

_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15


def _mix(value: int) -> int:
    """The finaliser of splitmix64 (Steele, Lea and Flood 2014): a bijection of 64-bit integers."""
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


def derive(seed: int, draw: int, purpose: int) -> int:
    """Seed of one draw for one purpose: splitmix64 absorbs ``seed``, ``draw`` and ``purpose`` one after the other.

    Returns an integer in ``0 .. 2**63 - 1``: the top bit is dropped so that signed 64-bit readers agree.
    """
    state = 0
    for word in (seed, draw, purpose):
        state = _mix((state + _GOLDEN + (word & _MASK)) & _MASK)
    return state >> 1


_SEPARATOR = "\x1f"


def uniform(*parts: str | int) -> float:
    """A double in the open interval (0, 1), a pure function of ``parts``."""
    digest = blake2b(_SEPARATOR.join(map(str, parts)).encode(), digest_size=16).digest()
    generator = np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
    return max(float(generator.random()), 2.0**-54)
