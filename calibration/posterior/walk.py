"""Walks over an emulator by an ensemble sampler (emcee, Foreman-Mackey et al. 2013): draws of the posterior.

Moves are differential evolution (ter Braak 2006) on the affine-invariant ensemble; all walkers of half an ensemble are
evaluated at once. emcee's snooker move is left out: on a standard normal in 27 dimensions it gives a spread of 0.74
(``tests/calibration/posterior/test_walk.py`` shows it).

A walk is saved after every segment and goes on from there along the same path.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import emcee
import numpy as np

from foundation.shapes import Floats

LogDensity = Callable[[Floats], Floats]
"""[place] for places [place, parameter]."""
WALKERS_PER_PARAMETER = 8
FIRST_LOOK = 60
"""Prior places per walker among which the starts of a first walk are drawn."""
FLATTENED = 0.1
"""Power of the likelihood by which starts are drawn: the best places by far would all be one."""
MOVES = ((emcee.moves.DEMove(), 0.9), (emcee.moves.DEMove(gamma0=1.0), 0.1))
SEGMENT = 500
"""Steps between saves."""
KEPT = 50
"""Steps kept of each segment."""
WANTED = 25
"""Length of a walk in autocorrelation times, after its first quarter is dropped."""
MOST_SEGMENTS = 40


@dataclass(frozen=True)
class Walk:
    """What a walk leaves."""

    places: Floats
    """[draw, parameter], thinned, equally weighted."""
    steps: int
    autocorrelation: float
    """Steps, the longest of any parameter."""
    effective: float
    """Independent draws that the walk is worth, for the worst parameter."""


def explore(
    log_likelihood: LogDensity, parameters: int, wanted: int, *, seed: int, start: Floats | None = None
) -> Floats:
    """``wanted`` places [place, parameter] of a short walk: where to simulate next, not the posterior.

    ``start`` [place, parameter] gives places to begin from besides those of the prior.
    """
    rng = np.random.default_rng(seed)
    sampler = _sampler(log_likelihood, parameters)
    sampler.random_state = np.random.RandomState(seed).get_state()
    sampler.run_mcmc(_starts(log_likelihood, parameters, rng, start), SEGMENT, skip_initial_state_check=True)
    chain = np.asarray(sampler.get_chain(discard=SEGMENT // 2, flat=True))
    distinct = np.unique(chain, axis=0)
    return np.asarray(distinct[rng.permutation(len(distinct))[:wanted]])


def walk(
    log_likelihood: LogDensity,
    parameters: int,
    *,
    seed: int,
    start: Floats,
    saved: Path,
    tell: Callable[[float], None] = lambda share: None,
    segments: int = MOST_SEGMENTS,
    wanted: float = WANTED,
) -> Walk:
    """Walk from ``start`` [place, parameter] until it is ``wanted`` autocorrelation times long; where there are fewer
    starts than walkers, a short walk finds them.

    ``saved`` holds the state after every segment; ``tell`` is given the share done (0..1, estimated).
    """
    sampler = _sampler(log_likelihood, parameters)
    state, chain = _loaded(saved)
    if state is None:
        walkers = WALKERS_PER_PARAMETER * parameters
        if len(start) < walkers:
            start = explore(log_likelihood, parameters, walkers, seed=seed, start=start)
        first = start[np.random.default_rng(seed).permutation(len(start))[:walkers]]
        state = emcee.State(first, random_state=np.random.RandomState(seed).get_state())
    done = len(chain) * SEGMENT // KEPT
    while not _long_enough(chain, wanted) and done < segments * SEGMENT:
        sampler.reset()
        state = sampler.run_mcmc(state, SEGMENT, skip_initial_state_check=True)
        part = sampler.get_chain()[:: SEGMENT // KEPT]
        chain = np.concatenate([chain, part]) if len(chain) else part
        done += SEGMENT
        _save(saved, state, chain)
        length = wanted * _autocorrelation(chain) * 4 / 3
        tell(min(0.99, len(chain) / max(length, len(chain) + 1)))
    return _result(chain)


def _sampler(log_likelihood: LogDensity, parameters: int) -> Any:
    def log_density(places: Floats) -> Floats:
        return np.asarray(log_likelihood(places) - 0.5 * (places**2).sum(axis=1))

    return emcee.EnsembleSampler(
        WALKERS_PER_PARAMETER * parameters, parameters, log_density, moves=list(MOVES), vectorize=True
    )


def _starts(log_likelihood: LogDensity, parameters: int, rng: np.random.Generator, start: Floats | None) -> Floats:
    walkers = WALKERS_PER_PARAMETER * parameters
    places = rng.standard_normal((FIRST_LOOK * walkers, parameters))
    if start is not None:
        places = np.concatenate([places, start])
    chance = np.concatenate([log_likelihood(part) for part in np.array_split(places, FIRST_LOOK)])
    weights = np.exp(FLATTENED * (chance - chance.max()))
    return np.asarray(places[rng.choice(len(places), walkers, replace=False, p=weights / weights.sum())])


def _autocorrelation(chain: Floats) -> float:
    """Longest autocorrelation time of a thinned chain [step, walker, parameter], in thinned steps."""
    if len(chain) < 8:
        return float("inf")
    late = chain[len(chain) // 4 :]
    return float(np.max(emcee.autocorr.integrated_time(late, quiet=True, tol=0)))


def _long_enough(chain: Floats, wanted: float) -> bool:
    return 0.75 * len(chain) > wanted * _autocorrelation(chain)


def _result(chain: Floats) -> Walk:
    late = chain[len(chain) // 4 :]
    length = _autocorrelation(chain)
    step = SEGMENT // KEPT
    return Walk(
        places=late.reshape(-1, late.shape[-1]),
        steps=len(chain) * step,
        autocorrelation=length * step,
        effective=float(late.shape[0] * late.shape[1] / max(length, 1.0)),
    )


def _save(path: Path, state: Any, chain: Floats) -> None:
    _, words, position, has_gauss, gauss = state.random_state
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    with temporary.open("wb") as file:
        np.savez(
            file,
            coords=state.coords,
            log_prob=state.log_prob,
            chain=chain,
            words=words,
            at=[position, has_gauss],
            gauss=gauss,
        )
    os.replace(temporary, path)


def _loaded(path: Path) -> tuple[Any, Floats]:
    if not path.exists():
        return None, np.empty((0, 0, 0))
    with np.load(path) as file:
        words = ("MT19937", file["words"], int(file["at"][0]), int(file["at"][1]), float(file["gauss"]))
        return emcee.State(file["coords"], log_prob=file["log_prob"], random_state=words), file["chain"]
