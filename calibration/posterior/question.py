"""How much a calibration spends; apart from the rest, so that the command line knows the defaults at once."""

from __future__ import annotations

from dataclasses import dataclass


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
