"""A population of places that draws nearer to given figures generation by generation: sequential Monte Carlo for
approximate Bayesian computation (Del Moral, Doucet and Jasra 2012).

1. The first generation are places of the prior; the nearest of them are the population.
2. Each further one: the tolerance falls to a quantile of the distances; places beyond it are replaced by copies of
   others; then every place tries a move, for which the simulator is run once. A move turns the place on an ellipse of a
   Student t about the population (``calibration.posterior.ellipses``) by an angle that falls with the share of moves
   taken; it is taken if the new figures lie within the tolerance, by the ratio of prior to that law (Metropolis).

Weights by a kernel about each place (Beaumont et al. 2009) collapse with forty parameters, of which most are hardly
informed; moves that leave the law of the population as it is need none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from calibration.posterior.ellipses import aimed_at
from calibration.second.figures import whitener_of
from foundation.shapes import Floats

Simulate = Callable[[Floats, int], Floats]
"""Figures [place, figure] at places [place, parameter] for a generation, NaN where there are none."""
SURVIVING = 0.8
"""Share of the population that the next tolerance keeps."""
FIRST_ANGLE, SMALLEST, LARGEST = 0.6, 0.05, 1.2
"""The first angle and its bounds, radians."""
WANTED, SPEED = 0.25, 3.0
"""Share of moves to be taken, and how fast the angle follows it."""
FEWEST_MOVES = 0.12
"""Share of moves below which no generation follows: with fewer the population becomes copies of a few places. On an
emulator of the real problem going on to 2 % left 12 independent places of 512, stopping here some 200 of 1,024."""


@dataclass(frozen=True)
class Population:
    """Places of equal weight whose figures lie within a tolerance of the given ones."""

    places: Floats
    """[row, parameter]"""
    figures: Floats
    """[row, figure]"""
    run: npt.NDArray[np.int64]
    """[row] the run each comes from: copies share theirs."""
    distances: Floats
    tolerance: float
    angle: float
    moved: float
    """Share of the last moves that were taken."""

    def rows(self, chosen: npt.NDArray[np.int64]) -> Population:
        """Some rows, copies too."""
        return replace(
            self,
            places=self.places[chosen],
            figures=self.figures[chosen],
            run=self.run[chosen],
            distances=self.distances[chosen],
        )


def drawn_near(
    simulate: Simulate, given: Floats, places: Floats, *, size: int, generations: int, seed: int
) -> Population:
    """The last population of ``size`` near the figures ``given`` [figure], from ``places`` [place, parameter] of the
    prior and at most so many ``generations`` after it."""
    figures = simulate(places, 0)
    possible = np.isfinite(figures).all(axis=1)
    scale = whitener_of(figures[possible])
    found = Population(places, figures, np.arange(len(places)), _away(figures, given, scale), np.inf, FIRST_ANGLE, 1.0)
    found = found.rows(np.argsort(found.distances, kind="stable")[:size])
    for generation in range(1, generations + 1):
        rng = np.random.default_rng([seed, generation])
        found = _moved(_narrowed(found, rng), simulate, given, scale, generation, rng)
        if found.moved < FEWEST_MOVES:
            break
    return found


def _narrowed(found: Population, rng: np.random.Generator) -> Population:
    """A smaller tolerance; rows beyond it make place for copies of the others."""
    tolerance = float(np.quantile(found.distances, SURVIVING))
    kept = np.flatnonzero(found.distances <= tolerance)
    copies = rng.choice(kept, len(found.places) - len(kept))
    return replace(found.rows(np.concatenate([kept, copies])), tolerance=tolerance)


def _moved(
    found: Population, simulate: Simulate, given: Floats, scale: Floats, generation: int, rng: np.random.Generator
) -> Population:
    law, size = aimed_at(found.places), len(found.places)
    before = law.inward(found.places)
    turned = before * np.cos(found.angle) + law.other(before, rng) * np.sin(found.angle)
    tried = law.outward(turned)
    figures = simulate(tried, generation)
    away = _away(figures, given, scale)
    ratio = law.extra(turned, tried) - law.extra(before, found.places)
    taken = (away <= found.tolerance) & (np.log(rng.random(size)) < ratio)
    share = float(taken.mean())
    return Population(
        places=np.where(taken[:, None], tried, found.places),
        figures=np.where(taken[:, None], figures, found.figures),
        run=np.where(taken, found.run.max() + 1 + np.arange(size), found.run),
        distances=np.where(taken, away, found.distances),
        tolerance=found.tolerance,
        angle=float(np.clip(found.angle * np.exp(SPEED * (share - WANTED)), SMALLEST, LARGEST)),
        moved=share,
    )


def _away(figures: Floats, given: Floats, scale: Floats) -> Floats:
    """[place] distance; infinite where there are no figures."""
    away = np.linalg.norm((figures - given) @ scale, axis=1)
    return np.where(np.isfinite(away), away, np.inf)
