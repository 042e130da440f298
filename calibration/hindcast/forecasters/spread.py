"""How wide: variances estimated from few deviations, and how uncertain they are themselves."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from foundation.shapes import Floats


def excess_variance(deviations: Floats, noise: Floats, exposure: Floats) -> float:
    """s >= 0 of deviation_i ~ normal(0, s x exposure_i + noise_i), by maximum likelihood; the deviations are taken as
    independent. 0 where the errors of measurement (``noise``, variances) explain them."""
    ceiling = float(np.max(deviations**2 / exposure))
    if ceiling == 0.0:
        return 0.0

    def loss(s: float) -> float:
        variance = s * exposure + noise
        return float(np.sum(np.log(variance) + deviations**2 / variance))

    tiny = 1e-9 * ceiling
    best = minimize_scalar(loss, bounds=(tiny, ceiling), method="bounded", options={"xatol": 1e-9 * ceiling})
    return 0.0 if loss(tiny) <= best.fun else float(best.x)


def variance_draws(estimate: float, freedom: int, samples: int, rng: np.random.Generator) -> Floats:
    """[sample] variances: estimate x freedom / chi-squared(freedom), so that few deviations give heavy tails (for
    normal deviations, Student's t). The second half repeats the first, see ``mirrored``."""
    half = estimate * freedom / rng.chisquare(freedom, (samples + 1) // 2)
    return np.concatenate([half, half])[:samples]


def mirrored(samples: int, columns: int, rng: np.random.Generator) -> Floats:
    """[sample, column] standard normals, the second half the first with its sign turned: a rule that is symmetric has
    the median that its name says, without chance."""
    half = rng.standard_normal(((samples + 1) // 2, columns))
    return np.concatenate([half, -half])[:samples]
