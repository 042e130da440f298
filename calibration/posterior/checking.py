"""How a calibration is checked: the emulator at places it has not seen, the draws against importance sampling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from calibration.posterior.bank import Bank
from calibration.posterior.emulator import Emulator
from calibration.posterior.evidence import Evidence
from foundation.shapes import Floats

LEAST_INSIDE, WIDEST, LEAST_EFFECTIVE = 0.75, 1.5, 0.1
"""What passes: share of simulated stocks inside the emulator's 90 % interval, standard deviation of the standardised
differences, effective share after reweighting."""


@dataclass(frozen=True)
class Check:
    """How the emulator did at posterior draws it had not seen."""

    z_mean: Floats
    """[stock] mean of (simulated - emulated) / their standard deviation."""
    z_sd: Floats
    """[stock]"""
    inside: Floats
    """[stock] share inside the emulator's 90 % interval (sampling error of the run included)."""
    error: Floats
    """[stock] standard deviation of the emulator's error of log stocks, as it states it."""
    runs: int
    effective_share: float
    """Effective sample after reweighting over the one before."""

    @property
    def passed(self) -> bool:
        """Whether the emulator may be used: differences as large as it says, and not decisive for the posterior."""
        honest = bool((self.inside > LEAST_INSIDE).all() and (self.z_sd < WIDEST).all())
        return honest and self.effective_share > LEAST_EFFECTIVE


@dataclass(frozen=True)
class Agreement:
    """The draws against importance sampling, each parameter's marginal."""

    mean: Floats
    """[parameter] difference of means over the standard deviation."""
    sd: Floats
    """[parameter] ratio of the standard deviations."""


def check(emulator: Emulator, bank: Bank, stocks: int, share: float) -> Check:
    """Compare simulated and emulated log stocks at places the emulator has not seen."""
    places, found = bank.places[bank.possible], bank.outputs[bank.possible][:, :stocks]
    error = emulator.stock_error(places)
    sd = np.sqrt(np.diag(error + emulator.sampling))
    z = (found - emulator.outputs(places)[:, :stocks]) / sd
    return Check(
        z_mean=z.mean(axis=0),
        z_sd=z.std(axis=0),
        inside=(np.abs(z) < stats.norm.ppf(0.95)).mean(axis=0),
        error=np.sqrt(np.diag(error)),
        runs=len(found),
        effective_share=share,
    )


def agreement(places: Floats, log_weights: Floats, found: Evidence) -> Agreement:
    """Weighted draws [draw, parameter] beside the moments that importance sampling finds."""
    weights = special.softmax(log_weights)
    mean = weights @ places
    sd = np.sqrt(weights @ (places - mean) ** 2)
    return Agreement(mean=(mean - found.mean) / found.sd, sd=sd / found.sd)
