"""Compile the engine once, ahead of the first run: ``python -m calibration.warm``.

Compiled code is kept in the user's cache folder (``MES_CACHE_DIR`` names another) until a file of ``model`` changes.
Compiling before worker processes start keeps each of them from doing it again.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numba

import model.terms.jit  # noqa: F401  # says where compiled code is kept

PEOPLE = 500
WEEK = 10


def ensure_compiled() -> None:
    """Compile whatever is not in the cache yet; says so on stderr when it takes a while."""
    config: Any = numba.config
    folder = Path(config.CACHE_DIR)
    done = folder / "complete"
    if done.exists():
        return
    print("compiling the engine: once after an installation or an edit, about half a minute", file=sys.stderr)
    began = time.monotonic()
    run_everything()
    try:
        done.touch()
    except OSError:  # a cache that can't be written costs time at every start, nothing else
        print(f"the compiled engine can't be kept in {folder}; MES_CACHE_DIR names another folder", file=sys.stderr)
    print(f"compiled in {time.monotonic() - began:.0f} s", file=sys.stderr)


def run_everything() -> None:
    """Run all that is compiled on a few people, on one thread and on two."""
    from calibration.facts.inputs import load_demography, load_history
    from model import AdoptionModel, Parameters, build_population
    from model.counting.online import online_cells, online_counts
    from model.prevalence import surveyed_shares
    from model.terms.outcome import DIMENSIONS

    demography, history = load_demography(), load_history()
    for threads in (1, 2):
        population = build_population(demography, people=PEOPLE, seed=0, threads=threads)
        model = AdoptionModel(population, Parameters(), demography=demography, history=history, threads=threads)
        model.advance(WEEK)
        branch = model.branch(_levers())
        branch.advance(WEEK + 5)
        branch.outcome()
        branch.to_frame()
        surveyed_shares(branch)
        online_counts(branch)
        online_cells(branch)
        branch.standing(WEEK)
        for dimension in DIMENSIONS:
            branch.groups(dimension, [WEEK])


def _levers() -> tuple[Any, ...]:
    """One of each kind that has code of its own."""
    from model.levers import Assisted, Messages, Relatives, Target
    from model.terms.channels import Channel

    period: dict[str, Any] = {"start": WEEK, "end": WEEK + 5}
    return (
        Messages(name="email", channel=Channel.EMAIL, waves=(WEEK,), pull=0.1, **period),
        Assisted(name="assisted", capacity=1e6, success=0.5, target=Target(offline=True), **period),
        Relatives(name="relatives", boost=2.0, **period),
    )


if __name__ == "__main__":
    ensure_compiled()
