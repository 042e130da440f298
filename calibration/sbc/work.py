"""What is done for one truth, in a process of its own; every piece leaves a file when done.

A first look at what its figures say gives places to simulate at; the runs of all truths go into the pool. In the end
draws are taken, and what decisions rest on is simulated at the truth and at some of the draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from calibration.facts.observed import Observed
from calibration.facts.priors import DISCREPANCY, FREE
from calibration.posterior.emulator import Emulator
from calibration.posterior.emulator_file import Sizes, emulator_path, load_emulator, sizes_of
from calibration.posterior.simulate import values_at
from calibration.posterior.work import Bank, Sent
from calibration.sbc.methods import DRAWS, SEGMENT, Inference, Truths, imitated, inferred
from calibration.sbc.ranks import FORECASTS, Forecaster, controls, outputs_and_quantities, place_of_truth, with_distance
from foundation.errors import RunFailedError
from foundation.shapes import Floats
from foundation.store.parts import read_array, read_arrays, write_array, write_arrays
from foundation.tasks.ensemble import executor_factory, run_ensemble
from model import PrevalenceError

FIRST, SEED = 800_000_000, 11
"""Number of the first run of the prior; the calibration has other ones. Waves and draws are numbered behind it."""
PER_WAVE, OF_DRAWS = 10_000_000, 50_000_000
LOOK_CHAINS, LOOK_SEGMENTS = 60, 3
"""Of a look that only says where to simulate."""
PRICED = 20
"""Draws of each truth at which decision quantities are simulated."""


@dataclass(frozen=True)
class Task:
    """One truth at one stage."""

    case: Sent
    observed: Observed
    folder: Path
    number: int
    people: int
    stage: int
    """Waves that the pool holds."""
    steps: int
    """Of the chains that give the draws."""
    question: str = ""
    """Hash of what the folder is for."""

    def look_file(self, stage: int) -> Path:
        """Places that the figures make likely as far as a stage knows: the first of them are simulated at."""
        return self.folder / "looks" / f"places-{stage}-{self.number:04d}.npy"

    @property
    def file(self) -> Path:
        """What is known in the end."""
        return self.folder / "truths" / f"truth-{self.number:04d}.npz"


@dataclass(frozen=True)
class Pool:
    """What truths share at a stage."""

    bank: Bank
    emulator: Emulator
    truths: Truths


@lru_cache(maxsize=1)
def loaded(folder: Path, stage: int, sizes: Sizes, question: str = "") -> Pool:
    """As the study has left it."""
    emulator = load_emulator(emulator_path(folder, stage), sizes, question)
    if emulator is None:
        raise RunFailedError(f"{folder}: the emulator of stage {stage} is gone; choose another folder")
    with np.load(folder / f"pool-{stage}.npz") as pool, np.load(folder / "truths.npz") as truths:
        bank = Bank(pool["places"], pool["outputs"], pool["people"])
        return Pool(bank, emulator, Truths(truths["rows"], truths["figures"], truths["off"]))


def without(bank: Bank, row: int) -> Bank:
    """A bank that doesn't know one of its runs."""
    outputs = bank.outputs.copy()
    outputs[row] = np.nan
    return Bank(bank.places, outputs, bank.people)


def look(task: Task) -> None:
    """Places [place, parameter] that the figures make likely, as far as the pool knows."""
    file = task.look_file(task.stage)
    file.parent.mkdir(parents=True, exist_ok=True)
    write_array(file, _inference(task).draws(LOOK_CHAINS, LOOK_SEGMENTS, SEED + task.number)[-1], task.question)


def places_in(file: Path, question: str) -> Floats:
    """What ``look`` left.

    Raises:
        RunFailedError: it is gone or was altered.
    """
    found = read_array(file, question)
    if found is None:
        raise RunFailedError(f"{file}: was altered meanwhile; the same command makes it again")
    return found


def found_in(file: Path, question: str) -> dict[str, Any]:
    """What ``finish`` left; raises as ``places_in``."""
    found = read_arrays(file, question)
    if found is None:
        raise RunFailedError(f"{file}: was altered meanwhile; the same command makes it again")
    return found


def _inference(task: Task) -> Inference:
    pool = loaded(task.folder, task.stage, sizes_of(task.case.case), task.question)
    figures, row = pool.truths.figures[task.number], int(pool.truths.rows[task.number])
    before = places_in(task.look_file(task.stage - 1), task.question) if task.stage else None
    known = without(pool.bank, row)
    return inferred(known, pool.emulator, imitated(task.observed, figures), task.number, before)


