"""Places worth simulating next: a quick look at the posterior that an emulator gives.

An ensemble sampler (emcee, Foreman-Mackey et al. 2013) moves walkers over the emulator; all walkers are evaluated at
once. What comes out are places for the next simulations, not the posterior.
"""

from __future__ import annotations

from collections.abc import Callable

import emcee
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
WALKERS_PER_PARAMETER = 6
FIRST_LOOK = 60
"""Prior places per walker among which the walkers' starts are drawn."""
MOVES = [(emcee.moves.DEMove(gamma0=0.1), 0.3), (emcee.moves.DEMove(), 0.5), (emcee.moves.DESnookerMove(), 0.2)]
"""Differential evolution in short and in usual steps: the stocks leave narrow ridges between the parameters."""


def explore(
    log_likelihood: Callable[[Floats], Floats],
    parameters: int,
    wanted: int,
    *,
    seed: int,
    rounds: int = 400,
    start: Floats | None = None,
) -> Floats:
    """``wanted`` places [place, parameter] from the later half of a walk under ``log_likelihood`` [place] and the
    standard normal prior; ``start`` [place, parameter] gives further places to begin from."""
    rng = np.random.default_rng(seed)
    walkers = WALKERS_PER_PARAMETER * parameters
    places = rng.standard_normal((FIRST_LOOK * walkers, parameters))
    if start is not None:
        places = np.concatenate([places, start])
    chance = np.concatenate([log_likelihood(part) for part in np.array_split(places, FIRST_LOOK)])
    # The best places by far would all be one: start from a flattened posterior.
    weights = np.exp(0.1 * (chance - chance.max()))
    first = places[rng.choice(len(places), walkers, replace=False, p=weights / weights.sum())]
    sampler = emcee.EnsembleSampler(
        walkers,
        parameters,
        lambda x: log_likelihood(x) - 0.5 * (x**2).sum(axis=1),
        moves=MOVES,
        vectorize=True,
    )
    sampler.random_state = np.random.RandomState(seed).get_state()
    sampler.run_mcmc(first, rounds, skip_initial_state_check=True)
    chain = np.asarray(sampler.get_chain(discard=rounds // 2, flat=True))
    distinct = np.unique(chain, axis=0)
    return distinct[rng.permutation(len(distinct))[:wanted]]
