"""Simulations at many places, by worker processes: a bank of runs, kept block by block, and draws tried one by one.

A bank is filled in blocks; a finished block is a file of its own, so that an interrupted filling loses at most the
blocks under way. A run depends on its place, its number and the case alone: not on workers, blocks or order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import numpy.typing as npt

from calibration.facts.priors import STATUS_QUO, to_parameters
from calibration.posterior.simulate import Case, simulate, values_at
from foundation.errors import RunFailedError, UserError
from foundation.shapes import Floats
from foundation.store.atomic import write_text
from foundation.store.fingerprint import code_fingerprint, digest_of
from foundation.store.parts import read_array, write_array
from foundation.store.reading import read_json
from foundation.tasks.ensemble import executor_factory, run_ensemble
from model import PrevalenceError, solve_prevalence

KEPT = 2
_here: dict[str, Sent] = {}


@dataclass(frozen=True, eq=False)
class Sent:
    """A worker has one and the same object for all that it is sent of it: populations are kept by the case."""

    case: Case
    key: str = field(default_factory=lambda: uuid4().hex)

    def __reduce__(self) -> tuple[object, ...]:
        """Executors pickle what they send."""
        return _arrived, (self.case, self.key)


def _arrived(case: Case, key: str) -> Sent:
    """The first to arrive, for every further one."""
    if key not in _here:
        while len(_here) >= KEPT:
            del _here[next(iter(_here))]
        _here[key] = Sent(case, key)
    return _here[key]


Simulator = Callable[[Case, Floats, int, int], Floats]
"""Outputs [output] of a case at values [parameter], for so many people, with a number that keys chance."""
BLOCK = 16


@dataclass(frozen=True)
class Bank:
    """Simulated places."""

    places: Floats
    """[run, parameter]"""
    outputs: Floats
    """[run, output]; NaN where the surveyed prevalences can't be had."""
    people: npt.NDArray[np.int64]
    """[run] agents of each run."""

    @property
    def possible(self) -> npt.NDArray[np.bool_]:
        """[run] whether the surveyed prevalences could be had."""
        return np.asarray(np.isfinite(self.outputs).all(axis=1))

    def __len__(self) -> int:
        return len(self.places)


def misses(bank: Bank, published: Floats) -> Floats:
    """[run] largest miss of a stock of ``published`` [stock] (log millions); infinite where impossible."""
    away = np.abs(bank.outputs[:, : len(published)] - published).max(axis=1)
    return np.where(bank.possible, away, np.inf)


WINDOW = 0.8
"""Runs with a stock further than this from the published one, on logarithms, teach an emulator nothing of use."""


def teaching(bank: Bank, published: Floats, *, fewest: int, most: int, nearer: float = 1.0) -> npt.NDArray[np.int64]:
    """Rows that an emulator learns from, by rising miss: all within ``WINDOW``, or ``fewest`` where there are less; of
    more than ``most`` an even part, or with a power ``nearer`` above 1 one that is denser near the figures.

    Far ones too: among runs that all fit there is next to nothing to learn from.
    """
    away = misses(bank, published)
    order = np.argsort(away, kind="stable")
    near = max(int((away < WINDOW).sum()), min(fewest, int(bank.possible.sum())))
    steps = np.linspace(0, near - 1, min(near, most))
    if near > most:
        steps = steps**nearer / (near - 1) ** (nearer - 1)
    return np.asarray(order[np.unique(steps.astype(np.int64))])


@dataclass(frozen=True)
class _Block:
    case: Sent
    places: Floats
    people: int
    first: int
    """Number of the first run: it keys their chance."""
    file: str
    question: str
    simulator: Simulator | None
    width: int


def joined(banks: Sequence[Bank]) -> Bank:
    """Several banks of one case as one."""
    return Bank(
        np.concatenate([bank.places for bank in banks]),
        np.concatenate([bank.outputs for bank in banks]),
        np.concatenate([bank.people for bank in banks]),
    )


