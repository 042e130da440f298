"""A bank of simulations: places, and what a run at each of them gives.

A bank is filled in blocks; a finished block is a file of its own, so that an interrupted filling loses at most the
blocks under way. A run depends on its place, its number and the case alone: not on workers, blocks or order.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from calibration.posterior.free import values_at
from calibration.posterior.sent import Sent
from calibration.posterior.simulate import Case, simulate
from foundation.errors import RunFailedError
from foundation.shapes import Floats
from foundation.work.ensemble import executor_factory, run_ensemble
from model import PrevalenceError

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


@dataclass(frozen=True)
class _Block:
    case: Sent
    places: Floats
    people: int
    first: int
    """Number of the first run: it keys their chance."""
    file: str
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
) -> Bank:
    """Simulate ``places`` [run, parameter] on ``people`` agents each; blocks already in ``folder`` are not run again.

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
            simulator=simulator,
            width=width,
        )
        for at in range(0, len(places), BLOCK)
    ]
    waiting = [block for block in blocks if not Path(block.file).exists()]
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
    outputs = np.concatenate([np.load(block.file) for block in blocks])
    return Bank(places, outputs, np.full(len(places), people))


def _run_block(block: _Block) -> None:
    case, run, rows = block.case.case, block.simulator or simulate, []
    for row, values in enumerate(values_at(block.places)):
        try:
            rows.append(run(case, values, block.people, block.first + row))
        except PrevalenceError:
            rows.append(np.full(block.width, np.nan))
    temporary = f"{block.file}.{os.getpid()}.part"
    with open(temporary, "wb") as file:  # noqa: PTH123 - np.save would add an ending to a path
        np.save(file, np.array(rows))
    os.replace(temporary, block.file)