def finish(task: Task) -> None:
    """Draws given the figures, and what is needed for ranks."""
    pool, found = loaded(task.folder, task.stage, sizes_of(task.case.case), task.question), _inference(task)
    chains = found.draws(2 * DRAWS, task.steps // SEGMENT, SEED + task.number)
    # Draws from half of the chains, the law about them from the other half: neither knows the other.
    draws, sample = chains[-1, :DRAWS], chains[:, DRAWS:].reshape(-1, len(FREE))
    truth = pool.bank.places[pool.truths.rows[task.number]]
    likelihoods = found.target.many(np.vstack([truth, draws]))
    forecaster = Forecaster(found.target.likelihood.observed, task.people)
    priced = _priced(task, forecaster, truth, draws[:PRICED], pool.truths.off[task.number])
    task.file.parent.mkdir(parents=True, exist_ok=True)
    found_out = {"truth": truth, "draws": draws, "sample": sample, "likelihoods": likelihoods, "quantities": priced}
    write_arrays(task.file, task.question, found_out)


def _priced(task: Task, forecaster: Forecaster, truth: Floats, draws: Floats, off: Floats) -> Floats:
    """[truth and draws, forecast + quantity]; NaN where prevalences can't be had. The truth's run is that of the bank,
    which gave its figures, and goes on."""
    pool = loaded(task.folder, task.stage, sizes_of(task.case.case), task.question)
    rng, stocks = np.random.default_rng([SEED, task.number]), len(task.observed.stocks)
    width = len(task.case.case.outputs)
    rows: list[Floats] = []
    own = FIRST + int(pool.truths.rows[task.number])
    numbers = [own, *(FIRST + OF_DRAWS + 1000 * task.number + k for k in range(len(draws)))]
    for number, values in zip(numbers, values_at(np.vstack([truth, draws])), strict=True):
        try:
            found = outputs_and_quantities(task.case.case, values, task.people, number)
        except PrevalenceError:
            rows.append(np.full(len(rows[0]), np.nan))
            continue
        logs, later, rest = found[:stocks], *np.split(found[width:], [len(FORECASTS)])
        if rows:
            paths = forecaster.forecast(logs, later, float(values[FREE.index(DISCREPANCY)]), rng)
        else:
            paths = forecaster.truth(logs, later, off)
        rows.append(np.concatenate([paths, rest]))
    return np.array(rows)


def carry_out(
    work: Callable[[Task], None], tasks: list[Task], missing: list[Task], workers: int, done: Callable[[int], None]
) -> None:
    """Those of ``tasks`` that are missing, in processes.

    Raises:
        RunFailedError: a truth could not be done.
    """
    done(len(tasks) - len(missing))
    failures = run_ensemble(work, missing, executor_factory(workers), window=2 * workers, done=lambda task, _: done(1))
    if failures:
        raise RunFailedError(f"{len(failures)} truths failed, the first by {failures[0].error}")


def distances_of(found: list[dict[str, Floats]]) -> Floats:
    """[truth, 2] squared distances from the middle of the posterior: the truth's, and the mean of the draws'."""
    rows = []
    for one in found:
        truth, draws = with_distance(one["truth"], one["draws"], one["sample"], len(FREE))
        rows.append([truth[-1], draws[:, -1].mean()])
    return np.array(rows)


def ranks_of(found: list[dict[str, Floats]]) -> dict[str, Floats]:
    """Ranks [truth, parameter + forecast + quantity + 2] as they are and of the negative controls; the last lines are
    the distance and the log likelihood of the figures."""
    rng = np.random.default_rng(SEED)
    ranks: dict[str, list[Floats]] = {}
    for one in found:
        places, likelihoods = controls(np.vstack([one["draws"], one["sample"]])), controls(one["likelihoods"][1:, None])
        priced = one["quantities"][1:]
        for name, wrong in controls(priced[np.isfinite(priced).all(axis=1)]).items():
            own, sample = places[name][: len(one["draws"])], places[name][len(one["draws"]) :]
            lines = place_of_truth(*with_distance(one["truth"], own, sample, len(FREE)), rng)
            money = place_of_truth(one["quantities"][0], wrong, rng)
            last = place_of_truth(one["likelihoods"][:1], likelihoods[name], rng)
            ranks.setdefault(name, []).append(np.concatenate([lines[:-1], money, lines[-1:], last]))
    return {name: np.array(rows) for name, rows in ranks.items()}
