"""What hindsight would have brought: on each draw, the best mix for it against the one mix for all."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from foundation.shapes import Floats
from planning.mix.measures import Goal, Measures, MostActivations, best, feasible
from planning.mix.optimise import Predict, optimise
from planning.mix.search import Archive
from planning.mix.space import Mixes
from planning.mix.surrogate import Surrogate, fit

SPLITS = 200


def hindsight_mixes(archive: Archive, goal: MostActivations, switches: npt.NDArray[np.bool_], seed: int) -> list[Mixes]:
    """For each draw, the mix [1, lever] that the surrogate takes to be best if that draw were known. Budget and limits
    stay those over all draws: what could have been chosen does not depend on the draw."""
    surrogate = fit(archive.mixes, archive.measures, with_lags=goal.limits.fair)
    mean = surrogate.averaged()
    within = archive.mixes[feasible(goal, archive.measures)]
    gains = archive.measures.gain[feasible(goal, archive.measures)]
    found = []
    for draw in range(len(surrogate.status_quo)):
        known = within[np.argsort(-gains[:, draw])[:24]]
        alone = Surrogate({"gain": surrogate.responses["gain"].on(draw)}, (), surrogate.status_quo[[draw]])
        mix = optimise(_of_draw(alone, mean), goal, switches, known, seed + draw)
        found.append(mix[None])
    return found


def _of_draw(alone: Surrogate, mean: Surrogate) -> Predict:
    """Predicts the gain on one draw, and everything else over all."""

    def predict(mixes: Mixes) -> Measures:
        m = mean.predict(mixes)
        gain = alone.responses["gain"].predict(mixes)
        return Measures(gain=gain, cost=m.cost, minutes=m.minutes, lag=m.lag, status_quo=alone.status_quo)

    return predict


def regret(gains: Floats, own: Floats, chosen: int) -> Floats:
    """Per draw: the best gain of the mixes that could have been chosen (``gains`` [mix, draw]) and of the draw's own
    (``own`` [draw]) less the gain of the chosen one; at least 0, [draw]."""
    return np.maximum(np.maximum(gains.max(axis=0), own) - gains[chosen], 0.0)


def optimism(goal: Goal, m: Measures, seed: int) -> float:
    """By how much the score of a winner flatters it: its score on the half of the draws that chose it less that on the
    other half, averaged over random halves and both ways, so that easy and hard halves cancel out. NaN if a half
    has no mix within the limits. Half the draws choose worse than all: it is an upper estimate."""
    random = np.random.default_rng(seed)
    draws, found = m.gain.shape[1], []
    for _ in range(SPLITS):
        order = random.permutation(draws)
        halves = m.on(order[: draws // 2]), m.on(order[draws // 2 :])
        for here, there in (halves, halves[::-1]):
            chosen = best(goal, here)
            if chosen is not None:
                found.append(float(goal.score(here)[chosen] - goal.score(there)[chosen]))
    return float(np.mean(found)) if found else float("nan")