def fill(
    case: Case,
    places: Floats,
    *,
    people: int,
    first: int,
    folder: Path,
    workers: int,
    done: Callable[[int], None] = lambda runs: None,
    simulator: Simulator | None = None,
    width: int | None = None,
    question: str = "",
) -> Bank:
    """Simulate ``places`` [run, parameter] on ``people`` agents each; blocks already in ``folder`` are not run again,
    if they are whole and of this ``question`` (``same_settings``).

    ``first`` numbers the runs (their chance depends on it); ``done`` is told the runs finished with each block. Another
    ``simulator`` (a function of a module, so that workers find it) gives ``width`` outputs.

    Raises:
        RunFailedError: a block failed otherwise than by impossible prevalences.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sent, width = Sent(case), width or len(case.outputs)
    blocks = [
        _Block(
            case=sent,
            places=places[at : at + BLOCK],
            people=people,
            first=first + at,
            file=str(folder / f"block-{at // BLOCK:04d}.npy"),
            question=_of_block(question, places[at : at + BLOCK], people, first + at),
            simulator=simulator,
            width=width,
        )
        for at in range(0, len(places), BLOCK)
    ]
    waiting = [block for block in blocks if _kept(block) is None]
    done(sum(len(block.places) for block in blocks) - sum(len(block.places) for block in waiting))
    failures = run_ensemble(
        _run_block,
        waiting,
        executor_factory(workers),
        window=2 * workers,
        done=lambda block, _: done(len(block.places)),
    )
    if failures:
        raise RunFailedError(f"{len(failures)} blocks of simulations failed, the first by {failures[0].error}")
    kept = [_kept(block) for block in blocks]
    if lost := [block.file for block, outputs in zip(blocks, kept, strict=True) if outputs is None]:
        raise RunFailedError(f"{lost[0]}: was altered meanwhile; --resume makes it again")
    outputs = np.concatenate([outputs for outputs in kept if outputs is not None])
    return Bank(places, outputs, np.full(len(places), people))


def _of_block(question: str, places: Floats, people: int, first: int) -> str:
    """What a block answers: the question of the folder, and where, on how many and by which chance it is simulated."""
    return digest_of([question, sha256(np.ascontiguousarray(places).tobytes()).hexdigest(), people, first])


def _kept(block: _Block) -> Floats | None:
    """Outputs [run, output] of a finished block; ``None`` where there are none that can be used."""
    found = read_array(Path(block.file), block.question)
    return found if found is not None and found.shape == (len(block.places), block.width) else None


def _run_block(block: _Block) -> None:
    case, run, rows = block.case.case, block.simulator or simulate, []
    for row, values in enumerate(values_at(block.places)):
        try:
            rows.append(run(case, values, block.people, block.first + row))
        except PrevalenceError:
            rows.append(np.full(block.width, np.nan))
    write_array(Path(block.file), np.array(rows), block.question)


@dataclass(frozen=True)
class _Draws:
    case: Sent
    values: Floats
    first: int


def feasible(case: Case, values: Floats, workers: int) -> npt.NDArray[np.bool_]:
    """[draw] for values [draw, parameter].

    Raises:
        RunFailedError: a block failed otherwise.
    """
    sent, found = Sent(case), np.zeros(len(values), bool)
    blocks = [_Draws(sent, values[at : at + BLOCK], at) for at in range(0, len(values), BLOCK)]

    def keep(block: _Draws, result: npt.NDArray[np.bool_]) -> None:
        found[block.first : block.first + len(result)] = result

    failures = run_ensemble(_try, blocks, executor_factory(workers), window=2 * workers, done=keep)
    if failures:
        raise RunFailedError(f"{len(failures)} blocks failed, the first by {failures[0].error}")
    return found


def _try(block: _Draws) -> npt.NDArray[np.bool_]:
    return np.array([_possible(block.case.case, row) for row in block.values])


def _possible(case: Case, row: Floats) -> bool:
    parameters = to_parameters(dict(zip(STATUS_QUO, map(float, row), strict=False)))
    try:
        solve_prevalence(
            parameters,
            demography=case.demography,
            history=case.history,
            structure=case.structure,
            surveyed=case.surveyed,
        )
    except PrevalenceError:
        return False
    return True


ENGINE = ("model.fast", "model.population.building", "model.prevalence")
"""Where ``model``, which looks its names up when they are first used, has from what a run is computed with."""


def code_of(*modules: str) -> str:
    """Changes whenever the model does, or anything that these modules compute with."""
    return code_fingerprint((*modules, *ENGINE))


def same_settings(folder: Path, wanted: Mapping[str, Any]) -> str:
    """Write what an empty folder is for, or compare: settings, code, and every table that is read. Returns the hash of
    this question, which state files bear.

    Raises:
        UserError: the folder was begun with something else, or doesn't say with what.
    """
    file, now = folder / "settings.json", json.loads(json.dumps(wanted))
    if not file.exists():
        write_text(file, json.dumps(wanted, indent=1, ensure_ascii=False))
        return digest_of(now)
    found = read_json(file)
    if other := [name for name in {**found, **now} if found.get(name) != now.get(name)]:
        raise UserError(f"{folder}: begun with other {', '.join(other)}; choose another folder, or remove it")
    return digest_of(now)
