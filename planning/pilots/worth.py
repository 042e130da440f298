"""What a trial would be worth: the expected gain of choosing the strategy with its result (expected value of sample
information), by the means of strategies given the effect (``planning.sensitivity.information``)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from foundation.shapes import Floats
from planning.pilots.learning import Belief, Response, expected, likelihood
from planning.sensitivity.indices import scores
from planning.sensitivity.information import Decision, choose_regression, evppi, kernels

TRIALS = 400


def worth(
    decision: Decision,
    effects: Floats,
    belief: Belief,
    responses: Sequence[Response],
    arm: int,
    baseline: float,
    seed: int,
) -> dict[str, float]:
    """Million activations, as ``evppi`` has them (``value``, ``low``, ``high``, ``floor`` of perfect knowledge of the
    effect), and ``trial``: the share of that value that a trial with two such arms gives.

    Args:
        effects: of each draw of the decision.
    """
    column = np.asarray(effects, float)[:, None]
    perfect = evppi(decision, column, seed)
    means = choose_regression(kernels(scores(column)), decision.benefit).fitted(decision.benefit)
    now, known = float(means.mean(axis=0).max()), float(means.max(axis=1).mean())
    found = []
    for _, trial in expected(belief, responses, arm, baseline, TRIALS, seed):
        log = likelihood(trial, column[:, 0], responses)
        weights = np.exp(log - log.max())
        found.append(float((weights @ means / weights.sum()).max()))
    # Draws stand for the belief: what all trials together expect is held to what the draws expect.
    share = 0.0 if known - now <= 1e-12 else float(np.clip((np.mean(found) - now) / (known - now), 0.0, 1.0))
    return {**perfect, "trial": share}
