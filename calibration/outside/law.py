"""The law of the log hazard of those outside, fitted to how comparable services went on.

log hazard(t + h) = log hazard(t) - rate x h + walk(h), a random walk of standard deviation sd a root year; the level
halves in log(2) / rate years. Only means over intervals are seen: that of the last interval (length D) lies off its
value at the origin by a variance sd² D / 3, that of the time to the target (H) by sd² H / 3, so that

    log(hazard to the target / last hazard) ~ normal(-rate (D + H) / 2, sd² (D + H) / 3 + noise),

as with ``calibration.hindcast.forecasters.curves``; the noise is that of rounded counts and uncertain days.
Fitted by maximum likelihood to the ratios at both horizons as if they were independent; they aren't, so intervals come
from drawing whole services anew. The same law is fitted to flows in place of hazards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, log

import numpy as np

from calibration.outside.services import Origin
from foundation.shapes import Floats

LEVELS = 0.05, 0.5, 0.95
SD = 0.64, 0.84, 0.95
"""The law that others take: standard deviation of log hazards a root year (5 %, best, 95 %), fitted to both horizons
without a day in the pandemic; the table is in ``docs/other-services.md``."""
HALF_LIFE = 2.1, 22.9, inf
"""Of the level, years: the shortest that is likely, the best, no fading."""
GRID = np.arange(0.05, 2.0, 0.01)
"""Standard deviations that are tried."""
REPLICATES, SEED = 2000, 1
"""Of the bootstrap over services."""


@dataclass(frozen=True, kw_only=True)
class Law:
    """A fitted law."""

    sd: float
    """Of the walk, a root year."""
    rate: float
    """At which the level fades, a year; 0 or more."""

    @property
    def half_life(self) -> float:
        """Years in which the level halves; infinite without fading."""
        return log(2) / self.rate if self.rate > 0 else inf


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """The law and how uncertain it is."""

    best: Law
    sd: tuple[float, ...]
    """Quantiles at ``LEVELS`` of the bootstrap."""
    half_life: tuple[float, ...]
    """As ``sd``, years; the shortest first."""


def fit(ratios: Floats, years: Floats, noise: Floats) -> Law:
    """The law from log ratios [origin], the lengths D + H [origin] and the variances by measurement [origin].

    The best rate for each of ``GRID`` (weighted least squares, no lower than 0: levels don't rise by themselves), then
    the best of these.
    """
    weight = 1.0 / (np.outer(GRID**2, years / 3) + noise)
    rate = np.maximum(-2.0 * (weight @ (ratios * years)) / (weight @ years**2), 0.0)
    missed = ratios + rate[:, None] * years / 2
    best = int(np.argmin(np.sum(weight * missed**2 - np.log(weight), axis=1)))
    return Law(sd=float(GRID[best]), rate=float(rate[best]))


def fitted(origins: Sequence[Origin], ratio: str = "log_hazards") -> Fitted:
    """The law from origins at one or more horizons; ``ratio`` is what is compared: ``log_hazards``, ``log_slopes``."""
    ratios = np.array([getattr(origin, ratio) for origin in origins])
    years = np.array([origin.last + origin.ahead for origin in origins])
    noise = np.array([origin.noise for origin in origins])
    laws = [fit(ratios[drawn], years[drawn], noise[drawn]) for drawn in drawn_services(origins)]
    rates = np.quantile([law.rate for law in laws], LEVELS)[::-1]
    return Fitted(
        best=fit(ratios, years, noise),
        sd=tuple(np.quantile([law.sd for law in laws], LEVELS).tolist()),
        half_life=tuple(Law(sd=0.0, rate=float(rate)).half_life for rate in rates),
    )


def drawn_services(origins: Sequence[Origin]) -> list[np.ndarray]:
    """Places of the origins in ``REPLICATES`` samples of services, drawn with replacement and whole."""
    names = sorted({origin.at.service for origin in origins})
    places = {name: np.array([i for i, o in enumerate(origins) if o.at.service == name]) for name in names}
    rng = np.random.default_rng(SEED)
    return [
        np.concatenate([places[names[i]] for i in row])
        for row in rng.integers(len(names), size=(REPLICATES, len(names)))
    ]
