"""Uniforms of a draw, by text key: ``uniform("posterior-1", 17, "sms_pull")`` is the same number everywhere.

The key is hashed by BLAKE2b to the 128-bit key of numpy's Philox, a counter-based generator; its first double is the
number. No state is kept, so a new lever effect or price leaves all others as they are.
"""

from __future__ import annotations

from hashlib import blake2b

import numpy as np

_SEPARATOR = "\x1f"


def uniform(*parts: str | int) -> float:
    """A double in the open interval (0, 1), a pure function of ``parts``."""
    digest = blake2b(_SEPARATOR.join(map(str, parts)).encode(), digest_size=16).digest()
    generator = np.random.Generator(np.random.Philox(key=int.from_bytes(digest, "little")))
    return max(float(generator.random()), 2.0**-54)
