"""Rank statistics of simulation-based calibration (Talts et al. 2018): does a method say what it knows, and no more?

A truth is drawn from the prior, figures are simulated from it, the posterior is inferred from the figures. Then the
truth's rank among draws of that posterior is uniform. With ties and the step of the ranks made up by a uniform number,
``u = (rank + uniform) / (draws + 1)`` is uniform on 0..1 exactly, whatever the number of draws.

A line is a parameter, a quantity, or the distance of a whole place from the middle of its posterior (Mahalanobis): a
posterior that is too narrow by a little everywhere shows there first (Modrák et al. 2023 on such test quantities).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from foundation.shapes import Floats

LEVEL = 0.999
"""Probability that a right method passes one of the two tests on all lines together."""
STRICT = 0.95
"""The same of a stricter look: what is outside of it is named, and no verdict."""
INSIDE = (0.05, 0.95)
"""Ranks inside the 90 % interval."""
SHRUNK, SHIFTED, FAR = 0.6, 0.5, 1.0
"""Negative controls: a posterior so much narrower; posteriors moved by so many of their standard deviations."""
DISTANCE = "distance of the whole"


def place_of_truth(truth: Floats, draws: Floats, rng: np.random.Generator) -> Floats:
    """u [line] of a truth [line] among draws [draw, line]."""
    below, equal = (draws < truth).sum(axis=0), (draws == truth).sum(axis=0)
    ranks = below + rng.integers(0, equal + 1)
    return np.asarray((ranks + rng.random(len(truth))) / (len(draws) + 1))


def with_distance(truth: Floats, draws: Floats, sample: Floats, columns: int) -> tuple[Floats, Floats]:
    """Truth and draws with one line more: the squared distance of the first ``columns`` from the middle of the
    posterior as ``sample`` [draw, line] describes it. Neither the truth nor the draws may be part of the sample."""
    mean = sample[:, :columns].mean(axis=0)
    inverse = np.linalg.pinv(np.cov(sample[:, :columns].T))

    def squared(places: Floats) -> Floats:
        away = places[..., :columns] - mean
        return np.asarray(np.einsum("...i,ij,...j->...", away, inverse, away))

    return np.append(truth, squared(truth)), np.column_stack([draws, squared(draws)])


def controls(draws: Floats) -> dict[str, Floats]:
    """The draws as they are, and made wrong on purpose."""
    mean, sd = draws.mean(axis=0), draws.std(axis=0)
    return {
        "": draws,
        "narrow": mean + SHRUNK * (draws - mean),
        "shifted": draws + SHIFTED * sd,
        "far": draws + FAR * sd,
    }


@dataclass(frozen=True, kw_only=True)
class Line:
    """Verdict on one line of one set of truths."""

    name: str
    truths: int
    inside: int
    """Truths inside the 90 % interval."""
    band: tuple[int, int]
    """Fewest and most that a right method gives."""
    p: float
    """Of the Kolmogorov-Smirnov test of uniform ranks."""
    needed: float
    """The least p that passes."""

    @property
    def passed(self) -> bool:
        """Coverage inside its band, and ranks uniform."""
        return self.band[0] <= self.inside <= self.band[1] and self.p >= self.needed


def lines_of(names: Sequence[str], ranks: Floats, comparisons: int, level: float = LEVEL) -> list[Line]:
    """Verdicts on ranks [truth, line]; ``comparisons``: lines looked at in all (Bonferroni)."""
    truths, spent = len(ranks), (1 - level) / comparisons
    band = coverage_band(truths, spent)
    found = []
    for name, column in zip(names, ranks.T, strict=True):
        inside = int(((column >= INSIDE[0]) & (column <= INSIDE[1])).sum())
        p = float(stats.kstest(column, "uniform").pvalue)
        found.append(Line(name=name, truths=truths, inside=inside, band=band, p=p, needed=spent))
    return found


def coverage_band(truths: int, spent: float) -> tuple[int, int]:
    """Fewest and most truths inside a right 90 % interval, outside with a probability of at most ``spent``."""
    law = stats.binom(truths, INSIDE[1] - INSIDE[0])
    return int(law.ppf(spent / 2)), int(law.isf(spent / 2))


def ecdf_band(truths: int, spent: float, *, grid: int = 100, simulations: int = 20_000, seed: int = 1) -> Floats:
    """Lower and upper limits [2, grid] of the ECDF of uniform numbers at (1 .. grid) / grid, kept at all points
    together with probability 1 - ``spent`` (Säilynoja, Bürkner, Vehtari 2022): pointwise binomial limits whose level is
    found by simulation."""
    points = np.arange(1, grid + 1) / grid
    bins = np.random.default_rng(seed).multinomial(truths, np.full(grid, 1 / grid), simulations)
    counts = bins.cumsum(axis=1)[:, :-1]
    law = stats.binom(truths, points[:-1])
    each = 2 * np.minimum(law.cdf(counts), law.sf(counts - 1)).min(axis=1)
    level = float(np.quantile(each, spent))
    low, high = law.ppf(level / 2), law.isf(level / 2)
    return np.stack([np.append(low, truths), np.append(high, truths)]) / truths
