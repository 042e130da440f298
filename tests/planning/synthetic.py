"""Made-up worlds in which the best mix is known: no model is run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from foundation.shapes import Floats
from planning.mix.measures import Measures
from planning.mix.space import STEPS, Mixes

DRAWS = 24


@dataclass
class World:
    """gain = sum a_l (1 - exp(-k_l x_l)) + synergy x_0 x_1, cost = sum (fixed_l [x_l > 0] + price_l x_l), both times a
    factor of the draw with mean 1."""

    size: Floats
    bend: Floats
    price: Floats
    fixed: Floats
    lag: Floats | None = None
    synergy: float = 0.0
    seed: int = 0
    asked: list[tuple[str, int]] = field(default_factory=list)
    shuffled: bool = False

    def exact(self, x: Floats) -> tuple[Floats, Floats]:
        """Mean gain and mean cost at intensities 0..1, [mix, lever]."""
        bend = np.where(self.bend == 0, 1e-9, self.bend)
        gain = (self.size * (1 - np.exp(-bend * x)) / np.where(self.bend == 0, 1e-9, 1.0)).sum(axis=1)
        return gain + self.synergy * x[:, 0] * x[:, 1], (self.fixed * (x > 0) + self.price * x).sum(axis=1)

    def __call__(self, mixes: Mixes, stage: str) -> Measures:
        self.asked.append((stage, len(mixes)))
        gain, cost = self.exact(mixes / STEPS)
        if self.shuffled:
            gain = np.random.default_rng(1).permutation(gain)
        draws = np.random.default_rng(self.seed)
        one, two = (np.exp(draws.normal(0, 0.3, DRAWS)) for _ in range(2))
        lag = np.zeros(len(self.size)) if self.lag is None else self.lag
        behind = (mixes / STEPS) @ lag
        return Measures(
            gain=gain[:, None] * one / one.mean(),
            cost=cost[:, None] * two / two.mean(),
            minutes=np.repeat((mixes[:, :1] / STEPS), DRAWS, axis=1),
            lag=np.repeat(behind[:, None, None], DRAWS, axis=1),
            status_quo=20 + one,
        )


def world(levers: int, **changes: object) -> World:
    """Levers of the same kind, with changes."""
    plain: dict[str, object] = {
        "size": np.full(levers, 0.2),
        "bend": np.full(levers, 1.0),
        "price": np.full(levers, 20.0),
        "fixed": np.zeros(levers),
    }
    return World(**(plain | changes))  # type: ignore[arg-type]


def no_switches(levers: int) -> npt.NDArray[np.bool_]:
    return np.zeros(levers, bool)


Evaluate = Callable[[Mixes, str], Measures]
