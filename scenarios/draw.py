"""A draw: one plausible world, from which every scenario is simulated and priced."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from statistics import NormalDist

from model.terms.inputs import OneRegion
from model.terms.parameters import Parameters, Structure
from model.terms.use import Use

Z95 = NormalDist().inv_cdf(0.95)


@dataclass(frozen=True, kw_only=True)
class Draw:
    """Everything uncertain, fixed once; all scenarios of a comparison share it."""

    index: int
    """Row of the draws file, from 0."""
    parameters: Parameters
    """The status quo: what the observed stocks were allowed to inform."""
    effects: Mapping[str, float]
    """Lever effects by their names in ``calibration/data/priors.csv``."""
    cost_uniforms: Mapping[str, float]
    """One number in (0, 1) for each unit price, by ``"lever/item"`` of ``calibration/data/costs.csv``."""
    answers: Mapping[str, float] = field(default_factory=dict)
    """Chances of claims in surveys by their names in ``priors.csv``; those that are not here stay at their priors."""
    use: Use | None = None
    """Use after activation; ``None`` where none was fitted on these draws: then it isn't counted."""
    structure: Structure | None = None
    """The structure it was fitted under, where draws of several are mixed; otherwise that of the run holds."""
    only: OneRegion | None = None
    """The region whose people are simulated; ``None``: those of the whole country."""


def price(value: float, low: float, high: float, u: float) -> float:
    """Unit price at the quantile ``u`` of a two-piece lognormal distribution.

    The table's value is the median; ``low`` and ``high`` are its 5 % and 95 % quantiles, so that each side has a
    spread of its own: value × (bound / value) ** (z / 1.645), with z the distance of ``u`` from the middle in standard
    deviations. A side without a logarithm (its bound or the value is 0) is a half normal one, cut off at 0. That the
    bounds are a 90 % interval is *assumed*.

    Raises:
        ValueError: unless 0 <= low <= value <= high and 0 < u < 1.
    """
    if not 0 <= low <= value <= high:
        raise ValueError(f"price {value!r} from {low!r} to {high!r}: needed 0 <= low <= value <= high")
    if not 0 < u < 1:
        raise ValueError(f"quantile {u!r} of a price: needed 0 < quantile < 1")
    z = NormalDist().inv_cdf(u)
    return _side(value, low if z < 0 else high, abs(z) / Z95)


def _side(value: float, bound: float, distance: float) -> float:
    if value > 0 and bound > 0:
        return float(value * (bound / value) ** distance)
    return max(0.0, value + (bound - value) * distance)
