"""Nested sampling over an emulator (dynesty, Speagle 2020): the evidence.

Its draws are not used: in 27 dimensions, most of them hardly informed, they drift away from the prior with few live
points; ``calibration.walk`` gives the draws.

A run saves its state every few seconds and goes on from it; given the same state it takes the same path, so an
interrupted run ends as an undisturbed one does.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dynesty
import numpy as np
import numpy.typing as npt
from scipy import special

from calibration.emulator import Emulator
from calibration.free import quick_values_at
from calibration.likelihood import Likelihood
from calibration.roles import DISCREPANCY, SURVEY

Floats = npt.NDArray[np.float64]
ANSWERED = (*SURVEY, DISCREPANCY)
"""Parameters of the likelihood alone; the emulator takes the others as places."""
SAVE_EVERY = 10.0
"""Seconds between saved states."""
STOP = 0.1
"""Remaining log evidence at which a run stops."""


@dataclass(frozen=True)
class Target:
    """Log likelihood of places over an emulator; picklable, so that a saved run carries it along."""

    emulator: Emulator
    likelihood: Likelihood

    def many(self, places: Floats) -> Floats:
        """[place] for places [place, parameter]."""
        return self.likelihood(self.emulator.outputs(places), quick_values_at(places, ANSWERED))

    def __call__(self, place: Floats) -> float:
        return float(self.many(place[None, :])[0])


@dataclass(frozen=True)
class NestedTask:
    """One nested run."""

    target: Target
    parameters: int
    live: int
    seed: int
    saved: str
    """File of the state while it runs, and of the result once it has finished (with ``.done`` added)."""


@dataclass(frozen=True)
class Nested:
    """Weighted draws of one or several nested runs."""

    places: Floats
    """[draw, parameter]"""
    log_weights: Floats
    """[draw], normalised."""
    log_likelihoods: Floats
    """[draw]"""
    log_evidence: float
    log_evidence_error: float
    information: float
    """Nats that the data add to the prior."""
    calls: int


def run_nested(task: NestedTask, tell: Callable[[float, float, float], None] = lambda *_: None) -> Nested:
    """Run to the end, from the saved state if there is one.

    ``tell`` is given the log evidence so far, its error and the share done (0..1, estimated).
    """
    done = Path(f"{task.saved}.done")
    if done.exists():
        return _loaded(done)
    saved = Path(task.saved)
    resume = saved.exists()
    if resume:
        sampler = dynesty.NestedSampler.restore(str(saved))
    else:
        sampler = dynesty.NestedSampler(
            task.target,
            special.ndtri,
            task.parameters,
            nlive=task.live,
            bound="multi",
            sample="rwalk",
            rstate=np.random.default_rng(task.seed),
        )
    sampler.run_nested(
        dlogz=STOP,
        checkpoint_file=str(saved),
        checkpoint_every=SAVE_EVERY,
        resume=resume,
        print_func=_Teller(tell, task.live),
    )
    result = summary(sampler.results)
    _keep(done, result)
    saved.unlink(missing_ok=True)
    return result


class _Teller:
    """Turns dynesty's progress calls into ours."""

    def __init__(self, tell: Callable[[float, float, float], None], live: int) -> None:
        self.tell, self.live, self.first = tell, live, 0.0

    def __call__(self, results: Any, niter: int, ncall: int, *_: Any, **more: Any) -> None:
        if niter % 50:
            return
        delta = float(results.delta_logz)
        if not np.isfinite(delta):
            return
        # Once the likelihood has levelled off, each point takes 1 / live from what remains.
        left = max(delta - STOP, 0.0) * self.live
        self.tell(float(results.logz), float(np.sqrt(max(results.logzvar, 0.0))), niter / (niter + left))


def summary(results: Any) -> Nested:
    """What is kept of dynesty's results."""
    return Nested(
        places=special.ndtri(np.clip(results.samples_u, 1e-12, 1 - 1e-12)),
        log_weights=results.logwt - results.logz[-1],
        log_likelihoods=results.logl,
        log_evidence=float(results.logz[-1]),
        log_evidence_error=float(results.logzerr[-1]),
        information=float(results.information[-1]),
        calls=int(np.sum(results.ncall)),
    )


def combined(runs: list[Nested]) -> Nested:
    """Independent runs as one: draws weighted by each run's evidence; the evidence is the mean, its error the larger
    of what the runs state and how they differ."""
    evidence = np.array([run.log_evidence for run in runs])
    mean = float(special.logsumexp(evidence) - np.log(len(runs)))
    stated = float(np.sqrt(np.mean([run.log_evidence_error**2 for run in runs]) / len(runs)))
    differ = float(evidence.std(ddof=1) / np.sqrt(len(runs))) if len(runs) > 1 else 0.0
    weights = np.concatenate([run.log_weights + run.log_evidence for run in runs])
    return Nested(
        places=np.concatenate([run.places for run in runs]),
        log_weights=weights - special.logsumexp(weights),
        log_likelihoods=np.concatenate([run.log_likelihoods for run in runs]),
        log_evidence=mean,
        log_evidence_error=max(stated, differ),
        information=float(np.mean([run.information for run in runs])),
        calls=sum(run.calls for run in runs),
    )


def effective(log_weights: Floats) -> float:
    """Effective sample size of weighted draws (Kish)."""
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights**2).sum())


def systematic(log_weights: Floats, wanted: int, seed: int) -> npt.NDArray[np.int64]:
    """Indices of ``wanted`` distinct draws of equal weight, in random order, by systematic resampling.

    Finer steps are tried where one draw comes up twice; so a draw of great weight is kept once.

    Raises:
        ValueError: there are fewer draws than wanted.
    """
    rng = np.random.default_rng(seed)
    weights = np.exp(log_weights - log_weights.max())
    edges = np.cumsum(weights) / weights.sum()
    for more in (1, 2, 4, 8, 16, 32):
        steps = (np.arange(more * wanted) + rng.random()) / (more * wanted)
        found = np.unique(np.searchsorted(edges, steps))
        if len(found) >= wanted:
            return np.asarray(rng.permutation(found)[:wanted])
    raise ValueError(f"{wanted} distinct draws wanted; there are no more than {len(found)}")


def _keep(path: Path, run: Nested) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.part")
    with temporary.open("wb") as file:
        np.savez(file, **{name: getattr(run, name) for name in run.__dataclass_fields__})
    os.replace(temporary, path)


def _loaded(path: Path) -> Nested:
    with np.load(path) as file:
        values = {name: file[name] for name in Nested.__dataclass_fields__}
    numbers = {name: value.item() if value.ndim == 0 else value for name, value in values.items()}
    return Nested(**numbers)
