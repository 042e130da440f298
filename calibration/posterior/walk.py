"""Walks over an emulator: many chains of elliptical slice sampling (Murray, Adams and MacKay 2010).

The prior of places is a standard normal, and a step moves along an ellipse through the place and a fresh draw of it, as
far as the likelihood allows: nothing to tune, and parameters that no data inform are drawn anew at every step. What is
left to walk through are the few directions that the data know, so forty-odd parameters cost no more than ten. All
chains are evaluated at once.

A walk is saved after every segment; the chance of a segment is keyed by its number, so an interrupted walk goes on
along the same path.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import emcee
import numpy as np

from foundation.shapes import Floats

LogDensity = Callable[[Floats], Floats]
"""[place] for places [place, parameter]."""
CHAINS = 400
FIRST_LOOK = 30
"""Prior places per chain among which the starts of a first walk are drawn."""
FLATTENED = 0.1
"""Power of the likelihood by which starts are drawn: the best places by far would all be one."""
SEGMENT = 50
"""Steps between saves."""
KEPT = 10
"""Steps kept of each segment."""
WANTED = 6
"""Length of every chain in autocorrelation times, after its first third is dropped."""
FEWEST_SEGMENTS, MOST_SEGMENTS = 4, 40
EXPLORED = 60
"""Steps of a short walk."""
SHRINKS = 60
"""Times that an arc is cut before a chain stays where it is."""


@dataclass(frozen=True)
class Walk:
    """What a walk leaves."""

    places: Floats
    """[draw, parameter], thinned, equally weighted."""
    steps: int
    """Of each chain."""
    autocorrelation: float
    """Steps, the longest of any parameter."""
    effective: float
    """Independent draws that the walk is worth, for the worst parameter."""


@dataclass
class Chains:
    """Where the chains are."""

    places: Floats
    """[chain, parameter]"""
    chance: Floats
    """[chain] log likelihood."""

    def step(self, log_likelihood: LogDensity, rng: np.random.Generator) -> None:
        """One step of all chains: each arc shrinks towards the present place until a place on it is likely enough."""
        n = len(self.places)
        other = rng.standard_normal(self.places.shape)
        level = self.chance + np.log(rng.random(n))
        angle = rng.uniform(0.0, 2 * np.pi, n)
        low, high, open_ = angle - 2 * np.pi, angle.copy(), np.arange(n)
        before = self.places.copy()
        for _ in range(SHRINKS):
            turned = angle[open_, None]
            tried = before[open_] * np.cos(turned) + other[open_] * np.sin(turned)
            found = log_likelihood(tried)
            good = found > level[open_]
            self.places[open_[good]], self.chance[open_[good]] = tried[good], found[good]
            open_ = open_[~good]
            if not len(open_):
                return
            left = angle[open_] < 0
            low[open_[left]], high[open_[~left]] = angle[open_[left]], angle[open_[~left]]
            angle[open_] = rng.uniform(low[open_], high[open_])


def explore(
    log_likelihood: LogDensity, parameters: int, wanted: int, *, seed: int, start: Floats | None = None
) -> Floats:
    """``wanted`` places [place, parameter] of a short walk: where to simulate next, not the posterior.

    ``start`` [place, parameter] gives places to begin from besides those of the prior.
    """
    rng = np.random.default_rng(seed)
    chains = _begun(log_likelihood, _starts(log_likelihood, parameters, rng, start))
    kept = []
    for step in range(EXPLORED):
        chains.step(log_likelihood, rng)
        if step >= EXPLORED - max(3, 1 + wanted // len(chains.places)):
            kept.append(chains.places.copy())
    distinct = np.unique(np.concatenate(kept), axis=0)
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
    """Walk from ``start`` [place, parameter] until every chain is ``wanted`` autocorrelation times long.

    ``saved`` holds the state after every segment; ``tell`` is given the share done (0..1, estimated).
    """
    places, kept = _loaded(saved, parameters)
    if places is None:
        rng = np.random.default_rng([seed, 0])
        places = _starts(log_likelihood, parameters, rng, start)
    chains = _begun(log_likelihood, places) if not _finished(kept, segments, wanted) else None
    while chains is not None and not _finished(kept, segments, wanted):
        rng = np.random.default_rng([seed, 1 + len(kept) // KEPT])
        parts = []
        for step in range(SEGMENT):
            chains.step(log_likelihood, rng)
            if (step + 1) % (SEGMENT // KEPT) == 0:
                parts.append(chains.places.copy())
        kept = np.concatenate([kept, np.stack(parts)]) if len(kept) else np.stack(parts)
        _save(saved, chains.places, kept)
        tell(min(0.99, len(kept) / max(wanted * _autocorrelation(kept) * 3 / 2, len(kept) + 1)))
    return _result(kept)


def _finished(kept: Floats, segments: int, wanted: float) -> bool:
    done = len(kept) // KEPT
    if done < min(FEWEST_SEGMENTS, segments):
        return False
    return done >= segments or 2 / 3 * len(kept) > wanted * _autocorrelation(kept)


def _begun(log_likelihood: LogDensity, places: Floats) -> Chains:
    return Chains(places.copy(), np.asarray(log_likelihood(places), np.float64).copy())


def _starts(log_likelihood: LogDensity, parameters: int, rng: np.random.Generator, start: Floats | None) -> Floats:
    places = rng.standard_normal((FIRST_LOOK * CHAINS, parameters))
    if start is not None:
        places = np.concatenate([places, start])
    chance = np.concatenate([log_likelihood(part) for part in np.array_split(places, FIRST_LOOK)])
    weights = np.exp(FLATTENED * (chance - chance.max()))
    return np.asarray(places[rng.choice(len(places), CHAINS, replace=False, p=weights / weights.sum())])


def _autocorrelation(kept: Floats) -> float:
    """Longest autocorrelation time of thinned chains [step, chain, parameter], in thinned steps."""
    if len(kept) < 8:
        return float("inf")
    late = kept[len(kept) // 3 :]
    return float(max(1.0, np.max(emcee.autocorr.integrated_time(late, quiet=True, tol=0))))


def _result(kept: Floats) -> Walk:
    late = kept[len(kept) // 3 :]
    length, step = _autocorrelation(kept), SEGMENT // KEPT
    return Walk(
        places=late.reshape(-1, late.shape[-1]),
        steps=len(kept) * step,
        autocorrelation=length * step,
        effective=float(late.shape[0] * late.shape[1] / length),
    )


def _save(path: Path, places: Floats, kept: Floats) -> None:
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    with temporary.open("wb") as file:
        np.savez(file, places=places, kept=kept)
    os.replace(temporary, path)


def _loaded(path: Path, parameters: int) -> tuple[Floats | None, Floats]:
    if not path.exists():
        return None, np.empty((0, CHAINS, parameters))
    with np.load(path) as file:
        return file["places"], file["kept"]
