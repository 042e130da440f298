"""What a sampler looks at: the log likelihood of places over an emulator."""

from __future__ import annotations

from dataclasses import dataclass

from calibration.facts.roles import DISCREPANCY, SURVEY
from calibration.posterior.emulator import Emulator
from calibration.posterior.free import quick_values_at
from calibration.posterior.likelihood import Likelihood
from foundation.shapes import Floats

ANSWERED = (*SURVEY, DISCREPANCY)
"""Parameters of the likelihood alone; the emulator takes the others as places."""


@dataclass(frozen=True)
class Target:
    """Log likelihood of places over an emulator."""

    emulator: Emulator
    likelihood: Likelihood

    def many(self, places: Floats) -> Floats:
        """[place] for places [place, parameter]."""
        return self.likelihood(self.emulator.outputs(places), quick_values_at(places, ANSWERED))
