"""Which parameters agree with the published figures? Simulations, an emulator learned from them, a walk over it, a
check. Order of blocks, seeds and the likelihood are results: after a change ``mes evidence`` remakes every
posterior.
"""

from __future__ import annotations

from dataclasses import dataclass

from calibration import label as below
from foundation.language.text import Words

label = Words(__file__, below)
"""The words of the room (``words.toml``)."""


@dataclass(frozen=True, kw_only=True)
class Effort:
    """How much is spent; part of what makes a result reproducible."""

    first: int = 512
    """Runs at prior places (a power of 2 for the Sobol sequence)."""
    waves: int = 3
    wave: int = 256
    """Runs of each later wave, and of the check."""
    people: int = 30_000
    """Agents of each run."""
    draws: int = 400
    """Posterior draws to keep."""
    seed: int = 1
