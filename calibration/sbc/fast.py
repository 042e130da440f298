"""Simulation-based calibration of the fast method (``calibration.second.abc``): truths are runs of its own bank,
left out of
what it knows.

Two sets of truths: from the whole prior, and those whose figures are nearest to the real ones (Prangle et al. 2014): a
method may be right on average over the prior and wrong where it is used. Choosing by the figures keeps ranks uniform.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from calibration.facts.observed import Observed
from calibration.posterior.bank import Bank
from calibration.sbc.ranks import controls, place_of_truth, with_distance
from calibration.second.abc import Synthetic, infer, published_figures, synthetic
from foundation.shapes import Floats

DRAWS = 100
"""Posterior draws among which a truth is ranked."""


def chosen(known: Synthetic, observed: Observed, truths: int, near: bool, seed: int) -> npt.NDArray[np.int64]:
    """Rows that serve as truths, of distinct runs: at random, or the nearest to the real figures."""
    if near:
        away = (known.figures - published_figures(observed)) / known.figures.std(axis=0)
        order = np.argsort((away**2).sum(axis=1), kind="stable")
    else:
        order = np.random.default_rng(seed).permutation(len(known.run))
    _, first = np.unique(known.run[order], return_index=True)
    return np.asarray(order[np.sort(first)[:truths]])


def fast_ranks(
    bank: Bank,
    quantities: Floats,
    observed: Observed,
    *,
    truths: int,
    near: bool,
    seed: int = 1,
    tell: Callable[[int], None] = lambda done: None,
) -> dict[str, Floats]:
    """Ranks [truth, parameter + quantity + 1] as they are and of the negative controls; the last line is the distance.

    ``quantities`` [run, quantity] belong to the runs of the bank.
    """
    known = synthetic(bank, observed, seed)
    extra, rng = quantities[known.run], np.random.default_rng(seed)
    ranks: dict[str, list[Floats]] = {}
    for done, row in enumerate(chosen(known, observed, truths, near, seed), 1):
        others = known.run != known.run[row]
        less = Synthetic(known.places[others], known.figures[others], known.run[others])
        posterior = infer(less, known.figures[row], extra=extra[others])
        truth = np.concatenate([known.places[row], extra[row]])
        drawn = posterior.chosen(DRAWS, seed + done)
        # Several rows come from one run and lie close together: what describes the posterior comes from other runs.
        runs = less.run[posterior.rows]
        rest = np.flatnonzero(~np.isin(runs, runs[drawn]))
        both = posterior.places[np.concatenate([drawn, rest])]
        for name, draws in controls(both).items():
            own, sample = draws[: len(drawn)], draws[len(drawn) :]
            lines = with_distance(truth, own, sample, known.places.shape[1])
            ranks.setdefault(name, []).append(place_of_truth(*lines, rng))
        tell(done)
    return {name: np.array(found) for name, found in ranks.items()}
