"""How good a forecast was: absolute error, CRPS, and whether the 90 % interval held what came.

A forecast is samples x_1 … x_m of the stock. What comes is a published figure, which has an error of its own; by
convention the figure is scored as it stands and the forecast is made one of the figure: its predictive distribution is
that of x + normal(0, error²), the mixture of m normal laws. Nothing is drawn for that error, so that scores don't
depend on one more seed.

A headline is an interval: 24 means 24.0 to 25.0. It has no error besides; it is scored by its middle (absolute error,
inside) and by the mean of the CRPS over a uniform law on the interval, in closed form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import ndtr

from foundation.shapes import Floats

LEVELS = (0.05, 0.5, 0.95)
HUB_LEVELS = (0.01, 0.025, *(round(0.05 * i, 2) for i in range(1, 20)), 0.975, 0.99)
"""The 23 levels of forecast hubs."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """One forecast of one published figure, millions."""

    p05: float
    p50: float
    p95: float
    absolute_error: float
    """Between median and figure."""
    crps: float
    inside: bool
    """Whether the figure lies within the 90 % interval."""


def score(samples: npt.ArrayLike, published: float, error: float = 0.0) -> Score:
    """Scores samples [m] of a stock against a published figure with standard deviation ``error``.

    Raises:
        ValueError: fewer than two samples, one that is not finite, or a negative error.
    """
    x = _checked(samples, error)
    low, middle, high = (predictive_quantile(x, level, error) for level in LEVELS)
    return Score(
        p05=low,
        p50=middle,
        p95=high,
        absolute_error=abs(middle - published),
        crps=crps(x, published, error),
        inside=low <= published <= high,
    )


def score_interval(samples: npt.ArrayLike, low: float, high: float) -> Score:
    """Scores samples [m] of a stock against a figure that says ``low`` to ``high``.

    Raises:
        ValueError: fewer than two samples, one that is not finite, or an interval without a length.
    """
    x = _checked(samples, 0.0)
    if not -np.inf < low < high < np.inf:
        raise ValueError(f"interval {low!r} to {high!r}: needed two finite ends, the lower one first")
    at_middle = score(x, (low + high) / 2)
    # The mean over y of |y - x| is the difference of (y - x) |y - x| / 2 between the ends, by the length.
    reach = ((high - x) * np.abs(high - x) - (low - x) * np.abs(low - x)) / (2 * (high - low))
    return replace(at_middle, crps=float(np.mean(reach)) - _between(x))


def crps(samples: npt.ArrayLike, published: float, error: float = 0.0) -> float:
    """Continuous ranked probability score in its fair form (Ferro 2014), in the unit of the samples; small is good.

    mean_i A(published - x_i, error²) - sum_{i≠j} A(x_i - x_j, 2 error²) / (2 m (m - 1)), where A(d, s²) is the mean of
    |normal(d, s²)| (Grimit et al. 2006); without error the plain ensemble form with |d|. Dividing by m (m - 1) makes
    its mean over samples that of infinitely many, so forecasters with different numbers of samples can be compared. It
    can be slightly negative.
    """
    x = _checked(samples, error)
    m = len(x)
    if error == 0.0:
        return float(np.mean(np.abs(x - published))) - _between(x)
    pairs = _mean_size(x[:, None] - x[None, :], error * np.sqrt(2.0))
    between = (float(pairs.sum()) - float(np.trace(pairs))) / (2 * m * (m - 1))
    return float(np.mean(_mean_size(published - x, error))) - between


def weighted_interval_score(quantiles: npt.ArrayLike, published: float, levels: Sequence[float] = HUB_LEVELS) -> float:
    """Weighted interval score (Bracher et al. 2021), in the unit of the quantiles; small is good.

    ``quantiles`` [level] at ``levels``, symmetric about 0.5. With K central intervals of level 1 - a_k it is
    (|y - median| / 2 + sum_k a_k / 2 × interval score_k) / (K + 1/2), which is twice the mean pinball loss; with more
    and more levels it becomes the CRPS.

    Raises:
        ValueError: another number of quantiles than levels, or levels that aren't symmetric.
    """
    q, tau = np.asarray(quantiles, np.float64), np.asarray(levels)
    if q.shape != tau.shape or not np.allclose(tau + tau[::-1], 1.0):
        raise ValueError("quantiles: needed one for each level, levels symmetric about 0.5")
    below = (published < q).astype(float)
    return float(2.0 * np.mean((below - tau) * (q - published)))


def weighted_interval_score_between(
    quantiles: npt.ArrayLike, low: float, high: float, levels: Sequence[float] = HUB_LEVELS
) -> float:
    """Mean of ``weighted_interval_score`` over a figure anywhere from ``low`` to ``high``, in closed form."""
    q, tau = np.asarray(quantiles, np.float64), np.asarray(levels)
    over = np.square(np.maximum(q - low, 0.0)) - np.square(np.maximum(q - high, 0.0))
    under = np.square(np.maximum(high - q, 0.0)) - np.square(np.maximum(low - q, 0.0))
    return float(np.mean((1.0 - tau) * over + tau * under) / (high - low))


def predictive_quantile(samples: npt.ArrayLike, level: float, error: float = 0.0) -> float:
    """Quantile of the published figure: of the samples (linear between ranks), or of the mixture if it has an error."""
    x = _checked(samples, error)
    if error == 0.0:
        return float(np.quantile(x, level))
    low, high = x.min() - 9 * error, x.max() + 9 * error
    return float(brentq(lambda value: float(np.mean(ndtr((value - x) / error))) - level, low, high, xtol=1e-9))


def chance_above(samples: npt.ArrayLike, bound: float, error: float = 0.0) -> float:
    """Predictive probability of a figure of at least ``bound``: what is said of one published as "more than"."""
    x = _checked(samples, error)
    return float(np.mean(x >= bound)) if error == 0.0 else float(np.mean(ndtr((x - bound) / error)))


def _between(x: Floats) -> float:
    """Half the mean distance between two different samples."""
    m = len(x)
    return float(np.sum((2 * np.arange(1, m + 1) - m - 1) * np.sort(x))) / (m * (m - 1))


def _mean_size(d: Floats, s: float) -> Floats:
    """A(d, s²): mean of |normal(d, s²)| = 2 s phi(d/s) + d (2 Phi(d/s) - 1)."""
    z = d / s
    return np.asarray(2 * s * np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi) + d * (2 * ndtr(z) - 1))


def _checked(samples: npt.ArrayLike, error: float) -> Floats:
    x = np.asarray(samples, np.float64)
    if x.ndim != 1 or len(x) < 2 or not np.isfinite(x).all():
        raise ValueError("samples: needed two or more finite numbers, in one dimension")
    if not error >= 0:
        raise ValueError(f"error {error!r}: needed 0 or more")
    return x
