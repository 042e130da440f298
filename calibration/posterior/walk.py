"""Walks over an emulator: many chains of elliptical slice sampling, all evaluated at once.

A step moves along an ellipse through the place and a fresh draw of a law, as far as the likelihood allows: nothing to
tune. In a first segment the law is the prior, a standard normal; in every later one a Student t with the mean and
covariance of all chains so far. On ellipses of the prior alone chains of the real problem hardly leave where they
began: its data know too much.

Elliptical slice sampling (Murray, Adams and MacKay 2010) turns a place towards a fresh draw of a normal law. With the
prior as that law it moves little where the data know much: the slice is a short arc of every ellipse. A Student t law
with the mean and covariance of the places so far fits the posterior better; the ratio of prior to that law is then part
of the likelihood (generalised elliptical slice sampling: Nishihara, Murray and Adams 2014).

All chains walk in one law, so each of them must come to have the mean and variance of all: the autocorrelation time is
that of departures from the mean over all chains. About its own mean a chain that stays where it is has no memory.

A walk is saved after every segment; the chance of a segment is keyed by its number and its law by the segments before,
so an interrupted walk goes on along the same path.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy import fft, linalg

from foundation.shapes import Floats
from foundation.store.parts import read_arrays, write_arrays

FREEDOM = 20.0
"""Degrees of freedom of the Student t: tails wider than those of the places it is learned from."""


class Prior:
    """Ellipses of the standard normal."""

    def inward(self, places: Floats) -> Floats:
        """Coordinates [place, parameter] in which the law is round."""
        return places

    def outward(self, turned: Floats) -> Floats:
        """Places [place, parameter] of coordinates."""
        return turned

    def other(self, turned: Floats, rng: np.random.Generator) -> Floats:
        """The other end [place, parameter] of an ellipse through each place."""
        return rng.standard_normal(turned.shape)

    def extra(self, turned: Floats, places: Floats) -> Floats:
        """Log density [place] of the prior over that of the law, up to a constant."""
        return np.zeros(len(places))


@dataclass(frozen=True)
class Aimed(Prior):
    """Ellipses of a Student t: a normal law whose scale is drawn anew at every step, given the place."""

    mean: Floats
    lower: Floats
    """[parameter, parameter] Cholesky factor of the scale."""

    def inward(self, places: Floats) -> Floats:
        return np.asarray(linalg.solve_triangular(self.lower, (places - self.mean).T, lower=True).T)

    def outward(self, turned: Floats) -> Floats:
        return np.asarray(self.mean + turned @ self.lower.T)

    def other(self, turned: Floats, rng: np.random.Generator) -> Floats:
        n, parameters = turned.shape
        squares = np.einsum("ij,ij->i", turned, turned)
        scale = (FREEDOM + squares) / (2.0 * rng.gamma((parameters + FREEDOM) / 2.0, size=n))
        return np.asarray(np.sqrt(scale)[:, None] * rng.standard_normal(turned.shape))

    def extra(self, turned: Floats, places: Floats) -> Floats:
        power = (turned.shape[1] + FREEDOM) / 2.0
        wide = power * np.log1p(np.einsum("ij,ij->i", turned, turned) / FREEDOM)
        return np.asarray(wide - 0.5 * np.einsum("ij,ij->i", places, places))


def aimed_at(places: Floats) -> Aimed:
    """With the mean and covariance of ``places`` [place, parameter]."""
    return Aimed(np.asarray(places.mean(axis=0)), np.asarray(np.linalg.cholesky(covariance_of(places)), np.float64))


def covariance_of(places: Floats) -> Floats:
    """[parameter, parameter] covariance of few or many ``places`` [place, parameter].

    That of the prior counts for as many places as there are parameters: with fewer places than parameters the sample's
    own is singular, with a few more it takes chance for correlation.
    """
    n, parameters = places.shape
    own = np.cov(places.T).reshape(parameters, parameters) if n > 1 else np.zeros((parameters, parameters))
    return np.asarray((n * own + parameters * np.eye(parameters)) / (n + parameters))


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
WINDOW = 5
"""Lags summed for an autocorrelation time, in such times (Sokal 1997)."""
FEWEST_SEGMENTS, MOST_SEGMENTS = 4, 40
EXPLORED = 60
"""Steps of a short walk."""
SHRINKS = 60
"""Times that an arc is cut before a chain stays where it is."""
PRIOR = Prior()


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
    long_enough: bool
    """Whether every chain came to be as long as wanted."""


@dataclass
class Chains:
    """Where the chains are."""

    places: Floats
    """[chain, parameter]"""
    chance: Floats
    """[chain] log likelihood."""

    def step(self, log_likelihood: LogDensity, rng: np.random.Generator, law: Prior = PRIOR) -> None:
        """One step of all chains: each arc shrinks towards the present place until a place on it is likely enough."""
        n = len(self.places)
        before = law.inward(self.places.copy())
        other = law.other(before, rng)
        level = self.chance + law.extra(before, self.places) + np.log(rng.random(n))
        angle = rng.uniform(0.0, 2 * np.pi, n)
        low, high, open_ = angle - 2 * np.pi, angle.copy(), np.arange(n)
        for _ in range(SHRINKS):
            at = angle[open_, None]
            turned = before[open_] * np.cos(at) + other[open_] * np.sin(at)
            tried = law.outward(turned)
            found = log_likelihood(tried)
            good = found + law.extra(turned, tried) > level[open_]
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
    question: str = "",
) -> Walk:
    """Walk from ``start`` [place, parameter] until every chain is ``wanted`` autocorrelation times long.

    ``saved`` holds the state after every segment, for ``question`` alone; ``tell`` is given the share done (0..1,
    estimated).
    """
    places, kept = _loaded(saved, parameters, question)
    if places is None:
        rng = np.random.default_rng([seed, 0])
        places = _starts(log_likelihood, parameters, rng, start)
    chains = _begun(log_likelihood, places) if not _finished(kept, segments, wanted) else None
    while chains is not None and not _finished(kept, segments, wanted):
        rng = np.random.default_rng([seed, 1 + len(kept) // KEPT])
        parts, law = [], aimed_at(_late(kept).reshape(-1, parameters)) if len(kept) else PRIOR
        for step in range(SEGMENT):
            chains.step(log_likelihood, rng, law)
            if (step + 1) % (SEGMENT // KEPT) == 0:
                parts.append(chains.places.copy())
        kept = np.concatenate([kept, np.stack(parts)]) if len(kept) else np.stack(parts)
        write_arrays(saved, question, {"places": chains.places, "kept": kept})
        tell(min(0.99, len(kept) / max(wanted * _autocorrelation(kept) * 3 / 2, len(kept) + 1)))
    return _result(kept, wanted)


def _finished(kept: Floats, segments: int, wanted: float) -> bool:
    done = len(kept) // KEPT
    if done < min(FEWEST_SEGMENTS, segments):
        return False
    return done >= segments or _long_enough(kept, wanted)


def _long_enough(kept: Floats, wanted: float) -> bool:
    return len(_late(kept)) >= wanted * _autocorrelation(kept)


def _late(kept: Floats) -> Floats:
    """Without the first third."""
    return kept[len(kept) // 3 :]


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
    late = _late(kept)
    return max(autocorrelation(late[:, :, k]) for k in range(late.shape[2]))


def autocorrelation(values: Floats) -> float:
    """Autocorrelation time, in steps, of ``values`` [step, chain] that all walk in one law; at least 1.

    About the mean over all chains; where they are too short to tell, what comes out is more than a fifth of their
    length.
    """
    steps = len(values)
    away = values - values.mean()
    spectrum = np.abs(fft.rfft(away, 2 * steps, axis=0)) ** 2
    products = fft.irfft(spectrum.sum(axis=1))[:steps] / np.arange(steps, 0, -1)
    if products[0] <= 0.0:
        return float(steps)
    times = 2.0 * np.cumsum(products / products[0]) - 1.0
    enough = np.arange(steps) >= WINDOW * times
    return float(max(1.0, times[enough.argmax()] if enough.any() else max(times[-1], steps / WINDOW)))


def _result(kept: Floats, wanted: float) -> Walk:
    late = _late(kept)
    length, step = _autocorrelation(kept), SEGMENT // KEPT
    return Walk(
        places=late.reshape(-1, late.shape[-1]),
        steps=len(kept) * step,
        autocorrelation=length * step,
        effective=float(late.shape[0] * late.shape[1] / length),
        long_enough=_long_enough(kept, wanted),
    )


def _loaded(path: Path, parameters: int, question: str) -> tuple[Floats | None, Floats]:
    found = read_arrays(path, question)
    if found is None:
        return None, np.empty((0, CHAINS, parameters))
    return found["places"], found["kept"]
